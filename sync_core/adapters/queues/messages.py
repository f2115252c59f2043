"""Messages on Azure Storage Queues: JSON text as it is, no encoding around it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from azure.core.exceptions import ResourceExistsError
from azure.storage.queue.aio import QueueServiceClient

from sync_core.adapters.queues.limits import check_message, whole_seconds
from sync_core.adapters.queues.one_by_one import AzureMessages
from sync_core.adapters.storage import busy_means_later, storage_transport
from sync_core.telemetry import NO_TELEMETRY
from sync_core.telemetry.catalogue import QUEUE_SEND

if TYPE_CHECKING:
    from collections.abc import Iterable

    from azure.core.credentials_async import AsyncTokenCredential

    from sync_core.telemetry import Telemetry

#  What one look at a queue shows at the most: learn.microsoft.com, "Peek Messages".
_MOST_PEEKED = 32
_NEVER_EXPIRES = -1
#  In seconds: up to two between tries, where the SDK's own first wait is 15.
_RETRIES: dict[str, Any] = {
    "retry_total": 2,
    "initial_backoff": 0,
    "increment_base": 1,
    "random_jitter_range": 1,
}


def open_queues(
    *,
    connection_string: str | None = None,
    endpoint: str | None = None,
    credential: AsyncTokenCredential | None = None,
    prefix: str = "",
    telemetry: Telemetry = NO_TELEMETRY,
) -> AzureQueues:
    """Return the queues of one storage account; nothing is sent yet. Close them at the end.

    Takes a *connection_string*, or the queue service's *endpoint* and a token *credential*, which stays its owner's
    to close. *prefix* goes before every queue's name.
    """
    options = {"transport": storage_transport(), **_RETRIES}
    if connection_string is not None:
        service = QueueServiceClient.from_connection_string(connection_string, **options)
        return AzureQueues(service, prefix=prefix, telemetry=telemetry)
    if endpoint is None or credential is None:
        raise ValueError("queues need a connection string, or an endpoint and a credential")
    service = QueueServiceClient(endpoint, credential=credential, **options)
    return AzureQueues(service, prefix=prefix, telemetry=telemetry)


class AzureQueues:
    """The queues of a storage account, or of the emulator."""

    def __init__(self, service: QueueServiceClient, *, prefix: str = "", telemetry: Telemetry = NO_TELEMETRY) -> None:
        self._service = service
        self._prefix = prefix
        self._telemetry = telemetry

    @property
    def one_by_one(self) -> AzureMessages:
        """The same queues for an operator, over the same connection."""
        return AzureMessages(self._service, prefix=self._prefix)

    async def ensure_queues(self, names: Iterable[str]) -> None:
        """Create those queues that do not exist yet."""
        with busy_means_later():
            await asyncio.gather(*(self._ensure(name) for name in names))

    async def close(self) -> None:
        await self._service.close()

    async def send(
        self, queue: str, text: str, *, delay: timedelta = timedelta(0), keep_for: timedelta | None = None
    ) -> None:
        """Put *text* on the queue, hidden for *delay*; without *keep_for* it never expires.

        A message whose answer was lost is sent again, so it can stand on the queue twice.

        Raises:
            ValueError: the text is larger than 64 KiB or holds raw control characters, or the times are impossible.
        """
        check_message(queue, text, delay=delay, keep_for=keep_for)
        with self._telemetry.span(QUEUE_SEND, queue=queue), busy_means_later():
            await self._service.get_queue_client(self._prefix + queue).send_message(
                text,
                visibility_timeout=whole_seconds(delay),
                time_to_live=_NEVER_EXPIRES if keep_for is None else whole_seconds(keep_for),
            )

    async def peek(self, queue: str, limit: int) -> list[str]:
        """Return the texts of the first visible messages, at most 32, and leave them as they are."""
        with busy_means_later():
            messages = await self._service.get_queue_client(self._prefix + queue).peek_messages(limit)
        return [message.content for message in messages]

    async def depth(self, queue: str) -> int:
        """Return about how many messages there are, hidden ones included."""
        with busy_means_later():
            properties = await self._service.get_queue_client(self._prefix + queue).get_queue_properties()
        return properties.approximate_message_count or 0

    async def oldest_age(self, queue: str) -> timedelta:
        """Return for how long the oldest of the first visible messages has been there, by this machine's clock.

        Zero where none is visible.
        """
        with busy_means_later():
            messages = await self._service.get_queue_client(self._prefix + queue).peek_messages(_MOST_PEEKED)
        now = datetime.now(UTC)
        ages = [now - message.inserted_on for message in messages if message.inserted_on]
        return max([timedelta(0), *ages])

    async def _ensure(self, name: str) -> None:
        try:
            await self._service.create_queue(self._prefix + name)
        except ResourceExistsError:
            return
