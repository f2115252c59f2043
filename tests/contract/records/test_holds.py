from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sync_core.adapters.tables.holds import TableHolds
from sync_core.adapters.tables.names import HELD
from sync_core.domain.errors import RowConflict
from sync_core.domain.holds import HeldKind, HeldPerson, Hold, HoldState, Verdict, digest_of
from sync_core.domain.ids import GroupId, RecipientId, RunId, WorkspaceId
from sync_core.domain.runs import night_run_id
from tests.builders import GROUP, MIDNIGHT, NIGHT, RUN, WORKSPACE, entra_user_id

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from sync_core.ports import TableStore

TABLES = (HELD,)

OTHER_RUN = night_run_id(NIGHT + timedelta(days=1), generation=1)


def a_held_person(number: int = 1, **changes: Any) -> HeldPerson:
    person = HeldPerson(
        RecipientId(f"r-{number:05d}"), entra_user_id(number), HeldKind.REMOVAL, reason="left-in-entra"
    )
    return replace(person, **changes)


def a_hold(**changes: Any) -> Hold:
    hold = Hold(RUN, "a1", digest="d1", people=3, why="This run would take out everybody.", frozen_at=MIDNIGHT)
    return replace(hold, **changes)


def people(numbers: Iterable[int], **changes: Any) -> list[HeldPerson]:
    return [a_held_person(number, **changes) for number in numbers]


async def listed(
    tables: TableStore, attempt: str = "a1", *, group: GroupId = GROUP, run: RunId = RUN
) -> list[HeldPerson]:
    return [one async for one in TableHolds(tables).people(WORKSPACE, group, run, attempt=attempt)]


async def test_a_list_is_read_as_it_was_frozen_and_nobody_is_missing_of_thousands(tables: TableStore) -> None:
    everybody = [
        *people(range(1500)),
        *people(range(1500, 3000), kind=HeldKind.DEACTIVATION, reason="disabled-in-entra"),
    ]
    await TableHolds(tables).freeze(WORKSPACE, GROUP, RUN, attempt="a1", people=everybody[::-1])

    assert await listed(tables) == everybody


async def test_lists_of_other_groups_runs_and_workspaces_are_their_own(tables: TableStore) -> None:
    holds = TableHolds(tables)
    await holds.freeze(WORKSPACE, GROUP, RUN, attempt="a1", people=people([1]))
    await holds.freeze(WORKSPACE, GROUP, OTHER_RUN, attempt="a1", people=people([2]))
    await holds.freeze(WORKSPACE, GroupId("other"), RUN, attempt="a1", people=people([3]))
    await holds.freeze(WorkspaceId("other"), GROUP, RUN, attempt="a1", people=people([4]))

    assert await listed(tables) == people([1])
    assert await listed(tables, run=OTHER_RUN) == people([2])
    assert await listed(tables, group=GroupId("other")) == people([3])


async def test_what_a_killed_attempt_froze_is_on_nobody_elses_list(tables: TableStore) -> None:
    """A takeover can find fewer, more or other people to go; only its own count."""
    holds = TableHolds(tables)
    await holds.freeze(WORKSPACE, GROUP, RUN, attempt="a1", people=people(range(150)))
    await holds.freeze(WORKSPACE, GROUP, RUN, attempt="a2", people=people(range(100, 160)))

    assert await listed(tables, "a2") == people(range(100, 160))
    assert await listed(tables, "a1") == people(range(100))


async def test_one_person_is_found_on_the_list_that_the_attempt_froze(tables: TableStore) -> None:
    holds = TableHolds(tables)
    await holds.freeze(WORKSPACE, GROUP, RUN, attempt="a1", people=people([1, 2]))
    await holds.freeze(WORKSPACE, GROUP, RUN, attempt="a2", people=people([2], kind=HeldKind.DEACTIVATION))

    async def find(number: int, attempt: str = "a2") -> HeldPerson | None:
        return await holds.person(WORKSPACE, GROUP, RUN, RecipientId(f"r-{number:05d}"), attempt=attempt)

    assert await find(2) == a_held_person(2, kind=HeldKind.DEACTIVATION)
    assert [await find(1), await find(2, "a1"), await find(3)] == [None, None, None]


