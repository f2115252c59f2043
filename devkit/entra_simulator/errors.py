"""The refusals that the simulator answers with, in the shapes of Graph and of the token endpoint.

::

    GraphRefusal    {"error": {"code", "message", "innerError"}}, see learn.microsoft.com "Microsoft Graph errors"
    TokenRefusal    {"error", "error_description", "error_codes", ...}, see "Microsoft Entra error codes"
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class GraphRefusal(Exception):
    def __init__(self, status: int, code: str, message: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}


class TokenRefusal(Exception):
    """*error* is OAuth's word, *number* what follows AADSTS."""

    def __init__(self, status: int, error: str, number: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.error = error
        self.number = number
        self.message = message


def not_simulated(what: str) -> GraphRefusal:
    """Return the refusal for all that Graph may well do and the simulator does not."""
    return GraphRefusal(501, "NotImplemented", f"The Entra simulator does not simulate {what}.")


def not_found(object_id: str) -> GraphRefusal:
    return GraphRefusal(
        404,
        "Request_ResourceNotFound",
        f"Resource '{object_id}' does not exist or one of its queried reference-property objects are not present.",
    )


def unsupported_query(message: str = "Unsupported Query.") -> GraphRefusal:
    return GraphRefusal(400, "Request_UnsupportedQuery", message)


def graph_error(code: str, message: str, *, now: datetime, request_id: str, client_request_id: str) -> Any:
    """Return the body of a Graph error; published bodies carry the date without a zone."""
    inner = {
        "date": now.strftime("%Y-%m-%dT%H:%M:%S"),
        "request-id": request_id,
        "client-request-id": client_request_id,
    }
    return {"error": {"code": code, "message": message, "innerError": inner}}


def token_error(refusal: TokenRefusal, *, now: datetime, trace_id: str, correlation_id: str, url: str) -> Any:
    """Return the body of a token endpoint's error."""
    stamp = now.strftime("%Y-%m-%d %H:%M:%SZ")
    description = (
        f"AADSTS{refusal.number}: {refusal.message} Trace ID: {trace_id} "
        f"Correlation ID: {correlation_id} Timestamp: {stamp}"
    )
    return {
        "error": refusal.error,
        "error_description": description,
        "error_codes": [refusal.number],
        "timestamp": stamp,
        "trace_id": trace_id,
        "correlation_id": correlation_id,
        "error_uri": f"{url}/error?code={refusal.number}",
    }
