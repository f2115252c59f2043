"""What the platform decides about workspaces: they are made, changed, and never shared by two tenants."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sync_core.domain.consent import Consent
from sync_core.domain.errors import SyncRefused, TryAgainLater
from sync_core.domain.ids import TenantId, WorkspaceId
from sync_core.domain.workspaces import Connection, ConnectionStatus, Workspace
from sync_core.flows.manage_schedules import ExpectedRevision
from sync_core.flows.manage_workspaces import managed_workspaces, save_workspace, show_workspace
from tests.builders import MIDNIGHT, TENANT, WORKSPACE, a_connection, a_workspace
from tests.fakes.world import World
from tests.unit.flows.worlds import lost_answer_of, on_write_to

OTHER_TENANT = TenantId("11111111-2222-4333-8444-555555555555")
ANY_CONSENT = Consent("digest", "starter", MIDNIGHT, MIDNIGHT)


async def saved(world: World, *, expected: ExpectedRevision | None = None, **changes: Any) -> tuple[Workspace, bool]:
    return await save_workspace(world.services, a_workspace(**changes), expected=expected)


async def refusal_of(world: World, *, expected: ExpectedRevision | None = None, **changes: Any) -> str:
    with pytest.raises(SyncRefused) as refused:
        await saved(world, expected=expected, **changes)
    return refused.value.code


async def connection_of(world: World) -> Connection:
    found = await world.services.workspaces.connection(WORKSPACE)
    assert found is not None
    return found.value


async def test_a_new_workspace_is_made() -> None:
    world = World()

    workspace, made = await saved(world)

    assert (workspace, made) == (a_workspace(revision=1), True)
    assert await show_workspace(world.services, WORKSPACE) == workspace


async def test_each_change_is_a_revision() -> None:
    world = World()
    await saved(world)

    workspace, made = await saved(world, plan="business")

    assert (workspace, made) == (a_workspace(plan="business", revision=2), False)


async def test_an_equal_workspace_is_left_as_it_is() -> None:
    world = World()
    await saved(world)
    before = world.tables.rows("Workspaces")

    assert await saved(world) == (a_workspace(revision=1), False)
    assert world.tables.rows("Workspaces") == before


async def test_there_is_no_workspace_before_it_is_made() -> None:
    with pytest.raises(SyncRefused) as refused:
        await show_workspace(World().services, WORKSPACE)

    assert refused.value.code == "workspace-not-found"


@pytest.mark.parametrize("revision", [None, 2])
async def test_a_change_of_something_else_than_what_is_there_is_refused(revision: int | None) -> None:
    world = World()
    await saved(world)

    assert await refusal_of(world, expected=ExpectedRevision(revision), plan="business") == "workspace-changed"
    assert await show_workspace(world.services, WORKSPACE) == a_workspace(revision=1)


async def test_what_is_expected_to_be_there_must_be_there() -> None:
    assert await refusal_of(World(), expected=ExpectedRevision(1)) == "workspace-changed"


async def test_somebody_elses_change_in_between_is_refused_where_another_was_expected() -> None:
    world = World()
    await saved(world)
    world.tables.before_write = once(world, plan="starter")

    assert await refusal_of(world, expected=ExpectedRevision(1), plan="business") == "workspace-changed"
    assert (await show_workspace(world.services, WORKSPACE)).plan == "starter"


async def test_without_expectations_the_later_change_stands() -> None:
    world = World()
    await saved(world)
    world.tables.before_write = once(world, plan="starter")

    workspace, _ = await saved(world, plan="business")

    assert workspace == a_workspace(plan="business", revision=3)


async def test_of_two_who_make_it_the_later_one_changes_it() -> None:
    world = World()
    world.tables.before_write = once(world, plan="starter")

    workspace, _ = await saved(world, plan="business")

    assert workspace == a_workspace(plan="business", revision=2)


@pytest.mark.parametrize("expected", [None, ExpectedRevision(1)])
async def test_a_change_whose_answer_was_lost_was_made(expected: ExpectedRevision | None) -> None:
    world = World()
    await saved(world)
    world.tables.after_write = lost_answer_of("Workspaces")

    workspace, made = await saved(world, expected=expected, plan="business")

    assert (workspace, made) == (a_workspace(plan="business", revision=2), False)


async def test_a_workspace_whose_makings_answer_was_lost_was_made() -> None:
    world = World()
    world.tables.after_write = lost_answer_of("Workspaces")

    assert await saved(world, expected=ExpectedRevision(None)) == (a_workspace(revision=1), True)


async def test_changes_that_never_end_put_this_one_off() -> None:
    world = World()
    await saved(world)
    names = iter(range(100))

    async def change(*_: object) -> None:
        world.tables.before_write = None
        await saved(world, name=f"Acme {next(names)}")
        world.tables.before_write = change

    world.tables.before_write = change
    with pytest.raises(TryAgainLater):
        await saved(world, plan="business")


@pytest.mark.parametrize("status", [ConnectionStatus.CONNECTED, ConnectionStatus.FAILED])
@pytest.mark.parametrize("tenant", [OTHER_TENANT, None])
async def test_a_workspace_that_is_connected_elsewhere_keeps_its_tenant(
    status: ConnectionStatus, tenant: TenantId | None
) -> None:
    world = World()
    await saved(world)
    await world.services.workspaces.put_connection(WORKSPACE, a_connection(status=status))

    assert await refusal_of(world, tenant=tenant) == "connected-elsewhere"
    assert await show_workspace(world.services, WORKSPACE) == a_workspace(revision=1)


async def test_plan_and_name_of_a_connected_workspace_change_freely() -> None:
    world = World()
    await saved(world)
    await world.services.workspaces.put_connection(WORKSPACE, a_connection())

    workspace, _ = await saved(world, plan="starter", name="Acme Ltd", tenant=TenantId(TENANT.upper()))

    assert (workspace.plan, workspace.name) == ("starter", "Acme Ltd")


async def test_a_workspace_that_nobody_manages_goes_to_the_tenant_that_it_is_connected_to() -> None:
    world = World()
    await saved(world, tenant=None)
    await world.services.workspaces.put_connection(WORKSPACE, a_connection())

    workspace, _ = await saved(world)

    assert workspace.tenant == TENANT
    assert (await connection_of(world)).status is ConnectionStatus.CONNECTED


async def test_a_disconnected_workspace_goes_to_another_tenant() -> None:
    world = World()
    await saved(world)
    history = a_connection(status=ConnectionStatus.DISCONNECTED)
    await world.services.workspaces.put_connection(WORKSPACE, history)

    workspace, _ = await saved(world, tenant=OTHER_TENANT)

    assert workspace.tenant == OTHER_TENANT
    assert await connection_of(world) == history


async def test_a_consent_that_is_open_ends_with_the_change_of_the_tenant() -> None:
    """The old tenant's administrator would connect a workspace that is not theirs any more."""
    world = World()
    await saved(world)
    pending = a_connection(status=ConnectionStatus.PENDING, consent=ANY_CONSENT)
    await world.services.workspaces.put_connection(WORKSPACE, pending)

    await saved(world, tenant=OTHER_TENANT)

    connection = await connection_of(world)
    assert (connection.status, connection.consent) == (ConnectionStatus.DISCONNECTED, None)


