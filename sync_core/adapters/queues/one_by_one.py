"""Messages on Azure Storage Queues one by one, for an operator."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from azure.core.exceptions import HttpResponseError

from sync_core.adapters.queues.limits import whole_seconds
from sync_core.adapters.storage import busy_means_later
from sync_core.ports.messages import MOST_MESSAGES, QueueMessage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence
    from datetime import timedelta

    from azure.storage.queue import QueueMessage as SdkMessage
    from azure.storage.queue.aio import QueueClient, QueueServiceClient

#  What a receipt gets that was good once: learn.microsoft.com, "Queue service error codes".
_NOT_OURS = frozenset({"MessageNotFound", "PopReceiptMismatch"})
#  The expiry that storage tells of a message that never expires.
_NEVER = 9999


class AzureMessages:
    """Implements `sync_core.ports.Messages`. *prefix* goes before every queue's name."""

    def __init__(self, service: QueueServiceClient, *, prefix: str) -> None:
        self._service = service
        self._prefix = prefix

    async def look(self, queue: str, *, limit: int = MOST_MESSAGES) -> Sequence[QueueMessage]:
        with busy_means_later():
            found = await self._queue(queue).peek_messages(limit)
        return [_message(one) for one in found]

    async def take(self, queue: str, *, hide_for: timedelta, limit: int = MOST_MESSAGES) -> Sequence[QueueMessage]:
        pages = self._queue(queue).receive_messages(
            messages_per_page=limit, visibility_timeout=whole_seconds(hide_for)
        )
        with busy_means_later():
            async for page in pages.by_page():
                return [_message(one) async for one in page]
        return []

    async def put_back(self, queue: str, message: QueueMessage) -> None:
        await self._unless_taken_since(
            self._queue(queue).update_message(message.id, message.receipt, visibility_timeout=0)
        )

    async def delete(self, queue: str, message: QueueMessage) -> bool:
        return await self._unless_taken_since(self._queue(queue).delete_message(message.id, message.receipt))

    async def _unless_taken_since(self, request: Awaitable[object]) -> bool:
        """Carry out *request*; False where the receipt that it names is good no more."""
        try:
            with busy_means_later():
                await request
        except HttpResponseError as error:
            if getattr(error, "error_code", None) not in _NOT_OURS:
                raise
            return False
        return True

    def _queue(self, name: str) -> QueueClient:
        return self._service.get_queue_client(self._prefix + name)


def _message(found: SdkMessage) -> QueueMessage:
    if found.inserted_on is None:
        raise ValueError("storage did not say when a message was put on its queue")
    return QueueMessage(
        id=found.id,
        text=found.content,
        inserted_at=found.inserted_on,
        age=datetime.now(UTC) - found.inserted_on,
        expires_at=_unless_never(found.expires_on),
        deliveries=found.dequeue_count or 0,
        receipt=found.pop_receipt or "",
    )


def _unless_never(expiry: datetime | None) -> datetime | None:
    return None if expiry is None or expiry.year == _NEVER else expiry
