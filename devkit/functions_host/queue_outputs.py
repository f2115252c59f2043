"""From a queue output's raw value to the texts of its messages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from azure.functions.meta import Datum

#  Stored size, so Base64 counts: learn.microsoft.com, "Scalability targets for Queue Storage".
MAX_STORED_BYTES = 64 * 1024


def message_texts(raw: Datum) -> list[str]:
    """Return one text per message: a JSON array gives one for each element, anything else is one message."""
    text = raw.value.decode() if isinstance(raw.value, bytes) else str(raw.value)
    if not text.lstrip().startswith(("[", "{")):
        return [text]
    try:
        value = json.loads(text)
    except ValueError:
        return [text]
    return [_text(element) for element in value] if isinstance(value, list) else [_text(value)]


def _text(value: Any) -> str:
    #  The real host writes JSON back with line breaks and two spaces.
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
