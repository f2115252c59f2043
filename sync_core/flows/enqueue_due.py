"""At midnight: put one order per due group onto the queue, once per night however often the timer fires."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sync_core.domain.errors import RowConflict
from sync_core.domain.nights import Night, not_after
from sync_core.domain.orders import SyncOrder
from sync_core.domain.schedule import night_of, nights_to_cover, slots_of
from sync_core.flows.traced import traced
from sync_core.side_by_side import each
from sync_core.telemetry.catalogue import ENQUEUE_DUE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sync_core.domain.ids import GroupId, WorkspaceId
    from sync_core.flows.services import Services

#  Orders sent side by side; also how many are sent again, harmlessly, when a firing is cut off.
_AT_A_TIME = 32


@traced(ENQUEUE_DUE)
async def enqueue_due(services: Services) -> Night:
    """Send the orders of tonight and of every night missed since the last complete one; return the night.

    Resumable: a firing that was cut off is taken up where it stood. Idempotent: a night that is complete sends
    nothing, and an order that is sent twice has one effect, because the run's id is the group and the night.

    Raises:
        RowConflict: another firing works on the same night; it goes on.
    """
    tonight = night_of(services.clock.now())
    services.telemetry.note(night=tonight.isoformat())
    night, etag = await _begin(services, tonight=tonight)
    if night.completed_at is not None:
        services.log.info("night_already_enqueued", night=tonight.isoformat())
        return night
    slots = slots_of(night.covers)
    for slot in slots[slots.index(night.slot) if night.slot else 0 :]:
        night, etag = await _enqueue_slot(services, night, etag, slot)
    night = replace(night, completed_at=services.clock.now())
    await _save(services, night, etag=etag)
    services.telemetry.note(orders=night.total)
    services.log.info("night_enqueued", night=tonight.isoformat(), covers=len(night.covers), orders=night.total)
    return night


async def _begin(services: Services, *, tonight: date) -> tuple[Night, str]:
    found = await services.nights.night(tonight)
    if found is not None:
        return found.value, found.etag
    last = await services.nights.last_complete(before=tonight)
    covers = nights_to_cover(tonight=tonight, last_complete=last)
    night = Night(night=tonight, covers=covers, started_at=services.clock.now())
    return night, await _save(services, night, etag=None)


async def _enqueue_slot(services: Services, night: Night, etag: str, slot: str) -> tuple[Night, str]:
    after = night.after if night.slot == slot else None
    waiting: list[tuple[WorkspaceId, GroupId]] = []
    async for due in services.schedules.due(slot, after=after):
        waiting.append(due)
        if len(waiting) == _AT_A_TIME:
            night, etag = await _send(services, night, etag, slot, waiting)
            waiting = []
    if waiting:
        night, etag = await _send(services, night, etag, slot, waiting)
    return night, etag


async def _send(
    services: Services, night: Night, etag: str, slot: str, due: Sequence[tuple[WorkspaceId, GroupId]]
) -> tuple[Night, str]:
    """Send, then remember: a firing cut off in between sends these again."""
    until = not_after(night.night, sent_at=services.clock.now())
    orders = [SyncOrder(workspace, group, until, night.night, night.covers) for workspace, group in due]
    await each(services.orders.send, orders, limit=_AT_A_TIME)
    sent = {**night.enqueued, slot: night.enqueued.get(slot, 0) + len(due)}
    night = replace(night, enqueued=sent, slot=slot, after=due[-1])
    return night, await _save(services, night, etag=etag)


async def _save(services: Services, night: Night, *, etag: str | None) -> str:
    try:
        return await services.nights.save(night, etag=etag)
    except RowConflict:
        found = await services.nights.night(night.night)
        if found is None or found.value != night:
            raise
        return found.etag  # our own write, repeated by the storage client because its answer was lost
