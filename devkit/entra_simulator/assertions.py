"""Check the signed assertions that apps present instead of a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from devkit.entra_simulator.errors import TokenRefusal

if TYPE_CHECKING:
    from devkit.entra_simulator.apps import App, TrustedKey

_ALGORITHMS = ["RS256", "PS256"]


def load_public_key(pem: str) -> RSAPublicKey:
    """Return the RSA key of a PEM certificate or public key.

    Raises:
        ValueError: *pem* is neither.
    """
    encoded = pem.encode()
    is_certificate = b"BEGIN CERTIFICATE" in encoded
    key = x509.load_pem_x509_certificate(encoded).public_key() if is_certificate else load_pem_public_key(encoded)
    if not isinstance(key, RSAPublicKey):
        raise ValueError("not an RSA key")  # noqa: TRY004 - the text is wrong, not the caller's type
    return key


def check_assertion(assertion: str, app: App, *, token_endpoint: str) -> None:
    """Accept *assertion* if one of the app's trusted keys signed it with the claims agreed on.

    Raises:
        TokenRefusal: it is malformed, out of date, or no trusted key fits.
    """
    try:
        claims = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.InvalidTokenError as failure:
        raise _refusal(50027, "JWT token is invalid or malformed.") from failure
    if not any(_is_signed_by(assertion, key, app, token_endpoint) for key in app.trusted_keys):
        raise _why_not(claims, app)


def _is_signed_by(assertion: str, key: TrustedKey, app: App, token_endpoint: str) -> bool:
    try:
        claims = jwt.decode(
            assertion,
            load_public_key(key.public_key),
            algorithms=_ALGORITHMS,
            audience=key.audience or token_endpoint,
            issuer=key.issuer or app.client_id,
            options={"require": ["exp", "iss", "sub", "aud"]},
        )
    except jwt.ExpiredSignatureError as failure:
        raise _refusal(700024, "Client assertion is not within its valid time range.") from failure
    except jwt.InvalidTokenError:
        return False
    return bool(claims["sub"] == (key.subject or app.client_id))


def _why_not(claims: dict[str, Any], app: App) -> TokenRefusal:
    if claims.get("iss") == app.client_id:
        return _refusal(700027, "The certificate used to sign the client assertion is not registered.")
    presented = f"issuer '{claims.get('iss')}', subject '{claims.get('sub')}', audience '{claims.get('aud')}'"
    return _refusal(70021, f"No matching federated identity record found for presented assertion: {presented}.")


def _refusal(number: int, message: str) -> TokenRefusal:
    return TokenRefusal(401, "invalid_client", number, message)
