"""Cancelling a run, wherever it is: what it still does, what it leaves, and what it tells."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sync_core.adapters.queues.orders import GROUP_SYNCS
from sync_core.domain.cancelling import CANCELLED
from sync_core.domain.errors import SyncRefused, TryAgainLater
from sync_core.domain.orders import decode, encode
from sync_core.domain.runs import Mode, Run, RunState, manual_run_id
from sync_core.domain.schedule import midnight_of, night_of
from sync_core.flows.cancel_run import cancel_run
from sync_core.flows.decide_removals import decide_removals
from sync_core.flows.deliver_order import deliver_order, give_up_order
from sync_core.flows.enqueue_due import enqueue_due
from sync_core.flows.start_run import start_run
from sync_core.flows.undo_run import order_undo
from sync_core.flows.unlink_group import order_unlink
from tests.fakes.world import WORKSPACE, World, a_user
from tests.properties.tenants import directory_as_model
from tests.unit.flows.held_worlds import (
    G1,
    UNGUARDED,
    a_held_world,
    a_synced_world,
    ask_for,
    decide,
    hold_of,
    join,
    journal,
    kinds_in,
    leave,
    open_lists,
    run_of,
)
from tests.unit.flows.worlds import lost_answer_of, on_write_to

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sync_core.domain.ids import RunId


async def cancel(world: World, run: RunId) -> Run:
    return await cancel_run(world.services, WORKSPACE, G1, run, by="admin-1")


async def refusal(world: World, run: RunId) -> str:
    with pytest.raises(SyncRefused) as refused:
        await cancel(world, run)
    return refused.value.code


async def a_world_with_work() -> World:
    """A synced group of six: a joiner, a change and a leaver wait for the next run."""
    world = await a_synced_world(6, UNGUARDED)
    world.clock.advance(timedelta(hours=9))
    world.entra.users["new"] = a_user("new")
    join(world, "new")
    world.entra.users["u1"]["jobTitle"] = "Analyst"
    leave(world, "u0")
    return world


async def start(world: World, mode: Mode = Mode.SYNC) -> Run:
    return await start_run(world.services, WORKSPACE, G1, mode=mode)


def cancelling(world: World, run: RunId) -> Callable[[], Awaitable[None]]:
    """Return a hook that cancels the run, once."""

    async def hook() -> None:
        world.tables.before_write = world.tables.after_write = world.entra.before_page = None
        await cancel(world, run)

    return hook


class TestBeforeItBegan:
    async def test_a_queued_run_is_cancelled_at_once_and_its_order_does_nothing(self) -> None:
        world = await a_world_with_work()
        before = await world.recipients()
        run = await start(world)

        cancelled = await cancel(world, run.id)
        await world.drain()

        assert cancelled.reason is not None
        assert (cancelled.state, cancelled.reason.code) == (RunState.CANCELLED, CANCELLED)
        assert await run_of(world, run.id) == cancelled
        assert await world.recipients() == before

    async def test_lists_go_on_showing_the_last_run_that_did_something(self) -> None:
        world = await a_world_with_work()
        night = await world.services.groups.last_run(WORKSPACE, G1)

        await cancel(world, (await start(world)).id)

        assert await world.services.groups.last_run(WORKSPACE, G1) == night

    async def test_lists_show_no_more_that_it_waits(self) -> None:
        world = await a_world_with_work()
        run = await start(world)
        assert (await world.services.groups.glance(WORKSPACE, G1)).queued is not None

        await cancel(world, run.id)

        assert (await world.services.groups.glance(WORKSPACE, G1)).queued is None

    async def test_a_run_that_is_claimed_at_the_same_moment_stops_itself(self) -> None:
        world = await a_world_with_work()
        run = await start(world)

        async def claim_first() -> None:
            world.tables.before_write = None
            world.entra.before_page = cancelling(world, run.id)
            await world.drain()

        world.tables.before_write = on_write_to("Runs", then=claim_first)
        answered = await cancel(world, run.id)

        assert answered.state is RunState.CANCELLED
        assert (await run_of(world, run.id)).started_at is not None

    async def test_a_cancel_whose_answer_was_lost_is_a_cancel(self) -> None:
        world = await a_world_with_work()
        run = await start(world)
        world.tables.after_write = lost_answer_of("Runs")

        assert (await cancel(world, run.id)).state is RunState.CANCELLED


class TestAtWork:
    async def test_it_stops_at_its_next_sign_of_life_and_takes_nobody_out(self) -> None:
        """The wave that is being stored is finished; the leaver's turn never comes."""
        world = await a_world_with_work()
        run = await start(world)
        world.tables.before_write = on_write_to("Recipients", then=cancelling(world, run.id))

        await world.drain()

        ended = await run_of(world, run.id)
        assert ended.reason is not None
        assert (ended.state, ended.reason.code) == (RunState.CANCELLED, CANCELLED)
        assert await world.members("g1") == {"new", *(f"u{n}" for n in range(6))}

    async def test_what_it_did_by_then_is_counted_and_told(self) -> None:
        world = await a_world_with_work()
        run = await start(world)
        world.tables.before_write = on_write_to("Recipients", then=cancelling(world, run.id))

        await world.drain()

        counts = (await run_of(world, run.id)).counts
        assert (counts.added, counts.updated, counts.removed) == (1, 1, 0)
        assert await kinds_in(world, run.id) == {"new": "added", "u1": "updated"}

    async def test_it_can_be_undone(self) -> None:
        world = await a_world_with_work()
        before = directory_as_model(await world.recipients())
        run = await start(world)
        world.tables.before_write = on_write_to("Recipients", then=cancelling(world, run.id))
        await world.drain()

        await order_undo(world.services, WORKSPACE, G1, run.id)
        await world.drain()

        assert set(await world.members("g1")) == {f"u{n}" for n in range(6)}
        assert len(directory_as_model(await world.recipients())) == len(before)

    async def test_the_next_run_does_what_was_left(self) -> None:
        world = await a_world_with_work()
        run = await start(world)
        world.entra.before_page = cancelling(world, run.id)
        await world.drain()

        after = await ask_for(world)

        assert (after.counts.added, after.counts.updated, after.counts.removed) == (1, 1, 1)

    async def test_the_group_is_free_at_once(self) -> None:
        world = await a_world_with_work()
        run = await start(world)
        world.entra.before_page = cancelling(world, run.id)
        await world.drain()

        found = await world.services.states.state(WORKSPACE, G1)

        assert found is not None
        assert found.value.lease_left(now=world.clock.now()) is None

    async def test_lists_show_that_it_was_cancelled(self) -> None:
        world = await a_world_with_work()
        run = await start(world)
        world.entra.before_page = cancelling(world, run.id)
        await world.drain()

        shown = await world.services.groups.last_run(WORKSPACE, G1)

        assert shown is not None
        assert (shown.id, shown.state) == (run.id, RunState.CANCELLED)

    async def test_asked_for_again_it_is_the_same_run(self) -> None:
        world = await a_world_with_work()
        run = await start(world)
        answers: list[Run] = []

        async def cancel_twice() -> None:
            world.entra.before_page = None
            answers.append(await cancel(world, run.id))
            world.clock.advance(timedelta(seconds=1))
            answers.append(await cancel(world, run.id))

        world.entra.before_page = cancel_twice
        await world.drain()

        assert answers[0] == answers[1]
        assert (await cancel(world, run.id)).state is RunState.CANCELLED

    async def test_whoever_is_sent_after_a_run_that_lives_finds_it_over(self) -> None:
        world = await a_world_with_work()
        run = await start(world)
        world.entra.before_page = cancelling(world, run.id)

        await world.drain()

        assert (await run_of(world, run.id)).attempts == 1


