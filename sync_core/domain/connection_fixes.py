"""The one next step out of each state that a connection can fail into, as a sentence for people."""

from __future__ import annotations

from sync_core.domain.connecting import GAVE_UP, UNREACHABLE

_CONNECT_AGAIN = "Connect Entra ID again, and let an administrator of the Entra tenant accept."
_ON_OUR_SIDE = "Contact our support: this has to be mended on our side."

_FIXES = {
    "consent-missing": _CONNECT_AGAIN,
    "permission-missing": _CONNECT_AGAIN,
    "token-refused": _CONNECT_AGAIN,
    "sign-in-refused": f"{_CONNECT_AGAIN} If that does not help, contact our support.",
    "consent-denied": _CONNECT_AGAIN,
    "consent-expired": "Connect Entra ID again, and have the new link opened within the hour.",
    "tenant-mismatch": "Connect Entra ID again, signed in to the Entra tenant that manages the workspace.",
    "tenant-gone": "Contact our support: the workspace needs an Entra tenant that exists.",
    "blocked-by-policy": (
        "Let an administrator of the Entra tenant except Scheduled Syncs from the Conditional Access policy."
    ),
    UNREACHABLE: "Wait: it is tried again every hour.",
    GAVE_UP: _ON_OUR_SIDE,
}


def fix_of(code: str) -> str:
    """Return the next step where something failed with *code*, empty where nothing did."""
    return _FIXES.get(code, _ON_OUR_SIDE) if code else ""
