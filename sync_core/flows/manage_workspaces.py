"""Show workspaces, and make and change them as the platform says: plan, name, the tenant whose people manage them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sync_core.domain.connecting import ended
from sync_core.domain.errors import RowConflict, SyncRefused, TryAgainLater
from sync_core.ports import Stored, value_of

if TYPE_CHECKING:
    from sync_core.domain.ids import TenantId, WorkspaceId
    from sync_core.domain.workspaces import Connection, Workspace
    from sync_core.flows.manage_schedules import ExpectedRevision
    from sync_core.flows.services import Services

#  Each round somebody else has changed the workspace or its connection in between.
_ROUNDS = 5
_SOON = timedelta(seconds=1)


async def show_workspace(services: Services, workspace: WorkspaceId) -> Workspace:
    """Return the workspace.

    Raises:
        SyncRefused: ``workspace-not-found``.
    """
    found = await services.workspaces.workspace(workspace)
    if found is None:
        raise SyncRefused("workspace-not-found", "There is no such workspace.")
    return found.value


async def managed_workspaces(
    services: Services, tenant: TenantId, *, limit: int, after: WorkspaceId | None = None
) -> tuple[list[Workspace], WorkspaceId | None]:
    """Return up to *limit* workspaces behind *after* that the tenant's people manage, in order of their ids.

    And behind which one the next page begins, None at the end.
    """
    shown: list[Workspace] = []
    async for workspace in services.workspaces.managed_by(tenant, after=after, at_a_time=limit + 1):
        if len(shown) == limit:
            return shown, shown[-1].id
        shown.append(workspace)
    return shown, None


async def save_workspace(
    services: Services, wanted: Workspace, *, expected: ExpectedRevision | None = None
) -> tuple[Workspace, bool]:
    """Make the workspace, or change it to what is *wanted*; return it, and whether it was made.

    An equal one is left alone. Whatever another tenant was asked to consent to ends with the change of the tenant.

    Raises:
        SyncRefused: ``workspace-changed`` where *expected* is not what is there; ``connected-elsewhere`` where the
            tenant is to change and the connection is to another.
        TryAgainLater: others kept changing it.
    """
    found = await services.workspaces.workspace(wanted.id)
    _require_expected(value_of(found), expected)
    made = found is None
    for _ in range(_ROUNDS):
        there = value_of(found)
        #  After a conflict, equal ones can be our own: the storage client repeats a request whose answer was lost.
        if there is not None and replace(there, revision=wanted.revision) == wanted:
            return there, made
        _require_expected(there, expected)
        if (stored := await _stored(services, wanted, found)) is not None:
            return stored, made
        found = await services.workspaces.workspace(wanted.id)
    raise TryAgainLater("the workspace is changed by others at the same time", after=_SOON)


async def _stored(services: Services, wanted: Workspace, found: Stored[Workspace] | None) -> Workspace | None:
    """Store the next revision; None where somebody else changed the workspace or its connection meanwhile."""
    workspace = replace(wanted, revision=1 if found is None else found.value.revision + 1)
    connection = await _connection_under(services, wanted, value_of(found))
    try:
        await services.workspaces.save_workspace(workspace, read=found, connection=connection)
    except RowConflict:
        return None
    services.log.info("workspace_changed", workspace=workspace.id, plan=workspace.plan, revision=workspace.revision)
    return workspace


async def _connection_under(
    services: Services, wanted: Workspace, there: Workspace | None
) -> Stored[Connection] | None:
    """Return what the connection is to be under another tenant; None where the tenant stays, or there is none.

    It is stored together with the workspace even where it stays as it is: nobody connects another tenant meanwhile.
    """
    if there is not None and _is_same(there.tenant, wanted.tenant):
        return None
    found = await services.workspaces.connection(wanted.id)
    if found is None or _is_same(found.value.tenant, wanted.tenant):
        return found
    if found.value.in_use:
        raise SyncRefused(
            "connected-elsewhere",
            "The workspace is connected to another Entra tenant. Disconnect it before its managing tenant changes.",
        )
    return Stored(ended(found.value, now=services.clock.now()), found.etag)


def _is_same(one: TenantId | None, other: TenantId | None) -> bool:
    return (one or "").lower() == (other or "").lower()


def _require_expected(there: Workspace | None, expected: ExpectedRevision | None) -> None:
    if expected is not None and expected.revision != (None if there is None else there.revision):
        raise SyncRefused(
            "workspace-changed", "The workspace was changed by somebody else meanwhile; look at it again."
        )