class TestWheneverItComes:
    @pytest.mark.parametrize("moment", ["before_write", "after_write"])
    async def test_neither_the_wish_nor_what_the_run_did_is_lost(self, moment: str) -> None:
        """Cancelled beside each write of the run: it stops or was as good as over, and its journal is its count."""
        states = set()
        for number in range(1, await _writes_of_a_run() + 1):
            world = await a_world_with_work()
            run = await start(world)
            _cancel_beside(world, run.id, moment, number)

            await world.drain()

            ended = await run_of(world, run.id)
            states.add(ended.state)
            changed = ended.counts.added + ended.counts.updated + ended.counts.removed
            assert changed == len(await journal(world, run.id)), number
            assert changed == 3 or ended.state is RunState.CANCELLED, number
            assert ended.cancel_asked_at is not None or ended.state is RunState.SUCCEEDED, number
            assert world.queue.messages(GROUP_SYNCS) == [], number

        assert states == {RunState.CANCELLED, RunState.SUCCEEDED}


async def _writes_of_a_run() -> int:
    world = await a_world_with_work()
    await start(world)
    writes = 0

    async def count(*_: object) -> None:
        nonlocal writes
        writes += 1

    world.tables.before_write = count
    await world.drain()
    return writes


def _cancel_beside(world: World, run: RunId, moment: str, number: int) -> None:
    writes = 0

    async def hook(*_: object) -> None:
        nonlocal writes
        writes += 1
        if writes == number:
            setattr(world.tables, moment, None)
            with suppress(SyncRefused):  # over, by its last write
                await cancel(world, run)

    setattr(world.tables, moment, hook)


