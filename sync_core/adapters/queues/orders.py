"""Orders on their queue, and messages that can never be carried out on the poison queue."""

from __future__ import annotations

import json
from bisect import bisect_left
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from sync_core.adapters.queues.limits import MAX_TEXT_BYTES
from sync_core.domain.orders import encode

if TYPE_CHECKING:
    from sync_core.domain.orders import SyncOrder
    from sync_core.ports import Clock

GROUP_SYNCS = "group-syncs"
GROUP_SYNCS_POISON = "group-syncs-poison"

QUEUES = (GROUP_SYNCS, GROUP_SYNCS_POISON)

_DAY = timedelta(days=1)
_CUT = " [cut off here]"


class Sender(Protocol):
    """What sends texts to queues. *keep_for*: None keeps the message until somebody deletes it."""

    async def send(
        self, queue: str, text: str, *, delay: timedelta = timedelta(0), keep_for: timedelta | None = None
    ) -> None: ...


class QueueOrders:
    """Implements `sync_core.ports.Orders`."""

    def __init__(self, sender: Sender, *, clock: Clock) -> None:
        self._sender = sender
        self._clock = clock

    async def send(self, order: SyncOrder, *, delay: timedelta | None = None) -> None:
        """Send the order; it outlives its ``not_after`` by a day, so that being too late is recorded, not lost."""
        hidden = delay or timedelta(0)
        keep_for = max(order.not_after - self._clock.now(), hidden, timedelta(0)) + _DAY
        await self._sender.send(GROUP_SYNCS, encode(order), delay=hidden, keep_for=keep_for)

    async def poison(self, text: str, *, reason: str) -> None:
        poisoned_at = self._clock.now().isoformat()

        def document(length: int) -> str:
            message = text if length == len(text) else text[:length] + _CUT
            return json.dumps({"reason": reason, "poisonedAt": poisoned_at, "message": message})

        def size(length: int) -> int:
            return len(document(length))

        length = len(text)
        if size(length) >= MAX_TEXT_BYTES:
            length = bisect_left(range(len(text)), MAX_TEXT_BYTES, key=size) - 1
        await self._sender.send(GROUP_SYNCS_POISON, document(max(length, 0)), keep_for=None)
