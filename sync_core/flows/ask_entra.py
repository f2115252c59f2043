"""Ask Entra for somebody who waits for the answer: not for long, and a refusal is noted and told with its fix."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from sync_core.domain.errors import EntraRefused, SyncRefused, TryAgainLater
from sync_core.domain.workspaces import ConnectionStatus
from sync_core.flows.connection_health import note_refused, note_working
from sync_core.ports import value_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sync_core.domain.ids import TenantId, WorkspaceId
    from sync_core.flows.services import Services

#  Calls to Graph wait for minutes, which is right for a run at night.
_PATIENCE = timedelta(seconds=20)


@asynccontextmanager
async def asking_entra(
    services: Services, workspace: WorkspaceId, *, within: timedelta = _PATIENCE
) -> AsyncIterator[TenantId]:
    """Give the tenant to ask, and stand by while it is asked.

    A failed connection is tried like one that works, and works again if it does.

    Raises:
        SyncRefused: ``not-connected``; ``connection-failed`` where Entra refuses us.
        TryAgainLater: Entra is busy, or does not answer *within* that time.
    """
    connection = value_of(await services.workspaces.connection(workspace))
    if connection is None or not connection.in_use:
        raise SyncRefused("not-connected", "The workspace is not connected to Entra ID. Connect it first.")
    try:
        async with asyncio.timeout(within.total_seconds()):
            yield connection.tenant
    except EntraRefused as refused:
        await note_refused(services, workspace, refused)
        raise SyncRefused("connection-failed", refused.reason) from refused
    except TimeoutError as exc:
        raise TryAgainLater("Entra ID takes too long to answer", after=within) from exc
    if connection.status is ConnectionStatus.FAILED:
        await note_working(services, workspace)
