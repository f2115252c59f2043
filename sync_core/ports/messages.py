"""The messages on queues one by one, as an operator handles them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

MOST_MESSAGES = 32
"""A queue shows or hands out at most 32 messages at a time."""


@dataclass(frozen=True, slots=True)
class QueueMessage:
    """A message as it was found; times are aware UTC, by storage's own clock.

    *age*: for how long it has been there, by this machine's clock, which no setting moves. *expires_at*: None for
    never. *deliveries*: how often it was taken. *receipt*: names this taking; empty where it was only looked at.
    """

    id: str
    text: str = field(repr=False)
    inserted_at: datetime
    age: timedelta
    expires_at: datetime | None
    deliveries: int
    receipt: str = field(default="", repr=False)


class Messages(Protocol):
    """What stands on a queue, to be looked at, taken, put back or deleted."""

    async def look(self, queue: str, *, limit: int = MOST_MESSAGES) -> Sequence[QueueMessage]:
        """Return up to *limit* (at most 32) of the messages that could be taken now, and leave them as they are."""

    async def take(self, queue: str, *, hide_for: timedelta, limit: int = MOST_MESSAGES) -> Sequence[QueueMessage]:
        """Take up to *limit* (at most 32) messages; nobody else sees them until *hide_for* is over."""

    async def put_back(self, queue: str, message: QueueMessage) -> None:
        """Let a message that was taken be seen again at once; one that somebody else took since is left to them."""

    async def delete(self, queue: str, message: QueueMessage) -> bool:
        """Delete a message that was taken; False where it is gone, or somebody else took it since."""
