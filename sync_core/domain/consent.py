"""An administrator's consent to a connection: asked for by a link that works once, and for an hour."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING

from sync_core.domain.errors import SyncRefused
from sync_core.domain.ids import WorkspaceId

if TYPE_CHECKING:
    from datetime import datetime

    from sync_core.domain.workspaces import Connection

LINK_LIVES = timedelta(hours=1)

ROLES_TAKE = timedelta(minutes=15)
"""So long after the consent we wait for what it allows to reach every server of Entra ID and Graph."""

#  The workspace, then 256 random bits in URL-safe base64.
_STATE = re.compile(r"(?P<workspace>[A-Za-z0-9_-]{1,64})\.[A-Za-z0-9_-]{43}")


class ConsentStep(StrEnum):
    """``asked``: the link was given out. ``trying``: consented, we find out whether it works. ``over``: settled."""

    ASKED = "asked"
    TRYING = "trying"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Consent:
    """One link that was given out.

    *digest*: of its state, which itself is kept nowhere. *starter*: the object id of the person who asked. *token*:
    of the callback that used the link, empty until one did. *given_at*: when the administrator came back with a yes.
    *code* and *reason*: why it came to nothing, stable and for people.
    """

    digest: str
    starter: str
    asked_at: datetime
    expires_at: datetime
    step: ConsentStep = ConsentStep.ASKED
    token: str = ""
    given_at: datetime | None = None
    code: str = ""
    reason: str = ""

    @property
    def deadline(self) -> datetime | None:
        """When to stop waiting for what was consented to; None while nobody waits for it."""
        if self.given_at is None or self.step is not ConsentStep.TRYING:
            return None
        return self.given_at + ROLES_TAKE


def state_of(workspace: WorkspaceId, secret: str) -> str:
    """Return the state that a link carries: it names the workspace, and *secret* makes it impossible to guess."""
    return f"{workspace}.{secret}"


def workspace_in(state: str) -> WorkspaceId:
    """Return the workspace that *state* is for, unless it cannot be one of ours.

    Raises:
        SyncRefused: ``consent-link-unknown``.
    """
    found = _STATE.fullmatch(state)
    if found is None:
        raise _unknown_link()
    return WorkspaceId(found["workspace"])


def consent_asked(state: str, *, by: str, now: datetime) -> Consent:
    return Consent(_digest_of(state), by, now, now + LINK_LIVES)


def require_usable(
    connection: Connection | None, state: str, *, token: str, now: datetime
) -> tuple[Connection, Consent]:
    """Return the connection and its consent, whose link carries *state* and may be used now, again by *token* alone.

    Raises:
        SyncRefused: ``consent-link-unknown``, ``consent-link-used`` or ``consent-link-expired``. Only who has the
            state learns more than the first.
    """
    consent = None if connection is None else connection.consent
    if connection is None or consent is None or not compare_digest(consent.digest, _digest_of(state)):
        raise _unknown_link()
    if consent.token not in {"", token}:
        raise SyncRefused("consent-link-used", "This link was used already. It works once.")
    if now >= consent.expires_at:
        raise SyncRefused("consent-link-expired", "This link has expired. It works for one hour.")
    return connection, consent


def given(consent: Consent, *, token: str, now: datetime) -> Consent:
    return replace(consent, step=ConsentStep.TRYING, token=token, given_at=now)


def settled(consent: Consent, *, code: str = "", reason: str = "") -> Consent:
    """Return the consent as it ends: well, or with a *code* and a *reason*."""
    return replace(consent, step=ConsentStep.OVER, code=code, reason=reason)


def denied(consent: Consent, refusal: SyncRefused, *, token: str) -> Consent:
    return replace(settled(consent, code=refusal.code, reason=refusal.reason), token=token)


def _unknown_link() -> SyncRefused:
    return SyncRefused("consent-link-unknown", "This link is not valid. A newer one may have replaced it.")


def _digest_of(state: str) -> str:
    return sha256(state.encode()).hexdigest()
