"""The call that tells why: what happened to one person, over all groups."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from schedules_api.operations import Access, Operation, Reply, Route
from schedules_api.paging import bad_token, item_behind, token_behind
from schedules_api.shapes.base import PageQuery
from schedules_api.shapes.timeline import TimelineAnswer, entry_answer
from sync_core.domain.directory import REMEMBERED_RUNS
from sync_core.domain.journal import is_mark
from sync_core.flows.explain_person import timeline

if TYPE_CHECKING:
    from schedules_api.operations import Call

_LIST = "timeline"


async def show(call: Call[PageQuery, None]) -> Reply:
    after, limit = item_behind(call.query.continuation_token, of=_LIST), call.query.limit
    if after is not None and not is_mark(after):
        raise bad_token()
    #  One more than is shown tells whether there is more.
    told = await timeline(call.services, call.workspace, call.recipient, limit=limit + 1, after=after)
    last = told[limit - 1].mark if len(told) > limit else None
    entries = [entry_answer(one) for one in told[:limit]]
    return Reply(TimelineAnswer(entries=entries, continuation_token=token_behind(last, of=_LIST)))


ROUTES = (
    Route(
        "timeline",
        "api/workspaces/{workspaceId}/recipients/{recipientId}/timeline",
        {
            "GET": Operation(
                run=show,
                id="getTimeline",
                summary="Tell what happened to the person, newest first.",
                description=f"The last {REMEMBERED_RUNS} changes over all groups, with old and new values and why. "
                "Somebody who was deleted still has a timeline. A change whose run's history has expired is listed "
                "without what it was.",
                access=Access.READ,
                query=PageQuery,
                answers={HTTPStatus.OK: TimelineAnswer},
                problems=frozenset({"recipient-not-found"}),
            )
        },
    ),
)
