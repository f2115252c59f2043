"""What becomes of a connection: asked for, working, failing, ended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sync_core.domain.consent import ConsentStep, settled
from sync_core.domain.workspaces import Connection, ConnectionStatus

if TYPE_CHECKING:
    from datetime import datetime

    from sync_core.domain.consent import Consent
    from sync_core.domain.ids import TenantId

UNREACHABLE = "entra-unreachable"
GAVE_UP = "gave-up"

#  Refusals of one request, or no answer at all; the tenant as a whole may be fine.
SAY_NOTHING_OF_THE_TENANT = frozenset({"request-refused", "foreign-link", UNREACHABLE, GAVE_UP})


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a connection does not work. *may_pass*: what was consented to may still be on its way."""

    code: str
    reason: str
    may_pass: bool


def asked_for(connection: Connection | None, *, tenant: TenantId, consent: Consent) -> Connection:
    """Return the connection while *consent* is open: one in use goes on as it is, any other waits for it."""
    if connection is not None and connection.in_use:
        return replace(connection, consent=consent)
    return Connection(tenant, ConnectionStatus.PENDING, since=consent.asked_at, consent=consent)


def working(connection: Connection, *, now: datetime) -> Connection:
    is_news = connection.status is not ConnectionStatus.CONNECTED
    return replace(
        connection,
        status=ConnectionStatus.CONNECTED,
        code="",
        reason="",
        failed_at=None,
        tried_at=None,
        since=now if is_news else connection.since,
    )


def failing(connection: Connection, *, code: str, reason: str, now: datetime) -> Connection:
    is_news = connection.status is not ConnectionStatus.FAILED
    return replace(
        connection,
        status=ConnectionStatus.FAILED,
        code=code,
        reason=reason,
        failed_at=now,
        since=now if is_news else connection.since,
    )


def ended(connection: Connection, *, now: datetime) -> Connection:
    """Return the connection as history: its tenant is remembered, links that wait for consent die."""
    if connection.status is ConnectionStatus.DISCONNECTED:
        return connection
    return Connection(connection.tenant, ConnectionStatus.DISCONNECTED, since=now)


def is_tried(connection: Connection | None, token: str) -> bool:
    """Tell whether we are finding out if the consent works that the callback *token* took."""
    consent = None if connection is None else connection.consent
    return consent is not None and consent.step is ConsentStep.TRYING and consent.token == token


def is_overdue(connection: Connection, *, now: datetime) -> bool:
    """Tell whether what was consented to should have arrived by now."""
    deadline = None if connection.consent is None else connection.consent.deadline
    return deadline is not None and now >= deadline


def after_trial(connection: Connection, consent: Consent, trouble: Trouble | None, *, now: datetime) -> Connection:
    """Return what a trial makes of the connection: it works, it is too early to say, or it has failed.

    One in use fails only by what is said of its tenant as a whole.
    """
    if trouble is None:
        return working(replace(connection, consent=settled(consent)), now=now)
    if trouble.may_pass and not is_overdue(connection, now=now):
        return replace(connection, tried_at=now)
    over = settled(consent, code=trouble.code, reason=trouble.reason)
    tried = replace(connection, tried_at=now, consent=over)
    if connection.in_use and trouble.code in SAY_NOTHING_OF_THE_TENANT:
        return tried
    return failing(tried, code=trouble.code, reason=trouble.reason, now=now)
