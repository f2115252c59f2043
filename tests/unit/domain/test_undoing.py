"""Undoing what a run did to one person gives back who they were; what has changed since is left and listed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.domain.directory import CardState, InactiveBecause, Origin, Recipient, Status
from sync_core.domain.ids import GroupId
from sync_core.domain.journal import JournalEntry
from sync_core.domain.options import OnDisabled, OnLeaveLast, SyncOptions
from sync_core.domain.planning import MOST_CARDS, ChangeKind, PersonChange, differences, marked
from sync_core.domain.undoing import EMAIL_PATH, ENTRA_PATH, PUT_BACK, UndoPlan, UndoRules, plan_undo
from tests.builders import ENTRA_USER, GROUP, RECIPIENT, a_card, a_recipient, an_entra_user
from tests.unit.domain.planned import TONIGHT, left, rules, seen, with_values

if TYPE_CHECKING:
    from collections.abc import Callable

    from sync_core.domain.planning import PersonPlan

OTHER = GroupId("support")
THIRD = GroupId("board")
LATER = TONIGHT + timedelta(hours=9)
IN_BOTH = {GROUP: a_card(version=3), OTHER: a_card(version=8)}
BY_HAND = a_recipient(entra_id=None, origin=Origin.BY_HAND, cards={}, enabled_in_entra=None, read_at=None)
TOMBSTONE = Recipient(RECIPIENT, None, {}, revision=7, runs=("a", "b"), deleted=True)
LAGGING = a_recipient(shown={"email": "ada@example.com", "name": "Ada Byron"}, cards=IN_BOTH)
LEFT_EARLIER = a_recipient(cards={}, status=Status.INACTIVE, inactive_because=InactiveBecause.LEFT)
DISABLED = a_recipient(
    status=Status.INACTIVE,
    inactive_because=InactiveBecause.DISABLED,
    enabled_in_entra=False,
    cards={GROUP: a_card(state=CardState.PAUSED)},
)

ENGINEER = with_values(jobTitle="Engineer", mobilePhone="+49 1")
DELETING = rules(when_user_leaves_last_group=OnLeaveLast.DELETE)
KEEPING = rules(when_user_leaves_last_group=OnLeaveLast.KEEP)
KEEPING_ALL = SyncOptions(when_user_leaves_last_group=OnLeaveLast.KEEP, when_user_disabled=OnDisabled.KEEP)
NOT_SHOWING = rules(update_cards=False)

#  What a run did: to whom, and how it planned it.
RUNS: dict[str, tuple[Recipient | None, Callable[[Recipient | None], PersonPlan]]] = {
    "changed values": (a_recipient(cards=IN_BOTH), lambda held: seen(held, user=ENGINEER)),
    "cleared a value": (a_recipient(), lambda held: seen(held, user=with_values(jobTitle=None))),
    "changed the address": (a_recipient(), lambda held: seen(held, user=with_values(email="ada@new.example"))),
    "made inactive": (a_recipient(cards=IN_BOTH), lambda held: seen(held, user=an_entra_user(enabled=False))),
    "made active": (DISABLED, seen),
    "made inactive and changed": (a_recipient(), lambda held: seen(held, user=replace(ENGINEER, enabled=False))),
    "took out of one group": (a_recipient(cards=IN_BOTH), left),
    "took out of the last group": (a_recipient(), left),
    "took out and kept active": (a_recipient(), lambda held: left(held, KEEPING)),
    "took out and deleted": (a_recipient(cards={GROUP: a_card(version=4)}), lambda held: left(held, DELETING)),
    "took out and deleted somebody disabled": (DISABLED, lambda held: left(held, DELETING)),
    "gave a second card": (a_recipient(cards={OTHER: a_card(version=8)}), seen),
    "gave a second card and changed": (
        a_recipient(cards={OTHER: a_card(version=8)}),
        lambda held: seen(held, user=ENGINEER),
    ),
    "made somebody": (None, seen),
    "made somebody inactive from the start": (None, lambda held: seen(held, user=an_entra_user(enabled=False))),
    "brought back from the deleted": (TOMBSTONE, seen),
    "brought back into a group": (LEFT_EARLIER, seen),
    "brought back somebody kept active": (a_recipient(cards={}), lambda held: seen(held, KEEPING)),
    "linked somebody made by hand": (BY_HAND, seen),
    "linked and changed somebody made by hand": (BY_HAND, lambda held: seen(held, user=ENGINEER)),
    "made cards lag behind": (a_recipient(cards=IN_BOTH), lambda held: seen(held, NOT_SHOWING, user=ENGINEER)),
    "changed values behind cards that lag": (LAGGING, lambda held: seen(held, NOT_SHOWING, user=ENGINEER)),
    "let cards catch up": (LAGGING, seen),
    "let cards catch up with a cleared value": (LAGGING, lambda held: seen(held, user=with_values(jobTitle=None))),
    "let cards catch up with changed values": (LAGGING, lambda held: seen(held, user=ENGINEER)),
    "ended the lag by going back": (
        LAGGING,
        lambda held: seen(held, NOT_SHOWING, user=an_entra_user(values=LAGGING.shown or {})),
    ),
    "took out somebody whose cards lag": (LAGGING, left),
}

every_run = pytest.mark.parametrize("name", RUNS)


def carried_out(change: PersonChange, *, mark: str = "g/r/p") -> tuple[JournalEntry, Recipient]:
    """Return what a change leaves behind: its entry in the journal, and the person as they are stored."""
    after = marked(change.after, mark)
    if after.deleted:
        after = Recipient(after.id, None, {}, revision=after.revision, runs=after.runs, deleted=True)
    changes = differences(change.before, change.after)
    entry = JournalEntry(after.id, change.after.entra_id, change.kind.value, "", changes, after.revision)
    return entry, after


def ran(before: Recipient | None, plan: PersonPlan) -> tuple[JournalEntry, Recipient]:
    assert plan.change is not None
    assert plan.change.before == before
    return carried_out(plan.change)


def run_of(name: str) -> tuple[Recipient | None, JournalEntry, Recipient]:
    before, plan = RUNS[name]
    return before, *ran(before, plan(before))


def undo(
    held: Recipient,
    *entries: JournalEntry,
    taken: frozenset[str] = frozenset(),
    options: SyncOptions | None = None,
    group: GroupId = GROUP,
) -> UndoPlan:
    return plan_undo(entries, held, rules=UndoRules(group, options or SyncOptions(), LATER), taken=taken)


def undone(name: str, held: Recipient, entry: JournalEntry) -> UndoPlan:
    """Undo the run called *name* under the options that it ran under."""
    return undo(held, entry, options=KEEPING.options if "kept" in name else None)


def undone_again(name: str, held: Recipient, entry: JournalEntry) -> tuple[JournalEntry, Recipient]:
    change = undone(name, held, entry).change
    assert change is not None
    return carried_out(change)


def put_back(plan: UndoPlan) -> Recipient:
    assert plan.change is not None
    return plan.change.after


def looks(person: Recipient | None) -> dict[str, Any]:
    """Return what people can see of somebody but for versions; nothing of who is not there."""
    if person is None or person.deleted:
        return {}
    return {
        "entra": person.entra_id,
        "values": dict(person.values),
        "shown": dict(person.card_content) if person.cards else None,
        "status": (person.status, person.inactive_because),
        "cards": {group: (card.state, card.origin) for group, card in person.cards.items()},
    }


@every_run
def test_the_person_is_as_before_the_run(name: str) -> None:
    before, entry, held = run_of(name)
    plan = undone(name, held, entry)

    assert looks(put_back(plan)) == looks(before)
    assert plan.left == {}


@every_run
def test_planning_again_for_who_was_put_back_plans_nothing(name: str) -> None:
    """An undo that was cut off finds people whom it has put back already."""
    _, entry, held = run_of(name)
    _, now = undone_again(name, held, entry)

    assert undone(name, now, entry) == UndoPlan(None, {})


@every_run
def test_undoing_the_undo_gives_the_person_as_the_run_made_them(name: str) -> None:
    _, entry, held = run_of(name)
    second, now = undone_again(name, held, entry)
    plan = undone(name, now, second)

    assert looks(put_back(plan)) == looks(held)
    assert plan.left == {}


@every_run
def test_a_third_undo_is_as_the_first(name: str) -> None:
    before, entry, held = run_of(name)
    for _ in range(3):
        entry, held = undone_again(name, held, entry)

    assert looks(held) == looks(before)


@every_run
def test_a_card_rises_by_one_if_the_undo_changes_what_it_shows_and_not_otherwise(name: str) -> None:
    _, entry, held = run_of(name)
    after = put_back(undone(name, held, entry))
    bump = int(held.card_content != after.card_content)

    for group in held.cards.keys() & after.cards.keys():
        assert after.cards[group].version == held.cards[group].version + bump


@every_run
def test_a_card_that_comes_back_has_its_old_version(name: str) -> None:
    before, entry, held = run_of(name)
    after = put_back(undone(name, held, entry))

    for group in after.cards.keys() - held.cards.keys():
        assert before is not None
        assert after.cards[group].version == before.cards[group].version


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("changed values", ChangeKind.UPDATED),
        ("took out of one group", ChangeKind.ADDED),
        ("took out and deleted", ChangeKind.ADDED),
        ("gave a second card", ChangeKind.REMOVED),
        ("made somebody", ChangeKind.REMOVED),
    ],
)
def test_an_undo_is_told_as_what_it_does_in_the_group(name: str, kind: ChangeKind) -> None:
    _, entry, held = run_of(name)
    change = undo(held, entry).change

    assert change is not None
    assert (change.kind, change.reason) == (kind, PUT_BACK)


def test_reads_that_began_before_the_undo_do_not_overwrite_it() -> None:
    _, entry, held = run_of("changed values")
    now = marked(put_back(undo(held, entry)), "g/undo/p")

    assert seen(now, rules(read_at=LATER - timedelta(minutes=1)), user=ENGINEER).outdated
    assert looks(put_back_by_sync(now)) == looks(held)


def test_a_read_that_began_before_the_undo_does_not_end_the_membership_again() -> None:
    _, entry, held = run_of("took out of one group")
    now = marked(put_back(undo(held, entry)), "g/undo/p")

    assert left(now, rules(read_at=LATER - timedelta(minutes=1))).outdated


def put_back_by_sync(person: Recipient) -> Recipient:
    """Return the person as the next night makes them again."""
    change = seen(person, rules(read_at=LATER + timedelta(days=1)), user=ENGINEER).change
    assert change is not None
    return change.after


def test_who_was_disabled_before_being_deleted_is_known_to_be_disabled() -> None:
    """Another group's sync must not make them active before it has read them."""
    _, entry, held = run_of("took out and deleted somebody disabled")

    after = put_back(undo(held, entry))

    assert after.enabled_in_entra is False
    assert (after.read_at, after.cards[GROUP].read_at) == (LATER, LATER)