async def test_a_hold_is_read_as_it_was_saved(tables: TableStore) -> None:
    holds = TableHolds(tables)
    hold = a_hold(state=HoldState.DECIDED, decided_by="u-1", decided_at=MIDNIGHT + timedelta(hours=9))
    etag = await holds.save(WORKSPACE, GROUP, hold, etag=None)

    found = await holds.hold(WORKSPACE, GROUP, RUN)

    assert found is not None
    assert (found.value, found.etag) == (hold, etag)
    assert await holds.hold(WORKSPACE, GROUP, OTHER_RUN) is None


async def test_the_row_of_the_list_as_a_whole_is_nobody_on_it(tables: TableStore) -> None:
    holds = TableHolds(tables)
    await holds.freeze(WORKSPACE, GROUP, RUN, attempt="a1", people=people([1]))
    await holds.save(WORKSPACE, GROUP, a_hold(), etag=None)

    assert await listed(tables) == people([1])


async def test_a_list_that_is_frozen_again_leaves_nothing_of_the_one_before(tables: TableStore) -> None:
    holds = TableHolds(tables)
    await holds.save(WORKSPACE, GROUP, a_hold(decided_by="u-1", decided_at=MIDNIGHT), etag=None)
    await holds.save(WORKSPACE, GROUP, a_hold(attempt="a2", people=1), etag=None)

    found = await holds.hold(WORKSPACE, GROUP, RUN)

    assert found is not None
    assert found.value == a_hold(attempt="a2", people=1)


async def test_only_one_of_two_changes_of_a_hold_is_stored(tables: TableStore) -> None:
    holds = TableHolds(tables)
    etag = await holds.save(WORKSPACE, GROUP, a_hold(), etag=None)
    await holds.save(WORKSPACE, GROUP, a_hold(state=HoldState.REPLACED), etag=etag)

    with pytest.raises(RowConflict):
        await holds.save(WORKSPACE, GROUP, a_hold(state=HoldState.DECIDED), etag=etag)


def test_a_digest_names_exactly_its_people_and_what_would_happen_to_each() -> None:
    some = people(range(3))

    assert digest_of(some) == digest_of(some[::-1])
    assert digest_of(some) == digest_of([replace(one, verdict=Verdict.APPROVED) for one in some])
    assert digest_of(some) != digest_of(some[1:])
    assert digest_of(some) != digest_of([replace(some[0], kind=HeldKind.DEACTIVATION), *some[1:]])


class TestDecide:
    """What was decided about each person is stored with the list's own row, or not at all."""

    async def test_verdicts_and_hold_are_read_as_they_were_decided(self, tables: TableStore) -> None:
        holds = TableHolds(tables)
        await holds.freeze(WORKSPACE, GROUP, RUN, attempt="a1", people=people(range(250)))
        etag = await holds.save(WORKSPACE, GROUP, a_hold(), etag=None)
        judged = people(range(200), verdict=Verdict.APPROVED) + people(range(200, 250), verdict=Verdict.REJECTED)
        decided = a_hold(state=HoldState.DECIDED, decided_by="u-1", decided_at=MIDNIGHT)
        etag = await holds.decide(WORKSPACE, GROUP, decided, people=judged, etag=etag)

        found = await holds.hold(WORKSPACE, GROUP, RUN)

        assert found is not None
        assert (found.value, found.etag) == (decided, etag)
        assert await listed(tables) == judged

    @pytest.mark.parametrize("number", [1, 99, 100, 198, 199])
    async def test_any_number_of_people_can_be_decided_about(self, tables: TableStore, number: int) -> None:
        holds = TableHolds(tables)
        etag = await holds.save(WORKSPACE, GROUP, a_hold(), etag=None)
        judged = people(range(number), verdict=Verdict.APPROVED)
        await holds.decide(WORKSPACE, GROUP, a_hold(state=HoldState.DECIDED), people=judged, etag=etag)

        assert await listed(tables) == judged

    async def test_a_decision_about_an_older_state_of_the_list_stores_no_verdict(self, tables: TableStore) -> None:
        """Not even one: a verdict that was refused must never be carried out."""
        holds = TableHolds(tables)
        await holds.freeze(WORKSPACE, GROUP, RUN, attempt="a1", people=people(range(150)))
        etag = await holds.save(WORKSPACE, GROUP, a_hold(), etag=None)
        await holds.save(WORKSPACE, GROUP, a_hold(state=HoldState.REPLACED), etag=etag)

        with pytest.raises(RowConflict):
            await holds.decide(
                WORKSPACE,
                GROUP,
                a_hold(state=HoldState.DECIDED),
                people=people(range(150), verdict=Verdict.APPROVED),
                etag=etag,
            )

        assert await listed(tables) == people(range(150))

    async def test_the_slower_of_two_deciders_stores_nothing(self, tables: TableStore) -> None:
        holds = TableHolds(tables)
        etag = await holds.save(WORKSPACE, GROUP, a_hold(), etag=None)
        approved = people(range(150), verdict=Verdict.APPROVED)
        rejected = people(range(150), verdict=Verdict.REJECTED)
        await holds.decide(WORKSPACE, GROUP, a_hold(state=HoldState.DECIDED), people=approved, etag=etag)

        with pytest.raises(RowConflict):
            await holds.decide(WORKSPACE, GROUP, a_hold(state=HoldState.DECIDED), people=rejected, etag=etag)

        assert await listed(tables) == approved


