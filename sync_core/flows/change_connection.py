"""Change a workspace's connection by its ETag, and tell the platform what became of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sync_core.domain.errors import RowConflict, TryAgainLater
from sync_core.domain.events import (
    CONNECTION_CONNECTED,
    CONNECTION_DISCONNECTED,
    CONNECTION_FAILED,
    CONNECTION_RECOVERED,
    ChangeEvent,
)
from sync_core.domain.workspaces import ConnectionStatus
from sync_core.ports import etag_of, value_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from sync_core.domain.ids import WorkspaceId
    from sync_core.domain.workspaces import Connection
    from sync_core.flows.services import Services
    from sync_core.ports import Stored

#  Runs, trials and people change a connection a few times an hour.
_TRIES = 5
_SOON = timedelta(seconds=1)

_NEWS = {
    ConnectionStatus.CONNECTED: CONNECTION_CONNECTED,
    ConnectionStatus.FAILED: CONNECTION_FAILED,
    ConnectionStatus.DISCONNECTED: CONNECTION_DISCONNECTED,
}


async def change_connection(
    services: Services, workspace: WorkspaceId, change: Callable[[Connection | None], Connection | None]
) -> Connection | None:
    """Store what *change* makes of the connection as it is, and return it; *change* is asked again after a conflict.

    An equal one is not stored. *change* must know its own work: a write whose answer was lost looks like somebody
    else's.

    Raises:
        TryAgainLater: others go on changing it.
    """
    for _ in range(_TRIES):
        found = await services.workspaces.connection(workspace)
        changed = change(value_of(found))
        if changed is None or changed == value_of(found):
            return changed
        if await store_connection(services, workspace, found, changed):
            return changed
    raise TryAgainLater("the connection is changed by others at the same time", after=_SOON)


async def store_connection(
    services: Services, workspace: WorkspaceId, found: Stored[Connection] | None, changed: Connection
) -> bool:
    """Store by ETag; False where somebody else changed the connection: what they say stands.

    The platform is told of a new status before it is stored: told twice is better than never.
    """
    before = None if found is None else found.value.status
    if changed.status is not before and changed.status in _NEWS:
        await _tell(services, workspace, before, changed)
    try:
        await services.workspaces.save_connection(workspace, changed, etag=etag_of(found))
    except RowConflict:
        return False
    return True


async def _tell(
    services: Services, workspace: WorkspaceId, before: ConnectionStatus | None, changed: Connection
) -> None:
    kind, now = _NEWS[changed.status], services.clock.now()
    if (before, changed.status) == (ConnectionStatus.FAILED, ConnectionStatus.CONNECTED):
        kind = CONNECTION_RECOVERED
    services.log.warning("connection_changed", workspace=workspace, kind=kind, code=changed.code)
    event = ChangeEvent(
        f"{kind}/{workspace}/{now.isoformat()}", kind, workspace, workspace, now, {"code": changed.code}
    )
    await services.events.publish([event])