class TestNobodyAtWork:
    async def test_a_run_that_waits_to_be_tried_again_ends_at_once(self) -> None:
        world = await a_world_with_work()
        run = await start(world)
        await _put_off(world)
        waiting = world.clock.now()

        await cancel(world, run.id)
        await _deliver_what_is_visible(world)

        ended = await run_of(world, run.id)
        assert (ended.state, ended.ended_at) == (RunState.CANCELLED, waiting)

    async def test_it_ends_also_while_entra_cannot_be_asked(self) -> None:
        """Which may be why somebody cancels it."""
        world = await a_world_with_work()
        run = await start(world)
        await _put_off(world)
        asked = world.entra.asked

        await cancel(world, run.id)
        await world.drain()

        assert (await run_of(world, run.id)).state is RunState.CANCELLED
        assert world.entra.asked == asked

    async def test_its_own_order_finds_it_over(self) -> None:
        world = await a_world_with_work()
        run = await start(world)
        await _put_off(world)
        await cancel(world, run.id)

        await world.drain()

        assert (await run_of(world, run.id)).attempts == 2
        assert await world.members("g1") == {f"u{n}" for n in range(6)}

    async def test_a_night_that_waits_to_be_tried_again_is_cancelled_too(self) -> None:
        world = await a_world_with_work()
        world.entra.before_page = _throttled(world)
        await _a_night_put_off(world)
        night = await anext(aiter(world.services.runs.newest_first(WORKSPACE, G1)))

        await cancel(world, night.id)
        await world.drain()

        assert (await run_of(world, night.id)).state is RunState.CANCELLED
        assert await world.members("g1") == {f"u{n}" for n in range(6)}

    async def test_a_run_whose_process_died_ends_when_its_lease_does(self) -> None:
        world = await a_world_with_work()
        run = await start(world)
        world.entra.before_page = _died
        text = world.queue.receive(GROUP_SYNCS)
        assert text is not None
        with pytest.raises(_DiedError):
            await deliver_order(world.services, text)
        world.entra.before_page = None

        await cancel(world, run.id)
        await world.drain()

        assert (await run_of(world, run.id)).state is RunState.CANCELLED


class _DiedError(BaseException):
    """The process is gone: no handler of the product's may see it and tidy up."""


async def _died() -> None:
    raise _DiedError


def _throttled(world: World) -> Callable[[], Awaitable[None]]:
    async def hook() -> None:
        world.entra.before_page = None
        raise TryAgainLater("throttled", after=timedelta(minutes=20))

    return hook


async def _put_off(world: World) -> None:
    world.entra.before_page = _throttled(world)
    await _deliver_what_is_visible(world)


async def _a_night_put_off(world: World) -> None:
    tonight = night_of(world.clock.now()) + timedelta(days=1)
    world.clock.move_to(midnight_of(tonight))
    await enqueue_due(world.services)
    await _deliver_what_is_visible(world)


