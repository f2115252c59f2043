"""What is kept of a message that can never be carried out: the message, why, and when."""

from __future__ import annotations

import json
from bisect import bisect_left
from typing import TYPE_CHECKING

from sync_core.adapters.queues.limits import MAX_TEXT_BYTES

if TYPE_CHECKING:
    from datetime import datetime

_CUT = " [cut off here]"


def poisoned(text: str, *, reason: str, at: datetime) -> str:
    """Return the text of a poison message; what is too long for one is cut, with a mark."""

    def document(length: int) -> str:
        message = text if length == len(text) else text[:length] + _CUT
        return json.dumps({"reason": reason, "poisonedAt": at.isoformat(), "message": message})

    def size(length: int) -> int:
        return len(document(length))

    length = len(text)
    if size(length) >= MAX_TEXT_BYTES:
        length = bisect_left(range(len(text)), MAX_TEXT_BYTES, key=size) - 1
    return document(max(length, 0))
