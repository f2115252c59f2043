"""The parts of a request: the ids of its path, its query, its JSON body; whatever is wrong is a problem."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from schedules_api.problems import Problem, invalid
from sync_core.domain.ids import GroupId, RecipientId, RunId, WorkspaceId, is_id
from sync_core.domain.runs import is_run_id

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from typing import NoReturn

    import azure.functions as func

LARGEST_BODY = 256 * 1024
_SHOWN_OF_A_NAME = 40


def workspace_in(request: func.HttpRequest) -> WorkspaceId:
    """Return the workspace of the path.

    Raises:
        Problem: no workspace can have such an id.
    """
    text = request.route_params.get("workspaceId", "")
    if not is_id(text):
        raise no_workspace()
    return WorkspaceId(text)


def group_in(request: func.HttpRequest) -> GroupId:
    """Return the group of the path.

    Raises:
        Problem: no group can have such an id.
    """
    text = request.route_params.get("groupId", "")
    if not is_id(text):
        raise Problem("group-not-linked", "There is no linked group with this id in the workspace.")
    return GroupId(text)


def run_in(request: func.HttpRequest) -> RunId:
    """Return the run of the path.

    Raises:
        Problem: no run can have such an id.
    """
    text = request.route_params.get("runId", "")
    if not is_run_id(text):
        raise Problem("run-not-found", "There is no such run, or its history has expired.")
    return RunId(text)


def recipient_in(request: func.HttpRequest) -> RecipientId:
    """Return the recipient of the path.

    Raises:
        Problem: no recipient can have such an id.
    """
    text = request.route_params.get("recipientId", "")
    if not is_id(text):
        raise Problem("recipient-not-found", "There is no such person in the workspace.")
    return RecipientId(text)


def no_workspace() -> Problem:
    return Problem("workspace-not-found", "There is no such workspace.")


def query_in(request: func.HttpRequest, known: AbstractSet[str] | None = frozenset()) -> dict[str, str]:
    """Return the query's parameters, each of which must be *known* (None: any may come) and be given once.

    From the address: the host leaves parameters without a value out of ``request.params``.

    Raises:
        Problem: a parameter is unknown, given twice or no UTF-8.
    """
    text = request.url.partition("?")[2].partition("#")[0]
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict")
    except ValueError as exc:
        raise invalid("query", "must be percent-encoded UTF-8") from exc
    query: dict[str, str] = {}
    for name, value in pairs:
        if known is not None and name not in known:
            raise invalid(shown(name) or "query", "is no parameter here")
        if name in query:
            raise invalid(shown(name) or "query", "must be given once")
        query[name] = value
    return query


def json_in(request: func.HttpRequest) -> Any:
    """Return the JSON value that the body holds.

    Raises:
        Problem: the body is too large, not declared as JSON, or none.
    """
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Problem("unsupported-media-type", "The body must be application/json.")
    body = request.get_body()
    if len(body) > LARGEST_BODY:
        raise Problem("body-too-large", f"The body may have {LARGEST_BODY} bytes.")
    if not body:
        raise invalid("body", "is missing (it needs a Content-Length)")
    try:
        return json.loads(body.decode(), parse_constant=_refuse_constant, object_pairs_hook=_each_name_once)
    except (ValueError, RecursionError) as exc:
        raise invalid("body", "must be JSON in UTF-8") from exc


def shown(name: str) -> str:
    """Return a client's own name as it can be repeated to it: short, and nothing that cannot be printed."""
    text = "".join(letter if letter.isprintable() else "?" for letter in name[:_SHOWN_OF_A_NAME])
    return text if len(name) <= _SHOWN_OF_A_NAME else f"{text}..."


def _refuse_constant(name: str) -> NoReturn:
    #  Python reads NaN and Infinity; JSON knows neither (RFC 8259, section 6).
    raise ValueError(name)


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    #  Which of two equal names counts is anybody's guess (RFC 8259, section 4).
    found = dict(pairs)
    if len(found) != len(pairs):
        raise invalid("body", "must not repeat a name in one object")
    return found
