"""A tenant of one large group, made page by page, so that it costs next to nothing beside what is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sync_core.adapters.entra.mapping import user_from
from sync_core.domain.entra import EntraGroup, EntraUser, GroupsPage, MembersPage
from sync_core.domain.ids import EntraUserId

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sync_core.domain.ids import EntraGroupId, TenantId

#  The largest page of a members listing: learn.microsoft.com, "List group members".
_PAGE = 999


class BenchEntra:
    """Implements `sync_core.ports.Entra` for as many people as asked for."""

    def __init__(self, people: int) -> None:
        self._numbers = range(people)
        self._promoted = 0

    def churn(self, people: int) -> None:
        """Let *people* leave, as many join, and as many change their job title."""
        self._numbers = range(self._numbers.start + people, self._numbers.stop + people)
        self._promoted = self._numbers.start + people

    async def group(self, tenant: TenantId, group: EntraGroupId) -> EntraGroup:  # noqa: ARG002  the one there is
        return EntraGroup(group, "Everybody", "")

    async def members(
        self,
        tenant: TenantId,  # noqa: ARG002  the one there is
        group: EntraGroupId,  # noqa: ARG002  the one there is
        *,
        nested: bool,  # noqa: ARG002  nothing is nested
    ) -> AsyncIterator[MembersPage]:
        for start in range(self._numbers.start, self._numbers.stop, _PAGE):
            numbers = range(start, min(start + _PAGE, self._numbers.stop))
            yield MembersPage(tuple(self._user(number) for number in numbers), {})

    async def count_users(
        self,
        tenant: TenantId,  # noqa: ARG002  the one there is
        group: EntraGroupId,  # noqa: ARG002  the one there is
        *,
        nested: bool,  # noqa: ARG002  nothing is nested
    ) -> int:
        return len(self._numbers)

    async def user(self, tenant: TenantId, user: EntraUserId) -> EntraUser | None:  # noqa: ARG002  nobody asks
        return None

    async def find_groups(
        self,
        tenant: TenantId,  # noqa: ARG002  the one there is
        *,
        search: str,  # noqa: ARG002  nobody searches
        at_most: int,  # noqa: ARG002  nobody searches
        after: str | None = None,  # noqa: ARG002  nobody searches
    ) -> GroupsPage:
        return GroupsPage(())

    async def check(self, tenant: TenantId) -> None:
        """Be there."""

    def _user(self, number: int) -> EntraUser:
        raw: dict[str, Any] = {
            "displayName": f"Person {number}",
            "mail": f"person{number}@contoso.example",
            "jobTitle": "Lead" if number < self._promoted else "Engineer",
            "department": "Research",
            "companyName": "Contoso",
            "mobilePhone": "+49 30 1234567",
            "city": "Berlin",
            "accountEnabled": True,
            "userType": "Member",
        }
        return user_from(raw, EntraUserId(f"00000000-0000-4000-8000-{number:012d}"))
