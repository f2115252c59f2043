"""Calls to Microsoft Graph for all customers' tenants: who signs in, what is tried again, and when to give up.

This is the one owner of short retries; longer waits leave as `TryAgainLater`.
"""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sync_core.adapters.entra import failures
from sync_core.adapters.entra.patience import Effort, Patience, seconds_of
from sync_core.telemetry import NO_TELEMETRY
from sync_core.telemetry.catalogue import GRAPH_REQUEST, GRAPH_REQUESTS, GRAPH_RESOURCE_UNITS, GRAPH_THROTTLED

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import httpx
    from kiota_abstractions.request_information import RequestInformation
    from msgraph.graph_service_client import GraphServiceClient

    from sync_core.adapters.entra.credentials import AppIdentity
    from sync_core.adapters.entra.session import Connections, TenantSession
    from sync_core.domain.ids import TenantId
    from sync_core.telemetry import Telemetry

    Ask = Callable[[GraphServiceClient], RequestInformation]

_EASE_OFF_SECONDS = 2.0
_NEAR_THE_LIMIT = "x-ms-throttle-limit-percentage"
#  What a request cost: learn.microsoft.com, "Microsoft Graph service-specific throttling limits", identity.
_COST = "x-ms-resource-unit"
_UNAUTHORISED, _FORBIDDEN, _THROTTLED, _UNAVAILABLE = 401, 403, 429, 503


class GraphClients:
    """Graph for every tenant that is asked for, each signed in when it is first needed.

    *sleep* waits some seconds; *jitter* returns numbers from 0 to 1.
    """

    def __init__(
        self,
        app: AppIdentity,
        *,
        graph_base_url: str,
        version: str,
        budget: Patience | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
        telemetry: Telemetry = NO_TELEMETRY,
    ) -> None:
        self._app = app
        self._telemetry = telemetry
        self._base_url = graph_base_url
        self._user_agent = f"ScheduledSyncs/{version}"
        self._budget = budget or Patience()
        self._sleep = sleep
        self._jitter = jitter
        self._connections: Connections | None = None
        self._sessions: dict[TenantId, TenantSession] = {}

    async def fetch(self, tenant: TenantId, ask: Ask, *, operation: str) -> httpx.Response:
        """Return Graph's answer, which is a success. *operation*: what is asked for, in a word that operators see.

        Raises:
            TryAgainLater: throttled, failing or unreachable for longer than one call should wait.
            EntraRefused: Graph or the sign-in service says no.
            GroupGone: what was asked for does not exist.
        """
        with self._telemetry.span(GRAPH_REQUEST, operation=operation):
            return await self._fetch(tenant, ask, operation)

    async def _fetch(self, tenant: TenantId, ask: Ask, operation: str) -> httpx.Response:
        session = self._session(tenant)
        effort = Effort(self._budget, jitter=self._jitter)
        fresh_connection = signed_in_again = False
        tries = 0
        while True:
            tries += 1
            try:
                answer = await session.send(ask, fresh_connection=fresh_connection)
                self._note(answer, operation, tries=tries)
                if answer.status_code == _UNAUTHORISED and not signed_in_again:
                    signed_in_again = True
                    await session.sign_in_again(answer)
                    continue
                if answer.status_code == _FORBIDDEN:
                    #  The next call has to see what is consented to by then, and a token tells until it expires.
                    await session.sign_in_again(answer)
                fresh_connection = answer.status_code == _UNAVAILABLE
                _expect_success(answer)
            except failures.Hiccup as exc:
                await self._sleep(_wait_after(exc, effort))
                continue
            if _NEAR_THE_LIMIT in answer.headers:
                await self._sleep(_EASE_OFF_SECONDS)
            return answer

    def _note(self, answer: httpx.Response, operation: str, *, tries: int) -> None:
        status, cost = answer.status_code, answer.headers.get(_COST, "")
        self._telemetry.note(status=status, tries=tries)
        self._telemetry.count(GRAPH_REQUESTS, operation=operation, status=str(status))
        self._telemetry.count(GRAPH_THROTTLED, int(status == _THROTTLED), operation=operation)
        if cost.isascii() and cost.isdigit():
            self._telemetry.count(GRAPH_RESOURCE_UNITS, int(cost), operation=operation)

    async def sign_in_afresh(self, tenant: TenantId) -> None:
        """Forget the token for *tenant*, so that the next call's says what is consented to by then."""
        await self._session(tenant).forget_token()

    def follow(self, link: str) -> Ask:
        """Return the question that a paging link of Graph's asks.

        Raises:
            EntraRefused: it leads elsewhere than to the Graph that we call; our token must not go there.
        """
        if _origin(link) != _origin(self._base_url):
            raise failures.refused("foreign-link")

        def ask(_: GraphServiceClient) -> RequestInformation:
            from sync_core.adapters.entra import session  # noqa: PLC0415 (the SDK is loaded when it is needed)

            return session.follow(link)

        return ask

    async def close(self) -> None:
        """Close every connection. Nothing can be fetched afterwards."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()
        if self._connections is not None:
            await self._connections.close()

    def _session(self, tenant: TenantId) -> TenantSession:
        if (known := self._sessions.get(tenant)) is not None:
            return known
        from sync_core.adapters.entra.session import Connections, TenantSession  # noqa: PLC0415 (as above)

        if self._connections is None:
            self._connections = Connections(ca_file=self._app.ca_file)
        session = TenantSession(
            self._app,
            tenant,
            graph_base_url=self._base_url,
            connections=self._connections,
            user_agent=self._user_agent,
        )
        self._sessions[tenant] = session
        return session


def _expect_success(answer: httpx.Response) -> None:
    if answer.status_code in failures.TRANSIENT_STATUSES:
        raise failures.Hiccup(
            f"Microsoft Graph answers with status {answer.status_code}",
            retry_after=answer.headers.get("Retry-After"),
        )
    if not answer.is_success:
        raise failures.of_answer(answer.status_code, _code_of(answer))


def _wait_after(hiccup: failures.Hiccup, effort: Effort) -> float:
    return effort.wait_before_next(hiccup.reason, retry_after=seconds_of(hiccup.retry_after))


def _code_of(answer: httpx.Response) -> str:
    """Return the error code of Graph's body, which is looked at as a stranger's: empty where it has none."""
    try:
        body: Any = answer.json()
    except ValueError:
        return ""
    error = body.get("error") if isinstance(body, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, str) else ""


def _origin(address: str) -> tuple[str, str | None, int | None] | None:
    try:
        parts = urlsplit(address)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return None
    if "@" in parts.netloc or "\\" in address:
        return None
    return parts.scheme, parts.hostname, port
