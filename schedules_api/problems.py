"""What goes wrong, as clients see it: problem details (RFC 9457) whose ``type`` never changes its meaning."""

from __future__ import annotations

import math
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sync_core.domain.errors import SyncRefused, TryAgainLater

TYPE_PREFIX = "urn:scheduled-syncs:problem:"


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of problem. *title* is the same for all of its sort."""

    status: HTTPStatus
    title: str


_FORBIDDEN, _GONE, _STALE = HTTPStatus.FORBIDDEN, HTTPStatus.GONE, HTTPStatus.PRECONDITION_FAILED
_NOT_FOUND, _CONFLICT, _BAD = HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.BAD_REQUEST

KINDS: Mapping[str, Kind] = {
    "invalid-request": Kind(_BAD, "The request is not valid"),
    "not-signed-in": Kind(HTTPStatus.UNAUTHORIZED, "Not signed in"),
    "token-invalid": Kind(HTTPStatus.UNAUTHORIZED, "The token is not accepted"),
    "role-needed": Kind(_FORBIDDEN, "A role is missing"),
    "cross-site": Kind(_FORBIDDEN, "The request comes from another site"),
    "plan-required": Kind(_FORBIDDEN, "The plan does not include scheduled syncs"),
    "daily-needs-enterprise": Kind(_FORBIDDEN, "The plan does not include daily syncs"),
    "workspace-not-found": Kind(_NOT_FOUND, "Workspace not found"),
    "group-not-linked": Kind(_NOT_FOUND, "Group not linked"),
    "schedule-not-found": Kind(_NOT_FOUND, "Schedule not found"),
    "run-not-found": Kind(_NOT_FOUND, "Run not found"),
    "recipient-not-found": Kind(_NOT_FOUND, "Person not found"),
    "recipient-deleted": Kind(_GONE, "The person was deleted"),
    "email-missing": Kind(_BAD, "An e-mail address is missing"),
    "email-malformed": Kind(_BAD, "The e-mail address is not valid"),
    "value-malformed": Kind(_BAD, "A value is not valid"),
    "field-unknown": Kind(_BAD, "There is no such field"),
    "email-taken": Kind(_CONFLICT, "The e-mail address is taken"),
    "follows-entra": Kind(_CONFLICT, "This follows Entra ID"),
    "too-many-groups": Kind(_CONFLICT, "The person is in as many groups as can be"),
    "person-too-large": Kind(_CONFLICT, "This is more than can be kept of one person"),
    "hold-not-found": Kind(_NOT_FOUND, "Held removals not found"),
    "entra-group-not-found": Kind(_NOT_FOUND, "Group not found in Entra ID"),
    "file-not-found": Kind(_NOT_FOUND, "File not found"),
    "method-not-allowed": Kind(HTTPStatus.METHOD_NOT_ALLOWED, "Method not allowed"),
    "not-connected": Kind(_CONFLICT, "The workspace is not connected to Entra ID"),
    "connection-failed": Kind(_CONFLICT, "Entra ID refuses the connection"),
    "group-taken": Kind(_CONFLICT, "The group's id is taken"),
    "already-linked": Kind(_CONFLICT, "The Entra group is linked already"),
    "unlinking": Kind(_CONFLICT, "The group is being unlinked"),
    "tenant-not-set": Kind(_CONFLICT, "The workspace names no Entra tenant"),
    "tenant-mismatch": Kind(_CONFLICT, "The Entra tenant is another one"),
    "consent-link-unknown": Kind(_BAD, "The consent link is not valid"),
    "consent-link-used": Kind(_GONE, "The consent link was used"),
    "consent-link-expired": Kind(_GONE, "The consent link has expired"),
    "settings-not-confirmed": Kind(_CONFLICT, "The sync options are not confirmed"),
    "run-active": Kind(_CONFLICT, "A run is under way"),
    "run-over": Kind(_CONFLICT, "The run is over"),
    "run-not-over": Kind(_CONFLICT, "The run is not over"),
    "not-cancellable": Kind(_CONFLICT, "The run cannot be cancelled"),
    "nothing-to-undo": Kind(_CONFLICT, "There is nothing to undo"),
    "older-link": Kind(_CONFLICT, "The group was unlinked since"),
    "digest-outdated": Kind(_CONFLICT, "The held removals are not as they were shown"),
    "hold-closed": Kind(_CONFLICT, "The held removals wait no more"),
    "not-held": Kind(_CONFLICT, "Somebody is not held"),
    "decision-unclear": Kind(_CONFLICT, "The decision is not clear"),
    "journal-gone": Kind(_GONE, "The history has expired"),
    "schedule-changed": Kind(_STALE, "The schedule is not as expected"),
    "workspace-changed": Kind(_STALE, "The workspace is not as expected"),
    "options-changed": Kind(_STALE, "The sync options are not as expected"),
    "recipient-changed": Kind(_STALE, "The person is not as expected"),
    "body-too-large": Kind(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large"),
    "unsupported-media-type": Kind(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body is not JSON"),
    "too-many-requests": Kind(HTTPStatus.TOO_MANY_REQUESTS, "Too many requests"),
    "unexpected-error": Kind(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here"),
    "unavailable": Kind(HTTPStatus.SERVICE_UNAVAILABLE, "Try again later"),
}
#  A refusal that has no status of its own: the request is well-formed, but not possible as things stand.
_OTHER_REFUSAL = Kind(HTTPStatus.CONFLICT, "Not possible as things stand")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one part of a request: a *field* of the body, a query parameter or a header."""

    field: str
    reason: str


class Problem(Exception):
    """Answer the request with this problem. *code* is the end of its ``type``, *detail* is for people.

    *more*: members that problems of this sort have of their own (RFC 9457, section 3.2).
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.faults = tuple(faults)
        self.headers = dict(headers or {})
        self.more = dict(more or {})

    @property
    def kind(self) -> Kind:
        return kind_of(self.code)


def kind_of(code: str) -> Kind:
    """Return the sort of problem that *code* is."""
    return KINDS.get(code, _OTHER_REFUSAL)


def invalid(field: str, reason: str) -> Problem:
    """Return the problem of one wrong *field*."""
    return invalid_in([Fault(field, reason)])


def invalid_in(faults: Sequence[Fault]) -> Problem:
    detail = "; ".join(f"{fault.field} {fault.reason}" for fault in faults) + "."
    return Problem("invalid-request", detail, faults=faults)


def refused(refusal: SyncRefused, *, headers: Mapping[str, str] | None = None) -> Problem:
    faults = [Fault(refusal.field, refusal.reason)] if refusal.field else []
    return Problem(refusal.code, refusal.reason, faults=faults, headers=headers)


def unavailable(later: TryAgainLater) -> Problem:
    """Return the problem that says when to come again; why is for the log alone."""
    seconds = max(1, math.ceil(later.after.total_seconds()))
    return Problem(
        "unavailable",
        "The service or its storage is busy or cannot be reached; nothing is lost, try again.",
        headers={"Retry-After": str(seconds)},
    )


def unexpected() -> Problem:
    return Problem("unexpected-error", "The request could not be carried out; its id finds the reason in the log.")
