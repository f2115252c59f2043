"""Show schedules: how each stands, when it runs next, how its last sync went; one, or a page of all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync_core.domain.eligibility import Circumstances
from sync_core.domain.errors import SyncRefused
from sync_core.domain.schedule import night_of
from sync_core.domain.schedule_list import page_of
from sync_core.domain.schedule_state import is_ordered_tonight, must_be_asked, status_of, what_happens
from sync_core.ports import value_of
from sync_core.side_by_side import both, each

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from sync_core.domain.directory import LinkedGroup
    from sync_core.domain.glance import Glance
    from sync_core.domain.ids import GroupId, WorkspaceId
    from sync_core.domain.nights import Night
    from sync_core.domain.schedule import Schedule
    from sync_core.domain.schedule_list import ListPlace, ScheduleQuery, SchedulesPage
    from sync_core.domain.schedule_state import ScheduleStatus
    from sync_core.domain.workspaces import Connection, Rulebook, Workspace
    from sync_core.flows.services import Services

    Scheduled = tuple[LinkedGroup, Glance, Schedule]

#  Only runs that take long, or whose process died, are asked for: some dozens, whatever the number of schedules.
_ASKED_AT_A_TIME = 32


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """What goes for all schedules of a workspace at one moment."""

    workspace: Workspace
    connection: Connection | None
    rulebook: Rulebook
    night: Night | None
    now: datetime

    def status(self, scheduled: Scheduled, *, is_alive: bool) -> ScheduleStatus:
        group, glance, schedule = scheduled
        around = Circumstances(group, self.workspace, self.connection, schedule, self.rulebook)
        place = (self.workspace.id, group.id)
        is_ordered = is_ordered_tonight(self.night, place, schedule, glance, now=self.now)
        at_work = what_happens(glance, is_alive=is_alive, is_ordered=is_ordered, now=self.now)
        return status_of(around, schedule, glance, at_work=at_work, now=self.now)


async def list_schedules(
    services: Services, workspace: WorkspaceId, query: ScheduleQuery, *, limit: int, after: ListPlace | None = None
) -> SchedulesPage:
    """Return up to *limit* of the schedules that *query* wants, behind *after*.

    All of the workspace's groups and schedules are read for it, 1,000 a request and both side by side: what is
    sorted and counted has to be known as a whole.

    Raises:
        SyncRefused: ``workspace-not-found``.
    """
    around = await _surroundings(services, workspace)
    groups, schedules = await both(_groups(services, workspace), _schedules(services, workspace))
    scheduled = [(*groups[group], schedule) for group, schedule in schedules if group in groups]
    silent = await _silent(services, workspace, scheduled, now=around.now)
    statuses = [around.status(one, is_alive=one[0].id not in silent) for one in scheduled]
    return page_of(statuses, query, limit=limit, after=after, now=around.now)


async def show_schedule(
    services: Services, workspace: WorkspaceId, group: GroupId, *, stored: Schedule | None = None
) -> ScheduleStatus:
    """Return how one group's schedule stands. *stored*: the schedule, where the caller has just stored it.

    Raises:
        SyncRefused: ``workspace-not-found``, ``group-not-linked`` or ``schedule-not-found``.
    """
    around = await _surroundings(services, workspace)
    linked = value_of(await services.groups.group(workspace, group))
    if linked is None:
        raise SyncRefused("group-not-linked", "There is no linked group with this id in the workspace.")
    schedule = stored or value_of(await services.schedules.schedule(workspace, group))
    if schedule is None or schedule.deleted:
        raise SyncRefused("schedule-not-found", "This group has no schedule.")
    scheduled = (linked, await services.groups.glance(workspace, group), schedule)
    silent = await _silent(services, workspace, [scheduled], now=around.now)
    return around.status(scheduled, is_alive=group not in silent)


async def _surroundings(services: Services, workspace: WorkspaceId) -> _Surroundings:
    found = value_of(await services.workspaces.workspace(workspace))
    if found is None:
        raise SyncRefused("workspace-not-found", "There is no such workspace.")
    now = services.clock.now()
    connection = value_of(await services.workspaces.connection(workspace))
    rulebook = await services.workspaces.rulebook(workspace)
    night = value_of(await services.nights.night(night_of(now)))
    return _Surroundings(found, connection, rulebook.value, night, now)


async def _groups(services: Services, workspace: WorkspaceId) -> dict[GroupId, tuple[LinkedGroup, Glance]]:
    return {group.id: (group, glance) async for group, glance in services.groups.glances(workspace)}


async def _schedules(services: Services, workspace: WorkspaceId) -> list[tuple[GroupId, Schedule]]:
    return [(group, schedule) async for group, schedule, _ in services.schedules.all(workspace)]


async def _silent(
    services: Services, workspace: WorkspaceId, scheduled: Sequence[Scheduled], *, now: datetime
) -> AbstractSet[GroupId]:
    """Return the groups that are marked as running and whose run has given no sign of life for a whole lease."""
    doubtful = [
        (group.id, glance.running.run)
        for group, glance, _ in scheduled
        if glance.running is not None and must_be_asked(glance, lease=services.lease, now=now)
    ]

    async def is_silent(marked: tuple[GroupId, str]) -> bool:
        group, run = marked
        state = value_of(await services.states.state(workspace, group))
        return state is None or state.run != run or state.lease_left(now=now) is None

    silent = await each(is_silent, doubtful, limit=_ASKED_AT_A_TIME)
    return {group for (group, _), one in zip(doubtful, silent, strict=True) if one}
