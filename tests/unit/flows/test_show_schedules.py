"""What people see of schedules."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sync_core.domain.errors import SyncRefused, TryAgainLater
from sync_core.domain.glance import Glance, RunMark
from sync_core.domain.ids import GroupId, RunId, WorkspaceId
from sync_core.domain.runs import Mode, RunState
from sync_core.domain.schedule import night_of
from sync_core.domain.schedule_list import ScheduleQuery
from sync_core.domain.schedule_state import AtWork, ScheduleState
from sync_core.domain.workspaces import ConnectionStatus, Rulebook
from sync_core.flows.cancel_run import cancel_run
from sync_core.flows.deliver_order import deliver_order
from sync_core.flows.enqueue_due import enqueue_due
from sync_core.flows.manage_schedules import change_schedule, delete_schedule
from sync_core.flows.set_up_workspace import confirm_rules, put_workspace
from sync_core.flows.show_schedules import list_schedules, show_schedule
from sync_core.flows.start_run import start_run
from sync_core.flows.watch_over import watch_over
from tests.builders import GROUP, MIDNIGHT, MONDAYS, WORKSPACE, a_connection, a_group_state, a_workspace
from tests.fakes.world import World, a_group, a_tenant
from tests.unit.flows.worlds import a_world, now_in, the_run

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
ALL = ScheduleQuery()


class ProcessKilled(BaseException):
    """Ends a run as a killed process does: nothing is caught, nothing is given back."""


async def state_in(world: World) -> ScheduleState:
    """Return the word of the one schedule there is; the list and the schedule alone say the same."""
    alone = await show_schedule(world.services, WORKSPACE, GROUP)
    page = await list_schedules(world.services, WORKSPACE, ALL, limit=10)

    assert list(page.schedules) == [alone]
    assert page.states[alone.state] == page.total == 1
    return alone.state


async def at_work_in(world: World) -> AtWork | None:
    return (await show_schedule(world.services, WORKSPACE, GROUP)).at_work


async def states_while_reading(world: World) -> list[ScheduleState]:
    """Return what is seen as soon as the next run reads its first page."""
    seen: list[ScheduleState] = []

    async def look() -> None:
        world.entra.before_page = None
        seen.append(await state_in(world))

    world.entra.before_page = look
    return seen


async def fire_the_timer(world: World) -> None:
    """Let it become midnight, and deliver nothing yet."""
    world.clock.move_to(MIDNIGHT + DAY)
    await enqueue_due(world.services)


async def die_while_reading(world: World) -> None:
    """Let the next delivery end as a killed process does."""

    async def die() -> None:
        world.entra.before_page = None
        raise ProcessKilled

    world.entra.before_page = die
    with pytest.raises(ProcessKilled):
        await world.drain()


class TestASchedule:
    async def test_shows_its_group_and_its_next_run(self) -> None:
        world = await a_world()
        await change_schedule(world.services, WORKSPACE, GROUP, cadence=MONDAYS)

        status = await show_schedule(world.services, WORKSPACE, GROUP)

        assert (status.group.name, status.schedule.cadence) == (f"Group {GROUP}", MONDAYS)
        assert (status.next_run, status.reason, status.last_run) == (MIDNIGHT + 7 * DAY, None, None)

    async def test_shows_its_last_run_in_the_list_and_alone(self) -> None:
        world = await a_world("u1")
        run = await the_run(world)

        assert await state_in(world) is ScheduleState.SUCCEEDED
        status = await show_schedule(world.services, WORKSPACE, GROUP)
        assert status.last_run is not None
        assert (status.last_run.id, status.last_run.state, status.last_run.counts.added) == (run.id, run.state, 1)
        assert status.last_run.ended_at == status.last_success_at == MIDNIGHT + DAY

    async def test_that_fails_goes_on_showing_when_it_last_succeeded(self) -> None:
        world = await a_world("u1")
        await the_run(world)
        del world.entra.groups[GROUP]
        await the_run(world)

        status = await show_schedule(world.services, WORKSPACE, GROUP)

        assert (status.state, status.last_success_at) == (ScheduleState.FAILED, MIDNIGHT + DAY)
        assert status.reason is not None

    async def test_that_was_just_stored_is_shown_as_it_was_stored(self) -> None:
        """Somebody else may have deleted it since; who stored it is told what he stored."""
        world = await a_world()
        stored = await change_schedule(world.services, WORKSPACE, GROUP, cadence=MONDAYS)
        await delete_schedule(world.services, WORKSPACE, GROUP)

        assert (await show_schedule(world.services, WORKSPACE, GROUP, stored=stored)).schedule == stored

    async def test_that_was_paused_by_the_system_is_resumed_by_an_upgrade(self) -> None:
        world = await a_world()
        await lose_daily(world)
        assert await state_in(world) is ScheduleState.PAUSED_BY_SYSTEM

        await put_workspace(world.services, a_workspace(plan="enterprise"))

        assert await state_in(world) is ScheduleState.NOT_RUN_YET
        assert (await show_schedule(world.services, WORKSPACE, GROUP)).next_run == MIDNIGHT + DAY


async def pause(world: World) -> None:
    await change_schedule(world.services, WORKSPACE, GROUP, enabled=False)


async def lose_the_plan(world: World) -> None:
    await put_workspace(world.services, a_workspace(plan="free"))


async def lose_daily(world: World) -> None:
    await put_workspace(world.services, a_workspace(plan="business"))


async def disconnect(world: World) -> None:
    connection = a_connection(status=ConnectionStatus.DISCONNECTED)
    await world.services.workspaces.put_connection(WORKSPACE, connection)


async def never_confirm(world: World) -> None:
    await world.services.workspaces.put_rulebook(WORKSPACE, Rulebook())


@pytest.mark.parametrize(
    ("happens", "code"),
    [
        (pause, None),
        (lose_the_plan, "plan-required"),
        (lose_daily, "daily-needs-enterprise"),
        (disconnect, "not-connected"),
        (never_confirm, "settings-not-confirmed"),
    ],
)
async def test_a_schedule_that_will_not_run_has_no_next_run_and_says_why(happens: Any, code: str | None) -> None:
    world = await a_world("u1")
    await the_run(world)
    await happens(world)

    status = await show_schedule(world.services, WORKSPACE, GROUP)

    assert (status.next_run, status.reason and status.reason.code) == (None, code)
    assert status.state is (ScheduleState.PAUSED_BY_SYSTEM if code else ScheduleState.PAUSED)
    assert status.last_run is not None


class TestASyncByHand:
    async def test_is_queued_then_running_then_over(self) -> None:
        world = await a_world("u1")
        run = await start_run(world.services, WORKSPACE, GROUP, mode=Mode.SYNC)
        assert await state_in(world) is ScheduleState.QUEUED
        assert await at_work_in(world) == AtWork(ScheduleState.QUEUED, RunMark(run.id, MIDNIGHT))

        seen = await states_while_reading(world)
        await world.drain()

        assert seen == [ScheduleState.RUNNING]
        assert (await state_in(world), await at_work_in(world)) == (ScheduleState.SUCCEEDED, None)

    @pytest.mark.parametrize("mode", [Mode.PREVIEW])
    async def test_that_syncs_nothing_is_not_shown(self, mode: Mode) -> None:
        world = await a_world("u1")
        await start_run(world.services, WORKSPACE, GROUP, mode=mode)
        assert await state_in(world) is ScheduleState.NOT_RUN_YET

        seen = await states_while_reading(world)
        await world.drain()

        assert seen == [ScheduleState.NOT_RUN_YET]

    async def test_that_is_cancelled_before_it_began_leaves_no_trace(self) -> None:
        world = await a_world("u1")
        run = await start_run(world.services, WORKSPACE, GROUP, mode=Mode.SYNC)

        await cancel_run(world.services, WORKSPACE, GROUP, run.id, by="ada")

        assert (await state_in(world), await at_work_in(world)) == (ScheduleState.NOT_RUN_YET, None)
        await world.drain()
        assert await state_in(world) is ScheduleState.NOT_RUN_YET

    async def test_that_is_cancelled_at_work_leaves_the_word_as_it_was(self) -> None:
        world = await a_world("u1")
        del world.entra.groups[GROUP]
        await the_run(world)
        now_in(world, GROUP, "u1")
        world.clock.advance(HOUR)
        run = await start_run(world.services, WORKSPACE, GROUP, mode=Mode.SYNC)

        async def cancel() -> None:
            world.entra.before_page = None
            await cancel_run(world.services, WORKSPACE, GROUP, run.id, by="ada")

        world.entra.before_page = cancel
        await world.drain()

        status = await show_schedule(world.services, WORKSPACE, GROUP)
        assert status.last_run is not None
        assert (status.state, status.last_run.state) == (ScheduleState.FAILED, RunState.CANCELLED)

    async def test_that_is_held_needs_approval(self) -> None:
        world = await a_world(*[f"u{number}" for number in range(12)])
        await confirm_rules(world.services, WORKSPACE, Rulebook())
        await the_run(world)
        now_in(world, GROUP, "u0")
        await the_run(world)

        assert await state_in(world) is ScheduleState.NEEDS_APPROVAL

    async def test_that_ended_before_its_start_was_noted_is_not_queued_for_ever(self) -> None:
        """A worker can be quicker than the request that gave it the order."""
        world = await a_world("u1")

        async def work_it_off(table: str, _partition: str, _rows: Any) -> None:
            if table == "Runs":
                world.tables.after_write = None
                await world.drain()
                world.clock.advance(timedelta(seconds=1))

        world.tables.after_write = work_it_off
        await start_run(world.services, WORKSPACE, GROUP, mode=Mode.SYNC)

        assert await state_in(world) is ScheduleState.SUCCEEDED


class TestANight:
    async def test_that_has_sent_the_order_shows_it_as_queued(self) -> None:
        world = await a_world("u1")
        await the_run(world)
        world.clock.move_to(MIDNIGHT + 2 * DAY)
        assert await state_in(world) is ScheduleState.SUCCEEDED

        await enqueue_due(world.services)

        assert await state_in(world) is ScheduleState.QUEUED
        assert await at_work_in(world) == AtWork(ScheduleState.QUEUED)
        await world.drain()
        assert await state_in(world) is ScheduleState.SUCCEEDED

    async def test_that_is_carried_out_shows_the_run(self) -> None:
        world = await a_world("u1")
        seen = await states_while_reading(world)

        await the_run(world)

        assert seen == [ScheduleState.RUNNING]

    async def test_that_is_over_stays_over_whatever_is_synced_by_hand(self) -> None:
        world = await a_world("u1")
        await the_run(world)
        world.clock.advance(HOUR)
        await start_run(world.services, WORKSPACE, GROUP, mode=Mode.SYNC)
        await world.drain()

        assert await state_in(world) is ScheduleState.SUCCEEDED

    async def test_that_skipped_the_group_is_a_failure_with_its_reason(self) -> None:
        world = await a_world("u1")
        await fire_the_timer(world)
        await disconnect(world)
        await world.drain()
        await world.services.workspaces.put_connection(WORKSPACE, a_connection())

        status = await show_schedule(world.services, WORKSPACE, GROUP)

        assert (status.state, status.reason and status.reason.code) == (ScheduleState.FAILED, "not-connected")

    async def test_that_skipped_what_a_person_had_paused_is_over_as_well(self) -> None:
        world = await a_world("u1")
        await the_run(world)
        world.clock.advance(DAY)
        await enqueue_due(world.services)
        await pause(world)
        await world.drain()
        glance = await world.services.groups.glance(WORKSPACE, GROUP)

        assert glance.night == night_of(world.clock.now())

    async def test_whose_order_got_lost_is_not_waited_for_the_whole_day(self) -> None:
        world = await a_world("u1")
        await fire_the_timer(world)
        world.clock.advance(20 * HOUR)
        assert await state_in(world) is ScheduleState.QUEUED

        world.clock.advance(HOUR)

        assert await state_in(world) is ScheduleState.NOT_RUN_YET


class TestARunThatIsHeldUp:
    async def test_is_queued_while_entra_lets_it_wait(self) -> None:
        world = await a_world("u1")
        await fire_the_timer(world)

        async def throttle() -> None:
            world.entra.before_page = None
            raise TryAgainLater("Entra is busy", after=HOUR)

        world.entra.before_page = throttle
        text = world.queue.receive("group-syncs")
        assert text is not None
        await deliver_order(world.services, text)

        assert await state_in(world) is ScheduleState.QUEUED
        await world.drain()
        assert await state_in(world) is ScheduleState.SUCCEEDED

    async def test_and_was_killed_is_running_as_long_as_its_lease_lasts_and_queued_from_then_on(self) -> None:
        world = await a_world("u1")
        await fire_the_timer(world)
        await die_while_reading(world)
        assert await state_in(world) is ScheduleState.RUNNING

        world.clock.advance(world.services.lease + timedelta(seconds=1))

        assert await state_in(world) is ScheduleState.QUEUED

    async def test_and_was_killed_is_over_once_it_was_revived(self) -> None:
        world = await a_world("u1")
        await fire_the_timer(world)
        await die_while_reading(world)
        world.clock.advance(HOUR)
        await watch_over(world.services)
        assert await state_in(world) is ScheduleState.QUEUED

        await world.drain()

        assert (await state_in(world), await at_work_in(world)) == (ScheduleState.SUCCEEDED, None)

    async def test_and_takes_long_is_running_as_long_as_it_renews_its_lease(self) -> None:
        world = await a_world("u1")
        seen: list[ScheduleState] = []

        async def take_long() -> None:
            world.entra.before_page = None
            world.clock.advance(5 * world.services.lease)
            found = await world.services.states.state(WORKSPACE, GROUP)
            assert found is not None
            renewed = found.value.__class__(
                run=found.value.run, attempt=found.value.attempt, lease_until=world.clock.now() + world.services.lease
            )
            await world.services.states.save(WORKSPACE, GROUP, renewed, etag=found.etag)
            seen.append(await state_in(world))

        world.entra.before_page = take_long
        await world.night()

        assert seen == [ScheduleState.RUNNING]

    async def test_is_queued_while_another_one_holds_the_lease(self) -> None:
        world = await a_world("u1")
        run = RunId("20261123T000000Z-manual-1")
        old = Glance(running=RunMark(run, MIDNIGHT - HOUR))
        await world.services.groups.change_glance(WORKSPACE, GROUP, before=Glance(), after=old)
        state = a_group_state(lease_until=world.clock.now() + HOUR)
        await world.services.states.save(WORKSPACE, GROUP, state, etag=None)

        assert await state_in(world) is ScheduleState.QUEUED

    async def test_makes_nobody_else_ask_for_its_lease(self) -> None:
        """One read more per run that is marked and old, none for the others."""
        world = await World(a_tenant([], [a_group(f"g{number}") for number in range(5)])).set_up()
        old = Glance(running=RunMark(RunId("20261123T000000Z-night-1"), MIDNIGHT - HOUR))
        await world.services.groups.change_glance(WORKSPACE, GroupId("g2"), before=Glance(), after=old)
        asked: list[str] = []

        async def count(table: str, partition: str) -> None:
            if table == "SyncState":
                asked.append(partition)

        world.tables.before_read = count
        await list_schedules(world.services, WORKSPACE, ALL, limit=10)

        assert asked == ["acme|g2"]


class TestAList:
    async def test_costs_the_same_requests_however_many_pages_it_has(self) -> None:
        world = await World(a_tenant([], [a_group(f"g{number}") for number in range(5)])).set_up()
        reads: list[str] = []

        async def count(table: str, _partition: str) -> None:
            reads.append(table)

        world.tables.before_read = count
        page = await list_schedules(world.services, WORKSPACE, ALL, limit=2)

        assert sorted(reads) == ["Groups", "Nights", "Schedules", "Workspaces", "Workspaces", "Workspaces"]
        assert ([one.group.id for one in page.schedules], page.total) == (["g0", "g1"], 5)

    async def test_leaves_out_groups_without_a_schedule(self) -> None:
        world = await World(a_tenant([], [a_group(f"g{number}") for number in range(3)])).set_up()
        await delete_schedule(world.services, WORKSPACE, GroupId("g1"))

        page = await list_schedules(world.services, WORKSPACE, ALL, limit=10)

        assert [one.group.id for one in page.schedules] == ["g0", "g2"]

    async def test_leaves_out_schedules_whose_group_is_linked_no_more(self) -> None:
        world = await World(a_tenant([], [a_group("g1"), a_group("g2")])).set_up()
        found = await world.services.groups.group(WORKSPACE, GroupId("g1"))
        assert found is not None
        await world.services.groups.remove(WORKSPACE, found.value)

        page = await list_schedules(world.services, WORKSPACE, ALL, limit=10)

        assert [one.group.id for one in page.schedules] == ["g2"]

    async def test_of_a_workspace_without_schedules_is_empty(self) -> None:
        world = await World(a_tenant([], [])).set_up()

        page = await list_schedules(world.services, WORKSPACE, ALL, limit=10)

        assert (list(page.schedules), page.total, set(page.states.values()), page.goes_on) == ([], 0, {0}, None)

    async def test_of_an_unknown_workspace_is_refused(self) -> None:
        with pytest.raises(SyncRefused) as refused:
            await list_schedules(World().services, WORKSPACE, ALL, limit=1)

        assert refused.value.code == "workspace-not-found"


@pytest.mark.parametrize(
    ("workspace", "group", "code"),
    [("nowhere", GROUP, "workspace-not-found"), (WORKSPACE, "nowhere", "group-not-linked")],
)
async def test_what_is_not_there_is_refused_with_its_code(workspace: str, group: str, code: str) -> None:
    world = await a_world()

    with pytest.raises(SyncRefused) as refused:
        await show_schedule(world.services, WorkspaceId(workspace), GroupId(group))

    assert refused.value.code == code


async def test_a_group_without_a_schedule_says_so() -> None:
    world = await a_world()
    await delete_schedule(world.services, WORKSPACE, GROUP)

    with pytest.raises(SyncRefused) as refused:
        await show_schedule(world.services, WORKSPACE, GROUP)

    assert refused.value.code == "schedule-not-found"
