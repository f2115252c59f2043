from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sync_core.adapters.queues.orders import GROUP_SYNCS
from sync_core.domain.errors import EntraRefused, TryAgainLater
from sync_core.domain.holds import HoldState
from sync_core.domain.ids import GroupId, TenantId, WorkspaceId
from sync_core.domain.journal import PEOPLE
from sync_core.domain.nights import Night
from sync_core.domain.runs import Mode, Run, RunState, Trigger, manual_run_id
from sync_core.domain.schedule import Cadence, midnight_of, night_of
from sync_core.domain.workspaces import Connection, ConnectionStatus
from sync_core.flows import forget_history
from sync_core.flows.connection_health import try_connection
from sync_core.flows.deliver_order import deliver_order
from sync_core.flows.enqueue_due import enqueue_due
from sync_core.flows.manage_schedules import change_schedule, delete_schedule, put_schedule
from sync_core.flows.start_run import start_run
from sync_core.flows.unlink_group import order_unlink
from sync_core.flows.watch_over import watch_over
from sync_core.ports import RowWrite
from tests.fakes.world import TENANT, WORKSPACE, World, a_group, a_tenant, a_user
from tests.unit.flows.held_worlds import G1, a_held_world, a_synced_world, hold_of, run_of, told

if TYPE_CHECKING:
    from collections.abc import Sequence

REFUSED = EntraRefused("consent-missing", "Connect Entra ID again.")


class Killed(BaseException):
    """The process is gone: no handler of the product's may see it and tidy up."""


async def an_hour_later(world: World) -> None:
    world.clock.advance(timedelta(hours=1))
    await watch_over(world.services)


def orders(world: World) -> int:
    return len(world.queue.messages(GROUP_SYNCS))


async def a_world_past_midnight(minutes: float) -> World:
    """A world whose second night's timer has not fired."""
    world = await a_synced_world(3)
    tonight = night_of(world.clock.now()) + timedelta(days=1)
    world.clock.move_to(midnight_of(tonight) + timedelta(minutes=minutes))
    return world


async def a_world_with_a_killed_run() -> tuple[World, Run]:
    """A world with a run that died while it was reading, and whose message will never come again."""

    async def die() -> None:
        raise Killed

    world = await a_synced_world(3)
    run = await start_run(world.services, WORKSPACE, G1, mode=Mode.SYNC)
    text = world.queue.receive(GROUP_SYNCS)
    assert text is not None
    world.entra.before_page = die
    with pytest.raises(Killed):
        await deliver_order(world.services, text)
    world.entra.before_page = None
    return world, run


async def slot_is_on(world: World, slot: str = "daily", group: GroupId = G1) -> bool:
    return (WORKSPACE, group) in [due async for due in world.services.schedules.due(slot)]


async def lose_slot(world: World, *, off: bool, revision: int = 1) -> None:
    key = f"{WORKSPACE}|{G1}"
    write = RowWrite("put", key, {"revision": revision, "on": False}) if off else RowWrite("delete", key, {})
    await world.tables.write("DueSlots", "daily", [write])


async def connection_of(world: World, workspace: WorkspaceId = WORKSPACE) -> Connection:
    found = await world.services.workspaces.connection(workspace)
    assert found is not None
    return found.value


async def fail_connection(world: World) -> None:
    world.entra.refusal = REFUSED
    await world.night()
    assert (await connection_of(world)).status is ConnectionStatus.FAILED


async def test_what_is_well_is_left_alone() -> None:
    world, _ = await a_held_world()
    writes = []

    async def note(table: str, _partition: str, rows: Sequence[RowWrite]) -> None:
        writes.append((table, rows))

    world.tables.before_write = note
    for _ in range(3):
        await an_hour_later(world)

    assert writes == []
    assert orders(world) == 0


async def test_a_watch_that_fails_does_not_keep_the_others_from_theirs(caplog: pytest.LogCaptureFixture) -> None:
    world = await a_world_past_midnight(15)
    await lose_slot(world, off=True)

    async def fail(table: str, _partition: str) -> None:
        if table == "Nights":
            raise TryAgainLater("storage is busy", after=timedelta(seconds=1))

    world.tables.before_read = fail
    await watch_over(world.services)

    assert await slot_is_on(world)
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == ["watch_failed"]


