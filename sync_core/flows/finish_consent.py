"""Take an administrator's answer: check that it is the one that was asked for, once, and try what it allows."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sync_core.domain.connection_trials import FIRST_WAIT, ConnectionTrial
from sync_core.domain.consent import denied, given, require_usable, workspace_in
from sync_core.domain.errors import SyncRefused, TryAgainLater
from sync_core.flows.change_connection import change_connection
from sync_core.flows.try_consent import try_consent
from sync_core.ports import value_of

if TYPE_CHECKING:
    from sync_core.domain.ids import WorkspaceId
    from sync_core.domain.workspaces import Connection
    from sync_core.flows.services import Services

#  An administrator looks at the browser meanwhile.
_FIRST_TRIAL = timedelta(seconds=10)


async def finish_consent(services: Services, *, state: str, tenant: str, granted: bool) -> Connection:
    """Use the link that carries *state*, and return the connection as it then is.

    *tenant*: whose administrator answers. *granted*: with a yes. Connected, where what we need works at once; else
    it is tried again, unattended, until it does or 15 minutes are over.

    Raises:
        SyncRefused: ``consent-link-unknown``, ``consent-link-used`` or ``consent-link-expired``; nothing was changed.
    """
    workspace, token, now = workspace_in(state), services.new_token(), services.clock.now()
    found = value_of(await services.workspaces.connection(workspace))
    connection, _ = require_usable(found, state, token=token, now=now)
    refusal = await _refusal(services, workspace, connection, tenant=tenant, granted=granted)
    if refusal is None:
        #  Before the link is used up: cut off in between, nobody would come back to the connection for an hour.
        await services.trials.send(ConnectionTrial(workspace, token), delay=FIRST_WAIT)

    def use(current: Connection | None) -> Connection:
        connection, consent = require_usable(current, state, token=token, now=now)
        if consent.token == token:
            return connection
        if refusal is not None:
            return replace(connection, consent=denied(consent, refusal, token=token))
        return replace(connection, consent=given(consent, token=token, now=now))

    answered = await change_connection(services, workspace, use)
    services.log.info("consent_answered", workspace=workspace, code="" if refusal is None else refusal.code)
    if refusal is None:
        #  Where storage is busy, the trial that waits on the queue goes on.
        with suppress(TryAgainLater):
            answered = await try_consent(services, workspace, token=token, within=_FIRST_TRIAL)
    return answered or connection


async def _refusal(
    services: Services, workspace: WorkspaceId, connection: Connection, *, tenant: str, granted: bool
) -> SyncRefused | None:
    if not granted:
        return SyncRefused("consent-denied", "The administrator of the Entra tenant did not consent.")
    found = value_of(await services.workspaces.workspace(workspace))
    manages = None if found is None or found.tenant is None else found.tenant.lower()
    if not connection.tenant.lower() == manages == tenant.lower():
        return SyncRefused(
            "tenant-mismatch", "The consent came from another Entra tenant than the one that manages the workspace."
        )
    return None
