"""What access tokens of version 2.0 say: tokens for an API of one's own, for a person or for a service.

Source: learn.microsoft.com, "Access token claims reference" and "Optional claims reference" (`idtyp`).
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from devkit.entra_simulator.tokens import LIFE, principal_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SCOPE = "access_as_user"
_PUBLIC_CLIENT, _WITH_A_SECRET = "0", "1"


@dataclass(frozen=True, slots=True)
class Service:
    """An app that acts as itself: app-only."""

    client_id: str

    def claims(self, tenant_id: str, audience: str) -> dict[str, Any]:  # noqa: ARG002  as a person's
        principal = principal_id(tenant_id, self.client_id)
        return {
            "azp": self.client_id,
            "azpacr": _WITH_A_SECRET,
            "idtyp": "app",
            "oid": principal,
            "sub": principal,
        }


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signed in to the API's own portal."""

    object_id: str
    name: str
    user_name: str

    def claims(self, tenant_id: str, audience: str) -> dict[str, Any]:
        #  A person's subject differs from app to app.
        subject = hashlib.sha256(f"{tenant_id}/{self.object_id}/{audience}".encode()).digest()
        return {
            "azp": audience,
            "azpacr": _PUBLIC_CLIENT,
            "name": self.name,
            "oid": self.object_id,
            "preferred_username": self.user_name,
            "scp": _SCOPE,
            "sub": base64.urlsafe_b64encode(subject).decode().rstrip("="),
        }


@dataclass(frozen=True, slots=True)
class Validity:
    """From when on a token is good, aware UTC, and for how long: in real time, whatever the simulated clock says."""

    begin: datetime
    life: timedelta = LIFE

    @classmethod
    def from_now(cls) -> Validity:
        return cls(datetime.now(UTC))


def api_claims(
    who: Person | Service, *, authority: str, tenant_id: str, audience: str, roles: Iterable[str], valid: Validity
) -> Mapping[str, Any]:
    """Return the claims of a token that is made out to the API whose client id is *audience*."""
    begin, granted = int(valid.begin.timestamp()), sorted(roles)
    claims = {
        "aud": audience,
        "iss": issuer_of(authority, tenant_id),
        "iat": begin,
        "nbf": begin,
        "exp": begin + int(valid.life.total_seconds()),
        "tid": tenant_id,
        "uti": uuid.uuid4().hex,
        "ver": "2.0",
        **who.claims(tenant_id, audience),
    }
    #  Claims are there only where there is something to say.
    return claims | ({"roles": granted} if granted else {})


def issuer_of(authority: str, tenant_id: str) -> str:
    return f"{authority}/{tenant_id}/v2.0"
