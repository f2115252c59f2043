"""Find out whether a consent works that was just given, patiently: what it allows takes minutes to arrive.

Each trial that has to wait sends the next as a message, so that nobody needs to keep a browser open; the hourly
watch settles those whose message was lost.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from sync_core.domain.connecting import GAVE_UP, UNREACHABLE, Trouble, after_trial, is_overdue, is_tried
from sync_core.domain.connection_trials import decode
from sync_core.domain.errors import BadOrder, EntraRefused, TryAgainLater
from sync_core.flows.change_connection import change_connection
from sync_core.ports import value_of
from sync_core.side_by_side import each
from sync_core.telemetry.catalogue import DELIVER_TRIAL

if TYPE_CHECKING:
    from sync_core.domain.connection_trials import ConnectionTrial
    from sync_core.domain.ids import TenantId, WorkspaceId
    from sync_core.domain.workspaces import Connection
    from sync_core.flows.services import Services

#  How Entra ID and Graph answer while a consent is on its way to all their servers.
_ON_ITS_WAY = frozenset({"consent-missing", "permission-missing", "token-refused"})

_AT_A_TIME = 8
_A_MOMENT = timedelta(seconds=1)
#  Longer than the client's own patience.
_LONG = timedelta(minutes=5)


_UNREACHABLE = Trouble(
    UNREACHABLE, "Entra ID could not be reached to try the connection. It is tried again every hour.", may_pass=True
)
_GAVE_UP = Trouble(GAVE_UP, "The connection could not be tried because of a fault on our side.", may_pass=False)


async def try_consent(
    services: Services, workspace: WorkspaceId, *, token: str, within: timedelta = _LONG
) -> Connection | None:
    """Try the consent that the callback *token* took; settle it, or leave it to the next trial.

    One that is settled, replaced or ended already is left alone. Returns the connection as it then is.

    Raises:
        TryAgainLater: storage is busy.
    """
    connection = value_of(await services.workspaces.connection(workspace))
    if connection is None or not is_tried(connection, token):
        return connection
    trouble = await _find_trouble(services, connection.tenant, within=within)
    return await _conclude(services, workspace, token, trouble)


async def deliver_trial(services: Services, text: str) -> None:
    """Carry out the trial in *text*, and send the next where it is too early to say."""
    try:
        trial = decode(text)
    except BadOrder as exc:
        services.log.warning("trial_malformed", reason=str(exc))
        await services.trials.poison(text, reason=str(exc))
        return
    with services.telemetry.span(DELIVER_TRIAL, workspace=trial.workspace):
        await _try_and_go_on(services, trial)


async def _try_and_go_on(services: Services, trial: ConnectionTrial) -> None:
    connection = await try_consent(services, trial.workspace, token=trial.token)
    consent = None if connection is None else connection.consent
    if is_tried(connection, trial.token) and consent is not None and consent.deadline is not None:
        left = consent.deadline - services.clock.now()
        following = trial.next()
        await services.trials.send(following, delay=max(min(following.wait, left), _A_MOMENT))


async def give_up_trial(services: Services, text: str, error: Exception) -> None:
    """Settle the consent of a trial whose last delivery failed, and keep the message for an operator."""
    trial = decode(text)
    reason = f"gave up after repeated failures: {type(error).__name__}"
    services.log.error("trial_given_up", workspace=trial.workspace, reason=reason)
    await _conclude(services, trial.workspace, trial.token, _GAVE_UP)
    await services.trials.poison(text, reason=reason)


async def settle_consents(services: Services) -> None:
    """Try once more, and settle, every consent whose time is over: its message was lost."""

    async def settle(one: tuple[WorkspaceId, str]) -> None:
        workspace, token = one
        services.log.warning("consent_settled_late", workspace=workspace)
        try:
            await try_consent(services, workspace, token=token)
        except TryAgainLater as later:
            services.log.info("consent_not_settled", workspace=workspace, reason=later.reason)

    now = services.clock.now()
    overdue = [
        (workspace, found.value.consent.token)
        async for workspace, found in services.workspaces.connections()
        if found.value.consent is not None and is_overdue(found.value, now=now)
    ]
    await each(settle, overdue, limit=_AT_A_TIME)


async def _find_trouble(services: Services, tenant: TenantId, *, within: timedelta) -> Trouble | None:
    try:
        async with asyncio.timeout(within.total_seconds()):
            await services.entra.check(tenant)
    except EntraRefused as refused:
        return Trouble(refused.code, refused.reason, may_pass=refused.code in _ON_ITS_WAY)
    except (TryAgainLater, TimeoutError):
        return _UNREACHABLE
    return None


async def _conclude(
    services: Services, workspace: WorkspaceId, token: str, trouble: Trouble | None
) -> Connection | None:
    now = services.clock.now()

    def conclude(current: Connection | None) -> Connection | None:
        consent = None if current is None else current.consent
        if current is None or consent is None or not is_tried(current, token):
            return current
        return after_trial(current, consent, trouble, now=now)

    connection = await change_connection(services, workspace, conclude)
    services.log.info("consent_tried", workspace=workspace, code="" if trouble is None else trouble.code)
    return connection
