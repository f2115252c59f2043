"""The HTTP functions: one per address, open to the host and authorised here.

Each takes every method: for one that a function was not registered for the host answers 404, where 405 is meant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import azure.functions as func

from schedules_api.answering import answer
from schedules_api.calls import (
    changes,
    connection,
    consent_callback,
    description,
    entra_groups,
    groups,
    health,
    holds,
    me,
    members,
    portal,
    recipients,
    runs,
    schedules,
    sync_options,
    workspaces,
)
from schedules_api.rate_limit import RateLimit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from schedules_api.operations import Route
    from sync_core.flows.services import Services
    from sync_core.settings import Settings


def sections() -> dict[str, tuple[Route, ...]]:
    """Return every address of the API with what it can do, by the heading that readers of its description see."""
    return {
        "Schedules": schedules.ROUTES,
        "Runs": runs.ROUTES + changes.ROUTES,
        "Held removals": holds.ROUTES,
        "Groups": groups.ROUTES + members.ROUTES + entra_groups.ROUTES,
        "People": recipients.ROUTES,
        "Sync options": sync_options.ROUTES,
        "Connection": connection.ROUTES + consent_callback.ROUTES,
        "Workspaces": workspaces.ROUTES + me.ROUTES,
        "About the service": health.routes() + description.routes(sections),
    }


def routes() -> tuple[Route, ...]:
    return tuple(route for section in sections().values() for route in section)


def pages() -> tuple[Route, ...]:
    """Return the addresses that are for people's browsers alone, and so not in the API's description."""
    return portal.routes()


def blueprint(services: Callable[[], Awaitable[Services]], settings: Settings) -> func.Blueprint:
    """Return the HTTP functions over *services*, which is asked for them with each request."""
    functions = func.Blueprint()  # type: ignore[no-untyped-call]  # the SDK's constructor has no annotations
    limit = RateLimit(settings.api.requests_per_minute)
    for route in (*routes(), *pages()):
        register = functions.route(route=route.path, auth_level=func.AuthLevel.ANONYMOUS)
        functions.function_name(route.name)(register(_function(route, services, settings, limit)))
    return functions


def _function(
    route: Route, services: Callable[[], Awaitable[Services]], settings: Settings, limit: RateLimit
) -> Callable[[func.HttpRequest], Awaitable[func.HttpResponse]]:
    async def function(req: func.HttpRequest) -> func.HttpResponse:
        return await answer(req, route=route, services=services, settings=settings, limit=limit)

    return function
