"""`/groups/{id}/members` and `/transitiveMembers`, their cast to users, and their `$count`.

Source: learn.microsoft.com, "List group members" and "List group transitive members" (v1.0), and "Advanced query
capabilities on Microsoft Entra ID objects".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devkit.entra_simulator import permissions
from devkit.entra_simulator.errors import GraphRefusal, not_found, not_simulated, unsupported_query
from devkit.entra_simulator.graph_call import GraphCall, answer_collection, answer_count, open_call, selected
from devkit.entra_simulator.queries import Query, read_query
from devkit.entra_simulator.rendering import render, render_typed, render_unreadable
from devkit.entra_simulator.tenant import is_listed
from devkit.tenants.properties import DEVICE, GROUP, ORG_CONTACT, USER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

    from devkit.entra_simulator.tenant import DirectoryObject

_LISTED_TYPES = (USER, GROUP, DEVICE, ORG_CONTACT)
_OPTIONS = "$select $top $count $skiptoken"


async def list_members(request: web.Request) -> web.Response:
    call = open_call(request)
    ids = _member_ids(call)
    query = read_query(request.query, allowed=_OPTIONS, types=_LISTED_TYPES)
    return _answer(call, query, ids, context="directoryObjects", cast=None)


async def list_member_users(request: web.Request) -> web.Response:
    call = open_call(request)
    ids = _member_ids(call)
    query = read_query(request.query, allowed=_OPTIONS, types=(USER,))
    if not (call.eventual and query.count):
        raise unsupported_query()
    return _answer(call, query, ids, context="users", cast=USER)


async def count_members(request: web.Request) -> web.Response:
    """Count every member, also the service principals that the list leaves out."""
    call = open_call(request)
    ids = _member_ids(call)
    _check_count_query(call)
    return answer_count(len(ids))


async def count_member_users(request: web.Request) -> web.Response:
    call = open_call(request)
    ids = _member_ids(call)
    _check_count_query(call)
    return answer_count(_users_among(call, ids))


def _member_ids(call: GraphCall) -> Sequence[str]:
    """Return all members' ids, after the checks that all member routes share."""
    permissions.require(call.caller, GROUP)
    group_id = call.path_id("group")
    if group_id not in call.tenant.groups:
        raise not_found(group_id)
    hidden = call.tenant.groups[group_id].properties.get("visibility") == "HiddenMembership"
    if hidden and not call.caller.roles & permissions.HIDDEN_MEMBERSHIP:
        raise not_simulated("reading a hidden membership without Member.Read.Hidden")
    return call.tenant.member_ids(group_id, transitive=call.path_id("members") == "transitiveMembers")


def _check_count_query(call: GraphCall) -> None:
    if not call.eventual:
        raise GraphRefusal(400, "Request_BadRequest", "$count is not currently supported.")
    read_query(call.request.query, allowed="", types=())


def _answer(call: GraphCall, query: Query, ids: Sequence[str], *, context: str, cast: str | None) -> web.Response:
    def wanted(member_id: str) -> bool:
        odata_type = call.tenant.type_of(member_id)
        return odata_type == cast if cast else odata_type is not None and is_listed(odata_type)

    return answer_collection(
        call,
        query,
        context=selected(context, query),
        base_units=5 if call.path_id("members") == "transitiveMembers" else 3,
        ids=ids,
        wanted=wanted,
        write=lambda member_id: _write(call, query, member_id, cast=cast),
        count=lambda: _users_among(call, ids) if cast else len(ids),
    )


def _write(call: GraphCall, query: Query, member_id: str, *, cast: str | None) -> dict[str, Any]:
    member = _found(call, member_id)
    if not permissions.may_read(call.caller, member.odata_type):
        return render_unreadable(member, query.select)
    return render(member, query.select) if cast else render_typed(member, query.select)


def _found(call: GraphCall, member_id: str) -> DirectoryObject:
    member = call.tenant.find(member_id)
    if member is None:
        raise not_found(member_id)
    return member


def _users_among(call: GraphCall, ids: Sequence[str]) -> int:
    return sum(member_id in call.tenant.users for member_id in ids)
