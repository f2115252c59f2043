"""The calls about workspaces, for the platform alone."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from schedules_api.operations import Access, JsonBody, Link, Operation, Reply, Route
from schedules_api.preconditions import conditions_in, etag_header
from schedules_api.problems import refused
from schedules_api.shapes.workspaces import WORKSPACE, WorkspaceAnswer
from sync_core.domain.errors import SyncRefused
from sync_core.flows.manage_schedules import ExpectedRevision
from sync_core.flows.manage_workspaces import save_workspace, show_workspace
from sync_core.ports import value_of

if TYPE_CHECKING:
    from schedules_api.operations import Call
    from schedules_api.shapes.base import NoQuery
    from schedules_api.shapes.workspaces import WorkspaceBody
    from sync_core.domain.workspaces import Workspace

_CHANGED = "workspace-changed"


async def show(call: Call[NoQuery, None]) -> Reply:
    return _shown(await show_workspace(call.services, call.workspace))


async def put(call: Call[NoQuery, WorkspaceBody]) -> Reply:
    conditions, expected = conditions_in(call.request.headers), None
    if conditions.are_set:
        revision = await _revision(call)
        conditions.require(revision, code=_CHANGED, thing="workspace")
        expected = ExpectedRevision(revision)
    try:
        workspace, made = await save_workspace(call.services, call.body.wanted(call.workspace), expected=expected)
    except SyncRefused as exc:
        if exc.code != _CHANGED:
            raise
        raise refused(exc, headers=etag_header(await _revision(call))) from exc
    return _shown(workspace, HTTPStatus.CREATED if made else HTTPStatus.OK)


async def _revision(call: Call[NoQuery, WorkspaceBody]) -> int | None:
    found = value_of(await call.services.workspaces.workspace(call.workspace))
    return None if found is None else found.revision


def _shown(workspace: Workspace, status: HTTPStatus = HTTPStatus.OK) -> Reply:
    return Reply(WorkspaceAnswer.model_validate(workspace), status, etag_header(workspace.revision))


_EXAMPLES = {
    "enterprise": {"name": "Acme", "plan": "enterprise", "tenantId": "7d0e4b5c-52a8-4c0e-9a5e-0c6f6d7f6a01"},
    "nobody manages it yet": {"name": "Acme", "plan": "business", "tenantId": None},
}

ROUTES: tuple[Route, ...] = (
    Route(
        "workspace",
        "api/workspaces/{workspaceId}",
        {
            "GET": Operation(
                run=show,
                id="getWorkspace",
                summary="Show the workspace: its plan, its name, the tenant whose people manage it.",
                access=Access.PLATFORM,
                answers={HTTPStatus.OK: WorkspaceAnswer},
            ),
            "PUT": Operation(
                run=put,
                id="putWorkspace",
                summary="Make the workspace or change it.",
                description=(
                    "Takes effect at once: a plan that is lost pauses what it does not include, and only people of "
                    "the tenant reach the workspace. An equal workspace is left as it is. A workspace that is "
                    "connected to another tenant must be disconnected before its tenant changes."
                ),
                access=Access.PLATFORM,
                body=JsonBody(WORKSPACE, examples=_EXAMPLES),
                conditions=True,
                answers={HTTPStatus.OK: WorkspaceAnswer, HTTPStatus.CREATED: WorkspaceAnswer},
                problems=frozenset({_CHANGED, "connected-elsewhere"}),
                links=(Link("getWorkspace"), Link("putWorkspace"), Link("getConnection")),
            ),
        },
    ),
)