async def _deliver_what_is_visible(world: World) -> None:
    while (text := world.queue.receive(GROUP_SYNCS)) is not None:
        await deliver_order(world.services, text)


class TestOtherModes:
    async def test_a_preview_changes_nobody_and_says_that_it_is_not_complete(self) -> None:
        world = await a_world_with_work()
        before = await world.recipients()
        run = await start(world, Mode.PREVIEW)
        world.entra.before_page = cancelling(world, run.id)

        await world.drain()

        ended = await run_of(world, run.id)
        assert ended.reason is not None
        assert ended.state is RunState.CANCELLED
        assert "not all of it" in ended.reason.text
        assert await world.recipients() == before

    async def test_an_undo_leaves_the_others_as_they_are(self) -> None:
        world = await a_world_with_work()
        done = await ask_for(world)
        undo = await order_undo(world.services, WORKSPACE, G1, done.id)
        world.tables.before_write = on_write_to("SyncState", then=cancelling(world, undo.id))

        await world.drain()

        ended = await run_of(world, undo.id)
        assert (ended.state, ended.counts.updated) == (RunState.CANCELLED, 0)
        assert await world.members("g1") == {"new", *(f"u{n}" for n in range(1, 6))}

    async def test_removals_that_wait_for_a_decision_go_on_waiting(self) -> None:
        world, held = await a_held_world(10)
        world.clock.advance(timedelta(hours=9))
        run = await start(world)
        world.entra.before_page = cancelling(world, run.id)

        await world.drain()

        assert await open_lists(world) == [held.id]
        assert (await decide(world, held.id, approve="all")).counts.removed == 6

    async def test_a_run_that_carries_out_a_decision_goes_through(self) -> None:
        world, held = await a_held_world(10)
        digest = (await hold_of(world, held.id)).digest
        ordered = await decide_removals(
            world.services, WORKSPACE, G1, held.id, digest=digest, approve="all", by="admin-1"
        )

        assert await refusal(world, ordered.id) == "not-cancellable"
        await world.drain()
        assert (await run_of(world, ordered.id)).counts.removed == 6

    async def test_the_end_of_a_link_goes_through(self) -> None:
        world = await a_world_with_work()

        assert await refusal(world, (await order_unlink(world.services, WORKSPACE, G1)).id) == "not-cancellable"


class TestRefused:
    async def test_a_run_that_is_over_cannot_be_cancelled(self) -> None:
        world = await a_world_with_work()
        done = await ask_for(world)

        assert await refusal(world, done.id) == "run-over"
        assert await run_of(world, done.id) == done

    async def test_an_unknown_run_is_not_found(self) -> None:
        world = await a_world_with_work()

        assert await refusal(world, manual_run_id(world.clock.now(), request="none")) == "run-not-found"

    async def test_a_run_that_an_unlink_has_cancelled_is_over(self) -> None:
        world = await a_world_with_work()
        run = await start(world)
        world.entra.before_page = _unlinking(world)
        await world.drain()

        assert (await run_of(world, run.id)).state is RunState.CANCELLED
        assert await refusal(world, run.id) == "run-over"


def _unlinking(world: World) -> Callable[[], Awaitable[None]]:
    async def hook() -> None:
        world.entra.before_page = None
        await order_unlink(world.services, WORKSPACE, G1)

    return hook


async def test_whoever_reopens_a_failed_run_wants_it() -> None:
    """The wish to cancel it came too late and must not end the redriven run."""
    world = await a_world_with_work()
    run = await start(world)
    [message] = world.queue.messages(GROUP_SYNCS)
    order = decode(message.text)
    world.entra.before_page = _died
    text = world.queue.receive(GROUP_SYNCS)
    assert text is not None
    with pytest.raises(_DiedError):
        await deliver_order(world.services, text)
    world.entra.before_page = None
    await cancel(world, run.id)
    await give_up_order(world.services, text, ZeroDivisionError())
    while world.queue.receive(GROUP_SYNCS) is not None:
        pass
    world.clock.advance(timedelta(minutes=5))

    await deliver_order(world.services, encode(replace(order, redrive=True)))

    assert (await run_of(world, run.id)).state is RunState.SUCCEEDED
