from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from sync_core.side_by_side import both, each, merged

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Lost(Exception):
    """Stands for a request that failed."""


async def test_results_come_in_the_order_of_the_arguments() -> None:
    async def slower_at_first(number: int) -> int:
        for _ in range(10 - number):
            await asyncio.sleep(0)
        return number * number

    assert await each(slower_at_first, range(10), limit=4) == [number * number for number in range(10)]


async def test_no_more_than_the_limit_run_at_a_time() -> None:
    running, most = 0, 0

    async def count(_number: int) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1

    await each(count, range(20), limit=3)

    assert most == 3


async def test_a_failure_is_raised_as_it_is_and_nothing_runs_on_behind_it() -> None:
    running: set[int] = set()

    async def fail_at_two(number: int) -> None:
        if number == 2:
            raise Lost
        running.add(number)
        try:
            await asyncio.Event().wait()
        finally:
            running.remove(number)

    with pytest.raises(Lost):
        await each(fail_at_two, range(5), limit=3)

    assert running == set()


async def test_the_results_of_two_come_in_their_order() -> None:
    async def number() -> int:
        await asyncio.sleep(0)
        return 1

    async def text() -> str:
        return "two"

    assert await both(number(), text()) == (1, "two")


@pytest.mark.parametrize("fails_first", [True, False])
async def test_a_failure_of_one_of_two_ends_the_other(fails_first: bool) -> None:
    ended = False

    async def wait() -> None:
        nonlocal ended
        try:
            await asyncio.Event().wait()
        finally:
            ended = True

    async def fail() -> None:
        await asyncio.sleep(0)
        raise Lost

    calls = (fail(), wait()) if fails_first else (wait(), fail())
    with pytest.raises(Lost):
        await both(*calls)

    assert ended


async def _numbers(first: int, last: int) -> AsyncIterator[int]:
    for number in range(first, last):
        if number % 100 == 0:
            await asyncio.sleep(0)
        yield number


async def test_merged_sources_yield_everything_once() -> None:
    sources = [_numbers(0, 0), _numbers(0, 2500), _numbers(2500, 3500), _numbers(3500, 3501)]

    assert sorted([number async for number in merged(sources)]) == list(range(3501))


async def test_a_source_that_fails_fails_the_whole() -> None:
    async def broken() -> AsyncIterator[int]:
        yield 1
        raise Lost

    with pytest.raises(Lost):
        _ = [number async for number in merged([_numbers(0, 5000), broken()])]


async def test_sources_are_read_no_further_ahead_than_a_piece_each() -> None:
    read = 0

    async def counted() -> AsyncIterator[int]:
        nonlocal read
        for number in range(10_000):
            read += 1
            yield number

    both = merged([counted(), counted()])
    async for _ in both:
        break

    assert read <= 4000
