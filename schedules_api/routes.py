"""The HTTP functions: one per address, open to the host and authorised here.

Each takes every method: for one that a function was not registered for the host answers 404, where 405 is meant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import azure.functions as func

from schedules_api import runs, schedules
from schedules_api.answering import Route, answer
from schedules_api.health import Health

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sync_core.flows.services import Services
    from sync_core.settings import Settings

_WORKSPACE = "api/workspaces/{workspaceId}"
_GROUP = _WORKSPACE + "/groups/{groupId}"


def routes() -> tuple[Route, ...]:
    """Return every address of the API with what it can do."""
    return (
        Route("health", "api/health", {"GET": Health().show}, anonymous=True),
        Route("schedules", f"{_WORKSPACE}/schedules", {"GET": schedules.show_all}),
        Route(
            "schedule",
            f"{_GROUP}/schedule",
            {"GET": schedules.show, "PUT": schedules.put, "PATCH": schedules.change, "DELETE": schedules.delete},
        ),
        Route("runs", f"{_GROUP}/runs", {"GET": runs.show_all}),
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
