"""Sign access tokens, and issue and check the app-only ones for Microsoft Graph; they are really signed."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from devkit.entra_simulator.errors import GraphRefusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

GRAPH_AUDIENCE = "https://graph.microsoft.com"
LIFE = timedelta(seconds=3599)
"""How long an access token is good for: `expires_in` of the published answer."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a Graph call: an app, in one tenant, with the permissions of its token."""

    tenant_id: str
    client_id: str
    roles: frozenset[str]


class TokenSigner:
    """Signs with a key of its own, made at the start, so tokens of an earlier start are refused."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self._key_id = base64.urlsafe_b64encode(hashlib.sha256(public).digest()[:20]).decode().rstrip("=")

    def issue(
        self,
        *,
        tenant_id: str,
        client_id: str,
        roles: Iterable[str],
        audience: str = GRAPH_AUDIENCE,
        issued: datetime | None = None,
    ) -> str:
        """Return a token, *issued* now or at another time, in the claims of version 1.0, as Graph's own have.

        Source: learn.microsoft.com, "Access token claims reference".
        """
        begin, granted = int((issued or datetime.now(UTC)).timestamp()), sorted(roles)
        claims = {
            "aud": audience,
            "iss": f"https://sts.windows.net/{tenant_id}/",
            "iat": begin,
            "nbf": begin,
            "exp": begin + int(LIFE.total_seconds()),
            "appid": client_id,
            "appidacr": "1",
            "azp": client_id,
            "idtyp": "app",
            "oid": principal_id(tenant_id, client_id),
            "tid": tenant_id,
            "uti": uuid.uuid4().hex,
            "ver": "1.0",
        }
        return self.sign(claims | ({"roles": granted} if granted else {}))

    def sign(self, claims: Mapping[str, Any]) -> str:
        """Return the token that says *claims*."""
        return jwt.encode(dict(claims), self._key, algorithm="RS256", headers={"kid": self._key_id})

    def check(self, authorization: str | None) -> Caller:
        """Return who calls, from the `Authorization` header.

        Raises:
            GraphRefusal: 401 as Graph answers it.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise _unauthorised("Access token is empty.")
        claims = self._claims(token.strip())
        return Caller(claims["tid"], claims["appid"], frozenset(claims.get("roles", ())))

    def _claims(self, token: str) -> dict[str, Any]:
        try:
            return dict(jwt.decode(token, self._key.public_key(), algorithms=["RS256"], audience=GRAPH_AUDIENCE))
        except jwt.ExpiredSignatureError as failure:
            raise _unauthorised("Lifetime validation failed, the token is expired.") from failure
        except jwt.InvalidAudienceError as failure:
            raise _unauthorised("Access token validation failure. Invalid audience.") from failure
        except jwt.InvalidTokenError as failure:
            raise _unauthorised("Access token validation failure.") from failure

    def public_keys(self, *, issuer: str) -> dict[str, Any]:
        """Return the JSON Web Key Set that verifies the tokens; each key names whose tokens it signs."""
        key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key()))
        named = {"kty": "RSA", "use": "sig", "kid": self._key_id, "n": key["n"], "e": key["e"], "issuer": issuer}
        return {"keys": [named]}


def principal_id(tenant_id: str, client_id: str) -> str:
    """Return the object id that an app has in a tenant."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{tenant_id}/{client_id}"))


def _unauthorised(message: str) -> GraphRefusal:
    return GraphRefusal(401, "InvalidAuthenticationToken", message)
