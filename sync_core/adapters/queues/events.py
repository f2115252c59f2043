"""Change events on their queue: CloudEvents 1.0 in the JSON batch format, as many to a message as fit."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from sync_core.adapters.queues.limits import MAX_TEXT_BYTES
from sync_core.side_by_side import each

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sync_core.adapters.queues.orders import Sender
    from sync_core.domain.events import ChangeEvent

DIRECTORY_CHANGES = "directory-changes"

#  What nobody has fetched after a week is found in the directory itself.
_KEEP_FOR = timedelta(days=7)
_MOST_EVENTS = 100
_SENDS_AT_A_TIME = 8


class QueueEvents:
    """Implements `sync_core.ports.Events`."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    async def publish(self, events: Sequence[ChangeEvent]) -> None:
        async def send(text: str) -> None:
            await self._sender.send(DIRECTORY_CHANGES, text, keep_for=_KEEP_FOR)

        await each(send, list(_messages(events)), limit=_SENDS_AT_A_TIME)


def _messages(events: Sequence[ChangeEvent]) -> Iterator[str]:
    """Yield JSON arrays of events, each small enough for a message; ids and counts make an event some 400 bytes."""
    waiting: list[str] = []
    size = 0
    for event in events:
        text = json.dumps(event.to_json(), separators=(",", ":"))
        if waiting and (len(waiting) == _MOST_EVENTS or size + len(text) + 2 > MAX_TEXT_BYTES):
            yield f"[{','.join(waiting)}]"
            waiting, size = [], 0
        waiting.append(text)
        size += len(text) + 1
    if waiting:
        yield f"[{','.join(waiting)}]"
