"""Who calls, and what their roles let them do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sync_core.domain.ids import TenantId

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet


class Role(StrEnum):
    """App roles of ours, as tokens name them."""

    READ = "Schedules.Read"
    MANAGE = "Schedules.Manage"
    PLATFORM = "Workspaces.Manage.All"


_INCLUDED = {
    Role.READ: frozenset({Role.READ, Role.MANAGE, Role.PLATFORM}),
    Role.MANAGE: frozenset({Role.MANAGE, Role.PLATFORM}),
    Role.PLATFORM: frozenset({Role.PLATFORM}),
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: *id* is an object id in *tenant*; *roles* are those that count.

    *by_header*: told by the platform's sign-in, which a browser carries as a cookie.
    """

    id: str
    tenant: TenantId
    roles: AbstractSet[Role]
    by_header: bool = False
    name: str = ""

    def may(self, role: Role) -> bool:
        """Tell whether one of the roles is *role* or includes it."""
        return not self.roles.isdisjoint(_INCLUDED[role])


ANYBODY = Caller("", TenantId(""), frozenset())
"""Who calls where nobody needs to sign in."""
