"""Send the orders of a night whose timer did not fire, or was cut off."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sync_core.domain.errors import RowConflict
from sync_core.domain.schedule import midnight_of, night_of
from sync_core.flows.enqueue_due import enqueue_due

if TYPE_CHECKING:
    from sync_core.flows.services import Services

#  The timer's own firing comes within seconds, and sends some thousand orders a minute.
_TIMER_TAKES = timedelta(minutes=10)


async def cover_missed_night(services: Services) -> None:
    """Enqueue tonight unless that is done; every night missed before is covered with it."""
    now = services.clock.now()
    tonight = night_of(now)
    if now - midnight_of(tonight) < _TIMER_TAKES:
        return
    found = await services.nights.night(tonight)
    if found is not None and found.value.completed_at is not None:
        return
    if found is None and await services.nights.last_complete(before=tonight) is None:
        #  Nothing ever ran here: at the midnight of a first day there was nobody to fire.
        return
    services.log.warning("night_missed", night=tonight.isoformat(), begun=found is not None)
    try:
        await enqueue_due(services)
    except RowConflict:
        services.log.info("night_enqueued_by_another_firing")
