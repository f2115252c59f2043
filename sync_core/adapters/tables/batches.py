"""Transactions as Table Storage wants them: many requests in one body, stored together or not at all.

The body is written by hand, because the SDK's own transactions take more of Python's time than storage takes of its
own. The format: learn.microsoft.com, "Performing entity group transactions".
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from sync_core.adapters.tables.entities import entity_path, to_entity
from sync_core.adapters.tables.failures import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync_core.ports import RowWrite

_VERBS = {"insert": "POST", "replace": "PUT", "put": "PUT", "merge": "MERGE", "upsert": "MERGE", "delete": "DELETE"}
_CONDITIONAL = frozenset({"replace", "merge", "delete"})
_ANSWER = re.compile(rb"HTTP/1\.1 (\d{3})")
_ETAG = re.compile(rb"^etag: *(.*?)\r?$", re.IGNORECASE | re.MULTILINE)
_FIRST_ERROR_STATUS = 400


@dataclass(frozen=True, slots=True)
class Batch:
    """A request body with the content type that names its boundary."""

    body: bytes
    content_type: str


def write_batch(endpoint: str, table: str, partition: str, rows: Sequence[RowWrite]) -> Batch:
    """Return the body that stores *rows*, all of *partition*, in one transaction."""
    name = uuid4().hex
    #  ASCII with escapes: the emulator takes U+2028 for the end of a line.
    parts = [
        f"--changeset_{name}\r\n"
        "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
        f"{_request(endpoint, table, partition, row)}\r\n"
        for row in rows
    ]
    body = (
        f"--batch_{name}\r\nContent-Type: multipart/mixed; boundary=changeset_{name}\r\n\r\n"
        f"{''.join(parts)}--changeset_{name}--\r\n--batch_{name}--\r\n"
    )
    return Batch(body=body.encode("ascii"), content_type=f"multipart/mixed; boundary=batch_{name}")


def read_batch_answer(table: str, rows: Sequence[RowWrite], body: bytes) -> list[str]:
    """Return the new ETags in the order of *rows*, empty for a deleted row.

    Raises:
        RowConflict: and whatever else `Refusal.error` tells: nothing was stored.
    """
    _, *pieces = _ANSWER.split(body)
    answers = [(int(status), answer) for status, answer in zip(pieces[::2], pieces[1::2], strict=True)]
    for status, answer in answers:
        if status >= _FIRST_ERROR_STATUS:
            raise Refusal.of(status, answer[answer.find(b"{") : answer.rfind(b"}") + 1]).error(table)
    if len(answers) != len(rows):
        raise RuntimeError(f"{table}: {len(answers)} answers for {len(rows)} rows")
    return [_etag(answer) for _, answer in answers]


def _request(endpoint: str, table: str, partition: str, row: RowWrite) -> str:
    path = table if row.kind == "insert" else entity_path(table, partition, row.key)
    condition = f"If-Match: {row.etag}\r\n" if row.kind in _CONDITIONAL else ""
    head = (
        f"{_VERBS[row.kind]} {endpoint}/{path} HTTP/1.1\r\n"
        "Accept: application/json;odata=minimalmetadata\r\nDataServiceVersion: 3.0\r\n"
        f"Prefer: return-no-content\r\n{condition}"
    )
    if row.kind == "delete":
        return f"{head}\r\n"
    return f"{head}Content-Type: application/json\r\n\r\n{json.dumps(to_entity(partition, row.key, row.cells))}"


def _etag(answer: bytes) -> str:
    found = _ETAG.search(answer)
    return "" if found is None else found[1].decode("ascii")
