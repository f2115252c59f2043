"""The calls about the connected tenant's groups."""

from __future__ import annotations

import json
from hashlib import blake2b
from http import HTTPStatus
from typing import TYPE_CHECKING

from schedules_api.operations import Access, Operation, Reply, Route
from schedules_api.paging import bad_token, item_behind, token_behind
from schedules_api.shapes.entra_groups import EntraGroupsAnswer, EntraGroupsQuery, entra_group_answer
from sync_core.domain.errors import SyncRefused
from sync_core.flows.find_entra_groups import NO_SUCH_PAGE, find_entra_groups

if TYPE_CHECKING:
    from schedules_api.operations import Call


async def show_all(call: Call[EntraGroupsQuery, None]) -> Reply:
    query = call.query
    of = _name_of_list(query)
    after = item_behind(query.continuation_token, of=of)
    try:
        found = await find_entra_groups(
            call.services, call.workspace, search=query.search.strip(), limit=query.limit, after=after
        )
    except SyncRefused as refused:
        raise bad_token() if refused.code == NO_SUCH_PAGE else refused from refused
    return Reply(
        EntraGroupsAnswer(
            groups=[entra_group_answer(group) for group in found.groups],
            continuation_token=token_behind(found.next_after, of=of),
        )
    )


def _name_of_list(query: EntraGroupsQuery) -> str:
    """Return what the list is called: Entra's own tokens are good for one question alone."""
    question = json.dumps([query.search.strip(), query.limit])
    return f"entra-groups-{blake2b(question.encode(), digest_size=6).hexdigest()}"


ROUTES: tuple[Route, ...] = (
    Route(
        "entra_groups",
        "api/workspaces/{workspaceId}/entra-groups",
        {
            "GET": Operation(
                run=show_all,
                id="findEntraGroups",
                summary="Browse and search the Entra tenant's groups, to link some.",
                description="In Entra ID's own order, by an index that can lag behind. A page is asked for "
                "with the search and the limit of the page that gave its `continuationToken`.",
                access=Access.READ,
                query=EntraGroupsQuery,
                answers={HTTPStatus.OK: EntraGroupsAnswer},
                problems=frozenset({"not-connected", "connection-failed"}),
            )
        },
    ),
)
