"""Compare the directory, as it was read, with what it should be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from devkit.expected_directory import Person, expected_after, sharing_an_address

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from devkit.directory_dump import DirectoryDump
    from sync_core.domain.workspaces import Rulebook


@dataclass(frozen=True, slots=True)
class Comparison:
    """*differences*: a sentence for each. *compared*: people; *left_out*: what cannot be known from outside."""

    differences: tuple[str, ...]
    compared: int
    left_out: int


@dataclass(slots=True)
class Expectation:
    """Follows the directory from night to night.

    Believed as they are, because they cannot be known from outside: people of a group that was due and did not
    sync, and people who share an address with somebody else.
    """

    rulebook: Rulebook
    _before: dict[str, Person] = field(default_factory=dict)

    def compare(
        self, dump: DirectoryDump, tenant: Mapping[str, Any], *, synced: AbstractSet[str], unsynced: AbstractSet[str]
    ) -> Comparison:
        """Compare one night's *dump*; *synced* and *unsynced* are the Entra groups that were due."""
        actual = {key: _as_person(row) for key, row in dump.recipients.items()}
        expected = expected_after(self._before, tenant, self.rulebook, synced=synced)
        unsure = sharing_an_address(self._before, tenant, self.rulebook.options) | _people_of(unsynced, dump, tenant)
        compared = (expected.keys() | actual.keys()) - unsure
        differences = [
            f"Person {key}: {said}" for key in sorted(compared) for said in _unlike(expected, actual, dump, key)
        ]
        differences += self._unlike_groups(dump, tenant, synced)
        self._before = {key: person for key, person in expected.items() if key not in unsure}
        self._before |= {key: _believed(actual[key], tenant, key) for key in unsure & actual.keys()}
        return Comparison(tuple(differences), len(compared), len(unsure))

    def _unlike_groups(self, dump: DirectoryDump, tenant: Mapping[str, Any], synced: AbstractSet[str]) -> list[str]:
        if not self.rulebook.options.update_group_details:
            return []
        return [
            f"Group {group['id']}: its {ours} is not what Entra says."
            for group in tenant["groups"]
            for ours, theirs in (("name", "displayName"), ("description", "description"))
            if group["id"] in synced and dump.groups[group["id"]][ours] != (group.get(theirs) or "")
        ]


def _as_person(row: Mapping[str, Any]) -> Person:
    name = {"name": row["name"]} if row["name"] else {}
    return Person(
        email=row["email"],
        values={**row["fields"], **name},
        active=row["status"] == "active",
        groups=frozenset(row["cards"]),
    )


def _unlike(
    expected: Mapping[str, Person], actual: Mapping[str, Person], dump: DirectoryDump, key: str
) -> Sequence[str]:
    wanted, found = expected.get(key), actual.get(key)
    if wanted is None or found is None:
        return ["should not be there." if wanted is None else "is missing."]
    said = [
        f"{part} should be {getattr(wanted, part)!r}, not {getattr(found, part)!r}."
        for part in ("email", "active", "groups", "values")
        if getattr(wanted, part) != getattr(found, part)
    ]
    state = "active" if wanted.active else "paused"
    states = {card["state"] for card in dump.recipients[key]["cards"].values()}
    return said + ([] if states <= {state} else [f"the cards should be {state}."])


def _people_of(groups: AbstractSet[str], dump: DirectoryDump, tenant: Mapping[str, Any]) -> set[str]:
    people = {member for group in groups & dump.groups.keys() for member in dump.groups[group]["members"]}
    listed = [group.get("members") or () for group in tenant["groups"] if group["id"] in groups]
    return people | {member["id"] for members in listed for member in members}


def _believed(found: Person, tenant: Mapping[str, Any], key: str) -> Person:
    enabled = next((user.get("accountEnabled") for user in tenant["users"] if user["id"] == key), True)
    return Person(found.email, found.values, enabled is not False, found.active, found.groups)