def test_a_value_that_has_changed_since_is_left_and_the_others_are_put_back() -> None:
    before, entry, held = run_of("changed values")
    now = replace(held, values={**held.values, "jobTitle": "Director"}, revision=held.revision + 1)
    plan = undo(now, entry)

    assert before is not None
    assert put_back(plan).values == {**before.values, "jobTitle": "Director"}
    assert plan.left == {"values.jobTitle": ["Engineer", "Director"]}


def test_a_value_that_is_as_before_already_is_neither_put_back_nor_listed() -> None:
    before, entry, held = run_of("changed values")
    assert before is not None

    assert undo(replace(held, values=before.values), entry) == UndoPlan(None, {})


def test_status_and_its_reason_are_left_together() -> None:
    """Disabled by the run, by a person since: half of it put back would be neither."""
    _, entry, held = run_of("made inactive")
    plan = undo(replace(held, inactive_because=InactiveBecause.BY_HAND), entry)

    assert plan.change is None
    assert plan.left == {"inactiveBecause": ["disabled", "by-hand"]}


def test_who_was_made_inactive_by_hand_since_gets_a_paused_card_back() -> None:
    _, entry, held = run_of("took out of the last group")
    plan = undo(replace(held, inactive_because=InactiveBecause.BY_HAND), entry)

    assert put_back(plan).status is Status.INACTIVE
    assert put_back(plan).cards[GROUP].state is CardState.PAUSED
    assert plan.left == {"inactiveBecause": ["left", "by-hand"]}


