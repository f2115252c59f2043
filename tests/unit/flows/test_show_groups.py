"""Linked groups, page by page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.adapters.tables.groups import TableGroups
from sync_core.domain.directory import LinkedGroup
from sync_core.domain.errors import SyncRefused
from sync_core.domain.ids import EntraGroupId, GroupId
from sync_core.flows import show_groups
from sync_core.flows.manage_schedules import delete_schedule
from sync_core.flows.show_groups import GroupsShown, list_groups, show_group
from sync_core.ports import MAX_ROWS_PER_READ
from tests.builders import WORKSPACE
from tests.fakes.memory_tables import MemoryTables
from tests.fakes.world import World, a_group, a_tenant, a_user

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sync_core.ports import StoredRow


class CountedRows(MemoryTables):
    """The rows of *tables*; counts those that queries fetch, needed or not."""

    def __init__(self, tables: MemoryTables) -> None:
        super().__init__()
        self._partitions = tables._partitions
        self.read = 0

    async def query(
        self, table: str, partition: str, *, at_a_time: int = MAX_ROWS_PER_READ, **details: Any
    ) -> AsyncIterator[StoredRow]:
        fetched = 0
        async for row in super().query(table, partition, at_a_time=at_a_time, **details):
            if fetched % at_a_time == 0:
                self.read += at_a_time
            fetched += 1
            yield row


async def world_of(*names: str) -> World:
    world = World()
    for number, name in enumerate(names):
        linked = LinkedGroup(GroupId(f"g{number:05}"), EntraGroupId(f"e{number}"), name, f"Description {number}")
        assert await world.services.groups.add(WORKSPACE, linked)
    return world


def names_of(page: GroupsShown) -> list[str]:
    return [one.group.name for one in page.groups]


async def test_a_group_is_shown_with_its_last_run_and_whether_it_has_a_schedule() -> None:
    world = await World(a_tenant([a_user("u1")], [a_group("g1", "u1")])).set_up()
    await world.night()

    shown = await show_group(world.services, WORKSPACE, GroupId("g1"))

    assert shown.has_schedule
    assert shown.last_run is not None
    assert shown.last_run.counts.added == 1
    assert (await list_groups(world.services, WORKSPACE, limit=5)).groups == (shown,)


async def test_a_deleted_schedule_is_none() -> None:
    world = await World(a_tenant([], [a_group("g1")])).set_up()
    await delete_schedule(world.services, WORKSPACE, GroupId("g1"))

    assert not (await show_group(world.services, WORKSPACE, GroupId("g1"))).has_schedule


async def test_a_group_that_is_not_linked_is_not_shown() -> None:
    world = await world_of()

    with pytest.raises(SyncRefused) as refused:
        await show_group(world.services, WORKSPACE, GroupId("g1"))

    assert refused.value.code == "group-not-linked"


async def test_the_pages_hold_every_group_once() -> None:
    world = await world_of("A", "B", "C", "D", "E")

    first = await list_groups(world.services, WORKSPACE, limit=2)
    second = await list_groups(world.services, WORKSPACE, limit=2, after=first.next_after)
    third = await list_groups(world.services, WORKSPACE, limit=2, after=second.next_after)

    assert [names_of(page) for page in (first, second, third)] == [["A", "B"], ["C", "D"], ["E"]]
    assert third.next_after is None


async def test_a_full_last_page_has_no_next_one() -> None:
    world = await world_of("A", "B")

    assert (await list_groups(world.services, WORKSPACE, limit=2)).next_after is None


async def test_only_groups_that_hold_the_words_are_listed() -> None:
    world = await world_of("Sales Berlin", "Support", "Sales Paris")

    assert names_of(await list_groups(world.services, WORKSPACE, search="SALES", limit=5)) == [
        "Sales Berlin",
        "Sales Paris",
    ]
    assert names_of(await list_groups(world.services, WORKSPACE, search="sales 2", limit=5)) == ["Sales Paris"]


async def test_a_page_of_many_groups_reads_no_more_than_the_page() -> None:
    world = await world_of(*(f"Group {number}" for number in range(60)))
    tables = CountedRows(world.tables)
    groups = TableGroups(tables)

    page = await list_groups(replace(world.services, groups=groups), WORKSPACE, limit=10)

    assert len(page.groups) == 10
    assert tables.read == 11


async def test_a_search_that_finds_little_ends_its_page_and_goes_on() -> None:
    world = await world_of(*("Other" for _ in range(show_groups.MOST_LOOKED_AT + 1)), "Sales")

    first = await list_groups(world.services, WORKSPACE, search="sales", limit=5)
    second = await list_groups(world.services, WORKSPACE, search="sales", limit=5, after=first.next_after)

    assert (names_of(first), names_of(second)) == ([], ["Sales"])
    assert second.next_after is None
