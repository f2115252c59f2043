"""Set up a workspace: its plan, its connection to a tenant, the rules it syncs by, its linked groups."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sync_core.domain.directory import LinkedGroup
from sync_core.domain.errors import SyncRefused
from sync_core.domain.workspaces import Connection, ConnectionStatus

if TYPE_CHECKING:
    from sync_core.domain.ids import EntraGroupId, GroupId, TenantId, WorkspaceId
    from sync_core.domain.workspaces import Rulebook, Workspace
    from sync_core.flows.services import Services


async def put_workspace(services: Services, workspace: Workspace) -> None:
    await services.workspaces.put_workspace(workspace)


async def connect(services: Services, workspace: WorkspaceId, *, tenant: TenantId) -> None:
    """Connect the workspace to a tenant whose consent was given and checked."""
    await services.workspaces.put_connection(workspace, Connection(tenant, ConnectionStatus.CONNECTED))


async def confirm_rules(services: Services, workspace: WorkspaceId, rulebook: Rulebook) -> None:
    """Save field settings and sync options, confirmed; the next run starts with them."""
    await services.workspaces.put_rulebook(workspace, replace(rulebook, confirmed_at=services.clock.now()))


async def link_group(
    services: Services, workspace: WorkspaceId, group: GroupId, *, entra_group: EntraGroupId
) -> LinkedGroup:
    """Link a group to an Entra group, under its name there; linking the same two again changes nothing.

    Raises:
        SyncRefused: ``not-connected``; ``group-taken`` where *group* is linked to another Entra group;
            ``already-linked`` where *entra_group* is linked to another group; and what reading the group raises.
    """
    connection = await services.workspaces.connection(workspace)
    if connection is None or connection.value.status is not ConnectionStatus.CONNECTED:
        raise SyncRefused("not-connected", "Connect the workspace to Entra ID before linking a group.")
    async for other, _ in services.groups.all(workspace):
        if other.id == group and other.entra_id == entra_group:
            return other
        if other.entra_id == entra_group:
            raise SyncRefused("already-linked", "This Entra group is linked to another group of the workspace.")
    details = await services.entra.group(connection.value.tenant, entra_group)
    linked = LinkedGroup(group, entra_group, details.name, details.description)
    if not await services.groups.add(workspace, linked):
        found = await services.groups.group(workspace, group)
        if found is None or found.value.entra_id != entra_group:
            raise SyncRefused("group-taken", "The workspace has another group with this id.")
        return found.value
    services.log.info("group_linked", workspace=workspace, group=group)
    return linked
