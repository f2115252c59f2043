"""The calls that show a group's runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schedules_api.answering import Reply
from schedules_api.paging import PAGE_PARAMETERS, bad_token, item_in, limit_in, token_behind
from schedules_api.requests import group_in, query_in
from schedules_api.responses import runs_answer
from sync_core.domain.ids import RunId
from sync_core.domain.runs import is_run_id
from sync_core.flows.show_status import list_runs

if TYPE_CHECKING:
    import azure.functions as func

    from sync_core.flows.services import Services

_LIST = "runs"


async def show_all(services: Services, request: func.HttpRequest) -> Reply:
    workspace, group = group_in(request)
    query = query_in(request, PAGE_PARAMETERS)
    limit, after = limit_in(query), item_in(query, of=_LIST)
    if after is not None and not is_run_id(after):
        raise bad_token()
    shown, last = await list_runs(
        services, workspace, group, limit=limit, after=None if after is None else RunId(after)
    )
    return Reply(runs_answer(shown, token_behind(last, of=_LIST)))
