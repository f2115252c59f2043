"""Several requests at a time, within a limit, and none left running behind a failure."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Sequence

A = TypeVar("A")
T = TypeVar("T")

#  Table Storage answers a query with at most 1,000 rows.
_PIECE = 1000


async def each(call: Callable[[A], Awaitable[T]], arguments: Iterable[A], *, limit: int) -> list[T]:
    """Return the results of *call* for each argument, in their order, *limit* calls at a time.

    The first failure cancels the other calls and is raised as it is.
    """
    gate = asyncio.Semaphore(limit)

    async def one(argument: A) -> T:
        async with gate:
            return await call(argument)

    tasks = [asyncio.create_task(one(argument)) for argument in arguments]
    try:
        return await asyncio.gather(*tasks)
    finally:
        await _cancel(tasks)


async def both(first: Coroutine[Any, Any, A], second: Coroutine[Any, Any, T]) -> tuple[A, T]:
    """Return the results of the two; the first failure cancels the other and is raised as it is."""
    one, other = asyncio.create_task(first), asyncio.create_task(second)
    try:
        await asyncio.gather(one, other)
        return one.result(), other.result()
    finally:
        await _cancel([one])
        await _cancel([other])


async def merged(sources: Sequence[AsyncIterator[T]]) -> AsyncIterator[T]:
    """Yield what all *sources* yield, each read ahead by one piece at the most, in no order that means anything."""
    reading = {asyncio.create_task(_piece(source)): source for source in sources}
    try:
        while reading:
            done, _ = await asyncio.wait(reading, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                piece = task.result()
                source = reading.pop(task)
                if len(piece) == _PIECE:
                    reading[asyncio.create_task(_piece(source))] = source
                for item in piece:
                    yield item
    finally:
        await _cancel(reading)


async def _piece(source: AsyncIterator[T]) -> list[T]:
    piece: list[T] = []
    async for item in source:
        piece.append(item)
        if len(piece) == _PIECE:
            break
    return piece


async def _cancel(tasks: Iterable[asyncio.Task[T]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
