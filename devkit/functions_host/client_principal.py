"""The signed-in person that App Service authentication would put into a request's headers."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from devkit.errors import DevkitError
from devkit.functions_host.configuration import read_object

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#  learn.microsoft.com, "Work with user identities in Azure App Service authentication".
_PREFIXES = ("x-ms-client-principal", "x-ms-token-")
_ID_CLAIMS = (
    "http://schemas.microsoft.com/identity/claims/objectidentifier",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier",
    "oid",
)
_NAME_CLAIMS = ("preferred_username", "name")


def is_identity_header(name: str) -> bool:
    """Tell whether only the platform may set this header; a client's copy must be dropped."""
    return name.lower().startswith(_PREFIXES)


def read_client_principal(path: Path) -> Mapping[str, str]:
    """Return the headers for the principal in *path*: ``{"auth_typ", "claims": [{"typ", "val"}], …}``.

    Raises:
        DevkitError: The file holds no principal.
    """
    principal = read_object(path)
    claims = principal.get("claims")
    if not isinstance(claims, list) or not all(_is_claim(claim) for claim in claims):
        raise DevkitError(f'{path}: "claims" must be a list of objects with "typ" and "val".')
    return headers_of(principal)


def headers_of(principal: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the headers by which the platform tells an app who is signed in."""
    claims = principal["claims"]
    headers = {
        "x-ms-client-principal": base64.b64encode(json.dumps(principal).encode()).decode(),
        "x-ms-client-principal-idp": str(principal.get("auth_typ", "aad")),
        "x-ms-client-principal-id": _first(claims, _ID_CLAIMS),
        "x-ms-client-principal-name": _first(claims, (str(principal.get("name_typ")), *_NAME_CLAIMS)),
    }
    return {name: value for name, value in headers.items() if value}


def _is_claim(claim: Any) -> bool:
    return isinstance(claim, dict) and isinstance(claim.get("typ"), str) and isinstance(claim.get("val"), str)


def _first(claims: list[dict[str, str]], types: tuple[str, ...]) -> str:
    return next((claim["val"] for kind in types for claim in claims if claim["typ"] == kind), "")
