"""The calls about a group's runs: show, start, cancel, undo."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from schedules_api.operations import Access, JsonBody, Link, Operation, Reply, Route
from schedules_api.ordered import accepted, telling_of_active_run
from schedules_api.paging import bad_token, item_behind, token_behind
from schedules_api.shapes.base import PageQuery
from schedules_api.shapes.runs import NEW_RUN, RunAnswer, RunsAnswer, runs_answer
from sync_core.domain.ids import RunId
from sync_core.domain.runs import is_run_id
from sync_core.flows.cancel_run import cancel_run
from sync_core.flows.show_runs import list_runs, show_run
from sync_core.flows.start_if_idle import start_if_idle
from sync_core.flows.undo_run import order_undo

if TYPE_CHECKING:
    from schedules_api.operations import Call
    from schedules_api.shapes.base import NoQuery
    from schedules_api.shapes.runs import NewRun

_LIST = "runs"
_RUNS = "api/workspaces/{workspaceId}/groups/{groupId}/runs"

_TO_THE_RUN = tuple(
    Link(to, {"runId": "$response.body#/runId"}) for to in ("getRun", "cancelRun", "listChanges", "undoRun")
)


async def show_all(call: Call[PageQuery, None]) -> Reply:
    after = item_behind(call.query.continuation_token, of=_LIST)
    if after is not None and not is_run_id(after):
        raise bad_token()
    shown, last = await list_runs(
        call.services,
        call.workspace,
        call.group,
        limit=call.query.limit,
        after=None if after is None else RunId(after),
    )
    return Reply(runs_answer(shown, token_behind(last, of=_LIST)))


async def start(call: Call[NoQuery, NewRun]) -> Reply:
    with telling_of_active_run(call.workspace, call.group):
        run = await start_if_idle(call.services, call.workspace, call.group, mode=call.body.wanted)
    return accepted(call.workspace, call.group, run)


async def show(call: Call[NoQuery, None]) -> Reply:
    return Reply(RunAnswer.model_validate(await show_run(call.services, call.workspace, call.group, call.run)))


async def cancel(call: Call[NoQuery, None]) -> Reply:
    run = await cancel_run(call.services, call.workspace, call.group, call.run, by=call.caller.id)
    return accepted(call.workspace, call.group, run)


async def undo(call: Call[NoQuery, None]) -> Reply:
    return accepted(call.workspace, call.group, await order_undo(call.services, call.workspace, call.group, call.run))


ROUTES = (
    Route(
        "runs",
        _RUNS,
        {
            "GET": Operation(
                run=show_all,
                id="listRuns",
                summary="Show the group's runs, newest first.",
                description="Nights, runs by hand, previews, decisions and undos: `mode` tells them apart. A group "
                "that was unlinked keeps its history.",
                access=Access.READ,
                query=PageQuery,
                answers={HTTPStatus.OK: RunsAnswer},
                problems=frozenset({"group-not-linked"}),
            ),
            "POST": Operation(
                run=start,
                id="startRun",
                summary="Start a sync, or a preview of one.",
                description="Needs no schedule. While a run of the group is queued by hand, at work or waits to be "
                "tried again, the answer is 409 with that run as `run` and its address as `Location`.",
                access=Access.MANAGE,
                body=JsonBody(NEW_RUN, examples={"sync": {"mode": "sync"}, "preview": {"mode": "preview"}}),
                answers={HTTPStatus.ACCEPTED: RunAnswer},
                problems=frozenset(
                    {
                        "group-not-linked",
                        "run-active",
                        "unlinking",
                        "plan-required",
                        "not-connected",
                        "settings-not-confirmed",
                    }
                ),
                links=_TO_THE_RUN,
            ),
        },
    ),
    Route(
        "run",
        _RUNS + "/{runId}",
        {
            "GET": Operation(
                run=show,
                id="getRun",
                summary="Show one run: how far it is, or how it ended and why.",
                access=Access.READ,
                answers={HTTPStatus.OK: RunAnswer},
                problems=frozenset({"run-not-found"}),
            )
        },
    ),
    Route(
        "cancelRun",
        _RUNS + "/{runId}/cancel",
        {
            "POST": Operation(
                run=cancel,
                id="cancelRun",
                summary="Cancel a run.",
                description="One that is queued ends at once. One at work stops at its next sign of life, within "
                "half a minute: what it has changed by then stays, is told and can be undone; removals and "
                "deactivations that were not begun are not done. A run that carries out a decision or ends a link "
                "goes through.",
                access=Access.MANAGE,
                answers={HTTPStatus.ACCEPTED: RunAnswer},
                problems=frozenset({"run-not-found", "run-over", "not-cancellable"}),
                links=(Link("getRun"),),
            )
        },
    ),
    Route(
        "undoRun",
        _RUNS + "/{runId}/undo",
        {
            "POST": Operation(
                run=undo,
                id="undoRun",
                summary="Undo a run.",
                description="Puts back what it changed and nobody has changed since; the rest is left and listed in "
                "the undo's own changes. An undo is a run, and can be undone. Asked for again while it is under way, "
                "it is the same one.",
                access=Access.MANAGE,
                answers={HTTPStatus.ACCEPTED: RunAnswer},
                problems=frozenset(
                    {
                        "group-not-linked",
                        "unlinking",
                        "run-not-found",
                        "run-not-over",
                        "nothing-to-undo",
                        "older-link",
                        "journal-gone",
                    }
                ),
                links=_TO_THE_RUN,
            )
        },
    ),
)
