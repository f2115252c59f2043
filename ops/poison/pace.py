"""So many a minute and no more."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_MINUTE = 60.0


class Pace:
    """The first turn comes at once, each other one *per_minute*-th of a minute after the one before, or later."""

    def __init__(
        self,
        per_minute: int,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._apart = _MINUTE / per_minute
        self._sleep = sleep
        self._seconds = seconds
        self._next: float | None = None

    async def turn(self) -> None:
        """Wait until it is time for the next."""
        now = self._seconds()
        if self._next is not None and self._next > now:
            await self._sleep(self._next - now)
            now = self._next
        self._next = now + self._apart
