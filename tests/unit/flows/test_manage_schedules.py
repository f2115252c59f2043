"""Create, change, pause, resume and delete a schedule: what each plan, connection and caller may do."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.domain.errors import SyncRefused
from sync_core.domain.ids import GroupId
from sync_core.domain.runs import RunState
from sync_core.domain.schedule import Cadence
from sync_core.domain.workspaces import ConnectionStatus
from sync_core.flows.enqueue_due import enqueue_due
from sync_core.flows.manage_schedules import (
    ExpectedRevision,
    change_schedule,
    delete_schedule,
    put_schedule,
)
from sync_core.flows.set_up_workspace import put_workspace
from tests.builders import DAILY, GROUP, MIDNIGHT, MONDAYS, WORKSPACE, a_connection, a_workspace
from tests.unit.flows.worlds import a_world, lost_answer_of, orders_on_queue, the_run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sync_core.domain.schedule import Schedule
    from tests.fakes.world import World

TUESDAYS = Cadence("weekly", 1)


async def a_group_without_schedule() -> World:
    world = await a_world("u1")
    await delete_schedule(world.services, WORKSPACE, GROUP)
    return world


async def put(world: World, cadence: Cadence = DAILY, *, enabled: bool = True, **more: Any) -> tuple[Schedule, bool]:
    return await put_schedule(world.services, WORKSPACE, GROUP, cadence=cadence, enabled=enabled, **more)


async def change(world: World, **changes: Any) -> Schedule:
    return await change_schedule(world.services, WORKSPACE, GROUP, **changes)


async def stored(world: World) -> Schedule:
    found = await world.services.schedules.schedule(WORKSPACE, GROUP)
    assert found is not None
    return found.value


async def on_plan(world: World, plan: str) -> None:
    await put_workspace(world.services, a_workspace(plan=plan))


async def with_connection(world: World, status: ConnectionStatus) -> None:
    await world.services.workspaces.put_connection(WORKSPACE, a_connection(status=status))


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(SyncRefused) as caught:
        yield

    assert caught.value.code == code


async def test_a_schedule_is_created() -> None:
    world = await a_group_without_schedule()

    schedule, created = await put(world, MONDAYS)

    assert created
    assert (schedule.cadence, schedule.enabled, schedule.changed_at) == (MONDAYS, True, MIDNIGHT)
    assert await stored(world) == schedule


async def test_a_schedule_is_replaced() -> None:
    world = await a_world()
    before = await stored(world)

    schedule, created = await put(world, MONDAYS)

    assert not created
    assert (schedule.cadence, schedule.revision) == (MONDAYS, before.revision + 1)


async def test_an_equal_schedule_is_left_alone() -> None:
    world = await a_world()
    before = await stored(world)

    assert await put(world) == (before, False)
    assert await stored(world) == before


async def test_a_deleted_schedule_is_created_anew_and_goes_on_counting() -> None:
    world = await a_world()
    await delete_schedule(world.services, WORKSPACE, GROUP)
    gone = await stored(world)

    schedule, created = await put(world)

    assert created
    assert schedule.revision == gone.revision + 1 == 3


async def test_a_group_that_is_not_linked_has_no_schedule() -> None:
    world = await a_world()
    nowhere = GroupId("nowhere")

    with refused("group-not-linked"):
        await put_schedule(world.services, WORKSPACE, nowhere, cadence=DAILY, enabled=True)
    with refused("group-not-linked"):
        await change_schedule(world.services, WORKSPACE, nowhere, enabled=False)
    with refused("group-not-linked"):
        await delete_schedule(world.services, WORKSPACE, nowhere)


@pytest.mark.parametrize(
    ("plan", "cadence", "code"),
    [
        ("free", MONDAYS, "plan-required"),
        ("free", DAILY, "plan-required"),
        ("business", DAILY, "daily-needs-enterprise"),
    ],
)
async def test_a_plan_that_does_not_include_it_refuses_to_create_change_and_resume(
    plan: str, cadence: Cadence, code: str
) -> None:
    world = await a_group_without_schedule()
    await on_plan(world, plan)
    with refused(code):
        await put(world, cadence)

    await on_plan(world, "enterprise")
    await put(world, TUESDAYS, enabled=False)
    await on_plan(world, plan)
    with refused(code):
        await put(world, cadence)
    with refused(code):
        await change(world, cadence=cadence)
    with refused(code):
        await change(world, cadence=cadence, enabled=True)

    assert (await stored(world)).cadence == TUESDAYS


async def test_resuming_needs_the_plan_for_what_is_there() -> None:
    world = await a_world()
    await change(world, enabled=False)
    await on_plan(world, "business")

    with refused("daily-needs-enterprise"):
        await change(world, enabled=True)
    with refused("daily-needs-enterprise"):
        await put(world)


async def test_business_may_schedule_weekly() -> None:
    world = await a_group_without_schedule()
    await on_plan(world, "business")

    await put(world, MONDAYS)

    assert (await stored(world)).is_on


async def test_a_daily_schedule_can_become_weekly_after_a_downgrade() -> None:
    world = await a_world()
    await on_plan(world, "business")

    await change(world, cadence=MONDAYS)

    assert (await stored(world)).cadence == MONDAYS


@pytest.mark.parametrize("plan", ["free", "business"])
async def test_pausing_and_deleting_work_on_any_plan(plan: str) -> None:
    world = await a_world()
    await on_plan(world, plan)

    await change(world, enabled=False)
    assert not (await stored(world)).enabled
    await delete_schedule(world.services, WORKSPACE, GROUP)
    assert (await stored(world)).deleted


@pytest.mark.parametrize("plan", ["free", "business"])
async def test_saving_the_same_schedule_unchecked_is_pausing_too(plan: str) -> None:
    """The dialog saves the whole schedule: day, and status unchecked."""
    world = await a_world()
    await on_plan(world, plan)

    await put(world, enabled=False)

    assert not (await stored(world)).enabled


@pytest.mark.parametrize("status", [ConnectionStatus.PENDING, ConnectionStatus.FAILED, ConnectionStatus.DISCONNECTED])
async def test_without_a_working_connection_nothing_is_scheduled_and_pausing_works(status: ConnectionStatus) -> None:
    world = await a_world()
    await with_connection(world, status)

    with refused("not-connected"):
        await put(world, MONDAYS)
    with refused("not-connected"):
        await change(world, cadence=MONDAYS)
    await change(world, enabled=False)
    with refused("not-connected"):
        await change(world, enabled=True)
    await delete_schedule(world.services, WORKSPACE, GROUP)


async def test_a_part_of_a_schedule_is_changed_and_the_rest_stays() -> None:
    world = await a_world()
    await put(world, MONDAYS)

    paused = await change(world, enabled=False)
    moved = await change(world, cadence=TUESDAYS)

    assert (paused.cadence, paused.enabled) == (MONDAYS, False)
    assert (moved.cadence, moved.enabled) == (TUESDAYS, False)


async def test_a_change_to_what_is_there_already_changes_nothing() -> None:
    world = await a_world()
    before = await stored(world)

    assert await change(world, cadence=DAILY, enabled=True) == before
    assert await stored(world) == before


async def test_what_does_not_exist_cannot_be_changed_or_deleted() -> None:
    world = await a_group_without_schedule()

    with refused("schedule-not-found"):
        await change(world, enabled=False)
    with refused("schedule-not-found"):
        await delete_schedule(world.services, WORKSPACE, GROUP)


async def test_deleting_keeps_the_history() -> None:
    world = await a_world("u1")
    run = await the_run(world)

    await delete_schedule(world.services, WORKSPACE, GROUP)

    found = await world.services.runs.run(WORKSPACE, GROUP, run.id)
    assert found is not None
    assert found.value.state is RunState.SUCCEEDED


@pytest.mark.parametrize("revision", [None, 0, 2, 7])
async def test_whoever_saw_another_revision_changes_nothing(revision: int | None) -> None:
    world = await a_world()
    before = await stored(world)
    saw = ExpectedRevision(revision)

    with refused("schedule-changed"):
        await put(world, MONDAYS, expected=saw)
    with refused("schedule-changed"):
        await change(world, enabled=False, expected=saw)
    with refused("schedule-changed"):
        await delete_schedule(world.services, WORKSPACE, GROUP, expected=saw)

    assert await stored(world) == before


async def test_whoever_saw_the_current_revision_may_change_it() -> None:
    world = await a_world()

    assert (await change(world, enabled=False, expected=ExpectedRevision(1))).revision == 2


async def test_whoever_saw_nothing_may_create() -> None:
    world = await a_group_without_schedule()

    assert (await put(world, expected=ExpectedRevision(None)))[1]


async def test_of_two_who_change_at_once_the_second_is_told() -> None:
    world = await a_world()

    async def come_first(table: str, *_: object) -> None:
        if table == "Schedules":
            world.tables.before_write = None
            await change(world, enabled=False)

    world.tables.before_write = come_first

    with refused("schedule-changed"):
        await change(world, cadence=MONDAYS)

    assert (await stored(world)).cadence == DAILY


@pytest.mark.parametrize("is_new", [True, False])
async def test_the_same_schedule_put_twice_at_once_is_saved_once(is_new: bool) -> None:
    world = await (a_group_without_schedule if is_new else a_world)()
    answers: list[tuple[Schedule, bool]] = []

    async def come_first(table: str, *_: object) -> None:
        if table == "Schedules":
            world.tables.before_write = None
            world.clock.advance(timedelta(milliseconds=1))
            answers.append(await put(world, MONDAYS))

    world.tables.before_write = come_first

    answers.append(await put(world, MONDAYS))

    [(first, was_created), (second, was_created_again)] = answers
    assert first == second == await stored(world)
    assert (was_created, was_created_again) == (is_new, False)


async def test_who_expects_a_revision_is_told_of_an_equal_schedule_too() -> None:
    """As whoever sends a request again whose condition has come true no more."""
    world = await a_world()

    async def come_first(table: str, *_: object) -> None:
        if table == "Schedules":
            world.tables.before_write = None
            world.clock.advance(timedelta(milliseconds=1))
            await put(world, MONDAYS)

    world.tables.before_write = come_first

    with refused("schedule-changed"):
        await put(world, MONDAYS, expected=ExpectedRevision(1))


async def test_a_change_whose_answer_was_lost_is_no_change_by_somebody_else() -> None:
    world = await a_world()
    world.tables.after_write = lost_answer_of("Schedules")

    schedule = await change(world, cadence=MONDAYS)

    assert await stored(world) == schedule


async def test_a_new_day_takes_the_group_out_of_its_old_night_also_when_the_answer_was_lost() -> None:
    world = await a_world()
    world.tables.after_write = lost_answer_of("Schedules")
    await change(world, cadence=TUESDAYS)

    await enqueue_due(world.services)

    assert orders_on_queue(world) == []
