"""The calls about a group's members."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from schedules_api.operations import Access, Operation, Reply, Route
from schedules_api.paging import bad_token, item_behind, token_behind
from schedules_api.shapes.base import PageQuery
from schedules_api.shapes.members import MembersAnswer, member_answer
from sync_core.domain.ids import RecipientId, is_id
from sync_core.flows.list_members import list_members

if TYPE_CHECKING:
    from schedules_api.operations import Call

_LIST = "members"


async def show_all(call: Call[PageQuery, None]) -> Reply:
    after = item_behind(call.query.continuation_token, of=_LIST)
    if after is not None and not is_id(after):
        raise bad_token()
    shown, last = await list_members(
        call.services,
        call.workspace,
        call.group,
        limit=call.query.limit,
        after=None if after is None else RecipientId(after),
    )
    return Reply(
        MembersAnswer(
            members=[member_answer(member) for member in shown], continuation_token=token_behind(last, of=_LIST)
        )
    )


ROUTES: tuple[Route, ...] = (
    Route(
        "members",
        "api/workspaces/{workspaceId}/groups/{groupId}/members",
        {
            "GET": Operation(
                run=show_all,
                id="listMembers",
                summary="Show whom syncs know of in the group, with their cards.",
                description="Also who could not be taken in, with the reason, and who stays by a decision. The "
                "order never changes, so that nobody is missed or shown twice. Cards that were given by hand to "
                "people who are not in the Entra group are shown with those people.",
                access=Access.READ,
                query=PageQuery,
                answers={HTTPStatus.OK: MembersAnswer},
                problems=frozenset({"group-not-linked"}),
            )
        },
    ),
)
