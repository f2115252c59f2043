"""Pause the schedules of a workspace, when something has to stop before the next night."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.exits import Exit
from ops.mistakes import Mistake
from ops.places import group_called, workspace_called
from ops.words import count
from sync_core.domain.errors import SyncRefused
from sync_core.flows.manage_schedules import change_schedule
from sync_core.ports import value_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from ops.desk import Desk
    from sync_core.domain.ids import GroupId, WorkspaceId
    from sync_core.domain.schedule import Schedule

_TRIES = 3
_CHANGED = "schedule-changed"


async def pause(given: argparse.Namespace, desk: Desk) -> Exit:
    """Pause each schedule that is on; a sync that is at work finishes. People resume them in the portal."""
    workspace = (await workspace_called(desk.services, given.workspace)).id
    found = await _schedules_on(desk, workspace, given.group)
    refused: dict[GroupId, str] = {}
    if not given.dry_run:
        refused = await _pause(desk, workspace, [group for group, _ in found])
    results = [
        {"groupId": group, "schedule": schedule.cadence.in_words, "refused": refused.get(group)}
        for group, schedule in found
    ]
    desk.out.document({"workspaceId": workspace, "dryRun": given.dry_run, "schedules": results})
    done = "would be paused" if given.dry_run else "paused"
    desk.out.table(
        ["group", "schedule", "~result"],
        [(group, schedule.cadence.in_words, refused.get(group, done)) for group, schedule in found],
        empty="No schedule is on.",
    )
    if found:
        total = count(len(found) - len(refused), "schedule")
        desk.out.say(f"{total} {done}." + (" Nothing was changed." if given.dry_run else ""))
    return Exit.NEEDS_A_LOOK if refused else Exit.WELL


async def _schedules_on(desk: Desk, workspace: WorkspaceId, group: str | None) -> Sequence[tuple[GroupId, Schedule]]:
    if group is None:
        every = desk.services.schedules.all(workspace)
        return [(one, schedule) async for one, schedule, _ in every if schedule.is_on]
    one = await group_called(desk.services, workspace, group)
    schedule = value_of(await desk.services.schedules.schedule(workspace, one))
    if schedule is None or schedule.deleted:
        raise Mistake(f"The group {group!r} has no schedule.")
    return [(one, schedule)] if schedule.is_on else []


async def _pause(desk: Desk, workspace: WorkspaceId, groups: Sequence[GroupId]) -> dict[GroupId, str]:
    """Pause them; return why some were not."""
    refused = {}
    with desk.out.progress("Pausing", total=len(groups)) as advance:
        for group in groups:
            reason = await _refusal(desk, workspace, group)
            if reason is not None:
                refused[group] = reason
            advance(1)
    return refused


async def _refusal(desk: Desk, workspace: WorkspaceId, group: GroupId) -> str | None:
    """Pause one, whoever changes it at the same time; return why it was not."""
    for turn in range(_TRIES):
        try:
            await change_schedule(desk.services, workspace, group, enabled=False)
        except SyncRefused as exc:
            if exc.code != _CHANGED or turn == _TRIES - 1:
                return exc.reason
        else:
            return None
    return None
