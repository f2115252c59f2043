"""Walks through a poison queue: each message once, none lost, by a clock that a test moves."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ops.poison.pace import Pace
from ops.poison.walking import HIDDEN_FOR, walk
from ops.queues import OUR_QUEUES
from tests.fakes.clock import FakeClock
from tests.fakes.memory_queue import MemoryQueue

if TYPE_CHECKING:
    from ops.poison.walking import Walk

ORDERS = OUR_QUEUES["orders"]
MINUTE = timedelta(minutes=1)


class Shelf:
    """A poison queue with *messages* on it."""

    def __init__(self, messages: int) -> None:
        self.clock = FakeClock()
        self.queue = MemoryQueue(self.clock.now)
        self._messages = messages

    async def fill(self) -> Shelf:
        for number in range(self._messages):
            await self.queue.send(ORDERS.poison, str(number))
        return self

    async def visible(self) -> list[str]:
        return sorted(await self.queue.peek(ORDERS.poison, 100), key=int)


async def all_of(walking: Walk) -> list[str]:
    return [letter.text async for letter in walking.letters()]


async def test_each_message_comes_once_and_all_are_put_back() -> None:
    shelf = await Shelf(70).fill()

    async with walk(shelf.queue, ORDERS) as walking:
        seen = await all_of(walking)

    assert seen == [str(number) for number in range(70)]
    assert len(await shelf.visible()) == 70


async def test_what_was_deleted_is_gone_and_the_rest_put_back() -> None:
    shelf = await Shelf(5).fill()

    async with walk(shelf.queue, ORDERS) as walking:
        async for letter in walking.letters():
            if letter.text in {"1", "3"}:
                await walking.delete(letter)

    assert await shelf.visible() == ["0", "2", "4"]


async def test_a_walk_that_takes_longer_than_messages_stay_hidden_ends_all_the_same() -> None:
    shelf = await Shelf(6).fill()

    seen = []
    async with walk(shelf.queue, ORDERS, at_a_time=2) as walking:
        async for letter in walking.letters():
            seen.append(letter.text)
            shelf.clock.advance(2 * MINUTE)

    assert sorted(seen) == ["0", "1", "2", "3", "4", "5"]
    assert await shelf.visible() == seen


async def test_a_walk_that_fails_puts_back_what_it_had_taken() -> None:
    shelf = await Shelf(5).fill()

    async def fail_behind_the_first() -> None:
        async with walk(shelf.queue, ORDERS) as walking:
            async for letter in walking.letters():
                await walking.delete(letter)
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_behind_the_first()

    assert await shelf.visible() == ["1", "2", "3", "4"]


async def test_what_a_dead_walk_had_taken_comes_back_by_itself() -> None:
    shelf = await Shelf(3).fill()
    await shelf.queue.take(ORDERS.poison, hide_for=HIDDEN_FOR)

    assert await shelf.visible() == []
    shelf.clock.advance(HIDDEN_FOR)
    assert await shelf.visible() == ["0", "1", "2"]


async def test_a_message_that_somebody_else_took_meanwhile_is_left_to_them() -> None:
    shelf = await Shelf(1).fill()

    async with walk(shelf.queue, ORDERS) as walking:
        async for letter in walking.letters():
            shelf.clock.advance(HIDDEN_FOR)
            await shelf.queue.take(ORDERS.poison, hide_for=HIDDEN_FOR)
            await walking.delete(letter)
            break

    assert await shelf.queue.depth(ORDERS.poison) == 1
    assert await shelf.visible() == []


class Stopwatch:
    """Time that passes by sleeping alone."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def read(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.mark.parametrize(("per_minute", "apart"), [(60, 1.0), (1, 60.0), (600, 0.1)])
async def test_turns_come_so_many_a_minute(per_minute: int, apart: float) -> None:
    watch = Stopwatch()
    pace = Pace(per_minute, sleep=watch.sleep, seconds=watch.read)
    turns = []
    for _ in range(4):
        await pace.turn()
        turns.append(watch.seconds)

    assert turns == pytest.approx([0, apart, 2 * apart, 3 * apart])


async def test_after_a_break_nobody_hurries() -> None:
    """Turns that were not taken are not made up for: the rate is a limit."""
    watch = Stopwatch()
    pace: Any = Pace(60, sleep=watch.sleep, seconds=watch.read)
    await pace.turn()
    watch.seconds = 100.0
    await pace.turn()
    await pace.turn()

    assert watch.seconds == pytest.approx(101.0)
