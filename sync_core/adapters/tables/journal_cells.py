"""A journal page as a row: its counts readable by themselves, its entries compressed."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

from sync_core.adapters.cells import json_cell, json_in, text_in
from sync_core.adapters.tables.limits import MAX_BINARY_BYTES
from sync_core.domain.ids import EntraUserId, RecipientId
from sync_core.domain.journal import JournalEntry, JournalPage, PageSummary

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sync_core.ports import Cell, StoredRow

SUMMARY_CELLS = ("kinds", "witness")


def page_cells(page: JournalPage) -> dict[str, Cell]:
    summary = page.summary
    cells: dict[str, Cell] = {"kinds": json_cell(dict(summary.kinds)), "witness": summary.witness or ""}
    packed = zlib.compress(json.dumps([_entry_to_json(entry) for entry in page.entries]).encode())
    pieces = range(0, len(packed), MAX_BINARY_BYTES)
    return cells | {f"entries{n}": packed[start : start + MAX_BINARY_BYTES] for n, start in enumerate(pieces)}


def page_in(row: StoredRow) -> JournalPage:
    entries = json.loads(zlib.decompress(_packed_in(row.cells)))
    return JournalPage(row.key, tuple(_entry_from_json(entry) for entry in entries))


def summary_in(row: StoredRow) -> PageSummary:
    witness = text_in(row.cells, "witness")
    return PageSummary(row.key, json_in(row.cells, "kinds"), RecipientId(witness) if witness else None)


def _packed_in(cells: Mapping[str, Cell]) -> bytes:
    packed = bytearray()
    while isinstance(piece := cells.get(f"entries{len(packed) // MAX_BINARY_BYTES}"), bytes):
        packed += piece
        if len(piece) < MAX_BINARY_BYTES:
            break
    return bytes(packed)


def _entry_to_json(entry: JournalEntry) -> dict[str, Any]:
    document = {
        "recipient": entry.recipient,
        "entraId": entry.entra_id,
        "kind": entry.kind,
        "reason": entry.reason,
        "changes": {path: list(change) for path, change in entry.changes.items()},
        "revision": entry.revision,
    }
    return document | {"by": entry.by} if entry.by else document


def _entry_from_json(document: Mapping[str, Any]) -> JournalEntry:
    entra_id = document["entraId"]
    return JournalEntry(
        recipient=RecipientId(document["recipient"]),
        entra_id=None if entra_id is None else EntraUserId(entra_id),
        kind=document["kind"],
        reason=document["reason"],
        changes=document["changes"],
        revision=document["revision"],
        by=document.get("by", ""),
    )
