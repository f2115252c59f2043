"""Link a group that somebody chose."""

from __future__ import annotations

import asyncio

import pytest

from sync_core.domain.errors import SyncRefused
from sync_core.domain.ids import EntraGroupId, GroupId, group_of, is_id
from sync_core.flows.link_entra_group import link_entra_group
from tests.builders import WORKSPACE
from tests.fakes.world import World, a_group, a_tenant

SALES = EntraGroupId("5B0A1D2C-0000-4000-8000-000000000001")


async def a_world() -> World:
    return await World(a_tenant([], [a_group(SALES, displayName="Sales"), a_group("g2")])).set_up(groups=())


async def linked(world: World) -> list[str]:
    return [group.id async for group, _ in world.services.groups.all(WORKSPACE)]


async def test_a_group_without_an_id_of_its_own_gets_one_from_entras() -> None:
    world = await a_world()

    group, created = await link_entra_group(world.services, WORKSPACE, SALES)

    assert created
    assert is_id(group)
    assert await linked(world) == [group]


async def test_asked_for_again_it_is_the_same_link() -> None:
    world = await a_world()
    first, _ = await link_entra_group(world.services, WORKSPACE, SALES)

    again, created = await link_entra_group(world.services, WORKSPACE, SALES)

    assert (again, created) == (first, False)


async def test_two_who_ask_at_once_make_one_link() -> None:
    world = await a_world()

    answers = await asyncio.gather(*(link_entra_group(world.services, WORKSPACE, SALES) for _ in range(3)))

    assert len({group for group, _ in answers}) == 1
    assert len(await linked(world)) == 1


def test_the_id_does_not_hang_on_how_entras_is_written() -> None:
    assert group_of(SALES) == group_of(EntraGroupId(SALES.lower()))


async def test_a_group_that_entra_does_not_have_is_not_linked() -> None:
    world = await a_world()

    with pytest.raises(SyncRefused) as refused:
        await link_entra_group(world.services, WORKSPACE, EntraGroupId("nowhere"))

    assert refused.value.code == "entra-group-not-found"
    assert await linked(world) == []


async def test_who_links_what_is_linked_elsewhere_is_told_where() -> None:
    world = await a_world()
    await link_entra_group(world.services, WORKSPACE, SALES, group=GroupId("vertrieb"))

    with pytest.raises(SyncRefused, match="vertrieb") as refused:
        await link_entra_group(world.services, WORKSPACE, SALES)

    assert refused.value.code == "already-linked"
