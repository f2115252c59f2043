"""From a request to its answer, whatever happens: the request's id, who may call, problems, headers."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING
from uuid import uuid4

import azure.functions as func
from pydantic import TypeAdapter

from schedules_api.access import require
from schedules_api.callers import ANYBODY
from schedules_api.faults import check_shape
from schedules_api.operations import Access, Call, File, Text
from schedules_api.problems import TYPE_PREFIX, Problem, refused, unavailable, unexpected
from schedules_api.rate_limit import address_of, who_is
from schedules_api.requests import json_in, query_in
from schedules_api.sign_in.same_origin import CHANGE_NOTHING
from schedules_api.sign_in.who import caller_of
from schedules_api.spans import note_status, request_span
from sync_core.domain.errors import SyncRefused, TryAgainLater
from sync_core.telemetry import event_log

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
    from http import HTTPStatus
    from typing import Any

    from schedules_api.callers import Caller
    from schedules_api.operations import Operation, Reply, Route
    from schedules_api.rate_limit import RateLimit
    from schedules_api.shapes.base import Query
    from sync_core.flows.services import Services
    from sync_core.settings import Settings
    from sync_core.telemetry import EventLog

JSON = "application/json"
PROBLEM_JSON = "application/problem+json"

#  OWASP, "HTTP Security Response Headers Cheat Sheet": answers are nobody's page, frame, script or cache.
_ALWAYS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_LATER = timedelta(seconds=10)
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


async def answer(
    request: func.HttpRequest,
    *,
    route: Route,
    services: Callable[[], Awaitable[Services]],
    settings: Settings,
    limit: RateLimit,
) -> func.HttpResponse:
    """Return the answer to *request*; never raises.

    Its id stands in the log wherever something was changed, refused or went wrong; a look that went well leaves none.
    """
    request_id = _id_of(request)
    log = event_log("schedules_api").bind(request=request_id, route=route.name, method=request.method)
    until = asyncio.get_running_loop().time() + route.patience(request.method).total_seconds()
    try:
        async with _given_up(until):
            given = await services()
    except Exception as exc:  # noqa: BLE001  the host would answer an empty 500
        return _problem_response(_problem_of(exc, log), request_id)
    with request_span(given.telemetry, request, route=route, request_id=request_id):
        answered = await _respond(
            request,
            route=route,
            services=given,
            settings=settings,
            limit=limit,
            log=log,
            request_id=request_id,
            until=until,
        )
        note_status(given.telemetry, answered.status_code)
        return answered


async def _respond(
    request: func.HttpRequest,
    *,
    route: Route,
    services: Services,
    settings: Settings,
    limit: RateLimit,
    log: EventLog,
    request_id: str,
    until: float,
) -> func.HttpResponse:
    try:
        async with _given_up(until):
            reply = await _carry_out(request, route=route, services=services, settings=settings, limit=limit)
        answered = _reply_response(reply, request_id, with_body=request.method != "HEAD")
    except Exception as exc:  # noqa: BLE001  as above
        return _problem_response(_problem_of(exc, log), request_id)
    if request.method not in CHANGE_NOTHING:
        log.info("request_answered", status=reply.status.value)
    return answered


@asynccontextmanager
async def _given_up(until: float) -> AsyncIterator[None]:
    """End what is not over at *until* of the loop's clock: as a crash would, after which a repeat is harmless.

    Raises:
        TryAgainLater: it took too long.
    """
    limit = asyncio.timeout_at(until)
    try:
        async with limit:
            yield
    except TimeoutError as exc:
        if not limit.expired():
            raise
        raise TryAgainLater("the request took too long", after=_LATER) from exc


async def _carry_out(
    request: func.HttpRequest, *, route: Route, services: Services, settings: Settings, limit: RateLimit
) -> Reply:
    caller = await _caller(request, route=route, services=services, settings=settings, limit=limit)
    operation = route.operation(request.method)
    if operation is None:
        raise Problem("method-not-allowed", f"Allowed here: {route.allow}.", headers={"Allow": route.allow})
    if operation.access is not Access.ANYBODY:
        await require(operation.access, caller, services, request)
    query = check_shape(_query_shape(operation.query), query_in(request, _parameters(operation.query)))
    body = _body_of(operation, request)
    return await operation.run(Call(request, services, settings, caller, query, body))


async def _caller(
    request: func.HttpRequest, *, route: Route, services: Services, settings: Settings, limit: RateLimit
) -> Caller:
    """Return who calls; the request counts as theirs, and one of nobody known as its address's."""
    now = services.clock.now()
    if route.is_open:
        if route.counted:
            limit.count(address_of(request), now=now)
        return ANYBODY
    try:
        caller = await caller_of(request, settings=settings, services=services)
    except Problem:
        limit.count(address_of(request), now=now)
        raise
    limit.count(who_is(caller), now=now)
    return caller


