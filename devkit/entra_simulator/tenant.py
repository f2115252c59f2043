"""One tenant of the simulated Entra ID: its people, groups and memberships, as Graph's readers see them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from devkit.tenants.properties import GROUP, SERVICE_PRINCIPAL, USER
from devkit.tenants.tenant_file import Entity, TenantFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any


@dataclass(slots=True)
class Group:
    """A group's own properties, and the type of each member by id; soft-deleted users stay members."""

    properties: Entity
    members: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DirectoryObject:
    odata_type: str
    properties: Mapping[str, Any]


class Tenant:
    """What a tenant holds now. Everything is read by id in ascending order, so that paging can go on by id."""

    def __init__(self, tenant_id: str, content: TenantFile) -> None:
        self.tenant_id = tenant_id
        self.users: dict[str, Entity] = {user["id"]: dict(user) for user in content.users}
        self.deleted_users: dict[str, Entity] = {}
        self.others: dict[str, DirectoryObject] = {
            other["id"]: DirectoryObject(other["@odata.type"], other) for other in content.directory_objects
        }
        self.groups: dict[str, Group] = {group["id"]: Group(without_members(group)) for group in content.groups}
        self._sorted: dict[tuple[str, ...], list[str]] = {}
        for group in content.groups:
            self.take_members(group)

    def take_members(self, group: Entity) -> None:
        """Make the members that *group* names members of the group with its id."""
        members = self.groups[group["id"]].members
        for member in group.get("members") or ():
            members[member["id"]] = self._take_member(member)
        self.forget_order()

    def _take_member(self, member: Entity) -> str:
        known = self.type_of(member["id"])
        if known is None:
            self.others[member["id"]] = DirectoryObject(member["@odata.type"], member)
        return str(known or member["@odata.type"])

    def type_of(self, object_id: str) -> str | None:
        """Return the `@odata.type` of what has this id, or None; a soft-deleted user has left the directory."""
        if object_id in self.users:
            return USER
        if object_id in self.groups:
            return GROUP
        other = self.others.get(object_id)
        return other.odata_type if other else None

    def find(self, object_id: str) -> DirectoryObject | None:
        if object_id in self.users:
            return DirectoryObject(USER, self.users[object_id])
        if object_id in self.groups:
            return DirectoryObject(GROUP, self.groups[object_id].properties)
        return self.others.get(object_id)

    def user_ids(self) -> list[str]:
        return self._in_order(("users",), lambda: self.users)

    def group_ids(self) -> list[str]:
        return self._in_order(("groups",), lambda: self.groups)

    def member_ids(self, group_id: str, *, transitive: bool) -> list[str]:
        """Return who is in the group now, of any type."""
        if transitive:
            return self._in_order(("transitive", group_id), lambda: self._transitive(group_id))
        return self._in_order(("direct", group_id), lambda: self._present(group_id))

    def forget_order(self) -> None:
        """Forget the sorted ids; everything that adds or removes an object or a membership calls this."""
        self._sorted.clear()

    def _in_order(self, key: tuple[str, ...], ids: Callable[[], Iterable[str]]) -> list[str]:
        if key not in self._sorted:
            self._sorted[key] = sorted(ids())
        return self._sorted[key]

    def _present(self, group_id: str) -> Iterator[str]:
        return (member for member in self.groups[group_id].members if member not in self.deleted_users)

    def _transitive(self, group_id: str) -> set[str]:
        found: set[str] = set()
        to_open = [group_id]
        while to_open:
            members = set(self._present(to_open.pop())) - found
            found |= members
            to_open += [member for member in members if member in self.groups]
        # A group inside itself, by a circle of groups, is not its own member.
        return found - {group_id}

    def to_file(self) -> TenantFile:
        """Return what a reader of this tenant could export: soft-deleted users are not in it."""
        return TenantFile(
            self.tenant_id,
            tuple(self.users.values()),
            tuple(self._group_with_members(group_id) for group_id in self.groups),
            tuple(
                {**other.properties, "@odata.type": other.odata_type}
                for other in self.others.values()
                if other.odata_type != GROUP
            ),
        )

    def _group_with_members(self, group_id: str) -> Entity:
        group = self.groups[group_id]
        members = [{"@odata.type": group.members[member], "id": member} for member in self._present(group_id)]
        return {**group.properties, "members": members}


def without_members(group: Entity) -> Entity:
    return {name: value for name, value in group.items() if name != "members"}


def is_listed(odata_type: str) -> bool:
    """Tell whether v1.0 lists members of this type.

    Service principals are not: known issue in learn.microsoft.com "List group members" (v1.0).
    """
    return odata_type != SERVICE_PRINCIPAL
