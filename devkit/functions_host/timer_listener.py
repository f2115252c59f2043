"""Fires one timer function at its times."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import TYPE_CHECKING, Any

from devkit.functions_host.converters import datum
from devkit.functions_host.invocations import Call
from devkit.functions_host.timer_status import StatusFile, TimerStatus, standing_at

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from azure.functions.meta import Datum

    from devkit.functions_host.functions import LoadedFunction, TimerTrigger
    from devkit.functions_host.invocations import Invoker

#  The clock is looked at again at least this often: a laptop that slept must not wake to an old wait.
_LONGEST_SLEEP = 60.0
_log = logging.getLogger("Host.Triggers.Timer")


class TimerListener:
    """Waits for the next occurrence, fires, and keeps the status; never two firings at once."""

    def __init__(
        self,
        function: LoadedFunction,
        trigger: TimerTrigger,
        *,
        invoker: Invoker,
        file: StatusFile,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._function = function
        self._trigger = trigger
        self._invoker = invoker
        self._file = file if trigger.use_monitor else None
        self._now = now
        self._sleep = sleep
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Fire until `stop` is called; a firing under way is finished."""
        standing = standing_at(
            self._now(), stored=self._file.read() if self._file else None, schedule=self._trigger.schedule
        )
        status = standing.status
        self._keep(status)
        if standing.past_due and self._file:
            status = await self._fire(status, why="IsPastDue")
        elif self._trigger.run_on_startup:
            status = await self._fire(status, why="RunOnStartup")
        while await self._reached(status.next):
            status = await self._fire(status)

    def stop(self) -> None:
        """Fire no more."""
        self._stopping.set()

    def abandon(self) -> None:
        """Nothing is kept for a timer that is left: its time comes again."""

    async def _reached(self, moment: datetime) -> bool:
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            while not self._stopping.is_set():
                left = (moment - self._now()).total_seconds()
                if left <= 0:
                    return True
                sleeping = asyncio.ensure_future(self._sleep(min(left, _LONGEST_SLEEP)))
                await asyncio.wait({sleeping, stopping}, return_when=asyncio.FIRST_COMPLETED)
                sleeping.cancel()
            return False
        finally:
            stopping.cancel()

    async def _fire(self, status: TimerStatus, *, why: str | None = None) -> TimerStatus:
        fired = self._now()
        await self._invoker.invoke(
            self._function,
            Call(
                raw=timer_datum(status if self._file else None, past_due=why == "IsPastDue"),
                reason=f"Timer fired at {fired.isoformat()}",
                details=_details(status, why),
            ),
        )
        #  From the start of the run: one that overran its next occurrence is followed by it at once.
        following = TimerStatus.after(fired, self._trigger.schedule)
        self._keep(following)
        return following

    def _keep(self, status: TimerStatus) -> None:
        if self._file is None:
            return
        try:
            self._file.write(status)
        except OSError:
            _log.exception("The status of timer '%s' could not be written.", self._function.name)


def timer_datum(status: TimerStatus | None, *, past_due: bool) -> Datum:
    """Return what the timer converter reads."""
    payload: dict[str, Any] = {
        "Schedule": {"AdjustForDST": True},
        "ScheduleStatus": status.as_json() if status else None,
        "IsPastDue": past_due,
    }
    return datum("json", json.dumps(payload))


def _details(status: TimerStatus, why: str | None) -> str | None:
    if why is None:
        return None
    original = f", OriginalSchedule: {status.next.isoformat()}" if why == "IsPastDue" else ""
    return f"UnscheduledInvocationReason: {why}{original}"
