"""Close lists of held removals that waited too long for a decision.

The group's state goes on pointing to the list: its people go on waiting, and the next run freezes a new one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.domain.holds import HoldState
from sync_core.flows.end_hold import end_hold
from sync_core.telemetry.catalogue import HOLDS_WAITING

if TYPE_CHECKING:
    from sync_core.flows.services import Services


async def expire_holds(services: Services) -> None:
    now, waiting = services.clock.now(), 0
    async for workspace, group, state in services.states.all():
        if state.value.hold is None:
            continue
        found = await services.holds.hold(workspace, group, state.value.hold)
        if found is None or found.value.state is not HoldState.OPEN:
            continue
        if now <= found.value.expires_at:
            waiting += 1
        elif await end_hold(services, workspace, group, found.value.run, HoldState.EXPIRED):
            services.log.info("hold_expired", workspace=workspace, group=group, run=found.value.run)
    services.telemetry.measure(HOLDS_WAITING, waiting)
