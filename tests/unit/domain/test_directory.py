from __future__ import annotations

from datetime import timedelta

import pytest

from sync_core.domain.journal import REFUSED, JournalPage, mark_of, page_name
from sync_core.domain.nights import Night
from sync_core.domain.state import GroupState
from tests.builders import GROUP, MIDNIGHT, NIGHT, RECIPIENT, RUN, a_journal_entry, a_recipient


def test_cards_show_the_persons_values() -> None:
    assert a_recipient().card_content == a_recipient().values


def test_cards_that_lag_behind_show_what_they_showed() -> None:
    assert a_recipient(shown={"name": "Ada Byron"}).card_content == {"name": "Ada Byron"}


def test_a_journal_page_counts_its_entries_by_kind() -> None:
    page = JournalPage("a1-000001", (a_journal_entry(), a_journal_entry(), a_journal_entry(kind="updated")))

    assert page.summary.kinds == {"added": 2, "updated": 1}
    assert page.summary.witness == RECIPIENT


def test_somebody_who_was_refused_is_no_witness() -> None:
    """Nothing of theirs was stored with the page, so their row names nothing."""
    page = JournalPage("a1-000001", (a_journal_entry(kind=REFUSED),))

    assert page.summary.witness is None


def test_pages_of_one_attempt_sort_by_their_number() -> None:
    names = [page_name("a1", number) for number in range(1200)]

    assert names == sorted(names)


def test_a_mark_names_group_run_and_page() -> None:
    assert mark_of(GROUP, RUN, "a1-000001") == f"{GROUP}/{RUN}/a1-000001"


@pytest.mark.parametrize(
    ("until", "left"),
    [(None, None), (0, None), (-1, None), (1, timedelta(seconds=1))],
)
def test_a_lease_is_left_until_its_time(until: int | None, left: timedelta | None) -> None:
    lease_until = None if until is None else MIDNIGHT + timedelta(seconds=until)

    assert GroupState(lease_until=lease_until).lease_left(now=MIDNIGHT) == left


def test_a_night_counts_the_orders_of_all_its_slots() -> None:
    assert Night(NIGHT, (NIGHT,), MIDNIGHT, enqueued={"daily": 3, "weekly-1": 4}).total == 7
