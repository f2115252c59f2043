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
    entra_groups,
    groups,
    health,
    holds,
    me,
    members,
    recipients,
    runs,
    schedules,
    sync_options,
    workspaces,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from schedules_api.operations import Route
    from sync_core.flows.services import Services
    from sync_core.settings import Settings


def routes() -> tuple[Route, ...]:
    """Return every address of the API with what it can do."""
    return (
        *health.routes(),
        *me.ROUTES,
        *workspaces.ROUTES,
        *consent_callback.ROUTES,
        *connection.ROUTES,
        *sync_options.ROUTES,
        *entra_groups.ROUTES,
        *groups.ROUTES,
        *members.ROUTES,
        *schedules.ROUTES,
        *runs.ROUTES,
        *changes.ROUTES,
        *holds.ROUTES,
        *recipients.ROUTES,
    )


def blueprint(services: Callable[[], Awaitable[Services]], settings: Settings) -> func.Blueprint:
    """Return the HTTP functions over *services*, which is asked for them with each request."""
    functions = func.Blueprint()  # type: ignore[no-untyped-call]  # the SDK's constructor has no annotations
    for route in routes():
        register = functions.route(route=route.path, auth_level=func.AuthLevel.ANONYMOUS)
        functions.function_name(route.name)(register(_function(route, services, settings)))
    return functions


def _function(
    route: Route, services: Callable[[], Awaitable[Services]], settings: Settings
) -> Callable[[func.HttpRequest], Awaitable[func.HttpResponse]]:
    async def function(req: func.HttpRequest) -> func.HttpResponse:
        return await answer(req, route=route, services=services, settings=settings)

    return function
