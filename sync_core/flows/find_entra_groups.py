"""Look through the tenant's groups for those to link, and tell which of them are linked here already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync_core.domain.errors import EntraRefused, SyncRefused
from sync_core.flows.ask_entra import asking_entra
from sync_core.side_by_side import each

if TYPE_CHECKING:
    from sync_core.domain.entra import FoundGroup, GroupsPage
    from sync_core.domain.ids import GroupId, TenantId, WorkspaceId
    from sync_core.flows.services import Services

_READS_AT_A_TIME = 32

NO_SUCH_PAGE = "no-such-page"


@dataclass(frozen=True, slots=True)
class LinkableGroup:
    """A group of the tenant. *linked_to*: the workspace's group that it is linked to, None where it is free."""

    group: FoundGroup
    linked_to: GroupId | None


@dataclass(frozen=True, slots=True)
class LinkableGroups:
    """*next_after*: what the next page is asked for by, None at the end."""

    groups: tuple[LinkableGroup, ...]
    next_after: str | None


async def find_entra_groups(
    services: Services, workspace: WorkspaceId, *, search: str, limit: int, after: str | None = None
) -> LinkableGroups:
    """Return up to *limit* of the tenant's groups, or of those in whose names words begin as those of *search* do.

    Raises:
        SyncRefused: ``not-connected``, ``connection-failed``; ``no-such-page`` where Entra does not take *after*.
        TryAgainLater: Entra is busy.
    """
    async with asking_entra(services, workspace) as tenant:
        page = await _page(services, tenant, search=search, limit=limit, after=after)

    async def look_up(group: FoundGroup) -> LinkableGroup:
        return LinkableGroup(group, await services.groups.linked_to(workspace, group.id))

    return LinkableGroups(tuple(await each(look_up, page.groups, limit=_READS_AT_A_TIME)), page.next_after)


async def _page(services: Services, tenant: TenantId, *, search: str, limit: int, after: str | None) -> GroupsPage:
    try:
        return await services.entra.find_groups(tenant, search=search, at_most=limit, after=after)
    except EntraRefused as refused:
        if after is None or refused.code != "request-refused":
            raise
        #  The first page was given, so it is the token that is not: too old, or never given out.
        raise SyncRefused(
            NO_SUCH_PAGE, "Entra ID does not know this page any more; begin the list anew."
        ) from refused
