"""What operators see of one HTTP request: method, route, status and the request's id; nothing that was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.telemetry.catalogue import HTTP_REQUEST

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import azure.functions as func

    from schedules_api.operations import Route
    from sync_core.telemetry import Telemetry

#  Anybody can make up a method, and a name for each would be one too many: OpenTelemetry, "Semantic conventions for
#  HTTP spans", http.request.method.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OTHER = "_OTHER"


def request_span(
    telemetry: Telemetry, request: func.HttpRequest, *, route: Route, request_id: str
) -> AbstractContextManager[None]:
    """Open the span of *request*."""
    method = request.method if request.method in _METHODS else _OTHER
    path = f"/{route.path}"
    about = {"request": request_id, "http.request.method": method, "http.route": path}
    return telemetry.span(HTTP_REQUEST, named=f"{method} {path}", **about)


def note_status(telemetry: Telemetry, status: int) -> None:
    """Add what the request was answered with to its span."""
    telemetry.note(**{"http.response.status_code": status})
