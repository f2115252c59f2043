"""Look up what decides whether a group may sync now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.domain.eligibility import Circumstances
from sync_core.ports import value_of

if TYPE_CHECKING:
    from sync_core.domain.ids import GroupId, WorkspaceId
    from sync_core.flows.services import Services


async def circumstances(services: Services, workspace: WorkspaceId, group: GroupId) -> Circumstances | None:
    """Return what is stored about the group and its workspace, None where the group is not linked."""
    linked = await services.groups.group(workspace, group)
    if linked is None:
        return None
    rulebook = await services.workspaces.rulebook(workspace)
    return Circumstances(
        group=linked.value,
        workspace=value_of(await services.workspaces.workspace(workspace)),
        connection=value_of(await services.workspaces.connection(workspace)),
        schedule=value_of(await services.schedules.schedule(workspace, group)),
        rulebook=rulebook.value,
    )
