"""Delete run records, journals and lists of held people that are older than the history is kept.

People keep the marks of their last changes: one whose journal is gone says that this history has expired.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.domain.journal import PEOPLE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sync_core.domain.ids import GroupId, RunId, WorkspaceId
    from sync_core.flows.services import Services

#  An hour's share, about a minute's work. What is left over is found again in the next hour.
ROWS_AN_HOUR = 20_000


async def forget_history(services: Services) -> None:
    """Delete what is too old, as much as one hour's share allows."""
    kept_since = services.clock.now() - services.history
    left = ROWS_AN_HOUR
    async for workspace, group in _histories(services):
        async for run in services.runs.older_than(workspace, group, kept_since):
            left -= await _forget(services, workspace, group, run, at_most=left)
            if left <= 0:
                services.log.info("history_left_over", workspace=workspace, group=group)
                return


async def _histories(services: Services) -> AsyncIterator[tuple[WorkspaceId, GroupId]]:
    """Yield every group that ever had a run, and the place where changes of single people are recorded."""
    async for one in services.groups.ever_linked():
        yield one
    async for workspace in services.workspaces.all():
        yield workspace, PEOPLE


async def _forget(services: Services, workspace: WorkspaceId, group: GroupId, run: RunId, *, at_most: int) -> int:
    """Delete up to *at_most* rows and return how many; the record goes last, so that the rest is found again."""
    rows = await services.journal.erase(workspace, group, run, at_most=at_most)
    rows += await services.holds.erase(workspace, group, run, at_most=at_most - rows)
    if rows < at_most:
        await services.runs.delete(workspace, group, run)
        rows += 1
    return rows
