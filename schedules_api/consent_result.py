"""What the administrator reads who comes back from Entra ID: one static page, no scripts, nothing of the request."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from typing import TYPE_CHECKING

from sync_core.flows.show_connection import ConsentState, ShownStatus

if TYPE_CHECKING:
    from sync_core.flows.show_connection import ConnectionShown

_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:4rem auto;padding:0 1rem;color:#1b1b1b}"
    "h1{font-size:1.5rem}"
    "@media(prefers-color-scheme:dark){body{background:#1b1b1b;color:#f3f3f3}}"
)
_STYLE_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()

PAGE_HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
}

_GO_BACK = "You can close this window and go on in the integration settings."


@dataclass(frozen=True, slots=True)
class Result:
    """*heading* says what became of it, *text* why, *step* what to do now: one thing."""

    heading: str
    text: str
    step: str


_NOT_CONNECTED = "Entra ID is not connected"
_STAYS_CONNECTED = "Entra ID stays connected as it was"

_CONNECTED = Result("Entra ID is connected", "Scheduled Syncs can read the groups of your Entra tenant.", _GO_BACK)
_TRYING = Result(
    "Entra ID is being connected",
    "Thank you, the consent has arrived. What it allows takes some minutes to reach all of Entra ID's servers; it is "
    "tried again by itself for up to 15 minutes.",
    _GO_BACK,
)
_ENDED = Result(
    _NOT_CONNECTED,
    "Somebody ended the connection, or started it anew, while you were consenting.",
    "Look at the connection in the integration settings.",
)


def result_of(connection: ConnectionShown) -> Result:
    """Return what an administrator has to know whose consent led to *connection*."""
    consent = connection.consent
    if consent is not None and consent.code:
        is_connected = connection.status is ShownStatus.CONNECTED
        return Result(_STAYS_CONNECTED if is_connected else _NOT_CONNECTED, consent.reason, consent.fix)
    if consent is not None and consent.state is ConsentState.TRYING:
        return _TRYING
    return _CONNECTED if connection.status is ShownStatus.CONNECTED else _ENDED


def unusable(reason: str) -> Result:
    """Return what to tell where the link itself is no good."""
    return Result(
        "This link does not work",
        reason,
        "Look at the connection in the integration settings, or start it again there.",
    )


def page(result: Result) -> str:
    heading, text, step = (escape(part) for part in (result.heading, result.text, result.step))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{heading} - Scheduled Syncs</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n<h1>{heading}</h1>\n<p>{text}</p>\n<p><strong>{step}</strong></p>\n</main>\n</body>\n</html>\n"
    )
