from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.adapters.tables.groups import TableGroups
from sync_core.adapters.tables.names import GROUPS
from sync_core.domain.ids import EntraGroupId, GroupId, WorkspaceId
from sync_core.domain.runs import Counts, Reason, RunState
from tests.builders import GROUP, MIDNIGHT, WORKSPACE, a_linked_group, a_run_summary

if TYPE_CHECKING:
    from sync_core.ports import TableStore

TABLES = (GROUPS,)


async def test_a_group_is_read_as_it_was_added(tables: TableStore) -> None:
    groups = TableGroups(tables)

    assert await groups.add(WORKSPACE, a_linked_group(generation=3))

    found = await groups.group(WORKSPACE, GROUP)
    assert found is not None
    assert found.value == a_linked_group(generation=3)


async def test_a_taken_id_is_refused_and_nothing_is_stored(tables: TableStore) -> None:
    groups = TableGroups(tables)
    await groups.add(WORKSPACE, a_linked_group())

    assert not await groups.add(WORKSPACE, a_linked_group(name="Another", entra_id=EntraGroupId("other")))

    found = await groups.group(WORKSPACE, GROUP)
    assert found is not None
    assert found.value == a_linked_group()


async def test_a_group_that_never_ran_has_no_last_run(tables: TableStore) -> None:
    groups = TableGroups(tables)
    await groups.add(WORKSPACE, a_linked_group())

    assert await groups.last_run(WORKSPACE, GROUP) is None
    assert [last async for _, last in groups.all(WORKSPACE)] == [None]


async def test_the_last_run_is_kept_through_a_change_of_the_details(tables: TableStore) -> None:
    groups = TableGroups(tables)
    await groups.add(WORKSPACE, a_linked_group())
    summary = a_run_summary(reason=Reason("refused", "3 people could not be taken in."), ended_at=MIDNIGHT)
    await groups.save_last_run(WORKSPACE, GROUP, summary)
    renamed = a_linked_group(name="Sales and more", description="", members=13)
    await groups.save_details(WORKSPACE, renamed)

    assert [row async for row in groups.all(WORKSPACE)] == [(renamed, summary)]


async def test_a_later_run_without_a_reason_leaves_no_old_one(tables: TableStore) -> None:
    groups = TableGroups(tables)
    await groups.add(WORKSPACE, a_linked_group())
    failed = a_run_summary(state=RunState.FAILED, reason=Reason("gone", "The group is gone."), ended_at=MIDNIGHT)
    await groups.save_last_run(WORKSPACE, GROUP, failed)
    later = a_run_summary(counts=Counts())
    await groups.save_last_run(WORKSPACE, GROUP, later)

    assert await groups.last_run(WORKSPACE, GROUP) == later


async def test_a_group_that_was_unlinked_meanwhile_stays_unlinked(tables: TableStore) -> None:
    groups = TableGroups(tables)
    await groups.save_last_run(WORKSPACE, GROUP, a_run_summary())
    await groups.save_details(WORKSPACE, a_linked_group())

    assert await groups.group(WORKSPACE, GROUP) is None


async def test_all_are_the_groups_of_this_workspace_in_order_of_their_ids(tables: TableStore) -> None:
    groups = TableGroups(tables)
    for name in ("b", "a", "c"):
        await groups.add(WORKSPACE, a_linked_group(id=GroupId(name)))
    await groups.add(WorkspaceId("other"), a_linked_group(id=GroupId("d")))

    assert [group.id async for group, _ in groups.all(WORKSPACE)] == ["a", "b", "c"]
