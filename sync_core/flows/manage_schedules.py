"""Create, change, pause, resume and delete a group's schedule."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync_core.domain.eligibility import UNLINKING
from sync_core.domain.errors import RowConflict, SyncRefused
from sync_core.domain.plans import refusal_of
from sync_core.domain.schedule import Schedule
from sync_core.domain.workspaces import ConnectionStatus
from sync_core.flows.group_presence import forget_missing

if TYPE_CHECKING:
    from sync_core.domain.ids import GroupId, WorkspaceId
    from sync_core.domain.schedule import Cadence
    from sync_core.flows.services import Services
    from sync_core.ports import Stored


@dataclass(frozen=True, slots=True)
class ExpectedRevision:
    """What the caller last saw: a *revision*, or that there was none (None)."""

    revision: int | None


async def put_schedule(
    services: Services,
    workspace: WorkspaceId,
    group: GroupId,
    *,
    cadence: Cadence,
    enabled: bool,
    expected: ExpectedRevision | None = None,
) -> tuple[Schedule, bool]:
    """Create the group's schedule or replace it; return it, and whether it was created. An equal one is left alone.

    Pausing, which is saving the same schedule as not enabled, works on any plan, connected or not.

    Raises:
        SyncRefused: ``group-not-linked``, ``unlinking``, ``plan-required``, ``daily-needs-enterprise``,
            ``not-connected``, or ``schedule-changed`` where *expected* is not what is there.
    """
    await _require_group(services, workspace, group)
    found = await services.schedules.schedule(workspace, group)
    existing = None if found is None or found.value.deleted else found.value
    _require_expected(existing, expected)
    if enabled:
        await forget_missing(services, workspace, group)
    if existing is not None and _is_equal(existing, cadence, enabled=enabled):
        return existing, False
    if existing is None or cadence != existing.cadence or enabled:
        await _require_allowed(services, workspace, cadence)
    try:
        return await _save(services, workspace, group, found, cadence=cadence, enabled=enabled), existing is None
    except SyncRefused:
        found = await services.schedules.schedule(workspace, group)
        #  The request came twice at once, so the other has done what this one wants.
        if expected is None and found is not None and _is_equal(found.value, cadence, enabled=enabled):
            return found.value, False
        raise


async def change_schedule(
    services: Services,
    workspace: WorkspaceId,
    group: GroupId,
    *,
    cadence: Cadence | None = None,
    enabled: bool | None = None,
    expected: ExpectedRevision | None = None,
) -> Schedule:
    """Change a part of a schedule, None leaving the other as it is. Pausing works on any plan, connected or not.

    Raises:
        SyncRefused: as `put_schedule`, and ``schedule-not-found``.
    """
    found = await _require_schedule(services, workspace, group, expected)
    if enabled:
        await forget_missing(services, workspace, group)
    wanted = found.value.cadence if cadence is None else cadence
    on = found.value.enabled if enabled is None else enabled
    if (wanted, on) == (found.value.cadence, found.value.enabled):
        return found.value
    if wanted != found.value.cadence or on:
        await _require_allowed(services, workspace, wanted)
    return await _save(services, workspace, group, found, cadence=wanted, enabled=on)


async def delete_schedule(
    services: Services, workspace: WorkspaceId, group: GroupId, *, expected: ExpectedRevision | None = None
) -> None:
    """Delete the schedule, on any plan; the history of its runs stays.

    Raises:
        SyncRefused: ``schedule-not-found`` or ``schedule-changed``.
    """
    found = await _require_schedule(services, workspace, group, expected)
    await _save(services, workspace, group, found, cadence=found.value.cadence, enabled=False, deleted=True)


async def end_schedule(services: Services, workspace: WorkspaceId, group: GroupId) -> None:
    """Delete the schedule of a group that is unlinked, if it has one, whoever changes it meanwhile."""
    while (found := await services.schedules.schedule(workspace, group)) is not None and not found.value.deleted:
        with suppress(SyncRefused):
            await _save(services, workspace, group, found, cadence=found.value.cadence, enabled=False, deleted=True)


async def _save(
    services: Services,
    workspace: WorkspaceId,
    group: GroupId,
    found: Stored[Schedule] | None,
    *,
    cadence: Cadence,
    enabled: bool,
    deleted: bool = False,
) -> Schedule:
    revision = 1 if found is None else found.value.revision + 1
    schedule = Schedule(cadence, enabled, revision, deleted, changed_at=services.clock.now())
    try:
        await services.schedules.save(workspace, group, schedule, read=found)
    except RowConflict as exc:
        raise _changed() from exc
    services.log.info(
        "schedule_changed", workspace=workspace, group=group, cadence=cadence.slot, on=schedule.is_on, deleted=deleted
    )
    return schedule


async def _require_group(services: Services, workspace: WorkspaceId, group: GroupId) -> None:
    linked = await services.groups.group(workspace, group)
    if linked is None:
        raise SyncRefused("group-not-linked", "There is no linked group with this id in the workspace.")
    if linked.value.unlinking:
        raise SyncRefused(UNLINKING.code, UNLINKING.text)


async def _require_schedule(
    services: Services, workspace: WorkspaceId, group: GroupId, expected: ExpectedRevision | None
) -> Stored[Schedule]:
    await _require_group(services, workspace, group)
    found = await services.schedules.schedule(workspace, group)
    if found is None or found.value.deleted:
        raise SyncRefused("schedule-not-found", "This group has no schedule.")
    _require_expected(found.value, expected)
    return found


async def _require_allowed(services: Services, workspace: WorkspaceId, cadence: Cadence) -> None:
    found = await services.workspaces.workspace(workspace)
    refusal = refusal_of("" if found is None else found.value.plan, cadence)
    if refusal is not None:
        raise SyncRefused(refusal.code, refusal.reason)
    connection = await services.workspaces.connection(workspace)
    if connection is None or connection.value.status is not ConnectionStatus.CONNECTED:
        raise SyncRefused("not-connected", "Connect the workspace to Entra ID before scheduling a sync.")


def _is_equal(schedule: Schedule, cadence: Cadence, *, enabled: bool) -> bool:
    return not schedule.deleted and (schedule.cadence, schedule.enabled) == (cadence, enabled)


def _require_expected(existing: Schedule | None, expected: ExpectedRevision | None) -> None:
    if expected is not None and expected.revision != (None if existing is None else existing.revision):
        raise _changed()


def _changed() -> SyncRefused:
    return SyncRefused("schedule-changed", "The schedule was changed by somebody else meanwhile; look at it again.")