async def test_a_connection_that_is_made_at_the_same_moment_keeps_the_tenant() -> None:
    world = World()
    await saved(world)
    pending = a_connection(status=ConnectionStatus.PENDING, consent=ANY_CONSENT)
    await world.services.workspaces.put_connection(WORKSPACE, pending)

    async def connect() -> None:
        world.tables.before_write = None
        found = await world.services.workspaces.connection(WORKSPACE)
        assert found is not None
        connected = replace(found.value, status=ConnectionStatus.CONNECTED)
        await world.services.workspaces.save_connection(WORKSPACE, connected, etag=found.etag)

    world.tables.before_write = on_write_to("Workspaces", then=connect)

    assert await refusal_of(world, tenant=OTHER_TENANT) == "connected-elsewhere"
    assert await show_workspace(world.services, WORKSPACE) == a_workspace(revision=1)


async def test_a_tenants_workspaces_come_page_by_page() -> None:
    world = World()
    for name in ("d", "a", "c", "b"):
        await saved(world, id=WorkspaceId(name))
    await saved(world, id=WorkspaceId("foreign"), tenant=OTHER_TENANT)

    first, behind = await managed_workspaces(world.services, TENANT, limit=3)
    second, end = await managed_workspaces(world.services, TENANT, limit=3, after=behind)

    assert [[one.id for one in page] for page in (first, second)] == [["a", "b", "c"], ["d"]]
    assert (behind, end) == ("c", None)


async def test_a_page_that_is_just_full_is_the_last_one() -> None:
    world = World()
    await saved(world)

    assert await managed_workspaces(world.services, TENANT, limit=1) == ([a_workspace(revision=1)], None)


def once(world: World, **changes: Any) -> Any:
    """Return a hook that changes the workspace before the first write to it."""

    async def change() -> None:
        world.tables.before_write = None
        await saved(world, **changes)

    return on_write_to("Workspaces", then=change)
