"""`/groups` and `/groups/{id}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devkit.entra_simulator import permissions
from devkit.entra_simulator.errors import not_found
from devkit.entra_simulator.graph_call import (
    answer_collection,
    answer_json,
    open_call,
    resource_units,
    selected,
)
from devkit.entra_simulator.queries import read_query
from devkit.entra_simulator.rendering import render
from devkit.entra_simulator.tenant import DirectoryObject
from devkit.tenants.properties import GROUP

if TYPE_CHECKING:
    from aiohttp import web


async def list_groups(request: web.Request) -> web.Response:
    call = open_call(request)
    permissions.require(call.caller, GROUP)
    allowed = "$select $top $count $filter $search $skiptoken"
    query = read_query(request.query, allowed=allowed, types=(GROUP,), eventual=call.eventual)
    groups, matches = call.tenant.groups, query.matches

    def wanted(group_id: str) -> bool:
        return matches is None or matches(groups[group_id].properties)

    return answer_collection(
        call,
        query,
        context=selected("groups", query),
        base_units=1,
        ids=call.tenant.group_ids(),
        wanted=wanted,
        write=lambda group_id: render(DirectoryObject(GROUP, groups[group_id].properties), query.select),
        count=lambda: sum(map(wanted, groups)),
    )


async def get_group(request: web.Request) -> web.Response:
    call = open_call(request)
    permissions.require(call.caller, GROUP)
    query = read_query(request.query, allowed="$select", types=(GROUP,))
    group_id = call.path_id("group")
    if group_id not in call.tenant.groups:
        raise not_found(group_id)
    group = DirectoryObject(GROUP, call.tenant.groups[group_id].properties)
    context = call.context(f"{selected('groups', query)}/$entity")
    return answer_json({"@odata.context": context, **render(group, query.select)}, resource_units(1, query))
