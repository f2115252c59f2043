"""Midnight: one order per due group, once per night, whatever happens to the timer or the process."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sync_core.adapters.queues.orders import GROUP_SYNCS, QueueOrders
from sync_core.domain.errors import RowConflict
from sync_core.domain.ids import EntraGroupId, GroupId, WorkspaceId
from sync_core.domain.runs import RunState
from sync_core.domain.schedule import Cadence, night_of
from sync_core.domain.workspaces import Rulebook, Workspace
from sync_core.flows.enqueue_due import enqueue_due
from sync_core.flows.manage_schedules import change_schedule, delete_schedule, put_schedule
from sync_core.flows.set_up_workspace import confirm_rules, connect, link_group, put_workspace
from tests.builders import DAILY, MIDNIGHT, MONDAYS, NIGHT, TENANT, WORKSPACE
from tests.fakes.world import World, a_group, a_tenant
from tests.unit.flows.worlds import a_world, lost_answer_of, orders_on_queue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync_core.ports import RowWrite

TUESDAYS = Cadence("weekly", 1)
ONE_DAY = timedelta(days=1)


class Cut(BaseException):
    """The process is gone."""


class Cutter:
    """Cuts the process off at the *target*-th write, or at the *target*-th message sent."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.calls = 0

    def count(self) -> None:
        self.calls += 1
        if self.calls == self.target:
            raise Cut

    async def __call__(self, _table: str, _partition: str, _rows: Sequence[RowWrite]) -> None:
        self.count()


async def scheduled(**cadences: Cadence) -> World:
    world = await World(a_tenant([], [a_group(group) for group in cadences])).set_up()
    for group, cadence in cadences.items():
        await put_schedule(world.services, WORKSPACE, GroupId(group), cadence=cadence, enabled=True)
    return world


async def many(count: int) -> World:
    return await scheduled(**{f"g{number:03d}": DAILY for number in range(count)})


def enqueued(world: World) -> Counter[str]:
    return Counter(order.group for order in orders_on_queue(world))


def forget_orders(world: World) -> None:
    while world.queue.receive(GROUP_SYNCS) is not None:
        pass


async def fire(world: World) -> None:
    """Fire as the trigger does: a firing that finds another at work leaves the night to it."""
    try:
        await enqueue_due(world.services)
    except RowConflict:
        return


async def test_a_night_sends_one_order_for_each_group_that_is_due() -> None:
    world = await scheduled(daily=DAILY, mondays=MONDAYS, tuesdays=TUESDAYS)

    night = await enqueue_due(world.services)

    assert enqueued(world) == {"daily": 1, "mondays": 1}
    assert night.enqueued == {"daily": 1, "weekly-1": 1}
    assert night.completed_at == MIDNIGHT


async def test_another_night_reads_the_slot_of_its_own_day() -> None:
    world = await scheduled(daily=DAILY, mondays=MONDAYS, tuesdays=TUESDAYS)
    await enqueue_due(world.services)
    forget_orders(world)
    world.clock.advance(ONE_DAY)

    await enqueue_due(world.services)

    assert enqueued(world) == {"daily": 1, "tuesdays": 1}


async def test_an_order_names_its_group_its_night_and_how_long_it_is_worth_starting() -> None:
    world = await scheduled(sales=DAILY)

    await enqueue_due(world.services)

    [order] = orders_on_queue(world)
    assert (order.workspace, order.group, order.night, order.covers) == (WORKSPACE, "sales", NIGHT, (NIGHT,))
    assert MIDNIGHT + timedelta(hours=12) < order.not_after < MIDNIGHT + ONE_DAY


async def test_groups_of_all_workspaces_are_enqueued() -> None:
    world = await scheduled(sales=DAILY)
    other = WorkspaceId("other")
    await put_workspace(world.services, Workspace(other, "Other", "business"))
    await connect(world.services, other, tenant=TENANT)
    await confirm_rules(world.services, other, Rulebook())
    await link_group(world.services, other, GroupId("theirs"), entra_group=EntraGroupId("sales"))
    await put_schedule(world.services, other, GroupId("theirs"), cadence=MONDAYS, enabled=True)

    await enqueue_due(world.services)

    assert {(order.workspace, order.group) for order in orders_on_queue(world)} == {
        (WORKSPACE, "sales"),
        (other, "theirs"),
    }


