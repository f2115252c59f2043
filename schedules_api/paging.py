"""How lists are cut into pages: ``limit``, and an opaque ``continuationToken`` that names the last item."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING

from schedules_api.problems import invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE_PARAMETERS = frozenset({"limit", "continuationToken"})
LARGEST_PAGE = 200
_USUAL_PAGE = 50

_WHOLE_NUMBER = re.compile(r"[0-9]{1,6}")


def limit_in(query: Mapping[str, str]) -> int:
    """Return how many items the page may have.

    Raises:
        Problem: the limit is not 1 to 200.
    """
    text = query.get("limit")
    if text is None:
        return _USUAL_PAGE
    if _WHOLE_NUMBER.fullmatch(text) is None or not 1 <= int(text) <= LARGEST_PAGE:
        raise invalid("limit", f"must be a whole number from 1 to {LARGEST_PAGE}")
    return int(text)


def token_behind(item: str | None, *, of: str) -> str | None:
    """Return the token that goes on behind *item* in the lists called *of*; None at a list's end."""
    if item is None:
        return None
    return base64.urlsafe_b64encode(f"{of}:{item}".encode()).decode().rstrip("=")


def item_in(query: Mapping[str, str], *, of: str) -> str | None:
    """Return the item that the query's token names; None where the list is to begin. Check the item before use.

    Raises:
        Problem: the token is none that a list called *of* gave out.
    """
    token = query.get("continuationToken")
    if token is None:
        return None
    try:
        text = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True).decode()
    except ValueError as exc:
        raise bad_token() from exc
    item = text.removeprefix(f"{of}:")
    if token_behind(item, of=of) != token:
        raise bad_token()
    return item


def bad_token() -> Exception:
    return invalid("continuationToken", "must be one that this list gave out")
