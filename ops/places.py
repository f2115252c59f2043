"""The addresses of workspaces, groups and runs, as people type them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ops.mistakes import Mistake
from sync_core.domain.ids import GroupId, RunId, WorkspaceId, is_id
from sync_core.domain.runs import is_run_id
from sync_core.ports import value_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sync_core.domain.workspaces import Workspace
    from sync_core.flows.services import Services

_PARTS = 3


@dataclass(frozen=True, slots=True)
class RunPlace:
    """One run of one group; written ``workspace/group/run``, because a night's runs share their id."""

    workspace: WorkspaceId
    group: GroupId
    run: RunId

    def __str__(self) -> str:
        return f"{self.workspace}/{self.group}/{self.run}"


def run_place(text: str) -> RunPlace:
    """Take ``workspace/group/run`` apart.

    Raises:
        Mistake: it is none.
    """
    parts = text.split("/")
    if len(parts) != _PARTS or not all(map(is_id, parts)) or not is_run_id(parts[2]):
        raise Mistake(f"{text!r} names no run: write it as `runs` prints it, workspace/group/run.")
    return RunPlace(WorkspaceId(parts[0]), GroupId(parts[1]), RunId(parts[2]))


async def workspace_called(services: Services, name: str) -> Workspace:
    """Return the workspace.

    Raises:
        Mistake: there is none with this id.
    """
    found = value_of(await services.workspaces.workspace(WorkspaceId(name))) if is_id(name) else None
    if found is None:
        raise Mistake(f"There is no workspace {name!r}.")
    return found


async def group_called(services: Services, workspace: WorkspaceId, name: str) -> GroupId:
    """Return the id of a group that is or was linked.

    Raises:
        Mistake: there never was one.
    """
    if not is_id(name) or not await services.groups.last_generation(workspace, GroupId(name)):
        raise Mistake(f"The workspace {workspace!r} has no group {name!r}.")
    return GroupId(name)


async def workspaces(services: Services, only: str | None) -> AsyncIterator[WorkspaceId]:
    """Yield the one workspace that is asked for, or all.

    Raises:
        Mistake: there is no such workspace.
    """
    if only is not None:
        yield (await workspace_called(services, only)).id
        return
    async for workspace in services.workspaces.all():
        yield workspace
