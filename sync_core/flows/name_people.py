"""Name the people whom a run's journal tells of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync_core.domain.field_settings import EMAIL, NAME
from sync_core.ports import value_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync_core.domain.ids import RecipientId, WorkspaceId
    from sync_core.domain.journal import JournalEntry
    from sync_core.flows.services import Services

_NAMING = (NAME, EMAIL)


@dataclass(frozen=True, slots=True)
class NamedEntry:
    """An entry with who the person is; empty where nobody knows any more."""

    entry: JournalEntry
    name: str
    email: str


async def name_people(
    services: Services, workspace: WorkspaceId, entries: Sequence[JournalEntry]
) -> list[NamedEntry]:
    """Return the entries with their people's names: as the journal has them, else as the people are called now.

    Only those are looked up whom the journal does not name; somebody who was deleted is named by the journal alone.
    """
    told = [_told_by(entry) for entry in entries]
    unknown = [
        entry.recipient for entry, known in zip(entries, told, strict=True) if not all(map(known.get, _NAMING))
    ]
    people = await services.people.people(workspace, list(dict.fromkeys(unknown)))

    def named(entry: JournalEntry, known: dict[str, str]) -> NamedEntry:
        values = _values(entry.recipient) | known
        return NamedEntry(entry, values.get(NAME, ""), values.get(EMAIL, ""))

    def _values(recipient: RecipientId) -> dict[str, str]:
        person = value_of(people.get(recipient))
        return {} if person is None else {name: person.values.get(name, "") for name in _NAMING}

    return [named(entry, known) for entry, known in zip(entries, told, strict=True)]


def _told_by(entry: JournalEntry) -> dict[str, str]:
    """Return what the entry itself tells of who the person is: what it changed it to, or what it was before."""
    found = {name: entry.changes.get(f"values.{name}", (None, None)) for name in _NAMING}
    return {name: new or old for name, (old, new) in found.items() if new or old}
