"""How lists are cut into pages: an opaque ``continuationToken`` names the last item."""

from __future__ import annotations

import base64

from schedules_api.problems import invalid


def token_behind(item: str | None, *, of: str) -> str | None:
    """Return the token that goes on behind *item* in the lists called *of*; None at a list's end."""
    if item is None:
        return None
    return base64.urlsafe_b64encode(f"{of}:{item}".encode()).decode().rstrip("=")


def item_behind(token: str | None, *, of: str) -> str | None:
    """Return the item that *token* names; None where the list is to begin. Check the item before use.

    Raises:
        Problem: the token is none that a list called *of* gave out.
    """
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
