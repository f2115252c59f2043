"""Start a workspace's connection to its Entra tenant, and end it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync_core.domain.connecting import asked_for, ended
from sync_core.domain.consent import consent_asked, state_of
from sync_core.domain.errors import SyncRefused
from sync_core.flows.change_connection import change_connection
from sync_core.ports import value_of

if TYPE_CHECKING:
    from datetime import datetime

    from sync_core.domain.ids import TenantId, WorkspaceId
    from sync_core.domain.workspaces import Connection, Workspace
    from sync_core.flows.services import Services


@dataclass(frozen=True, slots=True)
class ConsentLink:
    """What the link to an administrator of *tenant* carries. *state* is told here, once, and kept nowhere."""

    tenant: TenantId
    state: str
    expires_at: datetime


async def start_connection(services: Services, workspace: WorkspaceId, *, by: str) -> ConsentLink:
    """Ask for an administrator's consent; a link that was given out before dies.

    A connection that is in use goes on as it is until the consent was given and found to work. *by*: the object id
    of the person who asks.

    Raises:
        SyncRefused: ``workspace-not-found``; ``tenant-not-set`` where nobody said which tenant manages the
            workspace; ``tenant-mismatch`` where it is connected to another.
    """
    tenant = _tenant_of(value_of(await services.workspaces.workspace(workspace)))
    state = state_of(workspace, services.new_secret())
    consent = consent_asked(state, by=by, now=services.clock.now())

    def ask(connection: Connection | None) -> Connection:
        if connection is not None and connection.in_use and connection.tenant.lower() != tenant.lower():
            raise SyncRefused(
                "tenant-mismatch",
                "The workspace is connected to another Entra tenant than the one that manages it. "
                "Disconnect it first.",
            )
        return asked_for(connection, tenant=tenant, consent=consent)

    await change_connection(services, workspace, ask)
    services.log.info("consent_asked", workspace=workspace, by=by)
    return ConsentLink(tenant, state, consent.expires_at)


async def disconnect(services: Services, workspace: WorkspaceId, *, by: str) -> None:
    """End the connection; links that wait for consent die. One that is ended already, or never was, stays so.

    Groups, schedules and people stay; runs are skipped from now on.
    """
    now = services.clock.now()

    def end(connection: Connection | None) -> Connection | None:
        return None if connection is None else ended(connection, now=now)

    if await change_connection(services, workspace, end) is not None:
        services.log.info("connection_ended", workspace=workspace, by=by)


def _tenant_of(workspace: Workspace | None) -> TenantId:
    if workspace is None:
        raise SyncRefused("workspace-not-found", "There is no such workspace.")
    if workspace.tenant is None:
        raise SyncRefused(
            "tenant-not-set",
            "The workspace names no Entra tenant whose people manage it, so there is none to connect it to. "
            "Contact our support.",
        )
    return workspace.tenant
