"""What the directory must look like after a night, worked out without the planner.

Default options with the removal guard off; every address is valid and used once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fakes.memory_entra import MemoryEntra


@dataclass
class Person:
    values: dict[str, str]
    active: bool
    cards: dict[str, int] = field(default_factory=dict)


def after_night(before: dict[str, Person], entra: MemoryEntra) -> dict[str, Person]:
    """Return the directory after every linked group was synced."""
    groups_of: dict[str, set[str]] = {}
    for group in entra.groups.values():
        for member in group["members"]:
            user = entra.users.get(member["id"])
            if user is not None and user["userType"] != "Guest":
                groups_of.setdefault(user["id"], set()).add(group["id"])
    people = {}
    for key in before.keys() | groups_of.keys():
        old, groups = before.get(key), groups_of.get(key, set())
        if not groups and old is not None:
            people[key] = Person(old.values, active=False)
        else:
            values = _values(entra.users[key])
            bump = int(old is not None and old.values != values)
            cards = {group: old.cards[group] + bump if old and group in old.cards else 1 for group in groups}
            people[key] = Person(values, active=entra.users[key]["accountEnabled"], cards=cards)
    return people


def _values(user: dict[str, Any]) -> dict[str, str]:
    values = {"email": user["mail"], "name": user["displayName"], "jobTitle": user.get("jobTitle")}
    return {name: value for name, value in values.items() if value}
