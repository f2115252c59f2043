"""Give every schedule that is on its due slot: without one, no night would ever find it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.side_by_side import each

if TYPE_CHECKING:
    from sync_core.domain.ids import GroupId, WorkspaceId
    from sync_core.domain.schedule import Schedule
    from sync_core.flows.services import Services

    Scheduled = tuple[WorkspaceId, GroupId, Schedule]

_AT_A_TIME = 32


async def mend_slots(services: Services) -> None:
    async def mend(scheduled: Scheduled) -> None:
        workspace, group, schedule = scheduled
        if await services.schedules.mend_slot(workspace, group, schedule):
            services.log.warning("slot_lost", workspace=workspace, group=group, slot=schedule.cadence.slot)

    waiting: list[Scheduled] = []
    async for scheduled in services.schedules.everywhere():
        waiting.append(scheduled)
        if len(waiting) == _AT_A_TIME:
            await each(mend, waiting, limit=_AT_A_TIME)
            waiting = []
    await each(mend, waiting, limit=_AT_A_TIME)
