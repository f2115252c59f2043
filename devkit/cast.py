"""Who plays in the scenario: a group of the demo tenant, and what happens to its people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from devkit.tenants.demo_tenant import demo_tenant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devkit.tenants.tenant_file import Entity, TenantFile

_GROUP = "Berlin site"

#  More than a fifth of the group, and at least five: what the removal guard does not let pass unasked.
_LEAVING_AT_ONCE = 6


@dataclass(frozen=True, slots=True)
class Cast:
    tenant: TenantFile
    group: Entity
    joins: Entity
    leaves: Entity
    marries: Entity
    disabled: Entity
    leave_at_once: Sequence[Entity]

    def a_day_at_the_office(self) -> list[dict[str, Any]]:
        """Return what happens before the second night, as mutations."""
        married = {"surname": "Bernauer", "mail": f"{self.marries['givenName'].lower()}.bernauer@contoso.example"}
        return [
            {"op": "addMember", "group": self.group["id"], "user": self.joins["id"]},
            {"op": "removeMember", "group": self.group["id"], "user": self.leaves["id"]},
            {"op": "updateUser", "user": self.marries["id"], "set": married},
            {"op": "disableUser", "user": self.disabled["id"]},
        ]

    def many_leave(self) -> list[dict[str, Any]]:
        """Return what happens before the third night, as mutations."""
        return [{"op": "removeMember", "group": self.group["id"], "user": user["id"]} for user in self.leave_at_once]


def the_cast() -> Cast:
    tenant = demo_tenant()
    [group] = [group for group in tenant.groups if group["displayName"] == _GROUP]
    inside = {member["id"] for member in group["members"]}
    staff = [user for user in tenant.users if _is_plain(user)]
    newcomer = next(user for user in staff if user["id"] not in inside)
    leaves, marries, disabled, *others = [user for user in staff if user["id"] in inside]
    return Cast(tenant, group, newcomer, leaves, marries, disabled, others[:_LEAVING_AT_ONCE])


def _is_plain(user: Entity) -> bool:
    """Tell whether the user is an enabled colleague with an address and both names."""
    named = user.get("mail") and (user.get("givenName") or "").isascii() and user.get("givenName")
    return bool(named) and user.get("userType") != "Guest" and user.get("accountEnabled", True)
