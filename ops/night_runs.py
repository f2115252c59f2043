"""How the runs of one night stand, told by the groups' own rows; only where those do not tell, by the records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ops.places import RunPlace, workspaces
from sync_core.domain.runs import RunState, night_run_id
from sync_core.ports import value_of
from sync_core.side_by_side import each, merged

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import date

    from sync_core.domain.directory import LinkedGroup
    from sync_core.domain.glance import Glance
    from sync_core.domain.ids import WorkspaceId
    from sync_core.flows.services import Services

#  A workspace's groups are one request for each 1,000.
_WORKSPACES_AT_A_TIME = 16
_READS_AT_A_TIME = 32


@dataclass(frozen=True, slots=True)
class NightRun:
    """*state*: None where the group has no run of that night, or not yet."""

    place: RunPlace
    state: RunState | None


@dataclass(frozen=True, slots=True)
class _Seen:
    place: RunPlace
    glance: Glance


async def night_runs(services: Services, night: date, *, workspace: str | None = None) -> AsyncIterator[NightRun]:
    """Yield the run of *night* of every linked group, in no order that means anything.

    Costs a request for each 1,000 groups, at least one per workspace, and one for each group whose own row tells of
    another run.
    """

    async def state_of(seen: _Seen) -> NightRun:
        return NightRun(seen.place, await _state(services, seen, night))

    async for piece in _in_pieces(_groups(services, night, workspace)):
        for run in await each(state_of, piece, limit=_READS_AT_A_TIME):
            yield run


async def _groups(services: Services, night: date, workspace: str | None) -> AsyncIterator[_Seen]:
    waiting: list[WorkspaceId] = []
    async for one in workspaces(services, workspace):
        waiting.append(one)
        if len(waiting) == _WORKSPACES_AT_A_TIME:
            async for seen in merged([_groups_of(services, night, each_one) for each_one in waiting]):
                yield seen
            waiting = []
    async for seen in merged([_groups_of(services, night, one) for one in waiting]):
        yield seen


async def _groups_of(services: Services, night: date, workspace: WorkspaceId) -> AsyncIterator[_Seen]:
    async for group, glance in services.groups.glances(workspace):
        yield _Seen(_place(workspace, group, night), glance)


def _place(workspace: WorkspaceId, group: LinkedGroup, night: date) -> RunPlace:
    return RunPlace(workspace, group.id, night_run_id(night, generation=group.generation))


async def _state(services: Services, seen: _Seen, night: date) -> RunState | None:
    run, glance = seen.place.run, seen.glance
    if glance.running is not None and glance.running.run == run:
        return RunState.RUNNING
    if glance.queued is not None and glance.queued.run == run:
        return RunState.RETRYING
    if glance.last is not None and glance.last.id == run:
        return glance.last.state
    if glance.night is None or glance.night < night:
        return None
    #  A run by hand has come since, or what ended the night's was no news.
    found = value_of(await services.runs.run(seen.place.workspace, seen.place.group, run))
    return None if found is None else found.state


async def _in_pieces(groups: AsyncIterator[_Seen]) -> AsyncIterator[list[_Seen]]:
    piece: list[_Seen] = []
    async for seen in groups:
        piece.append(seen)
        if len(piece) == _READS_AT_A_TIME:
            yield piece
            piece = []
    yield piece
