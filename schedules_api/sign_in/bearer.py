"""Access tokens of Microsoft Entra ID: believed only when signature, issuer, audience, times and ids all agree.

Sources: learn.microsoft.com, "Access tokens in the Microsoft identity platform", "Access token claims reference" and
"Secure applications and APIs by validating claims"; RFC 8725.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import jwt

from schedules_api.sign_in.refusals import not_signed_in, token_invalid
from sync_core.domain.ids import is_guid

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sync_core.ports import SigningKeys
    from sync_core.settings import ApiSettings

_TOKEN = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_LONGEST_TOKEN = 16 * 1024
#  Pinned here: what a token's own header names is its sender's choice (RFC 8725, section 3.1).
_ALGORITHM = "RS256"
_SKEW_SECONDS = 5 * 60


async def claims_in(authorization: str, *, keys: SigningKeys, api: ApiSettings, now: datetime) -> Mapping[str, Any]:
    """Return the claims of the token in an ``Authorization`` header, all of what `_check` looks at being there.

    Raises:
        Problem: ``not-signed-in``: another scheme. ``token-invalid``: anything about the token is wrong.
        TryAgainLater: no signing key can be had, so nobody can be believed or refused.
    """
    token = _token_in(authorization)
    key = await _key_of(token, keys)
    claims = _signed_claims(token, key)
    _check(claims, key, api=api, now=now)
    return claims


def _token_in(authorization: str) -> str:
    scheme, _, token = authorization.strip().partition(" ")
    if scheme.lower() != "bearer":
        raise not_signed_in()
    #  Two headers arrive as one, joined by a comma.
    if len(token) > _LONGEST_TOKEN or _TOKEN.fullmatch(token.strip()) is None:
        raise token_invalid("The header must hold one signed JWT.")
    return token.strip()


async def _key_of(token: str, keys: SigningKeys) -> Mapping[str, Any]:
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError as exc:
        raise token_invalid("The token is no JWT.") from exc
    if header.get("alg") != _ALGORITHM:
        raise token_invalid("The token is not signed with RS256.")
    kid = header.get("kid")
    if not isinstance(kid, str) or (key := await keys.key(kid)) is None:
        raise token_invalid("The token is not signed with a key of the sign-in service.")
    return key


def _signed_claims(token: str, key: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        return jwt.decode(
            token,
            jwt.PyJWK(dict(key), _ALGORITHM),
            algorithms=[_ALGORITHM],
            #  The claims are looked at by `_check`: the issuer goes by another claim, the times by our clock.
            options={
                "enforce_minimum_key_length": True,
                "verify_aud": False,
                "verify_exp": False,
                "verify_iat": False,
                "verify_iss": False,
                "verify_nbf": False,
            },
        )
    except jwt.PyJWTError as exc:
        raise token_invalid("The token's signature does not hold.") from exc


def _check(claims: Mapping[str, Any], key: Mapping[str, Any], *, api: ApiSettings, now: datetime) -> None:
    if claims.get("ver") != "2.0":
        raise token_invalid("The token must be of version 2.0.")
    _check_issuer(claims, key, authority=api.authority)
    audience = claims.get("aud")
    if not isinstance(audience, str) or audience not in api.audiences:
        raise token_invalid("The token is made out to another audience.")
    _check_times(claims, now)
    #  Identity tokens name no client; they are for the client alone, also where it shares our registration.
    if not is_guid(claims.get("azp")):
        raise token_invalid("The token is no access token.")


def _check_issuer(claims: Mapping[str, Any], key: Mapping[str, Any], *, authority: str) -> None:
    tenant, issuer = claims.get("tid"), claims.get("iss")
    if not is_guid(tenant) or issuer != f"{authority}/{tenant}/v2.0":
        raise token_invalid("The token comes from another issuer.")
    #  A key may be one tenant's own, which signs for no other.
    keys_own = key.get("issuer", issuer)
    if not isinstance(keys_own, str) or keys_own.replace("{tenantid}", tenant) != issuer:
        raise token_invalid("The token's key is another issuer's.")


def _check_times(claims: Mapping[str, Any], now: datetime) -> None:
    expires, begins, issued = (_time_in(claims, name) for name in ("exp", "nbf", "iat"))
    seconds = int(now.timestamp())
    if expires + _SKEW_SECONDS <= seconds:
        raise token_invalid("The token has expired.")
    if max(begins, issued) - _SKEW_SECONDS > seconds:
        raise token_invalid("The token is not valid yet.")


def _time_in(claims: Mapping[str, Any], name: str) -> int:
    value = claims.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise token_invalid("The token does not say when it is valid.")
    return value
