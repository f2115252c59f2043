"""Feeds one queue-triggered function: receives, limits concurrency, retries and gives up as the host does."""

from __future__ import annotations

import asyncio
import logging
import random
from typing import TYPE_CHECKING

from azure.core.exceptions import AzureError, HttpResponseError

from devkit.errors import DevkitError
from devkit.functions_host.deliveries import Delivery, while_kept
from devkit.functions_host.invocations import Call
from devkit.functions_host.polling_backoff import PollingBackoff
from devkit.functions_host.queue_messages import NotBase64, message_datum, message_metadata, read_body
from devkit.functions_host.queues import error_code

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import timedelta

    from azure.storage.queue import QueueMessage
    from azure.storage.queue.aio import QueueClient

    from devkit.functions_host.functions import LoadedFunction, QueueTrigger
    from devkit.functions_host.host_json import QueueOptions
    from devkit.functions_host.invocations import Invoker
    from devkit.functions_host.queues import Queues

_POISON = "-poison"
_LONGEST_NAME = 63
#  Missing, being deleted or disabled: the queue may come (back).
_PASSING = (404, 409)
_SERVER_ERRORS = 500
_log = logging.getLogger("Host.Triggers.Queues")


class QueueListener:
    """Polls until stopped; what it has received by then is finished."""

    def __init__(
        self,
        function: LoadedFunction,
        trigger: QueueTrigger,
        *,
        options: QueueOptions,
        queues: Queues,
        invoker: Invoker,
        visibility: timedelta,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._function = function
        self._trigger = trigger
        self._options = options
        self._queues = queues
        self._invoker = invoker
        self._visibility = visibility
        self._sleep = sleep
        self._queue = queues.open(trigger.connection_string, trigger.queue)
        self._poison = _poison_queue(trigger, queues)
        self._woken = queues.watch(self._queue)
        self._stopping = False
        self._running: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Poll until `stop` is called, then until everything received is finished.

        Raises:
            DevkitError: Storage refuses the queue in a way that waiting will not mend.
        """
        backoff = PollingBackoff(longest=self._options.max_polling_interval, random=random.random)
        while not self._stopping:
            received = await self._receive()
            self._start(received)
            if received:
                backoff.found()
                await self._room()
            else:
                await self._pause(backoff.next_wait())
        if self._running:
            await asyncio.wait(self._running)

    def stop(self) -> None:
        """Receive no more."""
        self._stopping = True
        self._woken.set()

    def abandon(self) -> None:
        """Leave what still runs; its messages stay invisible until their time is over."""
        for task in self._running:
            task.cancel()

    async def _receive(self) -> list[QueueMessage]:
        self._woken.clear()
        pages = self._queue.receive_messages(
            messages_per_page=self._options.batch_size,
            visibility_timeout=round(self._visibility.total_seconds()),
        ).by_page()
        try:
            async for page in pages:
                return [message async for message in page]
        except HttpResponseError as error:
            status = error.status_code or 0
            if status not in _PASSING and status < _SERVER_ERRORS:
                raise DevkitError(
                    f"The host stops: receiving from queue '{self._trigger.queue}' for function"
                    f" '{self._function.name}' was answered {status} {error_code(error)}."
                ) from error
            _log.debug("queue '%s' answered %s", self._trigger.queue, status)
        except AzureError as error:
            _log.warning("Queue '%s' cannot be reached and is tried again: %s", self._trigger.queue, error)
        return []

    def _start(self, received: list[QueueMessage]) -> None:
        for message in received:
            task = asyncio.ensure_future(self._process(message))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _room(self) -> None:
        while len(self._running) > self._options.new_batch_threshold:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)

    async def _pause(self, wait: timedelta) -> None:
        if self._stopping:
            return
        pause = asyncio.ensure_future(self._sleep(wait.total_seconds()))
        woken = asyncio.ensure_future(self._woken.wait())
        await asyncio.wait({pause, woken}, return_when=asyncio.FIRST_COMPLETED)
        for waiting in (pause, woken):
            waiting.cancel()
        await asyncio.gather(pause, woken, return_exceptions=True)

    async def _process(self, message: QueueMessage) -> None:
        delivery = Delivery(
            message,
            queue=self._queue,
            poison=self._poison,
            queues=self._queues,
            visibility=self._visibility,
            sleep=self._sleep,
        )
        try:
            await self._deliver(delivery)
        except AzureError:
            _log.exception(
                "Message %s of queue '%s' could not be ended; it will be delivered again.",
                message.id,
                self._trigger.queue,
            )

    async def _deliver(self, delivery: Delivery) -> None:
        message, most = delivery.message, self._options.max_dequeue_count
        try:
            body = read_body(message.content, base64_encoded=self._options.base64)
        except NotBase64:
            _log.warning(
                "Message %s of queue '%s' is not Base64 and goes to the poison queue.",
                message.id,
                self._trigger.queue,
            )
            await delivery.move_to_poison()
            return
        count = message.dequeue_count or 0
        if count <= most and await while_kept(delivery, self._succeeds(message, body)):
            await delivery.complete()
        elif count >= most:
            await self._give_up(delivery)
        else:
            await delivery.release(after=self._options.visibility_timeout)

    async def _give_up(self, delivery: Delivery) -> None:
        if self._poison is not None:
            _log.warning(
                "Message has reached MaxDequeueCount of %d. Moving message to queue '%s'.",
                self._options.max_dequeue_count,
                self._poison.queue_name,
            )
        await delivery.move_to_poison()

    async def _succeeds(self, message: QueueMessage, body: bytes) -> bool:
        try:
            raw = message_datum(body, binary=self._trigger.binary)
        except UnicodeDecodeError:
            _log.exception("Message %s of queue '%s' is not UTF-8.", message.id, self._trigger.queue)
            return False
        outcome = await self._invoker.invoke(
            self._function,
            Call(
                raw=raw,
                metadata=message_metadata(message, body),
                reason=f"New queue message detected on '{self._trigger.queue}'.",
                details=(
                    f"MessageId: {message.id}, DequeueCount: {message.dequeue_count},"
                    f" InsertedOn: {message.inserted_on:%Y-%m-%dT%H:%M:%S.%f%z}"
                ),
            ),
        )
        return outcome.succeeded


def _poison_queue(trigger: QueueTrigger, queues: Queues) -> QueueClient | None:
    name = f"{trigger.queue}{_POISON}"
    if trigger.queue.endswith(_POISON) or len(name) > _LONGEST_NAME:
        return None
    return queues.open(trigger.connection_string, name)
