"""Every hour: look for what was missed, stuck or lost, and set it right. What is well is left alone."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from sync_core.domain.errors import SyncRefused
from sync_core.flows.cover_missed_night import cover_missed_night
from sync_core.flows.expire_holds import expire_holds
from sync_core.flows.finish_changes import finish_changes
from sync_core.flows.forget_history import forget_history
from sync_core.flows.mend_slots import mend_slots
from sync_core.flows.retry_connections import retry_connections
from sync_core.flows.revive_runs import revive_runs
from sync_core.flows.traced import traced
from sync_core.flows.try_consent import settle_consents
from sync_core.flows.unlink_group import order_unlink
from sync_core.telemetry.catalogue import WATCH, WATCH_OVER

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from sync_core.flows.services import Services

    Watch = Callable[[Services], Awaitable[None]]


@traced(WATCH_OVER)
async def watch_over(services: Services) -> None:
    """Run every watch; one that fails is logged, and the others go on."""
    for name, watch in _WATCHES.items():
        try:
            with services.telemetry.span(WATCH, watch=name):
                await watch(services)
        except Exception as exc:  # noqa: BLE001  whatever ails one watch, the others must not lie still for it
            services.log.error("watch_failed", failure=exc, watch=name)


async def _finish_unlinks(services: Services) -> None:
    """Order again what ends a link: whoever asked for it may have been cut off, or the order lost."""
    async for workspace, group in services.groups.half_unlinked():
        services.log.warning("unlink_ordered_again", workspace=workspace, group=group)
        #  Refused: it has just been done.
        with suppress(SyncRefused):
            await order_unlink(services, workspace, group)


async def _finish_changes(services: Services) -> None:
    async for workspace in services.workspaces.all():
        await finish_changes(services, workspace)


#  By how much each is missed; the last may take long.
_WATCHES: Mapping[str, Watch] = {
    "missed-night": cover_missed_night,
    "stuck-runs": revive_runs,
    "lost-slots": mend_slots,
    "lost-trials": settle_consents,
    "failed-connections": retry_connections,
    "expired-holds": expire_holds,
    "half-unlinked": _finish_unlinks,
    "cut-off-changes": _finish_changes,
    "old-history": forget_history,
}
