"""Runs that somebody asks for: what is answered at once, and what becomes of the order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.adapters.queues.orders import GROUP_SYNCS
from sync_core.domain.errors import SyncRefused
from sync_core.domain.ids import GroupId, RunId
from sync_core.domain.orders import decode
from sync_core.domain.runs import Mode, RunState, Trigger
from sync_core.domain.workspaces import ConnectionStatus, Workspace
from sync_core.flows.manage_schedules import change_schedule, delete_schedule
from sync_core.flows.set_up_workspace import put_workspace
from sync_core.flows.start_run import start_run
from tests.fakes.world import TENANT, WORKSPACE, World
from tests.unit.flows.held_worlds import G1, a_synced_world, ask_for, leave, run_of

if TYPE_CHECKING:
    from sync_core.domain.runs import Run


async def start(world: World, **details: Any) -> Run:
    return await start_run(world.services, WORKSPACE, G1, mode=details.pop("mode", Mode.SYNC), **details)


async def refusal(world: World, group: str = "g1") -> str:
    with pytest.raises(SyncRefused) as refused:
        await start_run(world.services, WORKSPACE, GroupId(group), mode=Mode.SYNC)
    return refused.value.code


@pytest.mark.parametrize("mode", [Mode.SYNC, Mode.PREVIEW])
async def test_the_answer_is_the_run_as_it_is_kept_and_its_order_is_on_the_queue(mode: Mode) -> None:
    world = await a_synced_world(3)

    run = await start(world, mode=mode)

    assert (run.state, run.trigger, run.mode, run.queued_at) == (
        RunState.QUEUED,
        Trigger.MANUAL,
        mode,
        world.clock.now(),
    )
    assert await run_of(world, run.id) == run
    [message] = world.queue.messages(GROUP_SYNCS)
    order = decode(message.text)
    assert (order.run, order.mode, order.group) == (run.id, mode, G1)


async def test_a_run_by_hand_does_what_a_night_does() -> None:
    world = await a_synced_world(5)
    leave(world, "u0")
    world.entra.users["u1"]["jobTitle"] = "Analyst"

    run = await ask_for(world)

    assert (run.state, run.counts.updated, run.counts.removed) == (RunState.SUCCEEDED, 1, 1)


async def test_two_that_are_asked_for_in_one_second_are_two_runs() -> None:
    world = await a_synced_world(3)

    first, second = await start(world), await start(world)
    await world.drain()

    assert first.id != second.id
    assert {(await run_of(world, run.id)).state for run in (first, second)} == {RunState.SUCCEEDED}


async def test_one_that_is_asked_for_again_by_its_id_runs_once() -> None:
    world = await a_synced_world(3)
    named = RunId("20261124T090000Z-manual-named")
    await start(world, run=named)
    await start(world, run=named)

    await world.drain()

    assert (await run_of(world, named)).attempts == 1


async def test_a_schedule_is_not_needed() -> None:
    world = await a_synced_world(3)
    await delete_schedule(world.services, WORKSPACE, G1)

    assert (await ask_for(world)).state is RunState.SUCCEEDED


async def test_a_paused_schedule_does_not_matter() -> None:
    world = await a_synced_world(3)
    await change_schedule(world.services, WORKSPACE, G1, enabled=False)

    assert (await ask_for(world)).state is RunState.SUCCEEDED


async def test_the_business_plan_is_enough_whatever_the_schedule_says() -> None:
    """A run by hand is no daily one."""
    world = await a_synced_world(3)
    await put_workspace(world.services, Workspace(WORKSPACE, "Acme", "business"))

    assert (await ask_for(world)).state is RunState.SUCCEEDED


async def test_other_plans_are_refused() -> None:
    world = await a_synced_world(3)
    await put_workspace(world.services, Workspace(WORKSPACE, "Acme", "starter"))

    assert await refusal(world) == "plan-required"


async def test_a_group_that_is_not_linked_is_refused() -> None:
    assert await refusal(await a_synced_world(3), "other") == "group-not-linked"


@pytest.mark.parametrize("status", [ConnectionStatus.PENDING, ConnectionStatus.DISCONNECTED])
async def test_a_workspace_that_is_not_connected_is_refused(status: ConnectionStatus) -> None:
    world = await a_synced_world(3)
    found = await world.services.workspaces.connection(WORKSPACE)
    assert found is not None
    await world.services.workspaces.put_connection(WORKSPACE, replace(found.value, status=status))

    assert await refusal(world) == "not-connected"


async def test_settings_that_were_never_confirmed_are_refused() -> None:
    world = await a_synced_world(3)
    rulebook = await world.services.workspaces.rulebook(WORKSPACE)
    await world.services.workspaces.put_rulebook(WORKSPACE, replace(rulebook.value, confirmed_at=None))

    assert await refusal(world) == "settings-not-confirmed"


async def test_nothing_is_ordered_by_what_is_refused() -> None:
    world = await a_synced_world(3)
    await put_workspace(world.services, Workspace(WORKSPACE, "Acme", "starter", TENANT))

    await refusal(world)

    assert world.queue.messages(GROUP_SYNCS) == []
    assert len([run async for run in world.services.runs.newest_first(WORKSPACE, G1)]) == 1


async def test_an_order_that_is_delivered_before_its_record_is_stored_keeps_what_it_recorded() -> None:
    """The order goes first: its delivery can be done before the record of the request is written."""
    world = await a_synced_world(3)

    async def deliver_first(table: str, _partition: str, rows: Any) -> None:
        if table == "Runs" and rows[0].cells.get("state") == "queued":
            world.tables.before_write = None
            await world.drain()

    world.tables.before_write = deliver_first
    run = await start(world)

    assert (await run_of(world, run.id)).state is RunState.SUCCEEDED


async def test_a_request_cut_off_behind_its_order_runs_all_the_same() -> None:
    """A record without an order would wait for ever, so the order is sent first."""
    world = await a_synced_world(3)

    async def die(table: str, _partition: str, _rows: Any) -> None:
        if table == "Runs":
            raise ConnectionResetError

    world.tables.before_write = die
    with pytest.raises(ConnectionResetError):
        await start(world)
    world.tables.before_write = None

    await world.drain()

    runs = [run async for run in world.services.runs.newest_first(WORKSPACE, G1)]
    assert [run.state for run in runs] == [RunState.SUCCEEDED] * 2


async def test_an_order_that_waited_for_a_day_is_told_as_failed() -> None:
    world = await a_synced_world(3)
    run = await start(world)
    world.clock.advance(timedelta(hours=21))

    await world.drain()

    ended = await run_of(world, run.id)
    assert ended.reason is not None
    assert (ended.state, ended.reason.code) == (RunState.FAILED, "too-late")
