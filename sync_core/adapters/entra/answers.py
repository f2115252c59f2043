"""What Graph's answers hold, looked at as a stranger's: whatever is missing is never taken for nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sync_core.domain.errors import TryAgainLater

if TYPE_CHECKING:
    import httpx

INCOMPLETE_WAIT = timedelta(minutes=2)


def object_in(answer: httpx.Response) -> dict[str, Any]:
    """Return the JSON object of the body.

    Raises:
        TryAgainLater: it holds none.
    """
    try:
        body = answer.json()
    except ValueError as exc:
        raise incomplete("an answer is no JSON") from exc
    if not isinstance(body, dict):
        raise incomplete("an answer is no JSON object")
    return body


def incomplete(what: str) -> TryAgainLater:
    return TryAgainLater(f"Microsoft Graph answered incompletely: {what}", after=INCOMPLETE_WAIT)