async def test_a_night_that_was_missed_is_covered() -> None:
    world = await a_world_past_midnight(11)

    await watch_over(world.services)
    await world.drain()

    assert [run.state for run in await world.runs_of(night_of(world.clock.now()))] == [RunState.SUCCEEDED]


async def test_the_midnight_of_a_first_day_was_not_missed() -> None:
    """Whoever sets the product up at noon is not surprised by a sync of everything at ten past one."""
    world = await World(a_tenant([a_user("u0")], [a_group("g1", "u0")])).set_up()
    world.clock.move_to(midnight_of(night_of(world.clock.now())) + timedelta(hours=13))
    await watch_over(world.services)

    assert orders(world) == 0


async def test_a_night_that_was_cut_off_is_gone_on_with() -> None:
    world = await a_world_past_midnight(11)
    tonight = night_of(world.clock.now())
    begun = Night(tonight, (tonight,), world.clock.now(), {"daily": 1}, slot="daily", after=(WORKSPACE, G1))
    await world.services.nights.save(begun, etag=None)

    await watch_over(world.services)

    night = await world.services.nights.night(tonight)
    assert night is not None
    assert night.value.completed_at is not None
    assert orders(world) == 0


@pytest.mark.parametrize("minutes", [-0.5, 0, 9])
async def test_a_timer_that_may_still_come_is_waited_for(minutes: float) -> None:
    world = await a_world_past_midnight(minutes)

    await watch_over(world.services)

    assert orders(world) == 0


async def test_a_night_that_is_complete_is_not_sent_again() -> None:
    world = await a_world_past_midnight(0)
    await enqueue_due(world.services)

    await an_hour_later(world)

    assert orders(world) == 1


async def test_a_run_that_is_never_heard_of_again_is_taken_up() -> None:
    world, run = await a_world_with_a_killed_run()

    await an_hour_later(world)
    await world.drain()

    ended = await run_of(world, run.id)
    assert (ended.state, ended.attempts) == (RunState.SUCCEEDED, 2)


async def test_a_run_is_left_to_the_host_as_long_as_it_may_deliver_it_again() -> None:
    world, _ = await a_world_with_a_killed_run()
    world.clock.advance(world.services.lease + timedelta(minutes=14))

    await watch_over(world.services)

    assert orders(world) == 0


async def test_a_stuck_run_is_put_back_once() -> None:
    world, _ = await a_world_with_a_killed_run()

    await an_hour_later(world)
    await an_hour_later(world)

    assert orders(world) == 1


async def test_a_stuck_run_that_comes_too_late_is_told_as_failed() -> None:
    world, run = await a_world_with_a_killed_run()
    world.clock.advance(timedelta(hours=30))

    await watch_over(world.services)
    await world.drain()

    assert (await run_of(world, run.id)).state is RunState.FAILED


async def test_a_run_that_ended_properly_is_not_stuck() -> None:
    world = await a_synced_world(3)
    world.clock.advance(timedelta(hours=9))

    await watch_over(world.services)

    assert orders(world) == 0


@pytest.mark.parametrize("off", [True, False])
async def test_a_lost_slot_is_found_by_its_schedule(*, off: bool) -> None:
    world = await a_synced_world(3)
    await lose_slot(world, off=off)
    assert not await slot_is_on(world)

    await watch_over(world.services)

    assert await slot_is_on(world)


async def test_a_weekly_schedule_gets_its_own_slot_back() -> None:
    world = await a_synced_world(3)
    await put_schedule(world.services, WORKSPACE, G1, cadence=Cadence("weekly", 2), enabled=True)
    await world.tables.write("DueSlots", "weekly-3", [RowWrite("delete", f"{WORKSPACE}|{G1}", {})])

    await watch_over(world.services)

    assert await slot_is_on(world, "weekly-3")
    assert not await slot_is_on(world, "daily")


