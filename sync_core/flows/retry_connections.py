"""Find out whether failed connections work again, without waiting for the night."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sync_core.domain.errors import TryAgainLater
from sync_core.domain.workspaces import ConnectionStatus
from sync_core.flows.connection_health import try_connection
from sync_core.side_by_side import each

if TYPE_CHECKING:
    from sync_core.domain.ids import WorkspaceId
    from sync_core.domain.workspaces import Connection
    from sync_core.flows.services import Services
    from sync_core.ports import Stored

    Failed = tuple[WorkspaceId, Stored[Connection]]

#  An hour's share; those that have waited longest come first.
_AT_MOST = 200
_AT_A_TIME = 8

#  Somebody has just tried: a night's first order, or the hour before, a little late.
_JUST_TRIED = timedelta(minutes=45)

_NEVER = datetime.min.replace(tzinfo=UTC)


async def retry_connections(services: Services) -> None:
    """Try each failed connection once an hour; who cannot be reached now is tried in the next."""

    async def attempt(one: Failed) -> None:
        workspace, found = one
        try:
            await try_connection(services, workspace, found)
        except TryAgainLater as later:
            services.log.info("connection_not_tried", workspace=workspace, reason=later.reason)

    now = services.clock.now()
    failed = [
        (workspace, found)
        async for workspace, found in services.workspaces.connections()
        if found.value.status is ConnectionStatus.FAILED and now - _last_try(found) > _JUST_TRIED
    ]
    failed.sort(key=lambda one: _last_try(one[1]))
    await each(attempt, failed[:_AT_MOST], limit=_AT_A_TIME)


def _last_try(found: Stored[Connection]) -> datetime:
    return max(found.value.tried_at or _NEVER, found.value.failed_at or _NEVER)
