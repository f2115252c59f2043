"""How far a night has come, and how long its orders are good for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sync_core.domain.ids import GroupId, WorkspaceId
from sync_core.domain.nights import not_after
from tests.builders import MIDNIGHT, NIGHT, a_night

MORNING = MIDNIGHT + timedelta(hours=9)
EVENING = MIDNIGHT + timedelta(hours=22)


def place(workspace: str, group: str) -> tuple[WorkspaceId, GroupId]:
    return WorkspaceId(workspace), GroupId(group)


#  Monday's slots are read in this order: daily, then weekly-1.
BEGUN = a_night(enqueued={"daily": 2}, slot="daily", after=place("b", "g2"))


@pytest.mark.parametrize(
    ("workspace", "group", "ordered"),
    [("a", "g9", True), ("b", "g1", True), ("b", "g2", True), ("b", "g3", False), ("c", "g1", False)],
)
def test_a_slot_is_ordered_up_to_where_the_night_has_come(workspace: str, group: str, ordered: bool) -> None:
    assert BEGUN.has_ordered("daily", *place(workspace, group)) is ordered


def test_places_come_in_the_order_of_their_keys() -> None:
    """In a key the workspace ends with a sign that is behind all letters: ``ab|g`` comes before ``a|g``."""
    begun = a_night(enqueued={"daily": 1}, slot="daily", after=place("ab", "g"))

    assert not begun.has_ordered("daily", *place("a", "g"))


def test_slots_before_the_one_at_work_are_done_and_those_behind_it_are_not_begun() -> None:
    begun = a_night(enqueued={"daily": 2, "weekly-1": 1}, slot="weekly-1", after=place("a", "g"))

    assert begun.has_ordered("daily", *place("z", "g"))
    assert not BEGUN.has_ordered("weekly-1", *place("a", "g"))


def test_a_complete_night_has_ordered_whatever_was_due_and_nothing_else() -> None:
    complete = a_night(enqueued={"daily": 2}, slot="daily", after=place("a", "g"), completed_at=MIDNIGHT)

    assert complete.has_ordered("daily", *place("z", "g"))
    assert complete.has_ordered("weekly-1", *place("z", "g"))
    assert not complete.has_ordered("weekly-2", *place("a", "a"))


def test_a_night_that_has_only_begun_has_ordered_nothing() -> None:
    assert not a_night().has_ordered("daily", *place("a", "g"))


def test_an_order_is_good_until_the_evening() -> None:
    assert not_after(NIGHT, sent_at=MORNING) == MIDNIGHT + timedelta(hours=20)


def test_an_order_that_was_sent_late_gets_its_time() -> None:
    assert not_after(NIGHT, sent_at=EVENING) == EVENING + timedelta(hours=4)
