"""`/users` and `/users/{id}`."""

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
from devkit.tenants.properties import USER

if TYPE_CHECKING:
    from aiohttp import web


async def list_users(request: web.Request) -> web.Response:
    call = open_call(request)
    permissions.require(call.caller, USER)
    query = read_query(request.query, allowed="$select $top $count $filter $skiptoken", types=(USER,))
    users, matches = call.tenant.users, query.matches

    def wanted(user_id: str) -> bool:
        return matches is None or matches(users[user_id])

    return answer_collection(
        call,
        query,
        context=selected("users", query),
        base_units=2,
        ids=call.tenant.user_ids(),
        wanted=wanted,
        write=lambda user_id: render(DirectoryObject(USER, users[user_id]), query.select),
        count=lambda: sum(map(wanted, users)),
    )


async def get_user(request: web.Request) -> web.Response:
    call = open_call(request)
    permissions.require(call.caller, USER)
    query = read_query(request.query, allowed="$select", types=(USER,))
    user_id = call.path_id("user")
    if user_id not in call.tenant.users:
        raise not_found(user_id)
    user = DirectoryObject(USER, call.tenant.users[user_id])
    context = call.context(f"{selected('users', query)}/$entity")
    return answer_json({"@odata.context": context, **render(user, query.select)}, resource_units(1, query))