async def test_a_paused_schedule_is_not_enqueued() -> None:
    world = await scheduled(sales=DAILY, support=DAILY)
    await change_schedule(world.services, WORKSPACE, GroupId("sales"), enabled=False)

    await enqueue_due(world.services)

    assert enqueued(world) == {"support": 1}


async def test_a_resumed_schedule_is_enqueued_again() -> None:
    world = await scheduled(sales=DAILY)
    await change_schedule(world.services, WORKSPACE, GroupId("sales"), enabled=False)
    await change_schedule(world.services, WORKSPACE, GroupId("sales"), enabled=True)

    await enqueue_due(world.services)

    assert enqueued(world) == {"sales": 1}


async def test_a_deleted_schedule_is_not_enqueued() -> None:
    world = await scheduled(sales=DAILY)
    await delete_schedule(world.services, WORKSPACE, GroupId("sales"))

    await enqueue_due(world.services)

    assert enqueued(world) == {}


async def test_a_schedule_that_was_moved_is_enqueued_on_its_new_day_alone() -> None:
    world = await scheduled(sales=TUESDAYS)
    await change_schedule(world.services, WORKSPACE, GroupId("sales"), cadence=MONDAYS)

    night = await enqueue_due(world.services)
    forget_orders(world)
    world.clock.advance(ONE_DAY)
    next_night = await enqueue_due(world.services)

    assert (night.total, next_night.total) == (1, 0)


async def test_a_second_firing_for_one_night_sends_nothing() -> None:
    world = await many(3)
    first = await enqueue_due(world.services)
    world.clock.advance(timedelta(hours=1))

    assert await enqueue_due(world.services) == first
    assert set(enqueued(world).values()) == {1}


async def test_a_firing_just_before_midnight_and_one_just_after_are_one_night() -> None:
    world = await many(3)
    world.clock.move_to(MIDNIGHT + ONE_DAY - timedelta(milliseconds=20))
    early = await enqueue_due(world.services)
    world.clock.move_to(MIDNIGHT + ONE_DAY)

    assert await enqueue_due(world.services) == early
    assert early.night == NIGHT + ONE_DAY


async def test_a_missed_night_is_caught_up_with_one_order_per_group() -> None:
    """Tuesday night was missed: on Wednesday its groups are due too, and the daily ones only once."""
    world = await scheduled(daily=DAILY, tuesdays=TUESDAYS, mondays=MONDAYS)
    await enqueue_due(world.services)
    forget_orders(world)
    world.clock.advance(2 * ONE_DAY)

    night = await enqueue_due(world.services)

    assert night.covers == (NIGHT + ONE_DAY, NIGHT + 2 * ONE_DAY)
    assert enqueued(world) == {"daily": 1, "tuesdays": 1}
    assert {order.night for order in orders_on_queue(world)} == {NIGHT + 2 * ONE_DAY}
    assert {order.covers for order in orders_on_queue(world)} == {night.covers}


async def test_a_night_that_was_begun_and_never_finished_is_caught_up_too() -> None:
    world = await scheduled(daily=DAILY, tuesdays=TUESDAYS)
    await enqueue_due(world.services)
    forget_orders(world)
    world.clock.advance(ONE_DAY)
    world.tables.before_write = Cutter(2)
    with pytest.raises(Cut):
        await enqueue_due(world.services)
    world.tables.before_write = None
    world.clock.advance(ONE_DAY)
    forget_orders(world)

    await enqueue_due(world.services)

    assert enqueued(world) == {"daily": 1, "tuesdays": 1}


async def test_after_a_week_of_missed_nights_each_group_is_enqueued_once() -> None:
    world = await scheduled(daily=DAILY, **{f"day{day}": Cadence("weekly", day) for day in range(7)})
    await enqueue_due(world.services)
    forget_orders(world)
    world.clock.advance(10 * ONE_DAY)

    await enqueue_due(world.services)

    assert enqueued(world) == {"daily": 1} | {f"day{day}": 1 for day in range(7)}


async def test_a_night_without_any_schedule_is_complete() -> None:
    world = World(a_tenant([], []))

    assert (await enqueue_due(world.services)).completed_at is not None


class CutQueue:
    """A world's queue, with the process cut off at a message, before or after it was sent."""

    def __init__(self, world: World, cutter: Cutter, *, sent_first: bool) -> None:
        self._queue = world.queue
        self._cutter = cutter
        self._sent_first = sent_first

    async def send(
        self, queue: str, text: str, *, delay: timedelta = timedelta(0), keep_for: timedelta | None = None
    ) -> None:
        if not self._sent_first:
            self._cutter.count()
        await self._queue.send(queue, text, delay=delay, keep_for=keep_for)
        if self._sent_first:
            self._cutter.count()


