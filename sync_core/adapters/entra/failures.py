"""What each failure of Graph and of the sign-in service means for us.

Reasons are read by workspace admins: they tell the fix, and hold no address, token or name.
Codes: learn.microsoft.com, "Microsoft Graph error responses" and "Microsoft Entra authentication error codes".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sync_core.domain.errors import EntraRefused, GroupGone, SyncRefused

if TYPE_CHECKING:
    from azure.core.exceptions import AzureError

TRANSIENT_STATUSES = frozenset({429, 500, 502, 503, 504})

_AADSTS = re.compile(r"AADSTS(\d+)")
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_UNAUTHORISED, _FORBIDDEN, _NOT_FOUND = 401, 403, 404
_GROUP_NOT_FOUND = "request_resourcenotfound"

_CODE_OF_AADSTS = {
    "7000229": "consent-missing",
    "700016": "consent-missing",
    "7000215": "secret-refused",
    "7000222": "secret-expired",
    "90002": "tenant-gone",
    "53003": "blocked-by-policy",
}
_REASONS = {
    "consent-missing": (
        "The Entra tenant has not consented to Scheduled Syncs, or has withdrawn its consent. Connect Entra ID "
        "again in the integration settings and let an administrator of the tenant accept."
    ),
    "permission-missing": (
        "Scheduled Syncs may not read the group and its users. Connect Entra ID again in the integration settings "
        "and let an administrator of the tenant grant admin consent for User.Read.All and GroupMember.Read.All."
    ),
    "token-refused": (
        "Microsoft Graph refuses our sign-in to the Entra tenant, a fresh one too. Connect Entra ID again in the "
        "integration settings."
    ),
    "secret-refused": (
        "Entra ID refused the secret that Scheduled Syncs signs in with. Contact our support: it has to be renewed "
        "on our side."
    ),
    "secret-expired": (
        "The secret that Scheduled Syncs signs in with has expired. Contact our support: it has to be renewed on "
        "our side."
    ),
    "tenant-gone": (
        "Entra ID does not know the connected tenant any more. Connect Entra ID again in the integration settings "
        "with a tenant that exists."
    ),
    "blocked-by-policy": (
        "A Conditional Access policy of the Entra tenant blocks Scheduled Syncs. Let an administrator of the "
        "tenant except this app from the policy."
    ),
    "foreign-link": (
        "Microsoft Graph sent a link to another address than its own, which is not followed. Contact our support."
    ),
}


class Hiccup(Exception):
    """A failure that the next try may not meet. *retry_after*: seconds, where the other side named them."""

    def __init__(self, reason: str, *, retry_after: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


def refused(code: str) -> EntraRefused:
    """Return the refusal that goes by *code*, with its fix."""
    return EntraRefused(code, _REASONS[code])


def of_answer(status: int, code: str) -> SyncRefused:
    """Return what Graph's final answer means; *code* is the error's own, empty where it has none."""
    if status == _UNAUTHORISED:
        return refused("token-refused")
    if status == _FORBIDDEN:
        return refused("permission-missing")
    if status == _NOT_FOUND and code.lower() == _GROUP_NOT_FOUND:
        return GroupGone(
            "group-gone",
            "The linked group does not exist in Entra ID any more. Restore it there, or unlink it here.",
        )
    told = code if _CODE.fullmatch(code) else "no code"
    return EntraRefused(
        "request-refused",
        f"Microsoft Graph refused a request of Scheduled Syncs (status {status}, {told}). Contact our support.",
    )


def of_sign_in(exc: AzureError) -> EntraRefused | Hiccup:
    """Return what it means that no token could be had.

    Without an AADSTS number it was not Entra ID that answered, or not on purpose: that may pass.
    """
    response: Any = getattr(exc, "response", None)
    if response is not None and response.status_code in TRANSIENT_STATUSES:
        return Hiccup("Entra ID's sign-in service is busy", retry_after=response.headers.get("Retry-After"))
    if (found := _AADSTS.search(exc.message)) is None:
        return Hiccup("Entra ID's sign-in service cannot be reached")
    if (code := _CODE_OF_AADSTS.get(found[1])) is not None:
        return refused(code)
    return EntraRefused(
        "sign-in-refused",
        f"Entra ID refused the sign-in of Scheduled Syncs ({found[0]}). Connect Entra ID again in the integration "
        "settings; contact our support if that does not help.",
    )
