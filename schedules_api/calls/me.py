"""The call about who the caller is."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from schedules_api.callers import Role
from schedules_api.operations import Access, Operation, Reply, Route
from schedules_api.paging import bad_token, item_behind, token_behind
from schedules_api.shapes.base import PageQuery
from schedules_api.shapes.me import MeAnswer, me_answer
from sync_core.domain.ids import WorkspaceId, is_id
from sync_core.flows.manage_workspaces import managed_workspaces

if TYPE_CHECKING:
    from schedules_api.operations import Call

_LIST = "my-workspaces"


async def show(call: Call[PageQuery, None]) -> Reply:
    after = item_behind(call.query.continuation_token, of=_LIST)
    if after is not None and not is_id(after):
        raise bad_token()
    if not call.caller.may(Role.READ):
        return Reply(me_answer(call.caller, (), None))
    workspaces, last = await managed_workspaces(
        call.services,
        call.caller.tenant,
        limit=call.query.limit,
        after=None if after is None else WorkspaceId(after),
    )
    return Reply(me_answer(call.caller, workspaces, token_behind(last, of=_LIST)))


ROUTES: tuple[Route, ...] = (
    Route(
        "me",
        "api/me",
        {
            "GET": Operation(
                run=show,
                id="getMe",
                summary="Show who calls, and the workspaces that their tenant manages.",
                access=Access.SIGNED_IN,
                query=PageQuery,
                answers={HTTPStatus.OK: MeAnswer},
            )
        },
    ),
)