class TestMarks:
    """Which groups of a workspace may have a list that waits."""

    async def test_marked_groups_come_in_order_each_once_and_from_any_place(self, tables: TableStore) -> None:
        holds = TableHolds(tables)
        for group in ("c", "a", "b", "a"):
            await holds.mark_group(WORKSPACE, GroupId(group))
        await holds.mark_group(WorkspaceId("other"), GroupId("d"))

        async def marked(**where: Any) -> list[GroupId]:
            return [group async for group in holds.marked(WORKSPACE, **where)]

        assert await marked() == ["a", "b", "c"]
        assert await marked(after=GroupId("a"), at_a_time=1) == ["b", "c"]
        assert await marked(after=GroupId("c")) == []

    async def test_a_mark_is_no_list_and_a_list_is_no_mark(self, tables: TableStore) -> None:
        holds = TableHolds(tables)
        await holds.mark_group(WORKSPACE, GROUP)
        await holds.save(WORKSPACE, GroupId("other"), a_hold(), etag=None)

        assert await holds.hold(WORKSPACE, GROUP, RUN) is None
        assert [group async for group in holds.marked(WORKSPACE)] == [GROUP]

    async def test_a_mark_that_was_taken_away_is_gone(self, tables: TableStore) -> None:
        holds = TableHolds(tables)
        await holds.mark_group(WORKSPACE, GROUP)
        etag = await holds.mark(WORKSPACE, GROUP)
        assert etag is not None
        await holds.unmark_group(WORKSPACE, GROUP, etag=etag)
        await holds.unmark_group(WORKSPACE, GROUP, etag=etag)

        assert await holds.mark(WORKSPACE, GROUP) is None

    async def test_a_mark_that_was_renewed_stays(self, tables: TableStore) -> None:
        """A run that is slow to take it away must not hide the list that the next one has frozen."""
        holds = TableHolds(tables)
        await holds.mark_group(WORKSPACE, GROUP)
        etag = await holds.mark(WORKSPACE, GROUP)
        assert etag is not None
        await holds.mark_group(WORKSPACE, GROUP)
        await holds.unmark_group(WORKSPACE, GROUP, etag=etag)

        assert [group async for group in holds.marked(WORKSPACE)] == [GROUP]


async def test_a_list_is_read_from_any_place_however_few_at_a_time(tables: TableStore) -> None:
    holds = TableHolds(tables)
    await holds.freeze(WORKSPACE, GROUP, RUN, attempt="a1", people=people(range(7)))
    await holds.save(WORKSPACE, GROUP, a_hold(), etag=None)

    behind = holds.people(WORKSPACE, GROUP, RUN, attempt="a1", after=RecipientId("r-00002"), at_a_time=2)

    assert [one async for one in behind] == people(range(3, 7))
