"""Whether a browser sent a request from a page of our own: what a cookie carries, any page could have sent."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from schedules_api.problems import Problem

if TYPE_CHECKING:
    import azure.functions as func

CHANGE_NOTHING = frozenset({"GET", "HEAD"})
_USUAL_PORTS = {"http": 80, "https": 443}


def require_same_origin(request: func.HttpRequest) -> None:
    """Let the request through where it changes nothing, or where its browser says that it comes from our own page.

    Sources: W3C, "Fetch Metadata Request Headers"; RFC 6454, section 7. Pages cannot set either header.

    Raises:
        Problem: ``cross-site``.
    """
    if request.method in CHANGE_NOTHING:
        return
    site = request.headers.get("Sec-Fetch-Site")
    own = _is_own(request.headers.get("Origin", ""), request.url) if site is None else site == "same-origin"
    if not own:
        raise Problem("cross-site", "A change by cookie must come from this site's own pages; else bring a token.")


def _is_own(origin: str, url: str) -> bool:
    """Tell whether it is the request's own origin. In front of the app TLS may end: its https is http behind it."""
    theirs, ours = _origin_of(origin), _origin_of(url)
    if theirs is None or ours is None or theirs[1:] != ours[1:]:
        return False
    return theirs[0] in {ours[0], "https"}


def _origin_of(address: str) -> tuple[str, str, int | None] | None:
    """Return scheme, host and port, None standing for the scheme's usual one."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _USUAL_PORTS or not parts.hostname or "@" in parts.netloc:
        return None
    return parts.scheme, parts.hostname, None if port == _USUAL_PORTS[parts.scheme] else port
