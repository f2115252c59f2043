from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sync_core.adapters.tables.names import DUE_SLOTS, SCHEDULES
from sync_core.adapters.tables.schedules import TableSchedules
from sync_core.domain.errors import RowConflict
from sync_core.domain.ids import GroupId, WorkspaceId
from sync_core.domain.schedule import DAYS, Cadence, Schedule
from tests.builders import DAILY, GROUP, MIDNIGHT, MONDAYS, WORKSPACE, a_schedule

if TYPE_CHECKING:
    from sync_core.ports import Stored, TableStore

TABLES = (SCHEDULES, DUE_SLOTS)
FRIDAYS = Cadence("weekly", 4)


async def changed(schedules: TableSchedules, schedule: Schedule) -> Stored[Schedule]:
    """Save *schedule* on top of what is stored and return what is stored then."""
    await schedules.save(WORKSPACE, GROUP, schedule, read=await schedules.schedule(WORKSPACE, GROUP))
    stored = await schedules.schedule(WORKSPACE, GROUP)
    assert stored is not None
    return stored


async def due(schedules: TableSchedules, *cadences: Cadence) -> list[str]:
    """Return the slots, of those that *cadences* lie in, in which the group is due."""
    return [
        cadence.slot
        for cadence in cadences
        if (WORKSPACE, GROUP) in [found async for found in schedules.due(cadence.slot)]
    ]


@pytest.mark.parametrize("cadence", [DAILY, *(Cadence("weekly", day) for day in range(len(DAYS)))], ids=str)
async def test_a_schedule_is_read_as_it_was_saved(tables: TableStore, cadence: Cadence) -> None:
    schedules = TableSchedules(tables)
    etag = await schedules.save(WORKSPACE, GROUP, a_schedule(cadence), read=None)

    found = await schedules.schedule(WORKSPACE, GROUP)

    assert found is not None
    assert (found.value, found.etag) == (Schedule(cadence, enabled=True, revision=1, changed_at=MIDNIGHT), etag)
    assert await due(schedules, cadence) == [cadence.slot]


async def test_each_change_is_the_next_revision_whatever_it_says_itself(tables: TableStore) -> None:
    schedules = TableSchedules(tables)

    assert (await changed(schedules, a_schedule(revision=41))).value.revision == 1
    assert (await changed(schedules, a_schedule(revision=41))).value.revision == 2


async def test_a_group_is_due_in_its_new_cadence_only(tables: TableStore) -> None:
    schedules = TableSchedules(tables)
    for cadence in (DAILY, MONDAYS, FRIDAYS, MONDAYS):
        await changed(schedules, a_schedule(cadence))

        assert await due(schedules, DAILY, MONDAYS, FRIDAYS) == [cadence.slot]


@pytest.mark.parametrize("off", [a_schedule(enabled=False), a_schedule(deleted=True)], ids=["paused", "deleted"])
async def test_a_schedule_that_is_off_is_not_due_until_it_is_on_again(tables: TableStore, off: Schedule) -> None:
    schedules = TableSchedules(tables)
    await changed(schedules, a_schedule())
    await changed(schedules, off)

    assert await due(schedules, DAILY) == []

    await changed(schedules, a_schedule())

    assert await due(schedules, DAILY) == [DAILY.slot]


async def test_a_schedule_that_is_off_with_another_cadence_is_due_in_neither(tables: TableStore) -> None:
    schedules = TableSchedules(tables)
    await changed(schedules, a_schedule(DAILY))
    await changed(schedules, a_schedule(MONDAYS, enabled=False))

    assert await due(schedules, DAILY, MONDAYS) == []


async def test_a_deleted_schedule_goes_on_counting_but_is_not_listed(tables: TableStore) -> None:
    schedules = TableSchedules(tables)
    await changed(schedules, a_schedule())
    deleted = await changed(schedules, a_schedule(deleted=True))

    assert (deleted.value.deleted, deleted.value.revision) == (True, 2)
    assert [row async for row in schedules.all(WORKSPACE)] == []
    assert (await changed(schedules, a_schedule())).value.revision == 3


async def test_all_are_the_schedules_of_this_workspace_in_order_with_their_etags(tables: TableStore) -> None:
    schedules = TableSchedules(tables)
    etags = {
        name: await schedules.save(WORKSPACE, GroupId(name), a_schedule(MONDAYS), read=None) for name in ("b", "a")
    }
    await schedules.save(WorkspaceId("other"), GroupId("c"), a_schedule(), read=None)

    assert [row async for row in schedules.all(WORKSPACE)] == [
        (GroupId("a"), a_schedule(MONDAYS), etags["a"]),
        (GroupId("b"), a_schedule(MONDAYS), etags["b"]),
    ]


async def test_a_change_that_was_decided_on_an_old_schedule_is_refused(tables: TableStore) -> None:
    schedules = TableSchedules(tables)
    old = await changed(schedules, a_schedule())
    await changed(schedules, a_schedule(MONDAYS))

    with pytest.raises(RowConflict):
        await schedules.save(WORKSPACE, GROUP, a_schedule(enabled=False), read=old)
    with pytest.raises(RowConflict):
        await schedules.save(WORKSPACE, GROUP, a_schedule(), read=None)

    found = await schedules.schedule(WORKSPACE, GROUP)
    assert found is not None
    assert found.value == replace(a_schedule(MONDAYS), revision=2)
    assert MONDAYS.slot in await due(schedules, DAILY, MONDAYS)


async def test_a_writer_that_is_late_does_not_set_a_slot_back(tables: TableStore) -> None:
    """Else an even later one, still to switch the slot off for a revision between the two, would do so."""
    schedules = TableSchedules(tables)
    old = await changed(schedules, a_schedule(DAILY))
    await changed(schedules, a_schedule(MONDAYS))
    await changed(schedules, a_schedule(DAILY))
    with pytest.raises(RowConflict):
        await schedules.save(WORKSPACE, GROUP, a_schedule(DAILY), read=old)

    slot = await tables.get(DUE_SLOTS, DAILY.slot, f"{WORKSPACE}|{GROUP}")

    assert slot is not None
    assert slot.cells == {"revision": 3, "on": True}


async def test_due_groups_come_in_key_order_and_go_on_behind_a_given_one(tables: TableStore) -> None:
    schedules = TableSchedules(tables)
    pairs = [(WorkspaceId(w), GroupId(g)) for w in ("a", "a-b", "b") for g in ("x", "x-1", "y")]
    for workspace, group in reversed(pairs):
        await schedules.save(workspace, group, a_schedule(), read=None)
    found = [pair async for pair in schedules.due(DAILY.slot)]

    assert sorted(found) == pairs
    assert found == sorted(pairs, key="|".join)
    assert [pair async for pair in schedules.due(DAILY.slot, after=found[3])] == found[4:]
