"""A tenant that refuses us is noticed at once, asked again once a night, and back as soon as it lets us in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sync_core.adapters.entra.failures import refused
from sync_core.domain.errors import EntraRefused, TryAgainLater
from sync_core.domain.ids import EntraGroupId, GroupId, TenantId, WorkspaceId
from sync_core.domain.runs import RunState
from sync_core.domain.schedule import midnight_of, night_of
from sync_core.domain.schedule_state import ScheduleState
from sync_core.domain.workspaces import ConnectionStatus, Rulebook, Workspace
from sync_core.flows.enqueue_due import enqueue_due
from sync_core.flows.manage_schedules import put_schedule
from sync_core.flows.set_up_workspace import confirm_rules, connect, link_group, put_workspace
from sync_core.flows.show_schedules import show_schedule
from tests.fakes.memory_entra import MemoryEntra
from tests.fakes.world import DAILY, TENANT, WORKSPACE, World, a_group, a_tenant, a_user
from tests.unit.flows.held_worlds import G1, a_synced_world, ask_for, told

if TYPE_CHECKING:
    from sync_core.domain.entra import EntraGroup
    from sync_core.domain.workspaces import Connection

REVOKED = refused("consent-missing")
GROUPS = [f"g{number}" for number in range(1, 6)]


async def a_world_of_five_groups() -> World:
    """Return five groups of one workspace after a good night."""
    users = [a_user(f"u{number}") for number in range(5)]
    world = World(a_tenant(users, [a_group(group, "u0", "u1") for group in GROUPS]))
    await world.set_up()
    await world.night()
    world.entra.asked = 0
    return world


async def connection_of(world: World, workspace: WorkspaceId = WORKSPACE) -> Connection:
    found = await world.services.workspaces.connection(workspace)
    assert found is not None
    return found.value


@pytest.mark.parametrize(
    "code",
    [
        "consent-missing",
        "secret-expired",
        "secret-refused",
        "permission-missing",
        "tenant-gone",
        "token-refused",
        "blocked-by-policy",
    ],
)
async def test_a_run_that_is_refused_fails_at_once_and_the_connection_tells_the_fix(code: str) -> None:
    world = await a_synced_world(3)
    world.entra.refusal = refused(code)

    [run] = await world.night()
    connection = await connection_of(world)

    assert run.reason is not None
    assert (run.state, run.reason.code, run.reason.text) == (RunState.FAILED, code, refused(code).reason)
    assert (connection.status, connection.code, connection.reason) == (
        ConnectionStatus.FAILED,
        code,
        refused(code).reason,
    )
    assert connection.failed_at == run.ended_at


async def test_nobody_is_touched_by_a_refusal() -> None:
    world = await a_synced_world(3)
    before = await world.recipients()
    world.entra.refusal = REVOKED

    await world.night()

    assert await world.recipients() == before


async def test_a_permission_that_is_lost_while_a_group_is_read_removes_nobody() -> None:
    """Graph then answers with users whose every property is null, which the reader refuses."""
    world = await a_synced_world(12)
    pages: list[int] = []

    async def lose_permission() -> None:
        pages.append(len(pages))
        if len(pages) == 2:
            raise refused("permission-missing")

    world.entra.before_page = lose_permission

    [run] = await world.night()

    assert run.reason is not None
    assert run.reason.code == "permission-missing"
    assert len(await world.members("g1")) == 12
    assert (await connection_of(world)).status is ConnectionStatus.FAILED


async def test_the_other_groups_are_skipped_that_night_after_one_trial() -> None:
    world = await a_world_of_five_groups()
    world.entra.refusal = REVOKED

    runs = await world.night()

    assert world.entra.asked == 2
    assert sorted(run.state.value for run in runs) == ["failed"] * 2 + ["skipped"] * 3
    reasons = {(run.reason.code, run.reason.text) for run in runs if run.state is RunState.SKIPPED and run.reason}
    assert reasons == {("connection-failed", REVOKED.reason)}


async def test_every_later_night_one_order_finds_out() -> None:
    world = await a_world_of_five_groups()
    world.entra.refusal = REVOKED
    await world.night()
    for _ in range(3):
        world.entra.asked = 0

        runs = await world.night()

        assert world.entra.asked == 1
        assert sorted(run.state.value for run in runs) == ["failed"] + ["skipped"] * 4


async def test_everything_resumes_by_itself_in_the_night_in_which_it_works_again() -> None:
    world = await a_world_of_five_groups()
    world.entra.refusal = REVOKED
    await world.night()
    world.entra.refusal = None

    runs = await world.night()

    assert {run.state for run in runs} == {RunState.SUCCEEDED}
    connection = await connection_of(world)
    assert (connection.status, connection.code, connection.reason) == (ConnectionStatus.CONNECTED, "", "")
    assert (connection.failed_at, connection.tried_at) == (None, None)


async def test_orders_delivered_together_ask_once_too() -> None:
    """The others wait for the one that tries."""
    world = await a_world_of_five_groups()
    world.entra.refusal = REVOKED
    await world.night()
    world.entra.asked = 0

    runs = await world.night(together=True)

    assert world.entra.asked == 1
    assert sorted(run.state.value for run in runs) == ["failed"] + ["skipped"] * 4


async def test_orders_delivered_together_all_go_on_when_it_works_again() -> None:
    world = await a_world_of_five_groups()
    world.entra.refusal = REVOKED
    await world.night()
    world.entra.refusal = None

    runs = await world.night(together=True)

    assert {run.state for run in runs} == {RunState.SUCCEEDED}


async def test_a_refusal_of_one_request_fails_the_run_and_not_the_connection() -> None:
    world = await a_world_of_five_groups()
    world.entra.refusal = EntraRefused("request-refused", "Microsoft Graph refused a request (status 400).")

    runs = await world.night()

    assert {run.state for run in runs} == {RunState.FAILED}
    assert (await connection_of(world)).status is ConnectionStatus.CONNECTED
    assert told(world, "connection.failed") == []


async def test_being_throttled_is_no_refusal() -> None:
    world = await a_synced_world(3)
    times: list[int] = []

    async def busy() -> None:
        times.append(1)
        if len(times) < 3:
            raise TryAgainLater("Microsoft Graph is throttling", after=timedelta(minutes=5))

    world.entra.before_page = busy

    [run] = await world.night()

    assert run.state is RunState.SUCCEEDED
    assert (await connection_of(world)).status is ConnectionStatus.CONNECTED


async def test_a_run_by_hand_always_tries_and_mends_the_connection() -> None:
    world = await a_world_of_five_groups()
    world.entra.refusal = REVOKED
    await world.night()

    failed = await ask_for(world)
    again = await ask_for(world)
    world.entra.refusal = None
    works = await ask_for(world)

    assert [run.state for run in (failed, again, works)] == [RunState.FAILED, RunState.FAILED, RunState.SUCCEEDED]
    assert (await connection_of(world)).status is ConnectionStatus.CONNECTED


async def test_the_platform_is_told_of_the_failure_and_of_the_recovery_once_each() -> None:
    world = await a_world_of_five_groups()
    world.entra.refusal = REVOKED
    await world.night()
    await world.night()
    await ask_for(world)
    world.entra.refusal = None
    await world.night()
    await world.night()

    [failed], [recovered] = told(world, "connection.failed"), told(world, "connection.recovered")

    assert (failed["subject"], failed["data"]) == (WORKSPACE, {"code": "consent-missing"})
    assert (recovered["subject"], recovered["data"]) == (WORKSPACE, {"code": ""})


async def test_a_failed_connection_goes_on_showing_the_next_run() -> None:
    """It is tried again that night, so the schedule is not paused."""
    world = await a_synced_world(3)
    world.entra.refusal = REVOKED
    await world.night()

    status = await show_schedule(world.services, WORKSPACE, G1)

    assert (status.state, status.reason and status.reason.code) == (ScheduleState.FAILED, "consent-missing")
    assert status.next_run == midnight_of(night_of(world.clock.now()) + timedelta(days=1))
    assert status.last_run is not None
    assert status.last_run.state is RunState.FAILED


@pytest.mark.parametrize("status", [ConnectionStatus.DISCONNECTED, ConnectionStatus.PENDING])
async def test_a_connection_that_was_ended_meanwhile_stays_ended(status: ConnectionStatus) -> None:
    """Consent is withdrawn because somebody disconnects: the run at work must not bring the connection back."""
    world = await a_synced_world(3)

    async def end_the_connection() -> None:
        connection = await connection_of(world)
        await world.services.workspaces.put_connection(WORKSPACE, replace(connection, status=status))
        raise REVOKED

    world.entra.before_page = end_the_connection

    await world.night()

    assert (await connection_of(world)).status is status
    assert told(world, "connection.failed") == []


class TwoTenants(MemoryEntra):
    """The tenant named *revoked* refuses everything; any other answers."""

    revoked: str = ""

    async def group(self, tenant: TenantId, group: EntraGroupId) -> EntraGroup:
        if tenant == self.revoked:
            raise REVOKED
        return await super().group(tenant, group)


async def test_another_workspace_is_not_affected() -> None:
    entra = TwoTenants({"u1": a_user("u1")}, {group: a_group(group, "u1") for group in ("g1", "g2")})
    world = await World(entra).set_up(groups=("g1",))
    other, tenant = WorkspaceId("globex"), TenantId("0f0e4b5c-52a8-4c0e-9a5e-0c6f6d7f6a02")
    await put_workspace(world.services, Workspace(other, "Globex", "enterprise"))
    await connect(world.services, other, tenant=tenant)
    await confirm_rules(world.services, other, Rulebook())
    await link_group(world.services, other, GroupId("g2"), entra_group=EntraGroupId("g2"))
    await put_schedule(world.services, other, GroupId("g2"), cadence=DAILY, enabled=True)
    entra.revoked = TENANT

    world.clock.advance(timedelta(days=1))
    await enqueue_due(world.services)
    await world.drain()

    assert (await connection_of(world)).status is ConnectionStatus.FAILED
    assert (await connection_of(world, other)).status is ConnectionStatus.CONNECTED
    last = await world.services.groups.last_run(other, GroupId("g2"))
    assert last is not None
    assert last.state is RunState.SUCCEEDED
