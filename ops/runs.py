"""The runs of a group, a workspace or all workspaces, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from heapq import nlargest
from typing import TYPE_CHECKING, Any

from ops.exits import Exit
from ops.mistakes import Mistake
from ops.night_runs import night_runs
from ops.places import RunPlace, group_called, workspace_called, workspaces
from ops.words import at, count, span
from schedules_api.shapes.runs import RunAnswer
from sync_core.domain.runs import Run, time_of
from sync_core.ports import value_of
from sync_core.side_by_side import each

if TYPE_CHECKING:
    import argparse
    from collections.abc import AsyncIterator, Callable, Collection, Sequence
    from datetime import date, datetime

    from ops.desk import Desk
    from sync_core.domain.ids import GroupId, WorkspaceId
    from sync_core.domain.runs import RunState
    from sync_core.flows.services import Services

_DAYS = 1
_GROUPS_AT_A_TIME = 16


@dataclass(frozen=True, slots=True)
class PlacedRun:
    place: RunPlace
    run: Run


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which runs. *group* goes with *workspace*; *states*: empty for all; *since*: due or asked for after it."""

    workspace: WorkspaceId | None
    group: GroupId | None
    states: Collection[RunState]
    night: date | None
    since: datetime | None
    limit: int

    def fits(self, run: Run) -> bool:
        return (not self.states or run.state in self.states) and self.night in {None, run.night}


async def runs(given: argparse.Namespace, desk: Desk) -> Exit:
    """Print up to ``--limit`` runs."""
    wanted = await _wanted(given, desk)
    with desk.out.progress("Looking at groups") as advance:
        found, more = await find_runs(desk.services, wanted, seen=lambda: advance(1))
    desk.out.document({"runs": [run_document(one) for one in found], "more": more})
    desk.out.table(
        ["run", "mode", "state", "started", "took", "#read", "#added", "#updated", "#removed", "#held", "reason"],
        [_row(one) for one in found],
        empty="No such run.",
    )
    if more:
        desk.out.note(f"Only the newest {count(len(found), 'run')}; --limit shows more.")
    return Exit.WELL


async def find_runs(
    services: Services, wanted: Wanted, *, seen: Callable[[], None]
) -> tuple[Sequence[PlacedRun], bool]:
    """Return the newest of the wanted runs, and whether there are more. *seen* is called for each group."""
    newest: list[PlacedRun] = []
    async for found in _by_group(services, wanted):
        seen()
        newest = nlargest(wanted.limit + 1, [*newest, *found], key=lambda one: (time_of(one.run.id), str(one.place)))
    return newest[: wanted.limit], len(newest) > wanted.limit


def run_document(one: PlacedRun) -> dict[str, Any]:
    """Return the run as the API shows it, and where it is."""
    place = {"place": str(one.place), "workspaceId": one.place.workspace, "groupId": one.place.group}
    return place | RunAnswer.model_validate(one.run).model_dump(mode="json")


async def _wanted(given: argparse.Namespace, desk: Desk) -> Wanted:
    workspace = None if given.workspace is None else (await workspace_called(desk.services, given.workspace)).id
    if workspace is None and given.group is not None:
        raise Mistake("--group needs --workspace: groups of two workspaces can have the same id.")
    if given.night is not None and given.days is not None:
        raise Mistake("--night and --days exclude each other.")
    group = (
        None
        if workspace is None or given.group is None
        else await group_called(desk.services, workspace, given.group)
    )
    return Wanted(workspace, group, frozenset(given.state), given.night, _since(given, desk.now), given.limit)


def _since(given: argparse.Namespace, now: datetime) -> datetime | None:
    """Return from when on: a group's history is short, that of all groups is not."""
    if given.night is not None or (given.group is not None and given.days is None):
        return None
    return now - timedelta(days=_DAYS if given.days is None else given.days)


async def _by_group(services: Services, wanted: Wanted) -> AsyncIterator[list[PlacedRun]]:
    """Yield what is wanted of each group."""
    if wanted.workspace is not None and wanted.group is not None:
        yield await _of_group(services, wanted, wanted.workspace, wanted.group)
        return
    if wanted.night is not None:
        async for found in _of_night(services, wanted, wanted.night):
            yield found
        return
    async for workspace in workspaces(services, wanted.workspace):
        groups = [group.id async for group, _ in services.groups.all(workspace)]

        async def of_group(group: GroupId, workspace: WorkspaceId = workspace) -> list[PlacedRun]:
            return await _of_group(services, wanted, workspace, group)

        for found in await each(of_group, groups, limit=_GROUPS_AT_A_TIME):
            yield found


async def _of_night(services: Services, wanted: Wanted, night: date) -> AsyncIterator[list[PlacedRun]]:
    async for one in night_runs(services, night, workspace=wanted.workspace):
        if one.state is None or (wanted.states and one.state not in wanted.states):
            yield []
            continue
        found = value_of(await services.runs.run(one.place.workspace, one.place.group, one.place.run))
        yield [PlacedRun(one.place, found)] if found is not None and wanted.fits(found) else []


async def _of_group(services: Services, wanted: Wanted, workspace: WorkspaceId, group: GroupId) -> list[PlacedRun]:
    """Return the newest of the group's wanted runs, one more than are asked for, to tell that there are more."""
    since = wanted.since
    newest = (
        services.runs.newest_first(workspace, group)
        if since is None
        else services.runs.since(workspace, group, since)
    )
    found: list[PlacedRun] = []
    async for run in newest:
        if wanted.fits(run):
            found.append(PlacedRun(RunPlace(workspace, group, run.id), run))
        if len(found) > wanted.limit:
            break
    return found


def _row(one: PlacedRun) -> tuple[object, ...]:
    run, counts = one.run, one.run.counts
    took = None if run.started_at is None or run.ended_at is None else run.ended_at - run.started_at
    numbers = (counts.read, counts.added, counts.updated, counts.removed, counts.held)
    reason = "" if run.reason is None else run.reason.code
    return (one.place, run.mode.value, run.state.value, at(run.started_at), span(took), *numbers, reason)
