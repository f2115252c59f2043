"""How the queues that we work off ourselves stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from sync_core.adapters.queues.connection_trials import CONNECTION_TRIALS, CONNECTION_TRIALS_POISON
from sync_core.adapters.queues.orders import GROUP_SYNCS, GROUP_SYNCS_POISON, Sender
from sync_core.domain.backlog import Backlog

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

_QUEUES = ((GROUP_SYNCS, GROUP_SYNCS_POISON), (CONNECTION_TRIALS, CONNECTION_TRIALS_POISON))


class Countable(Protocol):
    """What can tell how a queue stands."""

    async def depth(self, queue: str) -> int: ...

    async def oldest_age(self, queue: str) -> timedelta: ...


class QueueAccount(Sender, Countable, Protocol):
    """All queues of one account, to send to and to look at."""


class QueueBacklogs:
    """Implements `sync_core.ports.Backlogs`."""

    def __init__(self, queues: Countable) -> None:
        self._queues = queues

    async def backlogs(self) -> Sequence[Backlog]:
        return [
            Backlog(
                queue=queue,
                depth=await self._queues.depth(queue),
                oldest=await self._queues.oldest_age(queue),
                poison=await self._queues.depth(poison),
            )
            for queue, poison in _QUEUES
        ]