async def test_a_paused_or_deleted_schedule_gets_no_slot() -> None:
    world = await a_synced_world(3, g2=["u0"])
    await change_schedule(world.services, WORKSPACE, G1, enabled=False)
    await delete_schedule(world.services, WORKSPACE, GroupId("g2"))

    await watch_over(world.services)

    assert [due async for due in world.services.schedules.due("daily")] == []


async def test_a_slot_that_was_just_switched_off_for_a_later_change_stays_off() -> None:
    """The schedule was read a moment before somebody paused it."""
    world = await a_synced_world(3)
    await lose_slot(world, off=True, revision=2)

    await watch_over(world.services)

    assert not await slot_is_on(world)


async def test_a_list_that_waited_for_a_week_expires() -> None:
    world, held = await a_held_world()
    world.clock.advance(timedelta(days=6, hours=23))
    await watch_over(world.services)
    assert (await hold_of(world, held.id)).state is HoldState.OPEN

    world.clock.advance(timedelta(hours=2))
    await watch_over(world.services)

    assert (await hold_of(world, held.id)).state is HoldState.EXPIRED


async def test_a_list_that_was_decided_does_not_expire() -> None:
    world, held = await a_held_world()
    found = await world.services.holds.hold(WORKSPACE, G1, held.id)
    assert found is not None
    decided = replace(found.value, state=HoldState.DECIDED, decided_at=world.clock.now())
    await world.services.holds.save(WORKSPACE, G1, decided, etag=found.etag)
    world.clock.advance(timedelta(days=8))

    await watch_over(world.services)

    assert (await hold_of(world, held.id)).state is HoldState.DECIDED


async def test_a_connection_that_works_again_is_found_within_the_hour() -> None:
    world = await a_synced_world(3)
    await fail_connection(world)
    world.entra.refusal = None

    await an_hour_later(world)

    assert (await connection_of(world)).status is ConnectionStatus.CONNECTED
    assert len(told(world, "connection.recovered")) == 1


async def test_a_connection_that_still_fails_is_asked_once_an_hour() -> None:
    world = await a_synced_world(3)
    await fail_connection(world)
    before = world.entra.asked

    for _ in range(3):
        await an_hour_later(world)
        world.clock.advance(timedelta(minutes=5))
        await watch_over(world.services)

    assert world.entra.asked == before + 3
    assert (await connection_of(world)).status is ConnectionStatus.FAILED
    assert len(told(world, "connection.failed")) == 1


async def test_a_connection_that_the_night_has_just_tried_is_left_alone() -> None:
    world = await a_synced_world(3)
    await fail_connection(world)
    before = world.entra.asked
    world.clock.advance(timedelta(minutes=10))

    await watch_over(world.services)

    assert world.entra.asked == before


async def test_one_tenant_out_of_reach_keeps_no_other_from_being_tried() -> None:
    world = await a_synced_world(3)
    await fail_connection(world)
    world.entra.refusal = None
    failed = await connection_of(world)
    elsewhere = TenantId("elsewhere")
    await world.services.workspaces.put_connection(WorkspaceId("aaa"), replace(failed, tenant=elsewhere))
    check = world.entra.check

    async def check_slowly(tenant: TenantId) -> None:
        if tenant == elsewhere:
            raise TryAgainLater("Microsoft Graph cannot be reached", after=timedelta(minutes=5))
        await check(tenant)

    world.services = replace(world.services, entra=_Checked(check_slowly))  # type: ignore[arg-type]
    await an_hour_later(world)

    assert (await connection_of(world)).status is ConnectionStatus.CONNECTED
    assert (await connection_of(world, WorkspaceId("aaa"))).status is ConnectionStatus.FAILED


async def test_connections_that_are_not_failed_are_not_asked() -> None:
    world = await a_synced_world(3)
    for name, status in (("p", ConnectionStatus.PENDING), ("d", ConnectionStatus.DISCONNECTED)):
        await world.services.workspaces.put_connection(WorkspaceId(name), Connection(TENANT, status))
    before = world.entra.asked

    await an_hour_later(world)

    assert world.entra.asked == before


