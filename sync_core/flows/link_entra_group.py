"""Link one of the tenant's groups to the workspace, once, however often it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.domain.errors import GroupGone, SyncRefused
from sync_core.domain.ids import group_of
from sync_core.flows.set_up_workspace import link_group

if TYPE_CHECKING:
    from sync_core.domain.ids import EntraGroupId, GroupId, WorkspaceId
    from sync_core.flows.services import Services


async def link_entra_group(
    services: Services, workspace: WorkspaceId, entra_group: EntraGroupId, *, group: GroupId | None = None
) -> tuple[GroupId, bool]:
    """Link *entra_group* to *group*, or to one whose id follows from its own; return the id, and whether it is new.

    Raises:
        SyncRefused: ``entra-group-not-found``, and what `link_group` refuses.
        TryAgainLater: Entra or storage is busy.
    """
    wanted = group_of(entra_group) if group is None else group
    known = await services.groups.group(workspace, wanted)
    try:
        await link_group(services, workspace, wanted, entra_group=entra_group)
    except GroupGone as exc:
        raise SyncRefused("entra-group-not-found", "The Entra tenant has no group with this id.") from exc
    return wanted, known is None
