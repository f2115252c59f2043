"""What a request that asks for a run is answered: the run, where it is found, and the one that stands in its way."""

from __future__ import annotations

from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

from schedules_api.operations import Reply
from schedules_api.problems import Problem
from schedules_api.shapes.runs import RunAnswer
from sync_core.domain.errors import RunActive

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sync_core.domain.ids import GroupId, WorkspaceId
    from sync_core.domain.runs import Run


def accepted(workspace: WorkspaceId, group: GroupId, run: Run) -> Reply:
    """Return the answer to a request that has ordered *run*."""
    return Reply(RunAnswer.model_validate(run), HTTPStatus.ACCEPTED, _location(workspace, group, run))


@contextmanager
def telling_of_active_run(workspace: WorkspaceId, group: GroupId) -> Iterator[None]:
    """Give a refusal because of a run that is under way that run, and where it is found."""
    try:
        yield
    except RunActive as exc:
        run = RunAnswer.model_validate(exc.run).model_dump(mode="json")
        headers = _location(workspace, group, exc.run)
        raise Problem(exc.code, exc.reason, headers=headers, more={"run": run}) from exc


def _location(workspace: WorkspaceId, group: GroupId, run: Run) -> dict[str, str]:
    return {"Location": f"/api/workspaces/{workspace}/groups/{group}/runs/{run.id}"}
