"""Put back the orders of runs that have not been heard of since their lease ran out."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sync_core.domain.errors import RowConflict
from sync_core.domain.orders import decode

if TYPE_CHECKING:
    from sync_core.domain.ids import GroupId, WorkspaceId
    from sync_core.domain.state import GroupState
    from sync_core.flows.services import Services
    from sync_core.ports import Stored

#  The host delivers a killed process's message again after 10 minutes; what it does itself needs no help.
_HOST_TAKES = timedelta(minutes=15)


async def revive_runs(services: Services) -> None:
    """Send the order of every such run again. A run that has ended since is not touched by it: it is a repeat."""
    now = services.clock.now()
    async for workspace, group, found in services.states.all():
        until = found.value.lease_until
        if found.value.run is not None and until is not None and now - until > _HOST_TAKES:
            await _revive(services, workspace, group, found)


async def _revive(services: Services, workspace: WorkspaceId, group: GroupId, found: Stored[GroupState]) -> None:
    """Send, then forget who held the lease: cut off in between, the order is sent twice, which is harmless."""
    state = found.value
    services.log.warning("run_stuck", workspace=workspace, group=group, run=state.run)
    if state.order:
        await services.orders.send(decode(state.order))
    freed = replace(state, run=None, attempt="", lease_until=None, order="")
    with suppress(RowConflict):
        await services.states.save(workspace, group, freed, etag=found.etag)
