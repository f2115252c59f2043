"""Set up a workspace: its plan, its connection to a tenant, the rules it syncs by, its linked groups."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sync_core.domain.directory import LinkedGroup
from sync_core.domain.eligibility import UNLINKING
from sync_core.domain.errors import SyncRefused, TryAgainLater
from sync_core.domain.workspaces import Connection, ConnectionStatus
from sync_core.flows.ask_entra import asking_entra

if TYPE_CHECKING:
    from sync_core.domain.ids import EntraGroupId, GroupId, TenantId, WorkspaceId
    from sync_core.domain.workspaces import Rulebook, Workspace
    from sync_core.flows.services import Services

_SOON = timedelta(seconds=1)


async def put_workspace(services: Services, workspace: Workspace) -> None:
    """Make the workspace, or let it be as given."""
    found = await services.workspaces.workspace(workspace.id)
    revision = 1 if found is None else found.value.revision + 1
    await services.workspaces.save_workspace(replace(workspace, revision=revision), read=found)


async def connect(services: Services, workspace: WorkspaceId, *, tenant: TenantId) -> None:
    """Connect the workspace to a tenant whose consent was given and checked elsewhere."""
    connected = Connection(tenant, ConnectionStatus.CONNECTED, since=services.clock.now())
    await services.workspaces.put_connection(workspace, connected)


async def confirm_rules(services: Services, workspace: WorkspaceId, rulebook: Rulebook) -> None:
    """Save field settings and sync options, confirmed; the next run starts with them."""
    await services.workspaces.put_rulebook(workspace, replace(rulebook, confirmed_at=services.clock.now()))


async def link_group(
    services: Services, workspace: WorkspaceId, group: GroupId, *, entra_group: EntraGroupId
) -> LinkedGroup:
    """Link a group to an Entra group, under its name there; linking the same two again changes nothing.

    Raises:
        SyncRefused: ``group-taken`` where *group* is linked to another Entra group; ``already-linked`` where
            *entra_group* is linked to another group; ``unlinking`` where *group* is about to be unlinked;
            ``not-connected`` and ``connection-failed``.
        GroupGone: Entra has no such group.
        TryAgainLater: the group is linked or unlinked at this very moment, or Entra is busy.
    """
    there = await _linked_already(services, workspace, group, entra_group)
    if there is not None:
        return there
    async with asking_entra(services, workspace) as tenant:
        details = await services.entra.group(tenant, entra_group)
    generation = await services.groups.last_generation(workspace, group) + 1
    linked = LinkedGroup(group, entra_group, details.name, details.description, generation)
    if await services.groups.add(workspace, linked):
        services.log.info("group_linked", workspace=workspace, group=group, generation=generation)
        return linked
    there = await _linked_already(services, workspace, group, entra_group)
    if there is None:
        raise TryAgainLater("the group is linked or unlinked by somebody else", after=_SOON)
    return there


async def _linked_already(
    services: Services, workspace: WorkspaceId, group: GroupId, entra_group: EntraGroupId
) -> LinkedGroup | None:
    """Return the group if these two are linked, None if neither is.

    Raises:
        SyncRefused: one of them is linked otherwise, or their link is being ended.
    """
    found = await services.groups.group(workspace, group)
    if found is not None and found.value.unlinking:
        raise SyncRefused(UNLINKING.code, f"{UNLINKING.text} Link it again when that is done.")
    if found is not None and found.value.entra_id.lower() == entra_group.lower():
        return found.value
    if found is not None:
        raise SyncRefused("group-taken", "The workspace has another group with this id.")
    if (other := await services.groups.linked_to(workspace, entra_group)) is not None:
        raise SyncRefused("already-linked", f"This Entra group is linked to the workspace's group {other} already.")
    return None
