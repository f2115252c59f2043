"""Access tokens as Entra ID issues them, really signed, and the keys that verify them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from schedules_api.callers import Role
from sync_core.domain.errors import TryAgainLater
from sync_core.settings import ApiSettings
from tests.fakes.clock import MIDNIGHT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

AUTHORITY = "https://login.microsoftonline.com"
AUDIENCE = "5c4e1f0a-3b7d-4c58-9a66-0d1e2f3a4b5c"
TENANT = "7d0e4b5c-52a8-4c0e-9a5e-0c6f6d7f6a01"
OTHER_TENANT = "e2a7c3f4-9b1d-4c6e-8f50-1a2b3c4d5e6f"
PLATFORM_TENANT = "f0f0f0f0-1111-4222-8333-444444444444"
PLATFORM_CLIENT = "0c11e7f0-aaaa-4bbb-8ccc-dddddddddddd"
PERSON = "a1b2c3d4-0001-4002-8003-000000000004"
PORTAL_CLIENT = "b0b0b0b0-2222-4333-8444-555555555555"

API = ApiSettings(
    audiences=frozenset({AUDIENCE}),
    authority=AUTHORITY,
    platform_tenant_id=PLATFORM_TENANT,
    platform_client_ids=frozenset({PLATFORM_CLIENT}),
)


@cache
def rsa_key(name: str, size: int = 2048) -> rsa.RSAPrivateKey:
    """Return the key called *name*, made once in a test run: making one takes a while."""
    assert name
    return rsa.generate_private_key(public_exponent=65537, key_size=size)


def jwk_of(key: rsa.RSAPrivateKey, kid: str, **members: Any) -> dict[str, Any]:
    """Return the public half as Entra ID's key set holds it."""
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    issuer = f"{AUTHORITY}/{{tenantid}}/v2.0"
    return {"kty": "RSA", "use": "sig", "kid": kid, "n": public["n"], "e": public["e"], "issuer": issuer} | members


@dataclass
class MemoryKeys:
    """`SigningKeys` that hold these keys, or nothing at all while *down*."""

    keys: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    down: bool = False

    async def key(self, kid: str) -> Mapping[str, Any] | None:
        if self.down:
            raise TryAgainLater("the signing keys cannot be had", after=timedelta(seconds=10))
        return self.keys.get(kid)


@dataclass
class Signer:
    """Issues tokens of version 2.0 at the time that *now* tells.

    Claims: learn.microsoft.com, "Access token claims reference".
    """

    now: Callable[[], datetime] = lambda: MIDNIGHT
    kid: str = "key-1"

    @property
    def private_key(self) -> rsa.RSAPrivateKey:
        return rsa_key(self.kid)

    @property
    def jwk(self) -> dict[str, Any]:
        return jwk_of(self.private_key, self.kid)

    @property
    def keys(self) -> MemoryKeys:
        return MemoryKeys({self.kid: self.jwk})

    def token(self, *, role: str | None = Role.MANAGE, tenant: str = TENANT, oid: str = PERSON, **claims: Any) -> str:
        """Return the token of a person; *claims* replace its own, and None leaves one out."""
        return self.sign(self.claims(role=role, tenant=tenant, oid=oid) | claims)

    def app_token(
        self,
        *,
        role: str | None = Role.PLATFORM,
        tenant: str = PLATFORM_TENANT,
        client: str = PLATFORM_CLIENT,
        **claims: Any,
    ) -> str:
        """Return the token that an app got for itself; *claims* as in `token`."""
        own = {"idtyp": "app", "azp": client, "sub": PERSON, "scp": None, "name": None, "azpacr": "1"}
        return self.sign(self.claims(role=role, tenant=tenant, oid=PERSON) | own | claims)

    def claims(self, *, role: str | None = Role.MANAGE, tenant: str = TENANT, oid: str = PERSON) -> dict[str, Any]:
        begin = int(self.now().timestamp())
        return {
            "aud": AUDIENCE,
            "iss": f"{AUTHORITY}/{tenant}/v2.0",
            "iat": begin,
            "nbf": begin,
            "exp": begin + 4500,
            "azp": PORTAL_CLIENT,
            "azpacr": "0",
            "name": "Ada Admin",
            "oid": oid,
            "roles": None if role is None else [role],
            "scp": "access_as_user",
            "sub": "pairwise-9f8e7d",
            "tid": tenant,
            "uti": "x",
            "ver": "2.0",
        }

    def sign(self, claims: Mapping[str, Any], *, key: Any = None, algorithm: str = "RS256", **header: Any) -> str:
        """Return a token of these claims, of those that are not None; *key* and *header* as a forger would."""
        held = {name: value for name, value in claims.items() if value is not None}
        #  Not `jwt.encode`, which refuses some of what a forger would not.
        payload = json.dumps(held).encode()
        return jwt.api_jws.encode(payload, key or self.private_key, algorithm, headers={"kid": self.kid, **header})