def test_who_left_the_other_group_since_is_active_in_this_one_again() -> None:
    _, entry, held = run_of("took out of one group")
    plan = undo(replace(held, cards={}, status=Status.INACTIVE, inactive_because=InactiveBecause.LEFT), entry)

    assert (put_back(plan).status, put_back(plan).inactive_because) == (Status.ACTIVE, None)
    assert put_back(plan).cards[GROUP].state is CardState.ACTIVE


def test_who_joined_another_group_since_stays_active_in_it() -> None:
    _, entry, held = run_of("brought back into a group")
    plan = undo(replace(held, cards={**held.cards, OTHER: a_card()}), entry)

    assert set(put_back(plan).cards) == {OTHER}
    assert put_back(plan).status is Status.ACTIVE
    assert plan.left == {"status": ["active", "active"]}


def test_who_was_disabled_by_the_run_and_has_left_every_group_since_stays_inactive() -> None:
    """Nobody whom no group holds is active, unless the options say so."""
    _, entry, held = run_of("made inactive")
    plan = undo(replace(held, cards={}), entry)

    assert plan == UndoPlan(None, {"status": ["inactive", "inactive"]})
    assert put_back(undo(replace(held, cards={}), entry, options=KEEPING_ALL)).status is Status.ACTIVE


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        (OnLeaveLast.DEACTIVATE, (Status.INACTIVE, InactiveBecause.LEFT, False)),
        (OnLeaveLast.KEEP, (Status.ACTIVE, None, False)),
        (OnLeaveLast.DELETE, (Status.ACTIVE, None, True)),
    ],
)
def test_the_options_decide_about_who_loses_the_last_group_by_an_undo(option: OnLeaveLast, expected: Any) -> None:
    """The group that held the person when the run took them in has let them go since."""
    _, entry, held = run_of("gave a second card")
    plan = undo(
        replace(held, cards={GROUP: held.cards[GROUP]}),
        entry,
        options=SyncOptions(when_user_leaves_last_group=option),
    )
    after = put_back(plan)

    assert (after.status, after.inactive_because, after.deleted) == expected


