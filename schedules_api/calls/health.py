"""Whether the app and its storage are well."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from schedules_api.operations import Access, Operation, Reply, Route
from schedules_api.shapes.health import HealthAnswer
from sync_core.domain.errors import TryAgainLater
from sync_core.flows.check_health import check_storage
from sync_core.wiring import VERSION

if TYPE_CHECKING:
    from datetime import datetime

    from schedules_api.operations import Call
    from schedules_api.shapes.base import NoQuery
    from sync_core.flows.services import Services

_KEPT = timedelta(seconds=10)


class Health:
    """Asks storage at most once in ten seconds, however often it is asked itself.

    *patience*: how long storage may take to answer. Its own clients wait for minutes, and a probe does not.
    """

    def __init__(self, patience: timedelta = timedelta(seconds=5)) -> None:
        self._patience = patience
        self._checked_at: datetime | None = None
        self._trouble: TryAgainLater | None = None

    async def show(self, call: Call[NoQuery, None]) -> Reply:
        services = call.services
        now = services.clock.now()
        if self._checked_at is None or not timedelta(0) <= now - self._checked_at < _KEPT:
            self._trouble = await self._find_trouble(services)
            self._checked_at = now
        if self._trouble is not None:
            raise TryAgainLater(self._trouble.reason, after=_KEPT)
        return Reply(HealthAnswer(status="ok", version=VERSION, storage="ok", time=now))

    async def _find_trouble(self, services: Services) -> TryAgainLater | None:
        try:
            await check_storage(services, within=self._patience)
        except TryAgainLater as exc:
            return exc
        return None


def routes() -> tuple[Route, ...]:
    """Return the address of a new health check, which remembers its own answers."""
    show = Operation(
        run=Health().show,
        id="getHealth",
        summary="Tell whether the app and its storage are well, and its version.",
        access=Access.ANYBODY,
        answers={HTTPStatus.OK: HealthAnswer},
    )
    return (Route("health", "api/health", {"GET": show}, counted=False),)
