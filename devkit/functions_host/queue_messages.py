"""A queue message as a function gets it: body and metadata."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any

from devkit.functions_host.converters import datum

if TYPE_CHECKING:
    from datetime import datetime

    from azure.functions.meta import Datum
    from azure.storage.queue import QueueMessage


_NAMES = (
    *("QueueTrigger", "DequeueCount", "Id", "PopReceipt"),
    *("ExpirationTime", "InsertionTime", "NextVisibleTime"),
)


class NotBase64(ValueError):
    """The stored text is not Base64 although host.json says that it is."""


def read_body(stored: str, *, base64_encoded: bool) -> bytes:
    """Return the body behind the *stored* text.

    Raises:
        NotBase64: It should be encoded and is not.
    """
    if not base64_encoded:
        return stored.encode()
    try:
        return base64.b64decode(stored.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise NotBase64("the message is not Base64") from error


def stored_text(body: str, *, base64_encoded: bool) -> str:
    """Return what is put on the queue for *body*."""
    return base64.b64encode(body.encode()).decode() if base64_encoded else body


def message_datum(body: bytes, *, binary: bool) -> Datum:
    """Return the body for the queue converter.

    Raises:
        UnicodeDecodeError: It is to be a text and is not UTF-8.
    """
    return datum("bytes", body) if binary else datum("string", body.decode())


def message_metadata(message: QueueMessage, body: bytes) -> dict[str, Datum]:
    """Return what describes the message; a JSON body's own properties come over it."""
    metadata = {
        "QueueTrigger": datum("string", body.decode(errors="replace")),
        "DequeueCount": datum("string", str(message.dequeue_count)),
        "Id": datum("string", message.id),
        "PopReceipt": datum("string", message.pop_receipt),
        "ExpirationTime": datum("string", _moment(message.expires_on)),
        "InsertionTime": datum("string", _moment(message.inserted_on)),
        "NextVisibleTime": datum("string", _moment(message.next_visible_on)),
    }
    return overridden(metadata, body)


def overridden(metadata: dict[str, Datum], body: bytes) -> dict[str, Datum]:
    """Let a JSON object's top-level properties, arrays excepted, replace metadata of the same name.

    The real host does so whatever the case: Azure/azure-webjobs-sdk-extensions, issue 882.
    """
    known = {name.lower(): name for name in _NAMES}
    own = {
        known.get(name.lower(), name): _property(value)
        for name, value in _properties(body).items()
        if not isinstance(value, list)
    }
    return {**metadata, **own}


def _properties(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _property(value: Any) -> Datum:
    if value is None:
        return datum(None, None)
    return datum("string", value if isinstance(value, str) else json.dumps(value))


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat()
