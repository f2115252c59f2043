"""Show a workspace's connection as people see it, with what stands in its way and the next step."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sync_core.domain.connection_fixes import fix_of
from sync_core.domain.consent import ConsentStep
from sync_core.domain.workspaces import ConnectionStatus
from sync_core.ports import value_of

if TYPE_CHECKING:
    from datetime import datetime

    from sync_core.domain.consent import Consent
    from sync_core.domain.ids import TenantId, WorkspaceId
    from sync_core.domain.workspaces import Connection
    from sync_core.flows.services import Services


class ShownStatus(StrEnum):
    NONE = "none"
    PENDING = "pending"
    CONNECTED = "connected"
    FAILED = "failed"
    DISCONNECTED = "disconnected"


class ConsentState(StrEnum):
    """``open``: the link can be used. ``trying``: given, what it allows is on its way. The others are final."""

    OPEN = "open"
    TRYING = "trying"
    GRANTED = "granted"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class ConsentShown:
    state: ConsentState
    expires_at: datetime
    code: str = ""
    reason: str = ""
    fix: str = ""


@dataclass(frozen=True, slots=True)
class ConnectionShown:
    """*since*: when it got its status. *code*, *reason* and *fix*: what stands in the way; empty where nothing does.

    *consent*: what was asked last; a connection in use goes on as it is whatever becomes of that.
    """

    status: ShownStatus
    tenant: TenantId | None = None
    since: datetime | None = None
    code: str = ""
    reason: str = ""
    fix: str = ""
    tried_at: datetime | None = None
    consent: ConsentShown | None = None


async def show_connection(services: Services, workspace: WorkspaceId) -> ConnectionShown:
    """Return the connection as it is now; ``none`` where nobody ever asked for one."""
    return shown(value_of(await services.workspaces.connection(workspace)), now=services.clock.now())


def shown(connection: Connection | None, *, now: datetime) -> ConnectionShown:
    if connection is None:
        return ConnectionShown(ShownStatus.NONE)
    consent = None if connection.consent is None else _consent_shown(connection.consent, now=now)
    status, code, reason = ShownStatus(connection.status.value), connection.code, connection.reason
    if connection.status is ConnectionStatus.PENDING and consent is not None:
        code, reason = consent.code, consent.reason
        if consent.state in {ConsentState.FAILED, ConsentState.EXPIRED}:
            status = ShownStatus.FAILED
    return ConnectionShown(
        status=status,
        tenant=connection.tenant,
        since=connection.since,
        code=code,
        reason=reason,
        fix=fix_of(code),
        tried_at=connection.tried_at,
        consent=consent,
    )


def _consent_shown(consent: Consent, *, now: datetime) -> ConsentShown:
    state, code, reason = _state_of(consent, now=now), consent.code, consent.reason
    if state is ConsentState.EXPIRED:
        code, reason = "consent-expired", "Nobody consented within the hour for which the link works."
    return ConsentShown(state, consent.expires_at, code, reason, fix_of(code))


def _state_of(consent: Consent, *, now: datetime) -> ConsentState:
    if consent.step is ConsentStep.TRYING:
        return ConsentState.TRYING
    if consent.step is ConsentStep.OVER:
        return ConsentState.FAILED if consent.code else ConsentState.GRANTED
    return ConsentState.OPEN if now < consent.expires_at else ConsentState.EXPIRED
