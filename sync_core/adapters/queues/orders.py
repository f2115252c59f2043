"""Orders on their queue, and messages that can never be carried out on the poison queue."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from sync_core.adapters.queues.poison import poisoned
from sync_core.domain.orders import encode
from sync_core.telemetry import NO_TELEMETRY
from sync_core.telemetry.catalogue import SEND_ORDER

if TYPE_CHECKING:
    from sync_core.domain.orders import SyncOrder
    from sync_core.ports import Clock
    from sync_core.telemetry import Telemetry

GROUP_SYNCS = "group-syncs"
GROUP_SYNCS_POISON = "group-syncs-poison"

QUEUES = (GROUP_SYNCS, GROUP_SYNCS_POISON)

_DAY = timedelta(days=1)


class Sender(Protocol):
    """What sends texts to queues. *keep_for*: None keeps the message until somebody deletes it."""

    async def send(
        self, queue: str, text: str, *, delay: timedelta = timedelta(0), keep_for: timedelta | None = None
    ) -> None: ...


class QueueOrders:
    """Implements `sync_core.ports.Orders`."""

    def __init__(self, sender: Sender, *, clock: Clock, telemetry: Telemetry = NO_TELEMETRY) -> None:
        self._sender = sender
        self._clock = clock
        self._telemetry = telemetry

    async def send(self, order: SyncOrder, *, delay: timedelta | None = None) -> None:
        """Send the order; it outlives its ``not_after`` by a day, so that being too late is recorded, not lost.

        One that belongs to no trace yet begins one; sent again, it stays in it.
        """
        hidden = delay or timedelta(0)
        keep_for = max(order.not_after - self._clock.now(), hidden, timedelta(0)) + _DAY
        with self._telemetry.trace(
            SEND_ORDER,
            of=order.traceparent,
            workspace=order.workspace,
            group=order.group,
            run=order.run,
            night=None if order.night is None else order.night.isoformat(),
            mode=order.mode.value,
            delay=hidden.total_seconds(),
        ):
            traced = replace(order, traceparent=order.traceparent or self._telemetry.traceparent())
            await self._sender.send(GROUP_SYNCS, encode(traced), delay=hidden, keep_for=keep_for)

    async def poison(self, text: str, *, reason: str) -> None:
        message = poisoned(text, reason=reason, at=self._clock.now())
        await self._sender.send(GROUP_SYNCS_POISON, message, keep_for=None)
