"""The signed-in person that App Service authentication puts into a request's header.

Source: learn.microsoft.com, "Work with user identities in Azure App Service authentication".
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from schedules_api.sign_in.refusals import not_signed_in

if TYPE_CHECKING:
    from collections.abc import Mapping

HEADER = "X-MS-CLIENT-PRINCIPAL"

_ENTRA = "aad"
#  The platform gives some claims other names than the token has.
_NAMES: Mapping[str, str] = {
    "http://schemas.microsoft.com/identity/claims/tenantid": "tid",
    "http://schemas.microsoft.com/identity/claims/objectidentifier": "oid",
    "http://schemas.microsoft.com/ws/2008/06/identity/claims/role": "roles",
}


def claims_of_principal(header: str) -> Mapping[str, Any]:
    """Return the claims under their names in tokens: ``roles`` as a list, of others the only value.

    Raises:
        Problem: the header is malformed, tells two things at once, or is not about a person of Entra ID.
    """
    principal = _decoded(header)
    if not isinstance(principal, dict) or principal.get("auth_typ") != _ENTRA:
        raise _unusable()
    role_name = principal.get("role_typ") or "roles"
    found: dict[str, list[str]] = {}
    for name, value in _pairs(principal.get("claims")):
        found.setdefault("roles" if name == role_name else _NAMES.get(name, name), []).append(value)
    if any(len(set(found.get(name, ()))) > 1 for name in ("tid", "oid")):
        raise _unusable()
    return {name: values if name == "roles" else values[0] for name, values in found.items()}


def _decoded(header: str) -> Any:
    try:
        return json.loads(base64.b64decode(header, validate=True))
    except (ValueError, RecursionError) as exc:
        raise _unusable() from exc


def _pairs(claims: Any) -> list[tuple[str, str]]:
    if not isinstance(claims, list) or not all(_is_claim(claim) for claim in claims):
        raise _unusable()
    return [(claim["typ"], claim["val"]) for claim in claims]


def _is_claim(claim: Any) -> bool:
    return isinstance(claim, dict) and isinstance(claim.get("typ"), str) and isinstance(claim.get("val"), str)


def _unusable() -> Exception:
    return not_signed_in("The platform's sign-in names no person of Microsoft Entra ID; sign in again.")