def test_who_was_in_no_group_before_the_run_is_so_again_whatever_the_options_say_now() -> None:
    before, entry, held = run_of("brought back into a group")
    plan = undo(held, entry, options=DELETING.options)

    assert looks(put_back(plan)) == looks(before)


def test_who_is_in_another_group_since_shows_the_old_values_there_too() -> None:
    entry, held = ran(LEFT_EARLIER, seen(LEFT_EARLIER, user=ENGINEER))
    after = put_back(undo(replace(held, cards={**held.cards, OTHER: a_card(version=1)}), entry))

    assert after.values == after.card_content == LEFT_EARLIER.values
    assert after.cards[OTHER].version == 2


def test_somebody_made_by_the_run_whom_another_group_holds_leaves_this_group_only() -> None:
    _, entry, held = run_of("made somebody")
    plan = undo(replace(held, cards={**held.cards, OTHER: a_card()}), entry)

    assert not put_back(plan).deleted
    assert set(put_back(plan).cards) == {OTHER}
    assert plan.left == {"cards.support": [None, [1, "active"]]}


@pytest.mark.parametrize("later", [{"jobTitle": "Director"}, {"mobilePhone": "+49 1"}], ids=["changed", "added"])
def test_somebody_made_by_the_run_whose_values_changed_since_leaves_the_group_and_stays(
    later: dict[str, str],
) -> None:
    _, entry, held = run_of("made somebody")
    plan = undo(replace(held, values={**held.values, **later}), entry)
    [name] = later

    assert not put_back(plan).deleted
    assert put_back(plan).values[name] == later[name]
    assert put_back(plan).cards == {}
    assert (put_back(plan).status, put_back(plan).inactive_because) == (Status.INACTIVE, InactiveBecause.LEFT)
    assert list(plan.left) == [f"values.{name}"]


