"""A person's change in one run, with or without the values: who they are and what they have is personal data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schedules_api.changes_csv import cell_text

if TYPE_CHECKING:
    from sync_core.domain.journal import JournalEntry


def change_document(entry: JournalEntry, *, values: bool) -> dict[str, Any]:
    """Return the change for scripts. Without *values*, only the names of what changed."""
    document: dict[str, Any] = {
        "recipientId": entry.recipient,
        "entraUserId": entry.entra_id,
        "kind": entry.kind,
        "reason": entry.reason,
        "changed": list(entry.changes),
        "revision": entry.revision or None,
        "by": entry.by or None,
    }
    if values:
        document["values"] = {path: {"old": old, "new": new} for path, (old, new) in entry.changes.items()}
    return document


def changed_in_words(entry: JournalEntry, *, values: bool) -> str:
    if not values:
        return ", ".join(entry.changes)
    return "; ".join(
        f"{path}: {cell_text(old) or '-'} -> {cell_text(new) or '-'}" for path, (old, new) in entry.changes.items()
    )
