"""From a request to its answer, whatever happens: the request's id, who may call, problems, headers."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import uuid4

import azure.functions as func

from schedules_api.callers import authorise
from schedules_api.problems import TYPE_PREFIX, Problem, refused, unavailable, unexpected
from sync_core.domain.errors import SyncRefused, TryAgainLater
from sync_core.telemetry import event_log

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from typing import Any

    from pydantic import BaseModel

    from sync_core.flows.services import Services
    from sync_core.settings import Settings
    from sync_core.telemetry import EventLog

    Operation = Callable[[Services, func.HttpRequest], Awaitable["Reply"]]

JSON = "application/json"
PROBLEM_JSON = "application/problem+json"

_ALWAYS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a call answers where nothing went wrong."""

    body: BaseModel | None = None
    status: HTTPStatus = HTTPStatus.OK
    headers: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """The functions of one address, by method. *anonymous*: also without sign-in."""

    name: str
    path: str
    operations: Mapping[str, Operation]
    anonymous: bool = False

    @property
    def allow(self) -> str:
        return ", ".join(sorted(self.operations))


async def answer(
    request: func.HttpRequest, *, route: Route, services: Callable[[], Awaitable[Services]], settings: Settings
) -> func.HttpResponse:
    """Return the answer to *request*; never raises."""
    request_id = _id_of(request)
    log = event_log("schedules_api").bind(request=request_id, route=route.name, method=request.method)
    try:
        reply = await _carry_out(request, route=route, services=services, settings=settings)
    except Exception as exc:  # noqa: BLE001  the host would answer an empty 500
        return _problem_response(_problem_of(exc, log), request_id)
    body = b"" if reply.body is None else reply.body.model_dump_json().encode()
    return _response(body, status=reply.status, mimetype=JSON, request_id=request_id, headers=reply.headers)


async def _carry_out(
    request: func.HttpRequest, *, route: Route, services: Callable[[], Awaitable[Services]], settings: Settings
) -> Reply:
    if not route.anonymous:
        authorise(settings)
    operation = route.operations.get(request.method)
    if operation is None:
        raise Problem("method-not-allowed", f"Allowed here: {route.allow}.", headers={"Allow": route.allow})
    return await operation(await services(), request)


def _problem_of(failure: Exception, log: EventLog) -> Problem:
    if isinstance(failure, Problem):
        return failure
    if isinstance(failure, SyncRefused):
        return refused(failure)
    if isinstance(failure, TryAgainLater):
        log.warning("request_put_off", reason=failure.reason)
        return unavailable(failure)
    log.error("request_failed", failure=failure)
    return unexpected()


def _problem_response(problem: Problem, request_id: str) -> func.HttpResponse:
    kind = problem.kind
    details: dict[str, Any] = {
        "type": TYPE_PREFIX + problem.code,
        "title": kind.title,
        "status": kind.status.value,
        "detail": problem.detail,
        "instance": f"urn:scheduled-syncs:request:{request_id}",
    }
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
