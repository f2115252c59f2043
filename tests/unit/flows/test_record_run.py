"""Which run a list shows as a group's last."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sync_core.domain.runs import Mode, RunState, night_run_id
from sync_core.domain.schedule import night_of
from sync_core.flows.deliver_order import deliver_order
from sync_core.flows.enqueue_due import enqueue_due
from sync_core.flows.manage_schedules import change_schedule
from sync_core.flows.start_run import start_run
from tests.builders import GROUP, WORKSPACE
from tests.unit.flows.worlds import a_world

if TYPE_CHECKING:
    from tests.fakes.world import World


async def last_run(world: World) -> str:
    found = await world.services.groups.last_run(WORKSPACE, GROUP)
    assert found is not None
    return found.id


async def a_night_not_delivered_yet() -> World:
    world = await a_world("u1")
    world.clock.advance(timedelta(days=1))
    await enqueue_due(world.services)
    return world


async def test_an_older_run_that_ends_later_does_not_hide_a_newer_one() -> None:
    """A night's order that comes too late must not stand over the sync that somebody has started since."""
    world = await a_night_not_delivered_yet()
    order = world.queue.receive("group-syncs")
    assert order is not None
    world.clock.advance(timedelta(hours=21))
    newer = await start_run(world.services, WORKSPACE, GROUP, mode=Mode.SYNC)
    await world.drain()
    await deliver_order(world.services, order)

    assert await last_run(world) == newer.id


async def test_a_preview_is_no_last_run() -> None:
    world = await a_world("u1")
    [night] = await world.night()
    world.clock.advance(timedelta(hours=1))
    await start_run(world.services, WORKSPACE, GROUP, mode=Mode.PREVIEW)
    await world.drain()

    assert await last_run(world) == night.id


async def test_a_paused_schedule_is_skipped_however_late_its_order_comes() -> None:
    """Nobody who paused a sync should be told that it failed."""
    world = await a_night_not_delivered_yet()
    tonight = night_of(world.clock.now())
    await change_schedule(world.services, WORKSPACE, GROUP, enabled=False)
    world.clock.advance(timedelta(hours=21))
    await world.drain()

    found = await world.services.runs.run(WORKSPACE, GROUP, night_run_id(tonight, generation=1))
    assert found is not None
    assert found.value.state is RunState.SKIPPED


async def test_an_outage_of_weeks_is_caught_up_for_weekly_groups_too() -> None:
    """Three weeks without a timer: the first firing covers every weekday once."""
    world = await a_world("u1")
    await world.night()
    world.clock.advance(timedelta(weeks=3))

    night = await enqueue_due(world.services)

    assert {covered.weekday() for covered in night.covers} == set(range(7))
