"""Keep in a group's own row what lists show of its syncs: which waits, which works, how the last one ended.

One small write when a sync is asked for, taken up, put off or ended. Lost in a crash, it only makes a list lag: what
is done is decided from the records and the lease alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.domain.glance import NOTHING, SHOWN_MODES, Glance, RunMark

if TYPE_CHECKING:
    from sync_core.domain.ids import GroupId, WorkspaceId
    from sync_core.domain.runs import Run
    from sync_core.flows.services import Services


async def note_queued(services: Services, workspace: WorkspaceId, group: GroupId, run: Run) -> None:
    mark = RunMark(run.id, run.queued_at or services.clock.now())
    await _note(services, workspace, group, run, after=Glance(queued=mark))


async def note_running(services: Services, workspace: WorkspaceId, group: GroupId, run: Run) -> None:
    mark = RunMark(run.id, run.heartbeat or services.clock.now())
    await _note(services, workspace, group, run, after=Glance(running=mark))


async def note_put_off(services: Services, workspace: WorkspaceId, group: GroupId, run: Run) -> None:
    """Say that the run has let go of the group and goes on later."""
    mark = RunMark(run.id, services.clock.now())
    await _note(services, workspace, group, run, before=Glance(running=mark), after=Glance(queued=mark))


async def note_over(
    services: Services, workspace: WorkspaceId, group: GroupId, run: Run, *, is_news: bool = False
) -> None:
    """Say that the run is at work no more. *is_news*: lists show it as the last one, unless a newer one is shown."""
    if run.mode in SHOWN_MODES:
        before = await services.groups.glance(workspace, group)
        after = before.after(run, is_news=is_news)
        await services.groups.change_glance(workspace, group, before=before, after=after)


async def _note(
    services: Services,
    workspace: WorkspaceId,
    group: GroupId,
    run: Run,
    *,
    before: Glance = NOTHING,
    after: Glance,
) -> None:
    if run.mode in SHOWN_MODES:
        await services.groups.change_glance(workspace, group, before=before, after=after)
