from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sync_core.adapters.tables.groups import TableGroups
from sync_core.adapters.tables.names import GROUPS
from sync_core.domain.glance import NOTHING, Glance, RunMark
from sync_core.domain.ids import EntraGroupId, GroupId, WorkspaceId
from sync_core.domain.runs import Counts, Reason, RunState
from tests.builders import ENTRA_GROUP, GROUP, MIDNIGHT, NIGHT, RUN, WORKSPACE, a_linked_group, a_run_summary
from tests.fakes.memory_tables import MemoryTables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync_core.domain.runs import RunSummary
    from sync_core.ports import RowWrite, TableStore

TABLES = (GROUPS,)


async def show_last_run(groups: TableGroups, summary: RunSummary | None = None) -> None:
    """Let lists show *summary* as the group's last run."""
    after = Glance(last=summary or a_run_summary())
    await groups.change_glance(WORKSPACE, GROUP, before=NOTHING, after=after)


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
    await show_last_run(groups, summary)
    renamed = a_linked_group(name="Sales and more", description="", members=13)
    await groups.save_details(WORKSPACE, renamed)

    assert [row async for row in groups.all(WORKSPACE)] == [(renamed, summary)]


async def test_a_later_run_without_a_reason_leaves_no_old_one(tables: TableStore) -> None:
    groups = TableGroups(tables)
    await groups.add(WORKSPACE, a_linked_group())
    failed = a_run_summary(state=RunState.FAILED, reason=Reason("gone", "The group is gone."), ended_at=MIDNIGHT)
    await show_last_run(groups, failed)
    later = a_run_summary(counts=Counts())
    await show_last_run(groups, later)

    assert await groups.last_run(WORKSPACE, GROUP) == later


async def test_a_group_that_was_unlinked_meanwhile_stays_unlinked(tables: TableStore) -> None:
    groups = TableGroups(tables)
    await show_last_run(groups)
    await groups.save_details(WORKSPACE, a_linked_group())

    assert await groups.group(WORKSPACE, GROUP) is None


async def test_all_are_the_groups_of_this_workspace_in_order_of_their_ids(tables: TableStore) -> None:
    groups = TableGroups(tables)
    for name in ("b", "a", "c"):
        await groups.add(WORKSPACE, a_linked_group(id=GroupId(name), entra_id=EntraGroupId(name)))
    await groups.add(WorkspaceId("other"), a_linked_group(id=GroupId("d")))

    assert [group.id async for group, _ in groups.all(WORKSPACE)] == ["a", "b", "c"]


async def test_an_entra_group_is_linked_once_in_a_workspace(tables: TableStore) -> None:
    groups = TableGroups(tables)
    await groups.add(WORKSPACE, a_linked_group())
    again = a_linked_group(id=GroupId("again"), entra_id=EntraGroupId(ENTRA_GROUP.upper()))

    assert not await groups.add(WORKSPACE, again)

    assert await groups.group(WORKSPACE, again.id) is None
    assert await groups.linked_to(WORKSPACE, ENTRA_GROUP) == GROUP
    assert await groups.add(WorkspaceId("other"), again)


async def test_a_removed_group_leaves_its_generation_and_frees_its_entra_group(tables: TableStore) -> None:
    groups = TableGroups(tables)
    await groups.add(WORKSPACE, a_linked_group(generation=2))

    await groups.remove(WORKSPACE, a_linked_group(generation=2))

    assert await groups.group(WORKSPACE, GROUP) is None
    assert [group async for group, _ in groups.all(WORKSPACE)] == []
    assert await groups.linked_to(WORKSPACE, ENTRA_GROUP) is None
    assert await groups.last_generation(WORKSPACE, GROUP) == 2


async def test_the_last_run_of_a_group_that_was_unlinked_meanwhile_brings_nothing_back(tables: TableStore) -> None:
    groups = TableGroups(tables)
    await groups.add(WORKSPACE, a_linked_group())
    await groups.remove(WORKSPACE, a_linked_group())

    await show_last_run(groups)

    assert await groups.group(WORKSPACE, GROUP) is None
    assert await groups.last_run(WORKSPACE, GROUP) is None


async def test_a_group_is_linked_again_under_a_newer_generation_alone(tables: TableStore) -> None:
    groups = TableGroups(tables)
    await groups.add(WORKSPACE, a_linked_group(generation=2))
    await show_last_run(groups)
    await groups.remove(WORKSPACE, a_linked_group(generation=2))

    assert not await groups.add(WORKSPACE, a_linked_group(generation=2))
    assert await groups.add(WORKSPACE, a_linked_group(generation=3))

    assert [row async for row in groups.all(WORKSPACE)] == [(a_linked_group(generation=3), None)]


async def test_a_group_that_is_marked_keeps_everything_else(tables: TableStore) -> None:
    groups = TableGroups(tables)
    await groups.add(WORKSPACE, a_linked_group())
    await show_last_run(groups)

    assert await groups.mark_unlinking(WORKSPACE, a_linked_group())

    assert [row async for row in groups.all(WORKSPACE)] == [(a_linked_group(unlinking=True), a_run_summary())]


async def test_a_newer_link_is_neither_marked_nor_removed_for_an_older_one(tables: TableStore) -> None:
    groups = TableGroups(tables)
    await groups.add(WORKSPACE, a_linked_group(generation=2))

    assert not await groups.mark_unlinking(WORKSPACE, a_linked_group(generation=1))
    await groups.remove(WORKSPACE, a_linked_group(generation=1))

    found = await groups.group(WORKSPACE, GROUP)
    assert found is not None
    assert found.value == a_linked_group(generation=2)


