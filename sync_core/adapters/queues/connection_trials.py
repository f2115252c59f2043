"""Trials of connections on their queue, and messages that are none on its poison queue."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sync_core.adapters.queues.poison import poisoned
from sync_core.domain.connection_trials import encode

if TYPE_CHECKING:
    from sync_core.adapters.queues.orders import Sender
    from sync_core.domain.connection_trials import ConnectionTrial
    from sync_core.ports import Clock

CONNECTION_TRIALS = "connection-trials"
CONNECTION_TRIALS_POISON = "connection-trials-poison"

QUEUES = (CONNECTION_TRIALS, CONNECTION_TRIALS_POISON)

#  A trial that nobody could fetch in time is settled by the hourly watch.
_KEEP_FOR = timedelta(days=1)


class QueueConnectionTrials:
    """Implements `sync_core.ports.ConnectionTrials`."""

    def __init__(self, sender: Sender, *, clock: Clock) -> None:
        self._sender = sender
        self._clock = clock

    async def send(self, trial: ConnectionTrial, *, delay: timedelta) -> None:
        await self._sender.send(CONNECTION_TRIALS, encode(trial), delay=delay, keep_for=_KEEP_FOR)

    async def poison(self, text: str, *, reason: str) -> None:
        message = poisoned(text, reason=reason, at=self._clock.now())
        await self._sender.send(CONNECTION_TRIALS_POISON, message, keep_for=None)
