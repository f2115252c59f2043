"""Show the runs of a group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.domain.errors import SyncRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync_core.domain.ids import GroupId, RunId, WorkspaceId
    from sync_core.domain.runs import Run
    from sync_core.flows.services import Services


async def show_run(services: Services, workspace: WorkspaceId, group: GroupId, run: RunId) -> Run:
    """Return one run of a group, also of one that was unlinked since.

    Raises:
        SyncRefused: ``run-not-found``.
    """
    found = await services.runs.run(workspace, group, run)
    if found is None:
        raise SyncRefused("run-not-found", "The group has no run with this id, or its history has expired.")
    return found.value


async def list_runs(
    services: Services, workspace: WorkspaceId, group: GroupId, *, limit: int, after: RunId | None = None
) -> tuple[Sequence[Run], RunId | None]:
    """Return up to *limit* runs of the group behind *after*, newest first, and where to go on, None at the end.

    A group that was unlinked keeps its history.

    Raises:
        SyncRefused: ``workspace-not-found``, or ``group-not-linked`` for one that never was.
    """
    if await services.workspaces.workspace(workspace) is None:
        raise SyncRefused("workspace-not-found", "There is no such workspace.")
    if not await services.groups.last_generation(workspace, group):
        raise SyncRefused("group-not-linked", "There is no linked group with this id in the workspace.")
    shown: list[Run] = []
    async for run in services.runs.newest_first(workspace, group, after=after):
        if len(shown) == limit:
            return shown, shown[-1].id
        shown.append(run)
    return shown, None
