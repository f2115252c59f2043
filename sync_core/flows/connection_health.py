"""Notice that a tenant refuses us, and that it lets us in again; in between, ask once a night and once an hour.

The first run that is refused marks the connection as failed, with the fix. From then on one order a night may find
out whether it works again; the other groups' orders wait for it shortly and are skipped if it does not.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sync_core.domain.eligibility import Ending
from sync_core.domain.errors import EntraRefused, RowConflict, TryAgainLater
from sync_core.domain.events import CONNECTION_FAILED, CONNECTION_RECOVERED, ChangeEvent
from sync_core.domain.runs import Reason, RunState
from sync_core.domain.schedule import midnight_of
from sync_core.domain.workspaces import Connection, ConnectionStatus

if TYPE_CHECKING:
    from sync_core.domain.ids import WorkspaceId
    from sync_core.domain.orders import SyncOrder
    from sync_core.flows.services import Services
    from sync_core.ports import Stored

#  Refusals of one request; the tenant as a whole may be fine.
_OF_ONE_REQUEST = frozenset({"request-refused", "foreign-link"})

_IN_USE = frozenset({ConnectionStatus.CONNECTED, ConnectionStatus.FAILED})

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
    if found is None or found.value.status not in _IN_USE or refused.code in _OF_ONE_REQUEST:
        return
    is_news = found.value.status is ConnectionStatus.CONNECTED
    failed = replace(
        found.value,
        status=ConnectionStatus.FAILED,
        code=refused.code,
        reason=refused.reason,
        failed_at=services.clock.now(),
    )
    if is_news:
        await _tell(services, workspace, CONNECTION_FAILED, code=refused.code)
    await _save(services, workspace, found, failed)


async def note_working(services: Services, workspace: WorkspaceId) -> None:
    """Mark a failed connection as connected again, and tell the platform."""
    found = await services.workspaces.connection(workspace)
    if found is None or found.value.status is not ConnectionStatus.FAILED:
        return
    await _tell(services, workspace, CONNECTION_RECOVERED, code="")
    await _save(services, workspace, found, Connection(found.value.tenant, ConnectionStatus.CONNECTED))


async def try_connection(services: Services, workspace: WorkspaceId, found: Stored[Connection]) -> None:
    """Find out whether a failed connection works again, unless somebody else has just set out to.

    Raises:
        TryAgainLater: Entra cannot be asked now.
    """
    if await _save(services, workspace, found, replace(found.value, tried_at=services.clock.now())):
        try:
            await services.entra.check(found.value.tenant)
        except EntraRefused as refused:
            await note_refused(services, workspace, refused)
        else:
            await note_working(services, workspace)


async def _claim_trial(services: Services, workspace: WorkspaceId, found: Stored[Connection]) -> None:
    trying = replace(found.value, tried_at=services.clock.now())
    if not await _save(services, workspace, found, trying):
        raise TryAgainLater("another run was faster to try the connection", after=_TRIAL / 4)


async def _save(services: Services, workspace: WorkspaceId, found: Stored[Connection], changed: Connection) -> bool:
    """Store by ETag; False where somebody else changed the connection: what they say stands."""
    try:
        await services.workspaces.save_connection(workspace, changed, etag=found.etag)
    except RowConflict:
        return False
    return True


async def _tell(services: Services, workspace: WorkspaceId, kind: str, *, code: str) -> None:
    """Tell before it is stored: told twice is better than never."""
    now = services.clock.now()
    services.log.warning("connection_changed", workspace=workspace, kind=kind, code=code)
    await services.events.publish(
        [ChangeEvent(f"{kind}/{workspace}/{now.isoformat()}", kind, workspace, workspace, now, {"code": code})]
    )
