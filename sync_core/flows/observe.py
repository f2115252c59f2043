"""Every five minutes: say how the night and the queues stand, so that an alert is minutes away and not a night.

What was counted while runs worked is lost with an instance that dies; this is read from storage, and told again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.domain.schedule import night_of, nights_to_cover, slots_of
from sync_core.flows.traced import traced
from sync_core.ports import value_of
from sync_core.telemetry.catalogue import DUE, ENQUEUED, OBSERVE, QUEUE_DEPTH, QUEUE_OLDEST_AGE, QUEUE_POISON

if TYPE_CHECKING:
    from datetime import date

    from sync_core.domain.nights import Night
    from sync_core.flows.services import Services


@traced(OBSERVE)
async def observe(services: Services) -> None:
    """Measure tonight's fan-out, and depth, age and poison of each queue."""
    await _observe_queues(services)
    await _observe_night(services)


async def _observe_queues(services: Services) -> None:
    for backlog in await services.backlogs.backlogs():
        services.telemetry.measure(QUEUE_DEPTH, backlog.depth, queue=backlog.queue)
        services.telemetry.measure(QUEUE_OLDEST_AGE, backlog.oldest.total_seconds(), queue=backlog.queue)
        services.telemetry.measure(QUEUE_POISON, backlog.poison, queue=backlog.queue)


async def _observe_night(services: Services) -> None:
    """Count what is due only while the night is not complete: one that is has sent all that was due."""
    tonight = night_of(services.clock.now())
    night = value_of(await services.nights.night(tonight))
    enqueued = 0 if night is None else night.total
    is_complete = night is not None and night.completed_at is not None
    services.telemetry.measure(DUE, enqueued if is_complete else await count_due(services, night, tonight=tonight))
    services.telemetry.measure(ENQUEUED, enqueued)


async def count_due(services: Services, night: Night | None, *, tonight: date) -> int:
    """Return how many groups are due by the schedules as they are now; *night*: how far tonight has come."""
    slots = await _slots(services, night, tonight=tonight)
    return sum([1 for slot in slots async for _ in services.schedules.due(slot)])


async def _slots(services: Services, night: Night | None, *, tonight: date) -> tuple[str, ...]:
    """Return the slots that tonight's orders come from; none before the first night, as the hourly watch has it."""
    if night is not None:
        return slots_of(night.covers)
    last = await services.nights.last_complete(before=tonight)
    return () if last is None else slots_of(nights_to_cover(tonight=tonight, last_complete=last))
