"""What a run did, person by person, in lines for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sync_core.flows.show_changes import list_changes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from sync_core.domain.ids import GroupId, RecipientId, RunId, WorkspaceId
    from sync_core.domain.journal import JournalEntry
    from sync_core.flows.services import Services

_SHOWN = 8
_MOST = 200
_SIGNS = {"added": "+", "updated": "~", "removed": "-", "kept": "=", "outdated": "?", "refused": "!"}


async def journal_lines(services: Services, workspace: WorkspaceId, group: GroupId, run: RunId) -> AsyncIterator[str]:
    """Yield a line for each of the first changes, and one that counts the rest."""
    changes = await list_changes(services, workspace, group, run, limit=_MOST)
    names = await _names(services, workspace, [entry.recipient for entry in changes.entries])
    for entry in changes.entries[:_SHOWN]:
        yield f"{_SIGNS.get(entry.kind, '*')} {_name(entry, names)}: {', '.join(_parts(entry)) or entry.reason}"
    rest = len(changes.entries) - _SHOWN
    if rest > 0:
        yield f"  and {rest} more"


async def _names(
    services: Services, workspace: WorkspaceId, recipients: Sequence[RecipientId]
) -> Mapping[RecipientId, str]:
    people = await services.people.people(workspace, recipients)
    return {recipient: found.value.values.get("name", "") for recipient, found in people.items()}


def _name(entry: JournalEntry, names: Mapping[RecipientId, str]) -> str:
    """Return whom the entry is about, as they were called before it, if it changed that."""
    before = entry.changes.get("values.name", [None])[0]
    return str(before or names.get(entry.recipient) or entry.recipient)


def _parts(entry: JournalEntry) -> list[str]:
    """Return what changed in words; of somebody new only what is not to be expected."""
    changes = entry.changes
    is_new = "status" in changes and changes["status"][0] is None
    parts = [_card(*change) for path, change in changes.items() if path.startswith("cards.")]
    if not is_new:
        parts += [_value(path, *change) for path, change in changes.items() if path.startswith("values.")]
    if "status" in changes and changes["status"] != [None, "active"]:
        why = changes.get("inactiveBecause", [None, None])[1]
        parts.append(f"inactive, {why}" if why else "active again")
    return parts


def _value(path: str, old: Any, new: Any) -> str:
    return f"{path.removeprefix('values.')} {_said(old)} -> {_said(new)}"


def _card(old: Any, new: Any) -> str:
    if new is None:
        return "card ends"
    if old is not None and old[0] == new[0]:
        return "card paused" if new[1] == "paused" else "card resumed"
    return f"card version {new[0]}" + (", paused" if new[1] == "paused" else "")


def _said(value: Any) -> str:
    return "nothing" if value is None else str(value)
