"""A tally counts what a sync would do, and remembers no more of it than it takes to compare two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sync_core.domain.effect import SAMPLE, Tally
from sync_core.domain.holds import HeldKind, HeldPerson
from sync_core.domain.ids import EntraUserId, RecipientId
from sync_core.domain.journal import JournalEntry
from sync_core.domain.runs import Counts, RunState

if TYPE_CHECKING:
    from sync_core.domain.effect import Forecast

TITLE: dict[str, Any] = {"values.jobTitle": ["Analyst", "Engineer"]}
CHIEF: dict[str, Any] = {"values.jobTitle": ["Analyst", "Chief"]}
CARD: dict[str, Any] = {"cards.g1": [[1, "active"], [2, "active"]]}
OTHER_CARD: dict[str, Any] = {"cards.g2": [[1, "active"], None]}
PAUSED_CARD: dict[str, Any] = {"cards.g2": [[1, "active"], [1, "paused"]]}


def an_entry(person: str = "ada", kind: str = "updated", **changes: Any) -> JournalEntry:
    return JournalEntry(RecipientId(person), EntraUserId(person), kind, changes=changes)


def a_tally(*entries: JournalEntry, beside: Tally | None = None) -> Tally:
    tally = Tally(beside=beside)
    for entry in entries:
        tally.take(entry)
    return tally


def forecast_of(tally: Tally) -> Forecast:
    return tally.forecast(Counts(), RunState.SUCCEEDED, None)


def test_each_card_of_a_person_counts() -> None:
    tally = a_tally(an_entry(**TITLE, **CARD, **OTHER_CARD), an_entry("ben", **TITLE))

    assert forecast_of(tally).cards == 2


def test_statuses_count_by_where_they_lead() -> None:
    tally = a_tally(
        an_entry("a", status=["active", "inactive"]),
        an_entry("b", status=["inactive", "active"]),
        an_entry("c", status=["inactive", "active"]),
        an_entry("d", status=[None, "active"]),
        an_entry("e", status=["active", None], deleted=[None, True]),
        an_entry("f", status=[None, "inactive"], deleted=[True, None]),
    )

    told = forecast_of(tally)
    assert (told.deactivated, told.reactivated, told.deleted) == (1, 2, 1)


def test_two_tallies_differ_for_those_to_whom_they_do_not_do_the_same() -> None:
    present = a_tally(an_entry("same", **TITLE), an_entry("other", **TITLE), an_entry("only-present", **TITLE))
    candidate = a_tally(
        an_entry("same", **TITLE),
        an_entry("other", **CHIEF),
        an_entry("only-candidate", **TITLE),
        beside=present,
    )

    assert len(candidate.difference().people) == 3
    assert set(candidate.sample) == {"other", "only-candidate"}


def test_another_reason_or_kind_is_a_difference() -> None:
    present = a_tally(an_entry("ada"), JournalEntry(RecipientId("ben"), None, "refused", "email-taken"))
    candidate = a_tally(
        an_entry("ada", "added"), JournalEntry(RecipientId("ben"), None, "refused", "email-missing"), beside=present
    )

    assert len(candidate.difference().people) == 2


def test_cards_differ_one_by_one() -> None:
    present = a_tally(an_entry(**CARD, **OTHER_CARD))
    candidate = a_tally(an_entry(**CARD, **PAUSED_CARD), beside=present)

    assert candidate.difference().cards == 1


def test_beside_nothing_everybody_makes_a_difference() -> None:
    difference = a_tally(an_entry("ada", **CARD), an_entry("ben", **TITLE)).difference()

    assert (len(difference.people), difference.cards) == (2, 1)


def test_somebody_half_done_and_half_waiting_is_one_person() -> None:
    tally = a_tally(an_entry("ada", **TITLE))
    tally.hold(HeldPerson(RecipientId("ada"), EntraUserId("ada"), HeldKind.DEACTIVATION, "disabled-in-entra"))

    assert len(tally.difference().people) == len(tally.sample) == 1


def test_somebody_who_waits_in_both_and_is_otherwise_changed_otherwise_makes_a_difference() -> None:
    waiting = HeldPerson(RecipientId("ada"), EntraUserId("ada"), HeldKind.DEACTIVATION, "disabled-in-entra")
    present = a_tally(an_entry(**TITLE))
    present.hold(waiting)
    candidate = a_tally(an_entry(**CHIEF), beside=present)
    candidate.hold(waiting)

    assert len(candidate.difference().people) == 1


def test_somebody_who_waits_in_both_makes_no_difference() -> None:
    waiting = HeldPerson(RecipientId("ada"), EntraUserId("ada"), HeldKind.REMOVAL, "left-in-entra")
    present = Tally()
    present.hold(waiting)
    candidate = Tally(beside=present)
    candidate.hold(waiting)

    assert candidate.difference().people == set()


def test_somebody_who_would_go_or_wait_makes_a_difference() -> None:
    present = Tally()
    present.hold(HeldPerson(RecipientId("ada"), EntraUserId("ada"), HeldKind.REMOVAL, "left-in-entra"))
    candidate = a_tally(
        JournalEntry(RecipientId("ada"), EntraUserId("ada"), "removed", "left-in-entra"), beside=present
    )

    assert len(candidate.difference().people) == 1
    assert [entry.kind for entry in candidate.sample.values()] == ["removed"]


def test_of_many_people_a_few_are_kept() -> None:
    tally = a_tally(*(an_entry(f"p{number}", **TITLE) for number in range(5 * SAMPLE)))

    assert list(tally.sample) == [f"p{number}" for number in range(SAMPLE)]
    assert len(tally.difference().people) == 5 * SAMPLE
