"""One run at a time is asked for: what counts as under way, and what becomes of two who ask at once."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sync_core.adapters.queues.orders import GROUP_SYNCS
from sync_core.domain.errors import RunActive, SyncRefused, TryAgainLater
from sync_core.domain.ids import EntraGroupId, GroupId
from sync_core.domain.orders import decode
from sync_core.domain.runs import Mode, Run, RunState
from sync_core.domain.schedule import midnight_of, night_of
from sync_core.flows.cancel_run import cancel_run
from sync_core.flows.deliver_order import deliver_order
from sync_core.flows.enqueue_due import enqueue_due
from sync_core.flows.set_up_workspace import link_group
from sync_core.flows.start_if_idle import start_if_idle
from sync_core.flows.start_run import start_run
from sync_core.flows.unlink_group import order_unlink
from tests.fakes.world import WORKSPACE, World
from tests.unit.flows.held_worlds import G1, UNGUARDED, a_synced_world, run_of
from tests.unit.flows.worlds import lost_answer_of, on_write_to

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


async def a_world() -> World:
    world = await a_synced_world(3, UNGUARDED)
    world.clock.advance(timedelta(hours=9))
    return world


async def ask(world: World, mode: Mode = Mode.SYNC, group: GroupId = G1) -> Run:
    return await start_if_idle(world.services, WORKSPACE, group, mode=mode)


async def active(world: World) -> Run:
    """Ask for a run where there is one already, and return that one."""
    with pytest.raises(RunActive) as refused:
        await ask(world)
    assert refused.value.code == "run-active"
    assert refused.value.run.id in refused.value.reason
    return refused.value.run


async def runs_by_hand(world: World) -> list[Run]:
    return [run async for run in world.services.runs.newest_first(WORKSPACE, G1) if run.night is None]


class Asking:
    """A hook that asks once, while something else is going on."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.found: Run | None = None

    async def __call__(self) -> None:
        self.world.entra.before_page = self.world.tables.before_write = None
        self.found = await active(self.world)


async def test_an_idle_group_gets_its_run() -> None:
    world = await a_world()

    run = await ask(world)
    await world.drain()

    assert (await run_of(world, run.id)).state is RunState.SUCCEEDED


async def test_a_group_that_never_had_a_run_gets_its_first() -> None:
    world = await a_world()
    world.entra.groups["g2"] = {**world.entra.groups["g1"], "id": "g2"}
    await link_group(world.services, WORKSPACE, GroupId("g2"), entra_group=EntraGroupId("g2"))

    run = await ask(world, group=GroupId("g2"))
    await world.drain()

    assert (await run_of(world, run.id, GroupId("g2"))).state is RunState.SUCCEEDED


@pytest.mark.parametrize("mode", [Mode.SYNC, Mode.PREVIEW])
async def test_a_run_that_was_asked_for_and_waits_is_under_way(mode: Mode) -> None:
    world = await a_world()
    waiting = await ask(world, mode)

    assert await active(world) == waiting


async def test_what_was_ordered_by_other_means_is_under_way_too() -> None:
    """An undo, or a decision."""
    world = await a_world()
    waiting = await start_run(world.services, WORKSPACE, G1, mode=Mode.SYNC)

    assert await active(world) == waiting


async def test_a_run_at_work_is_under_way() -> None:
    world = await a_world()
    run = await ask(world)
    world.entra.before_page = asking = Asking(world)

    await world.drain()

    assert asking.found is not None
    assert (asking.found.id, asking.found.state) == (run.id, RunState.RUNNING)


async def test_a_night_at_work_is_under_way_from_the_moment_it_has_the_lease() -> None:
    """Its record comes a moment later."""
    world = await a_world()
    asking = Asking(world)
    world.tables.before_write = on_write_to("Runs", then=asking)

    [night] = await world.night()

    assert asking.found is not None
    assert (asking.found.id, asking.found.state, asking.found.night) == (night.id, RunState.RUNNING, night.night)


async def test_a_run_that_waits_to_be_tried_again_is_under_way() -> None:
    world = await a_world()
    run = await ask(world)
    world.entra.before_page = _throttled
    text = world.queue.receive(GROUP_SYNCS)
    assert text is not None
    await deliver_order(world.services, text)

    found = await active(world)

    assert (found.id, found.state) == (run.id, RunState.RETRYING)


async def _throttled() -> None:
    raise TryAgainLater("throttled", after=timedelta(minutes=20))


async def test_a_nights_order_on_the_queue_is_not() -> None:
    world = await a_world()
    world.clock.move_to(midnight_of(night_of(world.clock.now()) + timedelta(days=1)))
    await enqueue_due(world.services)

    run = await ask(world)
    await world.drain()

    assert (await run_of(world, run.id)).state is RunState.SUCCEEDED


