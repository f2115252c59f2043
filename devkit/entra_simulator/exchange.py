"""What wraps every call of Graph and the token endpoint: ids, the record, scripted faults, refusals as answers."""

from __future__ import annotations

import uuid
from email.utils import format_datetime
from typing import TYPE_CHECKING

from aiohttp import web

from devkit.entra_simulator.errors import GraphRefusal, TokenRefusal, graph_error, not_simulated, token_error
from devkit.entra_simulator.fault_effects import suffer
from devkit.entra_simulator.graph_call import RESOURCE_UNITS
from devkit.entra_simulator.request_log import LoggedRequest
from devkit.entra_simulator.simulation import SIMULATION
from devkit.tenants.checks import Misfit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

CONTROL = "/_simulator/"
_REQUEST_ID = web.RequestKey("request_id", str)
_DROPPED = 0


@web.middleware
async def identify_and_record(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.path.startswith(CONTROL):
        return await handler(request)
    request[_REQUEST_ID] = str(uuid.uuid4())
    answer = await handler(request)
    if not answer.prepared:
        answer.headers["request-id"] = request[_REQUEST_ID]
        answer.headers["client-request-id"] = _client_request_id(request)
        answer.headers["Date"] = format_datetime(request.app[SIMULATION].now(), usegmt=True)
    _record(request, answer)
    return answer


@web.middleware
async def answer_refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.path.startswith(CONTROL):
        return await handler(request)
    try:
        return await handler(request)
    except GraphRefusal as refusal:
        return _graph_answer(request, refusal)
    except TokenRefusal as refusal:
        return _token_answer(request, refusal)


@web.middleware
async def script_faults(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.path.startswith(CONTROL):
        return await handler(request)
    effect = request.app[SIMULATION].faults.effect_on(request.method, request.path_qs)
    if effect is None:
        return await handler(request)
    return await suffer(request, effect, lambda: handler(request))


async def refuse_as_not_simulated(request: web.Request) -> web.StreamResponse:
    if request.path.startswith(CONTROL):
        raise Misfit((), f"the control API has no {request.method} {request.path}")
    raise not_simulated(f"{request.method} {request.path}")


def _record(request: web.Request, answer: web.StreamResponse) -> None:
    dropped = request.transport is None or request.transport.is_closing()
    request.app[SIMULATION].log.record(
        LoggedRequest(
            method=request.method,
            path=request.path_qs,
            route=_route(request),
            status=_DROPPED if dropped else answer.status,
            resource_units=int(answer.headers.get(RESOURCE_UNITS, "0")),
        )
    )


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    if resource is None or "unknown" in request.match_info:
        return "not simulated"
    members = request.match_info.get("members", "")
    return resource.canonical.replace("{members}", members).replace("{cast}", "microsoft.graph.user")


def _graph_answer(request: web.Request, refusal: GraphRefusal) -> web.Response:
    body = graph_error(
        refusal.code,
        refusal.message,
        now=request.app[SIMULATION].now(),
        request_id=request[_REQUEST_ID],
        client_request_id=_client_request_id(request),
    )
    headers = dict(refusal.headers)
    if refusal.status == web.HTTPUnauthorized.status_code:
        authorize = f"{request.app[SIMULATION].url}/common/oauth2/authorize"
        headers.setdefault("WWW-Authenticate", f'Bearer realm="", authorization_uri="{authorize}"')
    return web.json_response(body, status=refusal.status, headers=headers)


def _token_answer(request: web.Request, refusal: TokenRefusal) -> web.Response:
    body = token_error(
        refusal,
        now=request.app[SIMULATION].now(),
        trace_id=request[_REQUEST_ID],
        correlation_id=_client_request_id(request),
        url=request.app[SIMULATION].url,
    )
    return web.json_response(body, status=refusal.status)


def _client_request_id(request: web.Request) -> str:
    return request.headers.get("client-request-id", request[_REQUEST_ID])
