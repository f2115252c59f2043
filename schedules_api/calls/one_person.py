"""What the calls about one person have in common: the answer, and the conditions on what changes them."""

from __future__ import annotations

from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from schedules_api.operations import Reply
from schedules_api.preconditions import conditions_in, etag_header
from schedules_api.problems import refused
from schedules_api.shapes.recipients import recipient_answer
from sync_core.domain.errors import SyncRefused
from sync_core.domain.presence import present
from sync_core.flows.explain_person import standing
from sync_core.flows.find_people import find_person

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from schedules_api.operations import Call
    from sync_core.domain.ids import RecipientId
    from sync_core.domain.standing import Standing

NOT_THERE = frozenset({"recipient-not-found", "recipient-deleted"})
"""Problems of every call about a person."""


async def shown(
    call: Call[Any, Any],
    recipient: RecipientId,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    location: str | None = None,
) -> Reply:
    """Return the person as they are now, with their ETag; somebody who was never taken in has none.

    Raises:
        SyncRefused: ``recipient-not-found``, ``recipient-deleted``.
    """
    found = await standing_of(call, recipient)
    headers = etag_header(None if found.person is None else found.person.revision)
    return Reply(recipient_answer(found), status, headers | ({} if location is None else {"Location": location}))


async def standing_of(call: Call[Any, Any], recipient: RecipientId) -> Standing:
    found = await standing(call.services, call.workspace, recipient)
    if found.person is not None:
        present(found.person)
    return found


async def expected_revision(call: Call[Any, Any]) -> int | None:
    """Hold the request to its conditions; return the revision that they were found true for, None without any.

    Raises:
        Problem: ``recipient-changed``, with the current ETag.
    """
    conditions = conditions_in(call.request.headers)
    if not conditions.are_set:
        return None
    person = await find_person(call.services, call.workspace, call.recipient)
    conditions.require(person.revision, code="recipient-changed", thing="person")
    return person.revision


@asynccontextmanager
async def telling_the_current_etag(call: Call[Any, Any]) -> AsyncIterator[None]:
    """Give a refusal because of somebody else's change the ETag to go on with."""
    try:
        yield
    except SyncRefused as exc:
        if exc.code != "recipient-changed":
            raise
        person = await find_person(call.services, call.workspace, call.recipient)
        raise refused(exc, headers=etag_header(person.revision)) from exc