def test_of_somebody_whom_the_options_delete_when_no_group_holds_them_nothing_is_left() -> None:
    _, entry, held = run_of("made somebody")
    changed = replace(held, values={**held.values, "jobTitle": "Director"})
    plan = undo(changed, entry, options=DELETING.options)

    assert put_back(plan).deleted
    assert plan.left == {}


def test_somebody_deleted_by_the_run_who_came_back_since_is_left() -> None:
    before, entry, held = run_of("took out and deleted")
    change = seen(held, user=with_values(jobTitle="Director")).change
    assert change is not None
    assert before is not None
    plan = undo(marked(change.after, "g/later/p"), entry)

    assert plan.change is None
    assert plan.left == {"values.jobTitle": [None, "Director"]}


def test_somebody_deleted_by_the_run_who_came_back_into_another_group_gets_no_card_of_this_one() -> None:
    _, entry, held = run_of("took out and deleted")
    change = seen(held, rules(group=OTHER)).change
    assert change is not None
    plan = undo(marked(change.after, "g/later/p"), entry)

    assert plan == UndoPlan(None, {"cards.sales": [None, None]})


def test_somebody_changed_by_the_run_and_deleted_since_is_left() -> None:
    _, entry, _ = run_of("changed values")
    plan = undo(replace(TOMBSTONE, revision=9), entry)

    assert plan.change is None
    assert set(plan.left) == {"cards.sales", "cards.support", "values.jobTitle"}


def test_somebody_made_by_the_run_and_deleted_since_is_as_before() -> None:
    _, entry, _ = run_of("made somebody")

    assert undo(replace(TOMBSTONE, revision=9), entry) == UndoPlan(None, {})


def test_a_card_made_by_hand_since_stays() -> None:
    _, entry, held = run_of("gave a second card")
    by_hand = replace(held.cards[GROUP], origin=Origin.BY_HAND)
    plan = undo(replace(held, cards={**held.cards, GROUP: by_hand}), entry)

    assert plan.change is None
    assert plan.left == {"cards.sales": [[1, "active"], [1, "active"]]}


def test_a_card_that_would_be_one_too_many_is_left() -> None:
    _, entry, held = run_of("took out of one group")
    many = {GroupId(f"g{number}"): a_card() for number in range(MOST_CARDS)}

    assert undo(replace(held, cards=many), entry) == UndoPlan(None, {"cards.sales": [None, None]})


def test_a_card_comes_back_in_a_new_version_where_what_it_shows_may_have_changed() -> None:
    _, entry, held = run_of("took out of one group")
    now = replace(held, values={**held.values, "jobTitle": "Director"}, revision=held.revision + 1)

    assert put_back(undo(now, entry)).cards[GROUP].version == IN_BOTH[GROUP].version + 1


def test_cards_that_lag_again_behind_what_they_caught_up_with_show_what_they_showed_before() -> None:
    before, entry, held = run_of("let cards catch up")
    off = rules(update_cards=False, read_at=LATER - timedelta(hours=1))
    change = seen(held, off, user=ENGINEER).change
    assert change is not None
    assert before is not None
    after = put_back(undo(marked(change.after, "g/later/p"), entry))

    assert after.values == change.after.values
    assert after.card_content == before.card_content
    assert after.cards[GROUP].version == held.cards[GROUP].version + 1