async def test_a_run_that_saves_at_the_same_moment_keeps_nobody_from_unlinking() -> None:
    """The summary of a run is written to the same row, without asking."""
    interfered = False

    async def save_last_run(_table: str, _partition: str, rows: Sequence[RowWrite]) -> None:
        nonlocal interfered
        if rows[0].etag != "*" and not interfered:
            interfered = True
            await show_last_run(groups)

    tables = MemoryTables()
    groups = TableGroups(tables)
    await groups.add(WORKSPACE, a_linked_group())
    tables.before_write = save_last_run
    assert await groups.mark_unlinking(WORKSPACE, a_linked_group())
    interfered = False
    await groups.remove(WORKSPACE, a_linked_group())

    assert interfered
    assert await groups.group(WORKSPACE, GROUP) is None


async def test_whatever_was_ever_linked_is_found(tables: TableStore) -> None:
    groups = TableGroups(tables)
    for name in ("a", "b"):
        await groups.add(WORKSPACE, a_linked_group(id=GroupId(name), entra_id=EntraGroupId(name)))
    await groups.add(WorkspaceId("other"), a_linked_group())
    await groups.remove(WORKSPACE, a_linked_group(id=GroupId("a"), entra_id=EntraGroupId("a")))

    assert {one async for one in groups.ever_linked()} == {(WORKSPACE, "a"), (WORKSPACE, "b"), ("other", GROUP)}


async def test_since_when_a_group_is_missing_is_kept_beside_its_details_and_its_last_run(tables: TableStore) -> None:
    groups = TableGroups(tables)
    await groups.add(WORKSPACE, a_linked_group())
    await show_last_run(groups)
    await groups.save_presence(WORKSPACE, GROUP, missing_since=NIGHT, is_gone=True)
    await groups.save_details(WORKSPACE, a_linked_group(name="Sales and more"))

    gone = a_linked_group(name="Sales and more", missing_since=NIGHT, is_gone=True)
    assert [row async for row in groups.all(WORKSPACE)] == [(gone, a_run_summary())]


async def test_a_group_that_is_back_leaves_nothing_of_having_been_missing(tables: TableStore) -> None:
    groups = TableGroups(tables)
    await groups.add(WORKSPACE, a_linked_group())
    await groups.save_presence(WORKSPACE, GROUP, missing_since=NIGHT, is_gone=True)
    await groups.save_presence(WORKSPACE, GROUP, missing_since=None, is_gone=False)

    found = await groups.group(WORKSPACE, GROUP)

    assert found is not None
    assert found.value == a_linked_group()


async def test_the_presence_of_a_group_that_was_unlinked_meanwhile_is_nobodys(tables: TableStore) -> None:
    groups = TableGroups(tables)
    await groups.save_presence(WORKSPACE, GROUP, missing_since=NIGHT, is_gone=False)

    assert await groups.group(WORKSPACE, GROUP) is None


async def test_groups_go_on_behind_any_of_them(tables: TableStore) -> None:
    groups = TableGroups(tables)
    for name in ("a", "b", "c", "d"):
        await groups.add(WORKSPACE, a_linked_group(id=GroupId(name), entra_id=EntraGroupId(f"entra-{name}")))

    async def behind(after: str) -> list[str]:
        return [group.id async for group, _ in groups.all(WORKSPACE, after=GroupId(after), at_a_time=2)]

    assert await behind("a") == ["b", "c", "d"]
    assert await behind("bb") == ["c", "d"]
    assert await behind("d") == []


A_GLANCE = Glance(
    last=a_run_summary(state=RunState.CANCELLED, reason=Reason("cancelled", "Cancelled."), ended_at=MIDNIGHT),
    settled=a_run_summary(ended_at=MIDNIGHT),
    succeeded_at=MIDNIGHT,
    night=NIGHT,
    queued=RunMark(RUN, MIDNIGHT),
    running=RunMark(RUN, MIDNIGHT),
)


async def test_syncs_in_short_are_read_as_they_were_stored(tables: TableStore) -> None:
    groups = TableGroups(tables)
    await groups.add(WORKSPACE, a_linked_group())

    await groups.change_glance(WORKSPACE, GROUP, before=NOTHING, after=A_GLANCE)

    assert await groups.glance(WORKSPACE, GROUP) == A_GLANCE
    assert [row async for row in groups.glances(WORKSPACE)] == [(a_linked_group(), A_GLANCE)]


async def test_a_group_that_never_synced_or_is_not_linked_has_nothing_to_tell(tables: TableStore) -> None:
    groups = TableGroups(tables)
    await groups.add(WORKSPACE, a_linked_group())

    assert await groups.glance(WORKSPACE, GROUP) == NOTHING
    assert await groups.glance(WORKSPACE, GroupId("nobody")) == NOTHING
    assert [row async for row in groups.glances(WORKSPACE)] == [(a_linked_group(), NOTHING)]


async def test_only_what_differs_is_stored(tables: TableStore) -> None:
    """Whoever asks for a sync while another one ends must not take anything back."""
    groups = TableGroups(tables)
    await groups.add(WORKSPACE, a_linked_group())
    await groups.change_glance(WORKSPACE, GROUP, before=NOTHING, after=A_GLANCE)

    await groups.change_glance(WORKSPACE, GROUP, before=Glance(running=RunMark(RUN, MIDNIGHT)), after=NOTHING)

    assert await groups.glance(WORKSPACE, GROUP) == replace(A_GLANCE, running=None)


async def test_syncs_in_short_of_a_group_that_was_unlinked_bring_nothing_back(tables: TableStore) -> None:
    groups = TableGroups(tables)

    await groups.change_glance(WORKSPACE, GROUP, before=NOTHING, after=A_GLANCE)

    assert await groups.glance(WORKSPACE, GROUP) == NOTHING
    assert [row async for row in groups.glances(WORKSPACE)] == []
