"""A group that is gone from Entra: one night says so, the next confirms it, and nobody is touched."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sync_core.domain.eligibility import GONE
from sync_core.domain.errors import SyncRefused
from sync_core.domain.runs import RunState
from sync_core.domain.schedule import night_of
from sync_core.domain.schedule_state import ScheduleState
from sync_core.flows.manage_schedules import ExpectedRevision, change_schedule, put_schedule
from sync_core.flows.show_schedules import show_schedule
from tests.fakes.world import DAILY, WORKSPACE, World, a_group
from tests.unit.flows.held_worlds import G1, a_synced_world, ask_for, some

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sync_core.domain.directory import LinkedGroup


async def a_world_without_its_group(*, nights: int = 1) -> World:
    """Return a world whose group was deleted in Entra so many nights ago."""
    world = await a_synced_world(3)
    del world.entra.groups["g1"]
    for _ in range(nights):
        await world.night()
    return world


async def linked(world: World) -> LinkedGroup:
    found = await world.services.groups.group(WORKSPACE, G1)
    assert found is not None
    return found.value


def restore(world: World) -> None:
    world.entra.groups["g1"] = a_group("g1", *some(0, 3))


async def test_the_first_night_says_so_and_is_the_last_run_that_lists_show() -> None:
    world = await a_world_without_its_group()
    [run] = await world.runs_of(night_of(world.clock.now()))

    last = await world.services.groups.last_run(WORKSPACE, G1)

    assert run.reason is not None
    assert (run.state, run.reason.code) == (RunState.FAILED, "group-gone")
    assert last is not None
    assert (last.id, last.state) == (run.id, RunState.FAILED)
    group = await linked(world)
    assert (group.missing_since, group.is_gone) == (run.night, False)


async def test_nobody_is_touched_however_long_it_is_gone() -> None:
    world = await a_synced_world(3)
    before = await world.recipients()
    del world.entra.groups["g1"]
    for _ in range(4):
        await world.night()

    assert await world.recipients() == before


async def test_after_one_night_the_schedule_still_shows_its_next_run() -> None:
    """A restored group answers not found for a while; one night is no proof."""
    world = await a_world_without_its_group()

    status = await show_schedule(world.services, WORKSPACE, G1)

    assert (status.state, status.next_run is not None) == (ScheduleState.FAILED, True)


async def test_the_second_night_confirms_it_and_the_system_pauses_the_schedule() -> None:
    world = await a_world_without_its_group(nights=2)

    status = await show_schedule(world.services, WORKSPACE, G1)

    assert (status.state, status.next_run) == (ScheduleState.PAUSED_BY_SYSTEM, None)
    assert status.reason == GONE
    assert status.schedule.enabled
    assert (await linked(world)).is_gone


async def test_later_nights_do_not_ask_entra_and_leave_the_list_as_it_was() -> None:
    world = await a_world_without_its_group(nights=2)
    told = await world.services.groups.last_run(WORKSPACE, G1)
    world.entra.asked = 0

    [run] = await world.night()

    assert world.entra.asked == 0
    assert run.reason is not None
    assert (run.state, run.reason.code) == (RunState.SKIPPED, "group-gone")
    assert await world.services.groups.last_run(WORKSPACE, G1) == told


async def test_the_same_night_twice_confirms_nothing() -> None:
    """A delivery again, or a run by hand the same day, is no other night."""
    world = await a_world_without_its_group()

    await ask_for(world)

    assert not (await linked(world)).is_gone


async def test_a_group_that_is_back_before_it_was_confirmed_goes_on_as_if_nothing_had_happened() -> None:
    world = await a_world_without_its_group()
    restore(world)

    [run] = await world.night()

    assert run.state is RunState.SUCCEEDED
    assert (await linked(world)).missing_since is None


async def test_a_restored_group_is_found_by_a_run_by_hand_and_syncs_again() -> None:
    world = await a_world_without_its_group(nights=3)
    restore(world)

    by_hand = await ask_for(world)
    [night] = await world.night()

    assert (by_hand.state, night.state) == (RunState.SUCCEEDED, RunState.SUCCEEDED)
    assert not (await linked(world)).is_gone


async def _save_again(world: World) -> None:
    await put_schedule(world.services, WORKSPACE, G1, cadence=DAILY, enabled=True)


async def _resume(world: World) -> None:
    await change_schedule(world.services, WORKSPACE, G1, enabled=True)


@pytest.mark.parametrize("resume", [_save_again, _resume])
async def test_saving_the_schedule_lets_the_next_night_look_again(resume: Callable[[World], Awaitable[None]]) -> None:
    world = await a_world_without_its_group(nights=2)
    restore(world)
    await resume(world)

    [run] = await world.night()

    assert run.state is RunState.SUCCEEDED


async def test_a_schedule_that_is_resumed_in_vain_is_paused_again_by_the_second_night() -> None:
    world = await a_world_without_its_group(nights=2)
    await _resume(world)
    [first] = await world.night()
    [second] = await world.night()

    assert [run.state for run in (first, second)] == [RunState.FAILED, RunState.FAILED]
    assert (await show_schedule(world.services, WORKSPACE, G1)).reason == GONE


async def test_a_change_of_the_schedule_that_is_refused_changes_nothing() -> None:
    world = await a_world_without_its_group(nights=2)

    with pytest.raises(SyncRefused, match="changed by somebody else"):
        await put_schedule(world.services, WORKSPACE, G1, cadence=DAILY, enabled=True, expected=ExpectedRevision(99))

    assert (await linked(world)).is_gone


async def test_a_group_that_vanishes_while_it_is_read_removes_nobody() -> None:
    """Only the group's own answer says that it is gone; the run is put off and finds out."""
    world = await a_synced_world(12)

    async def vanish() -> None:
        world.entra.groups.pop("g1", None)

    world.entra.before_page = vanish

    [run] = await world.night()

    assert run.counts.removed == 0
    assert len(await world.members("g1")) == 12


async def test_a_manual_run_the_next_day_confirms_it_too() -> None:
    world = await a_world_without_its_group()
    world.clock.advance(timedelta(days=1))

    await ask_for(world)

    assert (await linked(world)).is_gone
