"""The call that shows what a run changed, as JSON or as CSV."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from schedules_api.changes_csv import ROWS_OF_A_PAGE, as_csv, rows_of
from schedules_api.media import preferred
from schedules_api.operations import Access, Operation, Reply, Route, Text
from schedules_api.paging import bad_token, item_behind, token_behind
from schedules_api.shapes.changes import ChangesAnswer, ChangesQuery, change_answer
from sync_core.domain.errors import SyncRefused
from sync_core.flows.name_people import name_people
from sync_core.flows.show_changes import list_changes

if TYPE_CHECKING:
    from collections.abc import Callable

    from schedules_api.operations import Call
    from sync_core.domain.journal import JournalEntry
    from sync_core.flows.show_changes import Changes

_LIST = "changes"
_JSON, _CSV = "application/json", "text/csv"
_BY_ACCEPT = {"Vary": "Accept"}


async def show(call: Call[ChangesQuery, None]) -> Reply:
    form = call.query.format or preferred(call.request.headers, (_JSON, _CSV)).rpartition("/")[2]
    return await (_show_csv if form == "csv" else _show_json)(call)


async def _show_json(call: Call[ChangesQuery, None]) -> Reply:
    found = await _changes(call, limit=call.query.limit)
    named = await name_people(call.services, call.workspace, found.entries)
    answer = ChangesAnswer(
        changes=[change_answer(one) for one in named], continuation_token=token_behind(found.next_after, of=_LIST)
    )
    return Reply(answer, headers=_BY_ACCEPT)


async def _show_csv(call: Call[ChangesQuery, None]) -> Reply:
    found = await _changes(call, limit=ROWS_OF_A_PAGE, weigh=rows_of)
    named = await name_people(call.services, call.workspace, found.entries)
    name = f"changes-{call.group}-{call.run}.csv"
    headers = {**_BY_ACCEPT, "Content-Disposition": f'attachment; filename="{name}"'}
    token = token_behind(found.next_after, of=_LIST)
    if token is not None:
        headers["Link"] = f'<{_next_page(call, token)}>; rel="next"'
    return Reply(Text(as_csv(named), _CSV), headers=headers)


async def _changes(
    call: Call[ChangesQuery, None], *, limit: int, weigh: Callable[[JournalEntry], int] = lambda _: 1
) -> Changes:
    query = call.query
    try:
        return await list_changes(
            call.services,
            call.workspace,
            call.group,
            call.run,
            limit=limit,
            after=item_behind(query.continuation_token, of=_LIST),
            kinds=None if query.kind is None else {query.kind},
            weigh=weigh,
        )
    except SyncRefused as exc:
        if exc.code != "page-unknown":
            raise
        raise bad_token() from exc


def _next_page(call: Call[ChangesQuery, None], token: str) -> str:
    """Return the next page's address, relative to the host (RFC 8288, section 3.1): a proxy may have another name."""
    kind = {} if call.query.kind is None else {"kind": call.query.kind}
    query = urlencode({"format": "csv", **kind, "continuationToken": token})
    return f"/api/workspaces/{call.workspace}/groups/{call.group}/runs/{call.run}/changes?{query}"


ROUTES = (
    Route(
        "changes",
        "api/workspaces/{workspaceId}/groups/{groupId}/runs/{runId}/changes",
        {
            "GET": Operation(
                run=show,
                id="listChanges",
                summary="Show what a run changed, or a preview would have, person by person.",
                description="As CSV where `Accept` prefers `text/csv`, or with `format=csv`: one row per value that "
                f"changed, in pages of up to {ROWS_OF_A_PAGE:,} rows whatever `limit` is; `Link` leads to the next. "
                "Cells that a spreadsheet would take for a formula, phone numbers among them, begin with an "
                "apostrophe. Of a run at work, only what is stored already.",
                access=Access.READ,
                query=ChangesQuery,
                answers={HTTPStatus.OK: ChangesAnswer},
                media=(_CSV,),
                problems=frozenset({"run-not-found", "journal-gone"}),
            )
        },
    ),
)
