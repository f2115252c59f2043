"""Cut collections into pages whose links carry on by id, whatever changes between two pages."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from bisect import bisect_right
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from devkit.entra_simulator.errors import GraphRefusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DEFAULT_SIZE = 100
LARGEST_SIZE = 999


@dataclass(frozen=True, slots=True)
class Page:
    """*last* is the id to carry on after, or None where this page is the end."""

    ids: Sequence[str]
    last: str | None


def cut_page(
    ids: Sequence[str], *, after: str | None, size: int, wanted: Callable[[str], bool] = lambda _: True
) -> Page:
    """Return the first *size* wanted ids past *after*; *ids* ascend.

    An id that stays in the collection between two calls is on exactly one page.
    """
    start = 0 if after is None else bisect_right(ids, after)
    rest = (ids[index] for index in range(start, len(ids)))
    found = list(islice(filter(wanted, rest), size + 1))
    return Page(found[:size], found[size - 1] if len(found) > size else None)


class PageTokens:
    """Make and read `$skiptoken` values; they are signed, and good only for the collection they come from."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def make(self, collection: str, *, after: str) -> str:
        content = json.dumps([collection, after]).encode()
        return base64.urlsafe_b64encode(self._signature(content) + content).decode()

    def read(self, collection: str, token: str) -> str:
        """Return the id to carry on after.

        Raises:
            GraphRefusal: the token was not made here for this collection. What Graph answers to such a token
                is not documented; it is a 400.
        """
        try:
            signed = base64.urlsafe_b64decode(token.encode())
        except ValueError as failure:
            raise _bad_token() from failure
        signature, content = signed[:32], signed[32:]
        if not hmac.compare_digest(signature, self._signature(content)):
            raise _bad_token()
        made_for, after = json.loads(content)
        if made_for != collection:
            raise _bad_token()
        return str(after)

    def _signature(self, content: bytes) -> bytes:
        return hmac.new(self._key, content, hashlib.sha256).digest()


def _bad_token() -> GraphRefusal:
    return GraphRefusal(400, "Request_BadRequest", "The page token is not one of this collection.")
