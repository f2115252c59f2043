"""Time that stands still until a test moves it on."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from tests.devkit_host.samples import PATIENCE

START = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Clock:
    """Both halves of a host's time: *now*, and a *sleep* that ends when the clock is moved far enough."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._sleepers: list[tuple[datetime, asyncio.Future[None]]] = []
        self._asleep = asyncio.Event()

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._now + timedelta(seconds=seconds), woken))
        self._asleep.set()
        await woken

    async def someone_sleeps(self) -> None:
        """Wait until somebody has gone to sleep since the clock was last moved."""
        await asyncio.wait_for(self._asleep.wait(), PATIENCE)

    async def someone_sleeps_for(self, span: timedelta) -> None:
        """Wait until somebody sleeps for exactly so long from now."""
        async with asyncio.timeout(PATIENCE):
            while all(until != self._now + span for until, _ in self._sleepers):
                self._asleep.clear()
                await self._asleep.wait()

    async def advance(self, by: timedelta) -> None:
        """Move the clock on, waking who slept for less."""
        self._now += by
        self._asleep.clear()
        due = [woken for until, woken in self._sleepers if until <= self._now and not woken.done()]
        self._sleepers = [(until, woken) for until, woken in self._sleepers if woken not in due]
        for woken in due:
            woken.set_result(None)
        if not due:
            self._asleep.set()

    async def pass_by(self, by: timedelta) -> None:
        """Move the clock on minute by minute, as sleepers look at it at least so often."""
        end = self._now + by
        while self._now < end:
            await self.someone_sleeps()
            await self.advance(min(timedelta(seconds=60), end - self._now))
