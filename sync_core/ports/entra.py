"""Entra ID, read through Microsoft Graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sync_core.domain.entra import EntraGroup, EntraUser, GroupsPage, MembersPage
    from sync_core.domain.ids import EntraGroupId, EntraUserId, TenantId


class Entra(Protocol):
    """Entra ID, read through Microsoft Graph.

    Raises:
        EntraRefused: Entra says no for the whole tenant.
        GroupGone: the group does not exist.
        TryAgainLater: throttled or unreachable for longer than one run should wait. A partial read is never
            returned as a whole one: a short list would look like departures.
    """

    async def group(self, tenant: TenantId, group: EntraGroupId) -> EntraGroup: ...

    async def check(self, tenant: TenantId) -> None:
        """Find out, as cheaply as can be, whether groups and users of the tenant may be read.

        Signs in anew: a token says what was consented to when it was given out, and lives for an hour.
        """

    async def find_groups(
        self, tenant: TenantId, *, search: str, at_most: int, after: str | None = None
    ) -> GroupsPage:
        """Return a page of the tenant's groups, or of those in whose names words begin as those of *search* do.

        *after*: `GroupsPage.next_after` of the page before, for the same search and number. An index answers, which
        can lag behind.

        Raises:
            EntraRefused: as above; and ``request-refused`` where *after* is none of Entra's, or too old.
        """

    def members(self, tenant: TenantId, group: EntraGroupId, *, nested: bool) -> AsyncIterator[MembersPage]:
        """Yield the group's members page by page; ends only behind the last page."""

    async def count_users(self, tenant: TenantId, group: EntraGroupId, *, nested: bool) -> int:
        """Return how many user accounts Entra counts in the group (an index that can lag behind)."""

    async def user(self, tenant: TenantId, user: EntraUserId) -> EntraUser | None:
        """Return one user; None where Entra has nobody of this id, be they deleted for a while or for good."""
