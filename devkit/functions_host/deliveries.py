"""One received queue message from receipt to its end: deleted, released or moved to the poison queue."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from azure.core.exceptions import AzureError, HttpResponseError

from devkit.functions_host.queues import error_code

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import timedelta

    from azure.storage.queue import QueueMessage
    from azure.storage.queue.aio import QueueClient

    from devkit.functions_host.queues import Queues

_log = logging.getLogger("Host.Triggers.Queues")
_LONGEST_FLOOR = 60.0
#  What storage says when the message is no longer ours.
_LOST = ("MessageNotFound", "PopReceiptMismatch")


class Delivery:
    """Holds a message invisible while its function runs, then ends it with the latest pop receipt."""

    def __init__(
        self,
        message: QueueMessage,
        *,
        queue: QueueClient,
        poison: QueueClient | None,
        queues: Queues,
        visibility: timedelta,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self.message = message
        self._queue = queue
        self._poison = poison
        self._queues = queues
        self._visibility = visibility.total_seconds()
        self._sleep = sleep
        self._receipt = message.pop_receipt
        self._renewal: asyncio.Future[None] | None = None

    async def keep_invisible(self) -> None:
        """Renew at half of the time, sooner after a failure, until cancelled or the message is lost."""
        normal = self._visibility / 2
        floor = min(_LONGEST_FLOOR, normal / 4)
        wait = normal
        while True:
            await self._sleep(wait)
            self._renewal = asyncio.ensure_future(self._set_invisible(round(self._visibility)))
            try:
                await asyncio.shield(self._renewal)
            except HttpResponseError as error:
                if error_code(error) in _LOST:
                    return
                wait = max(wait / 2, floor)
            except AzureError:
                wait = max(wait / 2, floor)
            else:
                wait = normal

    async def settle(self) -> None:
        """Wait for a renewal under way: without its answer the pop receipt would be unknown."""
        if self._renewal is not None:
            await asyncio.gather(self._renewal, return_exceptions=True)

    async def complete(self) -> None:
        """Delete the message; one that another host took over is left to it."""
        await self._unless_lost(self._queue.delete_message(self.message.id, self._receipt))

    async def release(self, *, after: timedelta) -> None:
        """Let the message be delivered again *after* that time, its body unchanged."""
        await self._unless_lost(self._set_invisible(round(after.total_seconds())))

    async def move_to_poison(self) -> None:
        """Copy the message to the poison queue and delete it; without such a queue it stays invisible."""
        if self._poison is None:
            _log.warning(
                "Message %s of queue '%s' failed for good; it has no poison queue and stays.",
                self.message.id,
                self._queue.queue_name,
            )
            return
        await self._queues.put(self._poison, self.message.content)
        await self.complete()

    async def _set_invisible(self, seconds: int) -> None:
        updated = await self._queue.update_message(self.message.id, self._receipt, visibility_timeout=seconds)
        self._receipt = updated.pop_receipt

    async def _unless_lost(self, request: Awaitable[None]) -> None:
        try:
            await request
        except HttpResponseError as error:
            if error_code(error) not in _LOST:
                raise


async def while_kept(delivery: Delivery, work: Awaitable[bool]) -> bool:
    """Await *work* with the message kept invisible meanwhile."""
    keeper = asyncio.ensure_future(delivery.keep_invisible())
    try:
        return await work
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)
        await delivery.settle()
