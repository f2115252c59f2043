"""What the hourly watch asks of the records: to be looked over as a whole, mended, and erased."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sync_core.adapters.tables.groups import TableGroups
from sync_core.adapters.tables.holds import TableHolds
from sync_core.adapters.tables.journal import TableJournal
from sync_core.adapters.tables.names import TABLES as ALL_TABLES
from sync_core.adapters.tables.runs import TableRuns
from sync_core.adapters.tables.schedules import TableSchedules
from sync_core.adapters.tables.states import TableGroupStates
from sync_core.adapters.tables.workspaces import TableWorkspaces
from sync_core.domain.holds import HeldKind, HeldPerson, Hold
from sync_core.domain.ids import EntraGroupId, EntraUserId, GroupId, RecipientId, TenantId, WorkspaceId
from sync_core.domain.journal import PEOPLE
from sync_core.domain.runs import Mode, manual_run_id, night_run_id
from sync_core.domain.workspaces import ConnectionStatus
from sync_core.ports import RowWrite, Stored
from tests.builders import (
    DAILY,
    GROUP,
    MIDNIGHT,
    MONDAYS,
    NIGHT,
    RUN,
    WORKSPACE,
    a_connection,
    a_group_state,
    a_journal_page,
    a_linked_group,
    a_rulebook,
    a_run,
    a_schedule,
    a_workspace,
)

if TYPE_CHECKING:
    from sync_core.ports import TableStore

TABLES = ALL_TABLES
OTHER = WorkspaceId("other")
DAY = timedelta(days=1)


async def due(schedules: TableSchedules, slot: str) -> list[tuple[str, str]]:
    return [one async for one in schedules.due(slot)]


async def test_every_workspace_is_found_once(tables: TableStore) -> None:
    workspaces = TableWorkspaces(tables)
    for workspace in (WORKSPACE, OTHER):
        await workspaces.save_workspace(a_workspace(id=workspace), read=None)
        await workspaces.put_connection(workspace, a_connection())
        await workspaces.put_rulebook(workspace, a_rulebook())

    assert sorted([one async for one in workspaces.all()]) == [WORKSPACE, OTHER]


async def test_every_connection_is_found_with_what_a_later_write_must_name(tables: TableStore) -> None:
    workspaces = TableWorkspaces(tables)
    failed = a_connection(status=ConnectionStatus.FAILED, tenant=TenantId("t"), tried_at=MIDNIGHT)
    await workspaces.save_workspace(a_workspace(), read=None)
    await workspaces.put_connection(WORKSPACE, failed)
    await workspaces.put_connection(OTHER, a_connection())
    await workspaces.put_rulebook(WORKSPACE, a_rulebook())

    found = {workspace: stored async for workspace, stored in workspaces.connections()}
    await workspaces.save_connection(WORKSPACE, a_connection(), etag=found[WORKSPACE].etag)

    assert {workspace: stored.value for workspace, stored in found.items()} == {
        WORKSPACE: failed,
        OTHER: a_connection(),
    }


async def test_groups_that_are_marked_and_still_linked_are_found(tables: TableStore) -> None:
    groups = TableGroups(tables)
    for name in ("a", "b", "c"):
        group = a_linked_group(id=GroupId(name), entra_id=EntraGroupId(name))
        await groups.add(OTHER, group)
        if name != "a":
            await groups.mark_unlinking(OTHER, group)
    await groups.remove(OTHER, a_linked_group(id=GroupId("c"), entra_id=EntraGroupId("c")))

    assert [one async for one in groups.half_unlinked()] == [(OTHER, "b")]


async def test_the_state_of_every_group_is_found(tables: TableStore) -> None:
    states = TableGroupStates(tables)
    etag = await states.save(WORKSPACE, GROUP, a_group_state(order="an order"), etag=None)
    await states.save(OTHER, GROUP, a_group_state(generation=2), etag=None)

    found = {(workspace, group): state async for workspace, group, state in states.all()}

    assert found[WORKSPACE, GROUP] == Stored(a_group_state(order="an order"), etag)
    assert found[OTHER, GROUP].value == a_group_state(generation=2)
    assert len(found) == 2


async def test_every_schedule_that_is_on_is_found(tables: TableStore) -> None:
    schedules = TableSchedules(tables)
    for workspace, group, schedule in (
        (WORKSPACE, "on", a_schedule()),
        (WORKSPACE, "paused", a_schedule(enabled=False)),
        (WORKSPACE, "deleted", a_schedule(deleted=True)),
        (OTHER, "on", a_schedule(MONDAYS)),
    ):
        await schedules.save(workspace, GroupId(group), schedule, read=None)

    found = {(workspace, group): schedule async for workspace, group, schedule in schedules.everywhere()}

    assert found == {(WORKSPACE, "on"): a_schedule(DAILY), (OTHER, "on"): a_schedule(MONDAYS)}


@pytest.mark.parametrize("lost", ["missing", "off"])
async def test_a_lost_slot_is_switched_on_for_the_schedules_revision(tables: TableStore, lost: str) -> None:
    schedules = TableSchedules(tables)
    await schedules.save(WORKSPACE, GROUP, a_schedule(), read=None)
    key = f"{WORKSPACE}|{GROUP}"
    away = RowWrite("delete", key, {}) if lost == "missing" else RowWrite("merge", key, {"on": False})
    await tables.write("DueSlots", "daily", [away])

    assert await schedules.mend_slot(WORKSPACE, GROUP, a_schedule())
    assert not await schedules.mend_slot(WORKSPACE, GROUP, a_schedule())

    row = await tables.get("DueSlots", "daily", key)
    assert row is not None
    assert row.cells == {"revision": 1, "on": True}
    assert await due(schedules, "daily") == [(WORKSPACE, GROUP)]


async def test_a_slot_that_is_off_for_a_later_revision_is_not_lost(tables: TableStore) -> None:
    schedules = TableSchedules(tables)
    await tables.write(
        "DueSlots", "daily", [RowWrite("insert", f"{WORKSPACE}|{GROUP}", {"revision": 2, "on": False})]
    )

    assert not await schedules.mend_slot(WORKSPACE, GROUP, a_schedule())

    assert await due(schedules, "daily") == []


async def test_older_runs_are_told_from_newer_ones_by_the_time_they_were_due_or_asked_for(tables: TableStore) -> None:
    runs = TableRuns(tables)
    kept, older = MIDNIGHT - 10 * DAY, MIDNIGHT - 11 * DAY
    expected = [
        manual_run_id(older + timedelta(hours=23), request="q"),
        night_run_id(older.date(), generation=1),
        manual_run_id(older - DAY, request="p", mode=Mode.UNLINK),
    ]
    newer = [RUN, night_run_id(NIGHT - DAY, generation=2), manual_run_id(kept + timedelta(seconds=1), request="r")]
    for run in (*expected, *newer):
        await runs.save(WORKSPACE, GROUP, a_run(id=run), etag=None)
    await runs.save(OTHER, GROUP, a_run(id=expected[0]), etag=None)

    assert [run async for run in runs.older_than(WORKSPACE, GROUP, kept)] == expected


async def test_a_deleted_run_is_gone_and_may_be_deleted_twice(tables: TableStore) -> None:
    runs = TableRuns(tables)
    for workspace, group in ((WORKSPACE, GROUP), (OTHER, GROUP), (WORKSPACE, PEOPLE)):
        await runs.save(workspace, group, a_run(), etag=None)

    for _ in range(2):
        await runs.delete(WORKSPACE, GROUP, RUN)

    assert await runs.run(WORKSPACE, GROUP, RUN) is None
    assert await runs.run(OTHER, GROUP, RUN) is not None
    assert await runs.run(WORKSPACE, PEOPLE, RUN) is not None


async def test_a_journal_is_erased_piece_by_piece(tables: TableStore) -> None:
    journal = TableJournal(tables)
    other = night_run_id(NIGHT - DAY, generation=1)
    for start in range(0, 250, 50):
        await journal.write(WORKSPACE, GROUP, RUN, [a_journal_page(number=start + n) for n in range(50)])
    await journal.write(WORKSPACE, GROUP, other, [a_journal_page()])

    erased = [await journal.erase(WORKSPACE, GROUP, RUN, at_most=120) for _ in range(4)]

    assert erased == [120, 120, 10, 0]
    assert [page async for page in journal.summaries(WORKSPACE, GROUP, RUN)] == []
    assert len([page async for page in journal.summaries(WORKSPACE, GROUP, other)]) == 1


async def test_a_list_of_held_people_is_erased_with_its_decision(tables: TableStore) -> None:
    holds = TableHolds(tables)
    people = [
        HeldPerson(RecipientId(f"r-{n}"), EntraUserId(f"u{n}"), HeldKind.REMOVAL, "left-in-entra") for n in range(5)
    ]
    await holds.freeze(WORKSPACE, GROUP, RUN, attempt="a1", people=people)
    await holds.save(WORKSPACE, GROUP, Hold(RUN, "a1", "d", 5, "why", MIDNIGHT), etag=None)

    assert await holds.erase(WORKSPACE, GROUP, RUN, at_most=100) == 6

    assert await holds.hold(WORKSPACE, GROUP, RUN) is None
    assert [one async for one in holds.people(WORKSPACE, GROUP, RUN, attempt="a1")] == []


async def test_nothing_is_erased_where_nothing_may_be(tables: TableStore) -> None:
    journal = TableJournal(tables)
    await journal.write(WORKSPACE, GROUP, RUN, [a_journal_page()])

    assert await journal.erase(WORKSPACE, GROUP, RUN, at_most=0) == 0

    assert len([page async for page in journal.summaries(WORKSPACE, GROUP, RUN)]) == 1
