"""Show schedules with their next and last run, and the runs of a group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync_core.domain.eligibility import GROUP_GONE
from sync_core.domain.errors import SyncRefused
from sync_core.domain.plans import refusal_of
from sync_core.domain.schedule import next_run
from sync_core.domain.workspaces import ConnectionStatus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sync_core.domain.directory import LinkedGroup
    from sync_core.domain.ids import GroupId, RunId, WorkspaceId
    from sync_core.domain.runs import Run, RunSummary
    from sync_core.domain.schedule import Schedule
    from sync_core.domain.workspaces import Connection, Rulebook, Workspace
    from sync_core.flows.services import Services


@dataclass(frozen=True, slots=True)
class ScheduleStatus:
    """A schedule as people see it.

    *next_run*: aware UTC, computed, None while it is paused. *paused_because*: a stable code, empty while it is on:
    ``paused`` by a person, or what the system lacks (``plan-required``, ``daily-needs-enterprise``,
    ``not-connected``, ``settings-not-confirmed``, ``group-gone``).
    """

    group: LinkedGroup
    schedule: Schedule
    next_run: datetime | None
    paused_because: str
    last_run: RunSummary | None


async def list_schedules(
    services: Services, workspace: WorkspaceId, *, limit: int, after: GroupId | None = None
) -> tuple[Sequence[ScheduleStatus], GroupId | None]:
    """Return up to *limit* schedules behind *after*, in order of the group ids, and where to go on, None at the end.

    Raises:
        SyncRefused: ``workspace-not-found``.
    """
    found, connection = await _require_workspace(services, workspace)
    rulebook = await services.workspaces.rulebook(workspace)
    groups = {group.id: (group, last) async for group, last in services.groups.all(workspace)}
    shown: list[ScheduleStatus] = []
    async for group, schedule, _ in services.schedules.all(workspace):
        if group not in groups or (after is not None and group <= after):
            continue
        if len(shown) == limit:
            return shown, shown[-1].group.id
        linked, last = groups[group]
        because = _why_paused(found, connection, linked, schedule, rulebook.value)
        shown.append(_status(linked, schedule, last, paused_because=because, now=services.clock.now()))
    return shown, None


async def show_schedule(services: Services, workspace: WorkspaceId, group: GroupId) -> ScheduleStatus:
    """Return one group's schedule.

    Raises:
        SyncRefused: ``workspace-not-found``, ``group-not-linked`` or ``schedule-not-found``.
    """
    found, connection = await _require_workspace(services, workspace)
    linked = await _require_group(services, workspace, group)
    schedule = await services.schedules.schedule(workspace, group)
    if schedule is None or schedule.value.deleted:
        raise SyncRefused("schedule-not-found", "This group has no schedule.")
    last = await services.groups.last_run(workspace, group)
    rulebook = await services.workspaces.rulebook(workspace)
    because = _why_paused(found, connection, linked, schedule.value, rulebook.value)
    return _status(linked, schedule.value, last, paused_because=because, now=services.clock.now())


async def list_runs(
    services: Services, workspace: WorkspaceId, group: GroupId, *, limit: int, after: RunId | None = None
) -> tuple[Sequence[Run], RunId | None]:
    """Return up to *limit* runs of the group behind *after*, newest first, and where to go on, None at the end.

    A group that was unlinked keeps its history.

    Raises:
        SyncRefused: ``workspace-not-found``, or ``group-not-linked`` for one that never was.
    """
    await _require_workspace(services, workspace)
    if not await services.groups.last_generation(workspace, group):
        raise SyncRefused("group-not-linked", "There is no linked group with this id in the workspace.")
    shown: list[Run] = []
    async for run in services.runs.newest_first(workspace, group, after=after):
        if len(shown) == limit:
            return shown, shown[-1].id
        shown.append(run)
    return shown, None


def _status(
    group: LinkedGroup, schedule: Schedule, last: RunSummary | None, *, paused_because: str, now: datetime
) -> ScheduleStatus:
    upcoming = None if paused_because else next_run(schedule.cadence, now=now)
    return ScheduleStatus(group, schedule, upcoming, paused_because, last)


def _why_paused(
    workspace: Workspace, connection: Connection | None, group: LinkedGroup, schedule: Schedule, rulebook: Rulebook
) -> str:
    if not schedule.enabled:
        return "paused"
    refusal = refusal_of(workspace.plan, schedule.cadence)
    if refusal is not None:
        return refusal.code
    if connection is None or connection.status in {ConnectionStatus.PENDING, ConnectionStatus.DISCONNECTED}:
        return "not-connected"
    if rulebook.confirmed_at is None:
        return "settings-not-confirmed"
    return GROUP_GONE if group.is_gone else ""


async def _require_workspace(services: Services, workspace: WorkspaceId) -> tuple[Workspace, Connection | None]:
    found = await services.workspaces.workspace(workspace)
    if found is None:
        raise SyncRefused("workspace-not-found", "There is no such workspace.")
    connection = await services.workspaces.connection(workspace)
    return found.value, None if connection is None else connection.value


async def _require_group(services: Services, workspace: WorkspaceId, group: GroupId) -> LinkedGroup:
    found = await services.groups.group(workspace, group)
    if found is None:
        raise SyncRefused("group-not-linked", "There is no linked group with this id in the workspace.")
    return found.value
