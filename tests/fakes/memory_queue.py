"""Queues in memory, with an injected clock, a way to receive and what an operator does."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from sync_core.adapters.queues.limits import check_message, whole_seconds
from sync_core.ports import MOST_MESSAGES, QueueMessage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@dataclass(frozen=True, slots=True)
class QueuedMessage:
    """A message, visible from *visible_at* on and gone at *expires_at*. *receipt*: of who took it last."""

    text: str
    inserted_at: datetime
    visible_at: datetime
    expires_at: datetime | None
    id: str = field(default_factory=lambda: uuid4().hex)
    deliveries: int = 0
    receipt: str = ""


class MemoryQueue:
    """Queues that exist as soon as they are named; *now* is the clock that delays are counted by."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._queues: defaultdict[str, list[QueuedMessage]] = defaultdict(list)

    async def ensure_queues(self, names: Iterable[str]) -> None:
        """Do nothing: there is no queue that does not exist."""

    async def close(self) -> None:
        """Do nothing."""

    async def send(
        self, queue: str, text: str, *, delay: timedelta = timedelta(0), keep_for: timedelta | None = None
    ) -> None:
        check_message(queue, text, delay=delay, keep_for=keep_for)
        now = self._now()
        self._queues[queue].append(
            QueuedMessage(
                text=text,
                inserted_at=now,
                visible_at=now + timedelta(seconds=whole_seconds(delay)),
                expires_at=None if keep_for is None else now + timedelta(seconds=whole_seconds(keep_for)),
            )
        )

    async def peek(self, queue: str, limit: int) -> list[str]:
        now = self._now()
        return [message.text for message in self.messages(queue) if message.visible_at <= now][:limit]

    async def depth(self, queue: str) -> int:
        return len(self.messages(queue))

    async def oldest_age(self, queue: str) -> timedelta:
        now = self._now()
        visible = [message for message in self.messages(queue) if message.visible_at <= now]
        return max((now - message.inserted_at for message in visible), default=timedelta(0))

    def messages(self, queue: str) -> list[QueuedMessage]:
        """Return everything on the queue that has not expired, hidden messages included."""
        now = self._now()
        return [message for message in self._queues[queue] if message.expires_at is None or now < message.expires_at]

    def receive(self, queue: str) -> str | None:
        """Take the first visible message off the queue; None where there is none."""
        now = self._now()
        for message in self.messages(queue):
            if message.visible_at <= now:
                self._queues[queue].remove(message)
                return message.text
        return None

    async def look(self, queue: str, *, limit: int = MOST_MESSAGES) -> list[QueueMessage]:
        return [self._shown(message) for message in self._visible(queue)[:limit]]

    async def take(self, queue: str, *, hide_for: timedelta, limit: int = MOST_MESSAGES) -> list[QueueMessage]:
        hidden_until = self._now() + timedelta(seconds=whole_seconds(hide_for))
        taken = []
        for message in self._visible(queue)[:limit]:
            receipt, deliveries = uuid4().hex, message.deliveries + 1
            taken.append(replace(message, visible_at=hidden_until, deliveries=deliveries, receipt=receipt))
            self._queues[queue].remove(message)
            self._queues[queue].append(taken[-1])
        return [replace(self._shown(message), receipt=message.receipt) for message in taken]

    async def put_back(self, queue: str, message: QueueMessage) -> None:
        for held in self._held(queue, message):
            self._queues[queue].remove(held)
            self._queues[queue].append(replace(held, visible_at=self._now(), receipt=""))

    async def delete(self, queue: str, message: QueueMessage) -> bool:
        held = self._held(queue, message)
        for one in held:
            self._queues[queue].remove(one)
        return bool(held)

    def _visible(self, queue: str) -> list[QueuedMessage]:
        now = self._now()
        return [message for message in self.messages(queue) if message.visible_at <= now]

    def _held(self, queue: str, message: QueueMessage) -> list[QueuedMessage]:
        """Return the message as it lies there, in a list; an empty one where the receipt is good no more."""
        return [one for one in self.messages(queue) if (one.id, one.receipt) == (message.id, message.receipt)]

    def _shown(self, message: QueuedMessage) -> QueueMessage:
        age = self._now() - message.inserted_at
        return QueueMessage(
            message.id, message.text, message.inserted_at, age, message.expires_at, message.deliveries
        )
