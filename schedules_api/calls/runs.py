"""The calls about a group's runs."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from schedules_api.operations import Access, Operation, Reply, Route
from schedules_api.paging import bad_token, item_behind, token_behind
from schedules_api.shapes.base import PageQuery
from schedules_api.shapes.runs import RunsAnswer, runs_answer
from sync_core.domain.ids import RunId
from sync_core.domain.runs import is_run_id
from sync_core.flows.show_status import list_runs

if TYPE_CHECKING:
    from schedules_api.operations import Call

_LIST = "runs"


async def show_all(call: Call[PageQuery, None]) -> Reply:
    workspace, group = call.workspace, call.group
    after = item_behind(call.query.continuation_token, of=_LIST)
    if after is not None and not is_run_id(after):
        raise bad_token()
    shown, last = await list_runs(
        call.services,
        workspace,
        group,
        limit=call.query.limit,
        after=None if after is None else RunId(after),
    )
    return Reply(runs_answer(shown, token_behind(last, of=_LIST)))


ROUTES = (
    Route(
        "runs",
        "api/workspaces/{workspaceId}/groups/{groupId}/runs",
        {
            "GET": Operation(
                run=show_all,
                id="listRuns",
                summary="Show the group's runs, newest first.",
                access=Access.READ,
                query=PageQuery,
                answers={HTTPStatus.OK: RunsAnswer},
                problems=frozenset({"group-not-linked"}),
            )
        },
    ),
)