def _body_of(operation: Operation, request: func.HttpRequest) -> Any:
    if operation.body is None:
        return None
    return check_shape(operation.body.shape, json_in(request), tag=operation.body.tag)


@cache
def _query_shape(query: type[Query]) -> TypeAdapter[Query]:
    return TypeAdapter(query)


@cache
def _parameters(query: type[Query]) -> frozenset[str] | None:
    """Return the names that the query can hold, None where it may hold any."""
    if query.model_config.get("extra") == "ignore":
        return None
    return frozenset(field.alias or name for name, field in query.model_fields.items())


def _problem_of(failure: Exception, log: EventLog) -> Problem:
    if isinstance(failure, SyncRefused):
        failure = refused(failure)
    if isinstance(failure, Problem):
        log.info("request_refused", status=failure.kind.status.value, code=failure.code)
        return failure
    if isinstance(failure, TryAgainLater):
        log.warning("request_put_off", reason=failure.reason)
        return unavailable(failure)
    log.error("request_failed", failure=failure)
    return unexpected()


def _reply_response(reply: Reply, request_id: str, *, with_body: bool) -> func.HttpResponse:
    mimetype, body = JSON, b""
    if isinstance(reply.body, Text):
        mimetype, body = reply.body.mimetype, reply.body.text.encode()
    elif isinstance(reply.body, File):
        mimetype, body = reply.body.mimetype, reply.body.content
    elif reply.body is not None:
        body = reply.body.model_dump_json().encode()
    return _response(
        body if with_body else b"",
        status=reply.status,
        mimetype=mimetype,
        request_id=request_id,
        headers=reply.headers,
    )


def _problem_response(problem: Problem, request_id: str) -> func.HttpResponse:
    kind = problem.kind
    details: dict[str, Any] = {
        "type": TYPE_PREFIX + problem.code,
        "title": kind.title,
        "status": kind.status.value,
        "detail": problem.detail,
        "instance": f"urn:scheduled-syncs:request:{request_id}",
    }
    details |= problem.more
    if problem.faults:
        details["errors"] = [{"field": fault.field, "reason": fault.reason} for fault in problem.faults]
    return _response(
        json.dumps(details, ensure_ascii=False).encode(),
        status=kind.status,
        mimetype=PROBLEM_JSON,
        request_id=request_id,
        headers=problem.headers,
    )


def _response(
    body: bytes, *, status: HTTPStatus, mimetype: str, request_id: str, headers: Mapping[str, str] | None
) -> func.HttpResponse:
    return func.HttpResponse(
        body,
        status_code=status,
        mimetype=mimetype,
        headers={**_ALWAYS, "X-Request-Id": request_id, **(headers or {})},
    )


def _id_of(request: func.HttpRequest) -> str:
    """Return the id that the caller gave the request, or a new one where it is none that a log can hold."""
    given = request.headers.get("X-Request-Id", "")
    return given if _REQUEST_ID.fullmatch(given) else uuid4().hex
