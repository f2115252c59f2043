"""Notice that a tenant refuses us, and that it lets us in again; in between, ask once a night and once an hour.

The first run that is refused marks the connection as failed, with the fix. From then on one order a night may find
out whether it works again; the other groups' orders wait for it shortly and are skipped if it does not.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sync_core.domain.connecting import SAY_NOTHING_OF_THE_TENANT, failing, working
from sync_core.domain.eligibility import Ending
from sync_core.domain.errors import EntraRefused, TryAgainLater
from sync_core.domain.runs import Reason, RunState
from sync_core.domain.schedule import midnight_of
from sync_core.domain.workspaces import ConnectionStatus
from sync_core.flows.change_connection import store_connection

if TYPE_CHECKING:
    from sync_core.domain.ids import WorkspaceId
    from sync_core.domain.orders import SyncOrder
    from sync_core.domain.workspaces import Connection
    from sync_core.flows.services import Services
    from sync_core.ports import Stored

#  How long the others wait for the one that tries: longer than a refusal takes, short against a night.
_TRIAL = timedelta(minutes=2)


async def ending_of_failed(services: Services, order: SyncOrder) -> Ending | None:
    """Return how an order ends whose connection has failed; None where it may go on, as the one that tries.

    Raises:
        TryAgainLater: another order is finding out.
    """
    found = await services.workspaces.connection(order.workspace)
    if found is None or found.value.status is not ConnectionStatus.FAILED or order.night is None:
        return None
    connection, now = found.value, services.clock.now()
    tried = connection.tried_at
    if tried is None or tried < midnight_of(order.night):
        await _claim_trial(services, order.workspace, found)
        return None
    if (connection.failed_at is None or connection.failed_at < tried) and now - tried < _TRIAL:
        raise TryAgainLater("another run is finding out whether the connection works again", after=_TRIAL / 4)
    return Ending(RunState.SKIPPED, Reason("connection-failed", connection.reason))


async def note_refused(services: Services, workspace: WorkspaceId, refused: EntraRefused) -> None:
    """Mark the connection as failed, and tell the platform the first time.

    One that somebody has ended, or is setting up anew, stays what it is: a run that was at work says nothing of it.
    """
    found = await services.workspaces.connection(workspace)
    if found is None or not found.value.in_use or refused.code in SAY_NOTHING_OF_THE_TENANT:
        return
    failed = failing(found.value, code=refused.code, reason=refused.reason, now=services.clock.now())
    await store_connection(services, workspace, found, failed)


async def note_working(services: Services, workspace: WorkspaceId) -> None:
    """Mark a failed connection as connected again, and tell the platform."""
    found = await services.workspaces.connection(workspace)
    if found is not None and found.value.status is ConnectionStatus.FAILED:
        await store_connection(services, workspace, found, working(found.value, now=services.clock.now()))


async def try_connection(services: Services, workspace: WorkspaceId, found: Stored[Connection]) -> None:
    """Find out whether a failed connection works again, unless somebody else has just set out to.

    Raises:
        TryAgainLater: Entra cannot be asked now.
    """
    if await store_connection(services, workspace, found, replace(found.value, tried_at=services.clock.now())):
        try:
            await services.entra.check(found.value.tenant)
        except EntraRefused as refused:
            await note_refused(services, workspace, refused)
        else:
            await note_working(services, workspace)


async def _claim_trial(services: Services, workspace: WorkspaceId, found: Stored[Connection]) -> None:
    trying = replace(found.value, tried_at=services.clock.now())
    if not await store_connection(services, workspace, found, trying):
        raise TryAgainLater("another run was faster to try the connection", after=_TRIAL / 4)