GROUPS = 70
"""More than two batches of orders."""


@pytest.mark.parametrize("moment", ["before_write", "after_write"])
async def test_a_night_cut_off_at_any_save_is_finished_by_the_next_firing(moment: str) -> None:
    saves = 5  # begun, three batches, complete
    for target in range(1, saves + 1):
        world = await many(GROUPS)
        setattr(world.tables, moment, Cutter(target))
        with pytest.raises(Cut):
            await enqueue_due(world.services)

        night = await enqueue_due(world.services)

        assert len(enqueued(world)) == GROUPS, f"cut {moment} {target}"
        assert night.completed_at is not None
        assert max(enqueued(world).values()) <= 2


@pytest.mark.parametrize("sent_first", [True, False])
async def test_a_night_cut_off_at_any_order_is_finished_by_the_next_firing(sent_first: bool) -> None:
    for target in (1, 2, 32, 33, 64, 65, GROUPS):
        world = await many(GROUPS)
        queue = CutQueue(world, Cutter(target), sent_first=sent_first)
        with pytest.raises((Cut, BaseExceptionGroup)):
            await enqueue_due(replace(world.services, orders=QueueOrders(queue, clock=world.clock)))

        night = await enqueue_due(world.services)

        assert len(enqueued(world)) == GROUPS, f"cut at order {target}"
        assert night.completed_at is not None


async def test_a_resumed_night_does_not_send_again_what_was_remembered() -> None:
    world = await many(GROUPS)
    world.tables.before_write = Cutter(4)  # the third batch is sent and not remembered
    with pytest.raises(Cut):
        await enqueue_due(world.services)

    await enqueue_due(world.services)

    sent = enqueued(world)
    assert [sent[f"g{number:03d}"] for number in range(GROUPS)] == [1] * 64 + [2] * 6


async def test_two_firings_at_once_enqueue_every_group() -> None:
    world = await many(GROUPS)

    async def take_turns(*_call: object) -> None:
        await asyncio.sleep(0)

    world.tables.before_read = take_turns
    world.tables.before_write = take_turns
    await asyncio.gather(fire(world), fire(world), fire(world))

    assert len(enqueued(world)) == GROUPS
    found = await world.services.nights.night(NIGHT)
    assert found is not None
    assert found.value.completed_at is not None


@pytest.mark.parametrize("save", range(1, 6))
async def test_a_night_whose_save_was_stored_and_not_answered_goes_on(save: int) -> None:
    """The storage client repeats the write and finds it done; no other firing would go on."""
    world = await many(GROUPS)
    world.tables.after_write = lost_answer_of("Nights", number=save)

    night = await enqueue_due(world.services)

    assert night.completed_at is not None
    assert enqueued(world) == {f"g{number:03d}": 1 for number in range(GROUPS)}


async def test_a_firing_that_finds_another_at_work_leaves_the_night_to_it() -> None:
    world = await many(3)
    other = World(world.entra, world.clock, world.tables)

    async def come_first(_table: str, _partition: str, _rows: Sequence[RowWrite]) -> None:
        world.tables.before_write = None
        other.clock.advance(timedelta(seconds=1))
        await enqueue_due(other.services)

    world.tables.before_write = come_first
    with pytest.raises(RowConflict):
        await enqueue_due(world.services)

    assert len(enqueued(other)) == 3


async def test_a_night_cut_off_behind_a_weekly_slot_does_not_begin_again_with_the_daily_one() -> None:
    world = await scheduled(aa=DAILY, bb=MONDAYS)
    world.tables.before_write = Cutter(4)  # begun, a daily and a weekly batch; completion is not remembered
    with pytest.raises(Cut):
        await enqueue_due(world.services)

    await enqueue_due(world.services)

    assert enqueued(world) == {"aa": 1, "bb": 1}


async def test_a_night_that_is_fired_late_in_the_day_still_gets_its_turn() -> None:
    """Fired by hand in the evening, or caught up after an outage, its orders must not be too late already."""
    world = await a_world("u1")
    world.clock.advance(timedelta(hours=45, minutes=30))
    await enqueue_due(world.services)
    await world.drain()
    [run] = await world.runs_of(night_of(world.clock.now()))

    assert run.state is RunState.SUCCEEDED
