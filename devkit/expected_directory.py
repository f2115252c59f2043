"""What the directory should be after a night, worked out from the tenant and the night before, not by the planner."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from devkit.expected_person import address_of, values_after
from sync_core.domain.options import OnDisabled, OnLeave, OnLeaveLast

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from sync_core.domain.options import SyncOptions
    from sync_core.domain.workspaces import Rulebook

_USER = "#microsoft.graph.user"


@dataclass(frozen=True, slots=True)
class Person:
    """A recipient as it should be. *groups*: Entra groups in which the person has a card."""

    email: str
    values: Mapping[str, str] = field(default_factory=dict)
    enabled: bool = True
    active: bool = True
    groups: frozenset[str] = frozenset()


People = dict[str, Person]


def expected_after(
    before: Mapping[str, Person], tenant: Mapping[str, Any], rulebook: Rulebook, *, synced: AbstractSet[str]
) -> People:
    """Return the people, by Entra id, once the groups *synced* were brought to what *tenant* says."""
    users = {user["id"]: user for user in tenant["users"]}
    members = members_of(tenant, rulebook.options)
    people: People = {}
    for key in before.keys() | {user for group in synced for user in members[group]}:
        seen = frozenset(group for group in synced if key in members[group])
        after = _after(before.get(key), users.get(key, {}), rulebook, seen=seen, synced=synced)
        if after is not None:
            people[key] = after
    return people


def members_of(tenant: Mapping[str, Any], options: SyncOptions) -> dict[str, set[str]]:
    """Return the users that each group brings into the directory."""
    wanted = {
        user["id"]
        for user in tenant["users"]
        if options.include_guests or str(user.get("userType")).lower() != "guest"
    }
    direct = {group["id"]: {member["id"] for member in group.get("members") or ()} for group in tenant["groups"]}
    reach = _all_reached if options.include_nested_groups else (lambda start, direct: direct[start])
    return {group: reach(group, direct) & wanted for group in direct}


def sharing_an_address(before: Mapping[str, Person], tenant: Mapping[str, Any], options: SyncOptions) -> set[str]:
    """Return the people whose address somebody else has or wants: who gets it depends on who comes first."""
    members = set[str]().union(*members_of(tenant, options).values())
    wanted = {user["id"]: (address_of(user) or "").casefold() for user in tenant["users"] if user["id"] in members}
    had = {key: person.email.casefold() for key, person in before.items()}
    claims = Counter(address for key, address in {*wanted.items(), *had.items()} if address)
    return {key for key, address in {*wanted.items(), *had.items()} if claims[address] > 1}


def _after(
    old: Person | None, user: Mapping[str, Any], rulebook: Rulebook, *, seen: frozenset[str], synced: AbstractSet[str]
) -> Person | None:
    options, address = rulebook.options, address_of(user)
    if old is None and (address is None or not options.import_new_users):
        return None
    person = old or Person(address or "")
    if seen:
        enabled = user.get("accountEnabled", True)
        person = replace(
            person,
            email=address or person.email,
            values=values_after(person.values, user, rulebook.settings),
            enabled=person.enabled if enabled is None else enabled,
        )
    stays = person.groups if options.when_user_leaves_group is OnLeave.KEEP else person.groups - synced
    return _with_status(replace(person, groups=stays | seen), options, had_groups=bool(person.groups))


def _with_status(person: Person, options: SyncOptions, *, had_groups: bool) -> Person | None:
    if not person.groups and not had_groups:
        return person
    if not person.groups and options.when_user_leaves_last_group is OnLeaveLast.DELETE:
        return None
    if not person.enabled and options.when_user_disabled is OnDisabled.DEACTIVATE:
        active = False
    elif person.groups:
        active = True
    else:
        active = person.active and options.when_user_leaves_last_group is OnLeaveLast.KEEP
    return replace(person, active=active)


def _all_reached(start: str, direct: Mapping[str, Iterable[str]]) -> set[str]:
    reached: set[str] = set()
    to_open = [start]
    while to_open:
        new = set(direct.get(to_open.pop(), ())) - reached
        reached |= new
        to_open += new
    return reached
