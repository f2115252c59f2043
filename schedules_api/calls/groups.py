"""The calls about linked groups."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from schedules_api.operations import Access, JsonBody, Link, Operation, Reply, Route
from schedules_api.paging import bad_token, item_behind, token_behind
from schedules_api.shapes.groups import (
    NEW_LINK,
    GroupDetailAnswer,
    GroupsAnswer,
    GroupsQuery,
    UnlinkAnswer,
    group_answer,
    group_detail_answer,
    unlink_answer,
)
from schedules_api.shapes.runs import RunAnswer
from sync_core.domain.ids import GroupId, is_id
from sync_core.flows.foresee_unlink import MOST_COUNTED, foresee_unlink
from sync_core.flows.link_entra_group import link_entra_group
from sync_core.flows.show_groups import MOST_LOOKED_AT, list_groups, show_group
from sync_core.flows.unlink_group import order_unlink

if TYPE_CHECKING:
    from schedules_api.operations import Call
    from schedules_api.shapes.base import NoQuery
    from schedules_api.shapes.groups import NewLink

_LIST = "groups"


async def show_all(call: Call[GroupsQuery, None]) -> Reply:
    after = item_behind(call.query.continuation_token, of=_LIST)
    if after is not None and not is_id(after):
        raise bad_token()
    page = await list_groups(
        call.services,
        call.workspace,
        search=call.query.search,
        limit=call.query.limit,
        after=None if after is None else GroupId(after),
    )
    return Reply(
        GroupsAnswer(
            groups=[group_answer(status) for status in page.groups],
            continuation_token=token_behind(page.next_after, of=_LIST),
        )
    )


async def link(call: Call[NoQuery, NewLink]) -> Reply:
    body = call.body
    group, is_new = await link_entra_group(call.services, call.workspace, body.entra_group, group=body.group)
    detail = await _detail(call, group)
    if not is_new:
        return Reply(detail)
    return Reply(detail, HTTPStatus.CREATED, {"Location": f"/api/workspaces/{call.workspace}/groups/{group}"})


async def show(call: Call[NoQuery, None]) -> Reply:
    return Reply(await _detail(call, call.group))


async def unlink(call: Call[NoQuery, None]) -> Reply:
    workspace, group = call.workspace, call.group
    effect = await foresee_unlink(call.services, workspace, group)
    run = await order_unlink(call.services, workspace, group)
    return Reply(
        unlink_answer(RunAnswer.model_validate(run), effect),
        HTTPStatus.ACCEPTED,
        {"Location": f"/api/workspaces/{workspace}/groups/{group}/runs/{run.id}"},
    )


async def _detail(call: Call[NoQuery, NewLink] | Call[NoQuery, None], group: GroupId) -> GroupDetailAnswer:
    status = await show_group(call.services, call.workspace, group)
    return group_detail_answer(status, await foresee_unlink(call.services, call.workspace, group))


_GROUPS = "api/workspaces/{workspaceId}/groups"
_LINKED = {"groupId": "$response.body#/groupId"}

ROUTES: tuple[Route, ...] = (
    Route(
        "groups",
        _GROUPS,
        {
            "GET": Operation(
                run=show_all,
                id="listGroups",
                summary="Show the linked groups.",
                description="In order of their ids. One answer looks through "
                f"{MOST_LOOKED_AT} groups at the most: with a search, a page can be short or empty and still have a "
                "`continuationToken`; go on until there is none.",
                access=Access.READ,
                query=GroupsQuery,
                answers={HTTPStatus.OK: GroupsAnswer},
            ),
            "POST": Operation(
                run=link,
                id="linkGroup",
                summary="Link an Entra group to a group of the workspace.",
                description="Nobody is imported by it; the first sync does that. Repeated, it answers 200 with the "
                "link that is there. An Entra group is linked once in a workspace.",
                access=Access.MANAGE,
                body=JsonBody(
                    NEW_LINK,
                    examples={
                        "named": {"entraGroupId": "b1c7d3d2-6a0f-4e0b-8c43-2b9c0d9a7e55", "groupId": "sales"},
                        "unnamed": {"entraGroupId": "b1c7d3d2-6a0f-4e0b-8c43-2b9c0d9a7e55"},
                    },
                ),
                answers={HTTPStatus.OK: GroupDetailAnswer, HTTPStatus.CREATED: GroupDetailAnswer},
                problems=frozenset(
                    {
                        "not-connected",
                        "connection-failed",
                        "entra-group-not-found",
                        "group-taken",
                        "already-linked",
                        "unlinking",
                    }
                ),
                links=(
                    Link("getGroup", _LINKED),
                    Link("unlinkGroup", _LINKED),
                    Link("listMembers", _LINKED),
                    Link("putSchedule", _LINKED),
                ),
            ),
        },
    ),
    Route(
        "group",
        f"{_GROUPS}/{{groupId}}",
        {
            "GET": Operation(
                run=show,
                id="getGroup",
                summary="Show a linked group, and what unlinking it would do.",
                description=f"What unlinking does is counted exactly for up to {MOST_COUNTED} members; of a larger "
                "group the most that it can do is told.",
                access=Access.READ,
                answers={HTTPStatus.OK: GroupDetailAnswer},
                problems=frozenset({"group-not-linked"}),
                links=(Link("unlinkGroup"), Link("listMembers")),
            ),
            "DELETE": Operation(
                run=unlink,
                id="unlinkGroup",
                summary="Unlink the group: its synced cards end by the sync options, its schedule is deleted.",
                description="A run does it, which is answered here; nothing else of the group starts from now on. "
                "Cards that were given by hand stay, and so does the history. Asked for again meanwhile, it is the "
                "same run.",
                access=Access.MANAGE,
                answers={HTTPStatus.ACCEPTED: UnlinkAnswer},
                problems=frozenset({"group-not-linked"}),
            ),
        },
    ),
)
