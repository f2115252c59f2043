"""What the directory must look like after a night, worked out without the planner.

The removal guard is off, every field follows Entra, and every address is valid and used once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sync_core.domain.options import SyncOptions

if TYPE_CHECKING:
    from tests.fakes.memory_entra import MemoryEntra

USER = "#microsoft.graph.user"
DEFAULTS = SyncOptions()


@dataclass(frozen=True)
class Person:
    """*enabled*: as Entra said last. *deleted*: not in the directory, but known."""

    values: dict[str, str]
    active: bool
    cards: dict[str, int] = field(default_factory=dict)
    enabled: bool = True
    deleted: bool = False


def after_night(before: dict[str, Person], entra: MemoryEntra, options: SyncOptions = DEFAULTS) -> dict[str, Person]:
    """Return the directory after every linked group was synced; *updateCards* must not have changed meanwhile."""
    groups_of: dict[str, set[str]] = {}
    for group in entra.groups:
        for user in _users_in(entra, group, set(), options):
            groups_of.setdefault(user, set()).add(group)
    people = dict(before)
    for key in before.keys() | groups_of.keys():
        old, groups = before.get(key), groups_of.get(key, set())
        if groups and (old is not None or options.import_new_users):
            people[key] = _seen(old or Person({}, active=True), entra.users[key], groups, options)
        elif old is not None and old.cards and options.when_user_leaves_group == "removeFromGroup":
            active = old.active and options.when_user_leaves_last_group == "keep"
            deleted = options.when_user_leaves_last_group == "delete"
            people[key] = replace(old, cards={}, active=active, deleted=deleted)
    return people


def _seen(old: Person, user: dict[str, Any], groups: set[str], options: SyncOptions) -> Person:
    values = {"email": user["mail"], "name": user["displayName"], "jobTitle": user.get("jobTitle")}
    values = {name: value for name, value in values.items() if value}
    kept = old.cards.keys() if options.when_user_leaves_group == "keep" else set()
    bump = int(old.values != values and options.update_cards)
    cards = {group: old.cards[group] + bump if group in old.cards else 1 for group in groups | kept}
    enabled = user["accountEnabled"]
    return Person(values, enabled or options.when_user_disabled == "keep", cards, enabled)


def _users_in(entra: MemoryEntra, group: str, been: set[str], options: SyncOptions) -> set[str]:
    """Return the users in *group*, and in the groups in it where those count."""
    been.add(group)
    users: set[str] = set()
    for one in entra.groups.get(group, {"members": []})["members"]:
        if one["@odata.type"] != USER:
            users |= _users_in(entra, one["id"], been, options) if _is_followed(one, been, options) else set()
        elif one["id"] in entra.users and (options.include_guests or entra.users[one["id"]]["userType"] != "Guest"):
            users.add(one["id"])
    return users


def _is_followed(one: dict[str, str], been: set[str], options: SyncOptions) -> bool:
    return options.include_nested_groups and one["@odata.type"].endswith(".group") and one["id"] not in been
