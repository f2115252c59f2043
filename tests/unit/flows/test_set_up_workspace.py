"""Connect a workspace, confirm its rules, link its groups."""

from __future__ import annotations

import pytest

from sync_core.domain.errors import GroupGone, SyncRefused
from sync_core.domain.ids import EntraGroupId, GroupId
from sync_core.domain.options import SyncOptions
from sync_core.domain.workspaces import ConnectionStatus, Rulebook, Workspace
from sync_core.flows.set_up_workspace import confirm_rules, connect, link_group, put_workspace
from tests.builders import MIDNIGHT, TENANT, WORKSPACE, a_connection
from tests.fakes.world import World, a_group, a_tenant
from tests.unit.flows.worlds import lost_answer_of

SALES, SUPPORT = GroupId("sales"), GroupId("support")
IN_ENTRA, OTHER_IN_ENTRA = EntraGroupId("entra-sales"), EntraGroupId("entra-support")


async def connected() -> World:
    world = World(
        a_tenant([], [a_group(IN_ENTRA, displayName="Sales", description="Who sells"), a_group(OTHER_IN_ENTRA)])
    )
    return await world.set_up(groups=())


async def linked(world: World) -> list[str]:
    return [group.id async for group, _ in world.services.groups.all(WORKSPACE)]


async def test_a_connected_workspace_says_to_which_tenant() -> None:
    world = await connected()

    connection = await world.services.workspaces.connection(WORKSPACE)

    assert connection is not None
    assert (connection.value.tenant, connection.value.status) == (TENANT, ConnectionStatus.CONNECTED)


async def test_rules_are_confirmed_when_they_are_saved() -> None:
    world = World()
    rules = Rulebook(options=SyncOptions(include_guests=True))
    before = (await world.services.workspaces.rulebook(WORKSPACE)).value

    await confirm_rules(world.services, WORKSPACE, rules)

    after = (await world.services.workspaces.rulebook(WORKSPACE)).value
    assert (before.confirmed_at, after.confirmed_at, after.options) == (None, MIDNIGHT, rules.options)


async def test_a_group_is_linked_under_its_name_in_entra() -> None:
    world = await connected()

    group = await link_group(world.services, WORKSPACE, SALES, entra_group=IN_ENTRA)

    assert (group.name, group.description, group.entra_id, group.generation) == ("Sales", "Who sells", IN_ENTRA, 1)
    found = await world.services.groups.group(WORKSPACE, SALES)
    assert found is not None
    assert found.value == group


async def test_linking_the_same_two_again_changes_nothing() -> None:
    world = await connected()
    first = await link_group(world.services, WORKSPACE, SALES, entra_group=IN_ENTRA)
    world.entra.groups[IN_ENTRA]["displayName"] = "Renamed since"

    assert await link_group(world.services, WORKSPACE, SALES, entra_group=IN_ENTRA) == first


async def test_one_entra_group_is_linked_once() -> None:
    world = await connected()
    await link_group(world.services, WORKSPACE, SALES, entra_group=IN_ENTRA)

    with pytest.raises(SyncRefused) as refused:
        await link_group(world.services, WORKSPACE, SUPPORT, entra_group=IN_ENTRA)

    assert refused.value.code == "already-linked"
    assert await linked(world) == [SALES]


async def test_a_group_that_is_linked_is_not_linked_to_another() -> None:
    world = await connected()
    await link_group(world.services, WORKSPACE, SALES, entra_group=IN_ENTRA)

    with pytest.raises(SyncRefused) as refused:
        await link_group(world.services, WORKSPACE, SALES, entra_group=OTHER_IN_ENTRA)

    assert refused.value.code == "group-taken"


@pytest.mark.parametrize("status", [None, ConnectionStatus.PENDING, ConnectionStatus.DISCONNECTED])
async def test_without_a_connection_no_group_is_linked(status: ConnectionStatus | None) -> None:
    world = World(a_tenant([], [a_group(IN_ENTRA)]))
    await put_workspace(world.services, Workspace(WORKSPACE, "Acme", "business"))
    if status is not None:
        await connect(world.services, WORKSPACE, tenant=TENANT)
        await world.services.workspaces.put_connection(WORKSPACE, a_connection(status=status))

    with pytest.raises(SyncRefused) as refused:
        await link_group(world.services, WORKSPACE, SALES, entra_group=IN_ENTRA)

    assert refused.value.code == "not-connected"


async def test_a_group_that_entra_does_not_know_is_not_linked() -> None:
    world = await connected()

    with pytest.raises(GroupGone):
        await link_group(world.services, WORKSPACE, SALES, entra_group=EntraGroupId("nowhere"))

    assert await linked(world) == []


async def test_a_link_whose_answer_was_lost_is_made() -> None:
    world = await connected()
    world.tables.after_write = lost_answer_of("Groups")

    group = await link_group(world.services, WORKSPACE, SALES, entra_group=IN_ENTRA)

    assert group.entra_id == IN_ENTRA
    assert await linked(world) == [SALES]
