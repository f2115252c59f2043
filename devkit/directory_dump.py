"""The directory as the product's own reads give it, keyed by Entra's ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from devkit.demo_workspace import WORKSPACE
from sync_core.domain.field_settings import EMAIL, NAME

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sync_core.domain.directory import LinkedGroup, Recipient
    from sync_core.domain.ids import GroupId
    from sync_core.flows.services import Services


@dataclass(frozen=True, slots=True)
class DirectoryDump:
    """The linked groups and all recipients, as JSON values.

    *groups*: ``{"name", "description", "members": [Entra user ids]}``; a member is who has a card in the group.
    *recipients*: ``{"email", "name", "status", "fields": {...}, "cards": {entra group: {"version", "state"}}}``.
    """

    groups: Mapping[str, dict[str, Any]]
    recipients: Mapping[str, dict[str, Any]]

    def to_json(self, night: date) -> dict[str, Any]:
        return {"night": night.isoformat(), "groups": self.groups, "recipients": self.recipients}


async def dump_directory(services: Services) -> DirectoryDump:
    """Read everything; people without an Entra user go by their own id."""
    linked = {group.id: group async for group, _ in services.groups.all(WORKSPACE)}
    people = [person async for person in services.people.all(WORKSPACE)]
    recipients = {str(person.entra_id or person.id): _recipient(person, linked) for person in people}
    groups = {group.entra_id: _group(group) for group in linked.values()}
    for person in sorted(recipients):
        for group in recipients[person]["cards"]:
            groups[group]["members"].append(person)
    return DirectoryDump(dict(sorted(groups.items())), dict(sorted(recipients.items())))


def _group(group: LinkedGroup) -> dict[str, Any]:
    return {"name": group.name, "description": group.description, "members": []}


def _recipient(person: Recipient, linked: Mapping[GroupId, LinkedGroup]) -> dict[str, Any]:
    values = dict(person.values)
    return {
        "email": values.pop(EMAIL, None),
        "name": values.pop(NAME, None),
        "status": person.status.value,
        "fields": dict(sorted(values.items())),
        "cards": {
            linked[group].entra_id: {"version": card.version, "state": card.state.value}
            for group, card in sorted(person.cards.items())
            if group in linked
        },
    }
