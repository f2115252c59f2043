"""What an operation can answer: its own answers, and every problem that its callers can meet."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from schedules_api.openapi.parameters import names_in
from schedules_api.operations import Access
from schedules_api.problems import TYPE_PREFIX, kind_of
from schedules_api.shapes.problem import ProblemAnswer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from pydantic import BaseModel

    from schedules_api.openapi.schemas import Schemas
    from schedules_api.operations import Operation, Route

_ALWAYS = frozenset({"invalid-request", "unavailable", "unexpected-error"})
_WITH_A_BODY = frozenset({"body-too-large", "unsupported-media-type"})
_SIGNED_IN = frozenset({"not-signed-in", "token-invalid", "too-many-requests"})
_BY_ACCESS = {
    Access.ANYBODY: frozenset({"too-many-requests"}),
    Access.SIGNED_IN: _SIGNED_IN,
    Access.READ: _SIGNED_IN | {"role-needed", "workspace-not-found"},
    Access.MANAGE: _SIGNED_IN | {"role-needed", "workspace-not-found"},
    Access.PLATFORM: _SIGNED_IN | {"workspace-not-found"},
}
#  What an id in the path is answered with that nothing can have.
_OF_AN_ID = {
    "groupId": "group-not-linked",
    "runId": "run-not-found",
    "recipientId": "recipient-not-found",
}
_WITH_LOCATION = frozenset({HTTPStatus.CREATED, HTTPStatus.ACCEPTED})

_HEADERS = {
    "X-Request-Id": "Finds the call in the log.",
    "ETag": "The version, for `If-Match`.",
    "Location": "Where what was made, ordered or is at work is found.",
    "Link": "Where the next page is, as `next` (RFC 8288).",
    "Retry-After": "After how many seconds to try again.",
    "WWW-Authenticate": "How to sign in (RFC 6750).",
}
_PROBLEM_HEADERS = {
    HTTPStatus.UNAUTHORIZED: ("WWW-Authenticate",),
    HTTPStatus.TOO_MANY_REQUESTS: ("Retry-After",),
    HTTPStatus.SERVICE_UNAVAILABLE: ("Retry-After",),
}


def problems_of(method: str, path: str, operation: Operation) -> frozenset[str]:
    """Return the code of every problem that a call of *operation* can meet."""
    codes = _ALWAYS | _BY_ACCESS[operation.access] | operation.problems
    codes |= {_OF_AN_ID[name] for name in names_in(path) if name in _OF_AN_ID}
    if operation.body is not None:
        codes |= _WITH_A_BODY
    if operation.access is not Access.ANYBODY and method != "GET":
        codes |= {"cross-site"}
    return frozenset(codes)


def responses(
    method: str, path: str, operation: Operation, schemas: Schemas, *, links: Mapping[str, Any]
) -> dict[str, Any]:
    answers = {
        str(status.value): _answer(status, shape, operation, schemas) | ({"links": links} if links else {})
        for status, shape in operation.answers.items()
    }
    refused = {
        str(status.value): {"$ref": f"#/components/responses/{_name_of(codes)}"}
        for status, codes in _by_status(problems_of(method, path, operation))
    }
    return answers | refused


def problem_responses(routes: Iterable[Route], schemas: Schemas) -> dict[str, Any]:
    """Return, by name, every refusal that the operations of *routes* can answer."""
    together = {
        _name_of(codes): (status, codes)
        for route in routes
        for method, operation in route.operations.items()
        for status, codes in _by_status(problems_of(method, route.path, operation))
    }
    return {name: _problem(*found, schemas) for name, found in sorted(together.items())}


def _by_status(codes: AbstractSet[str]) -> list[tuple[HTTPStatus, tuple[str, ...]]]:
    """Return the *codes* of each status: one response tells them all."""
    found = {kind_of(code).status for code in codes}
    return [
        (status, tuple(sorted(code for code in codes if kind_of(code).status is status))) for status in sorted(found)
    ]


def _name_of(codes: tuple[str, ...]) -> str:
    return ".".join(codes)


def _answer(
    status: HTTPStatus, shape: type[BaseModel] | None, operation: Operation, schemas: Schemas
) -> dict[str, Any]:
    headers = ["X-Request-Id"]
    headers += ["Location"] if status in _WITH_LOCATION else []
    headers += ["ETag"] if operation.conditions and shape is not None else []
    headers += ["Link"] if "text/csv" in operation.media else []
    described: dict[str, Any] = {"description": status.phrase, "headers": _headers(*headers)}
    content = {} if shape is None else {"application/json": {"schema": schemas.of_answer(shape)}}
    content |= {media: {"schema": {"type": "string"}} for media in operation.media}
    if content:
        described["content"] = content
    return described


def _problem(status: HTTPStatus, codes: tuple[str, ...], schemas: Schemas) -> dict[str, Any]:
    types = {"properties": {"type": {"enum": [TYPE_PREFIX + code for code in codes]}}}
    return {
        "description": "; ".join(kind_of(code).title for code in codes) + ".",
        "headers": _headers("X-Request-Id", *_PROBLEM_HEADERS.get(status, ())),
        "content": {"application/problem+json": {"schema": schemas.of_answer(ProblemAnswer) | types}},
    }


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"description": _HEADERS[name], "schema": {"type": "string"}} for name in names}
