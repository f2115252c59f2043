"""The calls about held removals: which lists wait, who is on one, what is decided."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from schedules_api.operations import Access, JsonBody, Link, Operation, Reply, Route
from schedules_api.ordered import accepted, telling_of_active_run
from schedules_api.paging import bad_token, item_behind, token_behind
from schedules_api.shapes.base import PageQuery
from schedules_api.shapes.holds import (
    DECISION,
    HeldAnswer,
    WaitingListsAnswer,
    held_answer,
    people_of,
    waiting_list_answer,
)
from schedules_api.shapes.runs import RunAnswer
from sync_core.domain.ids import GroupId, RecipientId, is_id
from sync_core.flows.decide_removals import decide_removals
from sync_core.flows.show_holds import list_waiting, show_held

if TYPE_CHECKING:
    from schedules_api.operations import Call
    from schedules_api.shapes.base import NoQuery
    from schedules_api.shapes.holds import Decision

_HOLDS, _HELD = "holds", "held"
_RUN = "api/workspaces/{workspaceId}/groups/{groupId}/runs/{runId}"


async def show_waiting(call: Call[PageQuery, None]) -> Reply:
    after = _item(call.query, of=_HOLDS)
    found, last = await list_waiting(
        call.services,
        call.workspace,
        limit=call.query.limit,
        after=None if after is None else GroupId(after),
    )
    answer = WaitingListsAnswer(
        holds=[waiting_list_answer(one) for one in found], continuation_token=token_behind(last, of=_HOLDS)
    )
    return Reply(answer)


async def show_people(call: Call[PageQuery, None]) -> Reply:
    after = _item(call.query, of=_HELD)
    found = await show_held(
        call.services,
        call.workspace,
        call.group,
        call.run,
        limit=call.query.limit,
        after=None if after is None else RecipientId(after),
    )
    return Reply(held_answer(found, token_behind(found.last, of=_HELD)))


async def decide(call: Call[NoQuery, Decision]) -> Reply:
    with telling_of_active_run(call.workspace, call.group):
        run = await decide_removals(
            call.services,
            call.workspace,
            call.group,
            call.run,
            digest=call.body.digest,
            approve=people_of(call.body.approve),
            reject=people_of(call.body.reject),
            by=call.caller.id,
        )
    return accepted(call.workspace, call.group, run)


def _item(query: PageQuery, *, of: str) -> str | None:
    item = item_behind(query.continuation_token, of=of)
    if item is not None and not is_id(item):
        raise bad_token()
    return item


ROUTES = (
    Route(
        "holds",
        "api/workspaces/{workspaceId}/holds",
        {
            "GET": Operation(
                run=show_waiting,
                id="listHolds",
                summary="Show the held removals of all groups that wait for a decision.",
                access=Access.READ,
                query=PageQuery,
                answers={HTTPStatus.OK: WaitingListsAnswer},
            )
        },
    ),
    Route(
        "held",
        _RUN + "/held",
        {
            "GET": Operation(
                run=show_people,
                id="listHeld",
                summary="Show whom a run holds, why, and what was decided about each.",
                access=Access.READ,
                query=PageQuery,
                answers={HTTPStatus.OK: HeldAnswer},
                problems=frozenset({"hold-not-found"}),
                links=(Link("decideHeld"),),
            )
        },
    ),
    Route(
        "decision",
        _RUN + "/decision",
        {
            "POST": Operation(
                run=decide,
                id="decideHeld",
                summary="Decide about the people whom a run holds.",
                description="About exactly the list with this digest. A run of its own reads Entra afresh and "
                "carries out what was approved and is still true. Asked for again, it is the same run.",
                access=Access.MANAGE,
                body=JsonBody(
                    DECISION,
                    examples={
                        "everybody": {"digest": "9f86d081884c7d659a2feaa0c55ad015", "approve": "all"},
                        "all but one": {
                            "digest": "9f86d081884c7d659a2feaa0c55ad015",
                            "approve": "all",
                            "reject": ["p-4f1c2a9b7e3d"],
                        },
                    },
                ),
                answers={HTTPStatus.ACCEPTED: RunAnswer},
                problems=frozenset(
                    {
                        "group-not-linked",
                        "hold-not-found",
                        "digest-outdated",
                        "hold-closed",
                        "not-held",
                        "decision-unclear",
                        "run-active",
                        "unlinking",
                        "plan-required",
                        "not-connected",
                        "settings-not-confirmed",
                    }
                ),
                links=(Link("getRun", {"runId": "$response.body#/runId"}),),
            )
        },
    ),
)
