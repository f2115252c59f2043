"""What a queue message takes, checked before it is sent.

The numbers are those of learn.microsoft.com, "Put Message". The text travels inside XML and unencoded, so control
characters have to be escaped already, as JSON does.
"""

from __future__ import annotations

import math
import re
from datetime import timedelta

MAX_TEXT_BYTES = 64 * 1024
MAX_DELAY = timedelta(days=7)

_NOT_IN_XML = re.compile("[\x00-\x1f\ud800-\udfff\ufffe\uffff]")


def check_message(queue: str, text: str, *, delay: timedelta, keep_for: timedelta | None) -> None:
    """Refuse a message that the queue would refuse, or that nobody could receive.

    Raises:
        ValueError: names the queue, never the text.
    """
    if _NOT_IN_XML.search(text) is not None:
        raise ValueError(f"{queue}: the text holds a character that has to be escaped")
    if len(text.encode()) > MAX_TEXT_BYTES:
        raise ValueError(f"{queue}: a message takes {MAX_TEXT_BYTES} bytes, not {len(text.encode())}")
    if not timedelta(0) <= delay <= MAX_DELAY:
        raise ValueError(f"{queue}: a message can be hidden for up to {MAX_DELAY.days} days")
    if keep_for is not None and keep_for <= max(delay, timedelta(0)):
        raise ValueError(f"{queue}: a message has to be kept for longer than it is hidden")


def whole_seconds(duration: timedelta) -> int:
    """Return *duration* in seconds, rounded up: never earlier than asked for."""
    return math.ceil(duration.total_seconds())