async def test_what_is_over_or_cancelled_is_not() -> None:
    world = await a_world()
    first = await ask(world)
    await world.drain()
    second = await ask(world)
    await cancel_run(world.services, WORKSPACE, G1, second.id, by="admin-1")
    third = await ask(world)

    assert len({first.id, second.id, third.id}) == 3


async def test_a_run_whose_order_was_lost_is_in_nobodys_way_for_ever() -> None:
    world = await a_world()
    await ask(world)
    while world.queue.receive(GROUP_SYNCS) is not None:
        pass
    world.clock.advance(timedelta(hours=20, seconds=1))

    assert (await ask(world)).state is RunState.QUEUED


async def test_a_run_of_a_link_that_ended_is_in_nobodys_way() -> None:
    world = await a_world()
    await ask(world)
    await order_unlink(world.services, WORKSPACE, G1)
    await world.drain()
    await link_group(world.services, WORKSPACE, G1, entra_group=EntraGroupId("g1"))

    run = await ask(world)
    await world.drain()

    assert (await run_of(world, run.id)).state is RunState.SUCCEEDED


async def test_a_group_that_is_not_linked_is_refused() -> None:
    with pytest.raises(SyncRefused, match="no linked group"):
        await ask(await a_world(), group=GroupId("other"))


@pytest.mark.parametrize("people", [2, 5])
async def test_of_those_who_ask_at_once_one_starts_a_run_and_the_others_learn_of_it(people: int) -> None:
    world = await a_world()

    async def take_turns(*_call: object) -> None:
        await asyncio.sleep(0)

    world.tables.before_read = world.tables.before_write = take_turns
    answers = await asyncio.gather(*(ask(world) for _ in range(people)), return_exceptions=True)

    [started] = [one for one in answers if isinstance(one, Run)]
    told = [one.run.id for one in answers if isinstance(one, RunActive)]
    assert told == [started.id] * (people - 1)
    assert [run.id for run in await runs_by_hand(world)] == [started.id]
    assert {decode(message.text).run for message in world.queue.messages(GROUP_SYNCS)} == {started.id}


async def test_asked_whenever_the_other_writes_there_is_one_run() -> None:
    for number in (1, 2):
        world = await a_world()
        answers: list[Run] = []
        world.tables.before_write = _once(world, number, answers)

        with suppress(RunActive):
            answers.append(await ask(world))

        assert [run.id for run in await runs_by_hand(world)] == [run.id for run in answers]
        assert len(answers) == 1


def _once(world: World, number: int, answers: list[Run]) -> Callable[..., Awaitable[None]]:
    """Return a hook that asks at the *number*-th write."""
    writes = 0

    async def hook(*_: object) -> None:
        nonlocal writes
        writes += 1
        if writes == number:
            world.tables.before_write = None
            with suppress(RunActive):
                answers.append(await ask(world))

    return hook


async def test_a_request_whose_answer_was_lost_has_started_its_run() -> None:
    world = await a_world()
    world.tables.after_write = lost_answer_of("SyncState")

    run = await ask(world)

    assert [one.id for one in await runs_by_hand(world)] == [run.id]


async def test_whoever_asks_again_after_being_cut_off_behind_the_note_starts_the_noted_run() -> None:
    world = await a_world()

    async def die() -> None:
        raise ConnectionResetError

    world.tables.after_write = on_write_to("SyncState", then=die)
    with pytest.raises(ConnectionResetError):
        await ask(world)
    world.tables.after_write = None

    found = await active(world)
    await world.drain()

    assert [(run.id, run.state) for run in await runs_by_hand(world)] == [(found.id, RunState.SUCCEEDED)]


async def test_a_note_that_was_left_for_a_day_is_forgotten() -> None:
    """Nobody waits for that run any more."""
    world = await a_world()

    async def die() -> None:
        raise ConnectionResetError

    world.tables.after_write = on_write_to("SyncState", then=die)
    with pytest.raises(ConnectionResetError):
        await ask(world)
    world.tables.after_write = None
    world.clock.advance(timedelta(hours=21))

    run = await ask(world)

    assert [one.id for one in await runs_by_hand(world)] == [run.id]


async def test_a_run_that_gives_its_lease_back_while_somebody_asks_does_give_it_back() -> None:
    """The record says that it is over a moment before its lease does."""
    world = await a_world()
    first = await ask(world)
    second: list[Run] = []

    async def ask_behind_the_end(table: str, *_: object) -> None:
        if table == "Runs" and (await run_of(world, first.id)).is_over:
            world.tables.after_write = None
            second.append(await ask(world))

    world.tables.after_write = ask_behind_the_end
    began = world.clock.now()
    await world.drain()

    assert (await run_of(world, second[0].id)).ended_at == began