def test_cards_that_never_fell_behind_keep_showing_what_they_show_now() -> None:
    before, entry, held = run_of("ended the lag by going back")
    change = seen(
        held, rules(read_at=LATER - timedelta(hours=1)), user=with_values(name="Ada King", jobTitle=None)
    ).change
    assert change is not None
    assert before is not None
    after = put_back(undo(marked(change.after, "g/later/p"), entry))

    assert after.card_content == change.after.values
    assert after.cards[GROUP].version == change.after.cards[GROUP].version


def test_cards_that_were_changed_after_catching_up_do_not_fall_behind_again() -> None:
    _, entry, held = run_of("let cards catch up")
    joined = replace(held, cards={**held.cards, THIRD: a_card()})
    change = seen(joined, rules(read_at=LATER - timedelta(hours=1)), user=ENGINEER).change
    assert change is not None
    plan = undo(marked(change.after, "g/later/p"), entry)

    assert plan.change is None
    assert set(plan.left) == {"shown.email", "shown.name"}


def test_cards_that_lag_behind_since_show_the_old_of_what_is_put_back_only() -> None:
    _, entry, held = run_of("changed values")
    off = rules(update_cards=False, read_at=LATER - timedelta(hours=1))
    change = seen(held, off, user=with_values(jobTitle="Engineer", mobilePhone="+49 2")).change
    assert change is not None
    after = put_back(undo(marked(change.after, "g/later/p"), entry))

    assert after.values == {**a_recipient().values, "mobilePhone": "+49 2"}
    assert after.card_content == {**a_recipient().values, "mobilePhone": "+49 1"}


def test_a_link_that_another_group_relies_on_stays() -> None:
    _, entry, held = run_of("linked somebody made by hand")
    plan = undo(replace(held, cards={**held.cards, OTHER: a_card()}), entry)

    assert put_back(plan).entra_id == ENTRA_USER
    assert set(put_back(plan).cards) == {OTHER}
    assert plan.left == {ENTRA_PATH: [ENTRA_USER, ENTRA_USER]}


def test_an_address_that_is_somebody_elses_now_is_left_and_the_rest_is_put_back() -> None:
    user = with_values(email="ada@new.example", jobTitle="Engineer")
    before = a_recipient()
    entry, held = ran(before, seen(before, user=user))
    plan = undo(held, entry, taken=frozenset({EMAIL_PATH}))

    assert put_back(plan).values == {**before.values, "email": "ada@new.example"}
    assert plan.left == {EMAIL_PATH: ["ada@new.example", "ada@new.example"]}


def test_who_was_deleted_and_whose_address_is_somebody_elses_now_stays_deleted() -> None:
    _, entry, held = run_of("took out and deleted")
    plan = undo(held, entry, taken=frozenset({EMAIL_PATH}))

    assert plan.change is None
    assert EMAIL_PATH in plan.left


def test_who_cannot_be_linked_again_is_left_whole() -> None:
    _, entry, held = run_of("linked somebody made by hand")
    second, now = undone_again("linked", held, entry)
    plan = undo(now, second, taken=frozenset({ENTRA_PATH}))

    assert plan.change is None
    assert set(plan.left) == {ENTRA_PATH, "cards.sales"}


def test_somebody_whom_the_run_changed_twice_is_put_back_to_before_the_first() -> None:
    before = a_recipient()
    first, between = ran(before, seen(before, user=ENGINEER))
    second, held = ran(between, left(between))
    plan = undo(held, second, first)

    assert looks(put_back(plan)) == looks(before)
    assert put_back(plan).cards[GROUP].version == before.cards[GROUP].version + 2
    assert plan.left == {}


def test_a_card_that_the_run_ended_and_gave_again_is_the_one_from_before() -> None:
    before = a_recipient(cards=IN_BOTH)
    first, between = ran(before, left(before))
    second, held = ran(between, seen(between))
    after = put_back(undo(held, second, first))

    assert after.cards[GROUP].version == IN_BOTH[GROUP].version


def test_somebody_whom_the_run_made_and_deleted_stays_deleted() -> None:
    first, between = ran(None, seen(None))
    second, held = ran(between, left(between, DELETING))

    assert undo(held, second, first) == UndoPlan(None, {})
