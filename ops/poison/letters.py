"""One poison message, read: what was to be done, why it was not, and whether that can be over.

Our own carry the reason and the time beside the message (`sync_core.adapters.queues.poison`) and never expire; those
that the Functions host puts there itself are the bare message, and are gone after seven days.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ops.contents import Contents, contents_of
from ops.poison.verdict import NO_REASON, Lasting, lasting
from ops.words import at

if TYPE_CHECKING:
    from ops.queues import OurQueue
    from sync_core.ports import QueueMessage


@dataclass(frozen=True, slots=True)
class Letter:
    """*text*: the message that was put aside. *reason*: None where the host gave up by itself."""

    queue: OurQueue
    message: QueueMessage
    text: str
    contents: Contents
    reason: str | None
    poisoned_at: datetime

    @property
    def lasting(self) -> Lasting:
        return lasting(self.reason, readable=self.contents.content is not None)

    @property
    def why(self) -> str:
        return NO_REASON if self.reason is None else self.reason

    @property
    def document(self) -> dict[str, Any]:
        message = self.message
        return {
            "messageId": message.id,
            "queue": self.queue.poison,
            "lasting": self.lasting.value,
            "reason": self.reason,
            "poisonedAt": self.poisoned_at.isoformat(),
            "expiresAt": None if message.expires_at is None else message.expires_at.isoformat(),
            **self.contents.document,
        }

    @property
    def row(self) -> tuple[object, ...]:
        expires = at(self.message.expires_at) or "never"
        about = (self.contents.workspace or "", self.contents.asks_for, self.why)
        return (self.message.id, self.lasting.value, at(self.poisoned_at), expires, *about)


COLUMNS = ("message", "lasting", "put aside", "expires", "workspace", "~asks for", "~reason")


def letter_in(message: QueueMessage, queue: OurQueue) -> Letter:
    """Read a message of the queue's poison queue; whatever it is, it is some letter."""
    found = _ours(message.text)
    text, reason, poisoned_at = found or (message.text, None, message.inserted_at)
    return Letter(queue, message, text, contents_of(text, queue), reason, poisoned_at)


def _ours(text: str) -> tuple[str, str, datetime] | None:
    """Return message, reason and time as our own poison carries them; None where it is none of ours."""
    try:
        document = json.loads(text)
        message, reason = document["message"], document["reason"]
        poisoned_at = datetime.fromisoformat(document["poisonedAt"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not isinstance(message, str) or not isinstance(reason, str) or poisoned_at.tzinfo is None:
        return None
    return message, reason, poisoned_at