async def test_of_two_who_would_try_a_connection_one_does() -> None:
    world = await a_synced_world(3)
    await fail_connection(world)
    found = await world.services.workspaces.connection(WORKSPACE)
    assert found is not None
    before = world.entra.asked

    for _ in range(2):
        await try_connection(world.services, WORKSPACE, found)

    assert world.entra.asked == before + 1


async def test_an_edit_by_hand_that_was_cut_off_is_closed() -> None:
    world = await a_synced_world(3)
    run = Run(manual_run_id(world.clock.now(), request="q"), Trigger.MANUAL, RunState.RUNNING, attempt="a")
    await world.services.runs.save(WORKSPACE, PEOPLE, run, etag=None)

    await an_hour_later(world)

    assert (await run_of(world, run.id, PEOPLE)).state is RunState.CANCELLED


async def test_an_unlink_whose_order_was_lost_is_ordered_again() -> None:
    world = await a_synced_world(3)
    await order_unlink(world.services, WORKSPACE, G1)
    world.queue.receive(GROUP_SYNCS)

    await an_hour_later(world)
    await world.drain()

    assert await world.services.groups.group(WORKSPACE, G1) is None


async def test_history_older_than_it_is_kept_is_deleted_with_all_that_belongs_to_it() -> None:
    world, held = await a_held_world()
    first = min([run.id async for run in world.services.runs.newest_first(WORKSPACE, G1)])
    world.clock.advance(timedelta(days=88))
    recent = (await world.night())[0].id
    world.clock.advance(timedelta(days=2))

    await watch_over(world.services)

    assert [run.id async for run in world.services.runs.newest_first(WORKSPACE, G1)] == [recent]
    for table in ("Journal", "Held"):
        assert {row.partition.rpartition("|")[2] for row in world.tables.rows(table)} & {first, held.id} == set()


async def test_people_keep_the_marks_of_changes_whose_journal_is_gone() -> None:
    world = await a_synced_world(3)
    before = await world.recipients()
    world.clock.advance(timedelta(days=91))

    await watch_over(world.services)

    assert world.tables.rows("Journal") == []
    assert await world.recipients() == before
    assert before["u0"].runs


async def test_how_long_history_is_kept_is_a_setting() -> None:
    world = await a_synced_world(3)
    world.services = replace(world.services, history=timedelta(days=8))
    world.clock.advance(timedelta(days=8, hours=1))

    await watch_over(world.services)

    assert world.tables.rows("Runs") == []


async def test_the_history_of_an_unlinked_group_goes_too() -> None:
    world = await a_synced_world(3)
    await order_unlink(world.services, WORKSPACE, G1)
    await world.drain()
    world.clock.advance(timedelta(days=91))

    await watch_over(world.services)

    assert world.tables.rows("Runs") == []
    assert world.tables.rows("Journal") == []


async def test_the_history_of_edits_by_hand_goes_too() -> None:
    world = await a_synced_world(3)
    [run] = [one async for one in world.services.runs.newest_first(WORKSPACE, G1)]
    await world.services.runs.save(WORKSPACE, PEOPLE, run, etag=None)
    world.clock.advance(timedelta(days=91))

    await watch_over(world.services)

    assert [one async for one in world.services.runs.newest_first(WORKSPACE, PEOPLE)] == []


async def test_an_hour_deletes_its_share_and_the_next_goes_on() -> None:
    world = await a_synced_world(3)
    partition = f"{WORKSPACE}|{G1}|"
    runs = [run.id async for run in world.services.runs.newest_first(WORKSPACE, G1)]
    pages = [RowWrite("insert", f"x-{number:06d}", {}) for number in range(forget_history.ROWS_AN_HOUR)]
    for start in range(0, len(pages), 100):
        await world.tables.write("Journal", partition + runs[0], pages[start : start + 100])
    world.clock.advance(timedelta(days=91))

    await watch_over(world.services)
    assert [run.id async for run in world.services.runs.newest_first(WORKSPACE, G1)] == runs
    assert 0 < len(world.tables.rows("Journal")) < 5

    await an_hour_later(world)
    assert world.tables.rows("Runs") == []
    assert world.tables.rows("Journal") == []


class _Checked:
    """An Entra that can only be checked."""

    def __init__(self, check: object) -> None:
        self.check = check
