from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import jwt
import pytest
import pytest_asyncio
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

from devkit.entra_simulator.apps import App, TrustedKey
from sync_core.domain.errors import SettingError, TryAgainLater
from tests.integration.entra.outside import serving
from tests.integration.entra.tenants import MARKS, group, new_id

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.integration.entra.tenants import Rig

pytestmark = MARKS

ISSUER = "https://login.microsoftonline.com/platform/v2.0"
PRINCIPAL = new_id()


@pytest.fixture(scope="session")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def certificate_of(key: rsa.RSAPrivateKey) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "scheduled-syncs")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, SHA256())
    )
    return certificate.public_bytes(Encoding.PEM)


async def test_a_certificate_signs_in(rig: Rig, key: rsa.RSAPrivateKey, tmp_path: Path) -> None:
    certificate, file = certificate_of(key), tmp_path / "app.pem"
    file.write_bytes(private_pem(key) + certificate)
    trusted = TrustedKey(certificate.decode())
    rig.simulator.simulation.apps[rig.client_id] = App(rig.client_id, trusted_keys=(trusted,))
    sales = rig.load(group())
    rig.sign_in_with(certificate_path=str(file))

    assert (await rig.entra.group(rig.tenant, sales)).name == "Sales"


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
async def test_an_unreadable_certificate_is_a_wrong_setting(rig: Rig, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "app.pem"
    if content is not None:
        file.write_bytes(content)
    sales = rig.load(group())
    rig.sign_in_with(certificate_path=str(file))

    with pytest.raises(SettingError, match="ENTRA_CERTIFICATE_PATH"):
        await rig.entra.group(rig.tenant, sales)


@pytest_asyncio.fixture(loop_scope="session")
async def managed_identity(
    rig: Rig, key: rsa.RSAPrivateKey, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[list[web.Request]]:
    """The managed identity endpoint that Azure gives to a function app, vouching as PRINCIPAL.

    Protocol: learn.microsoft.com, "How to use managed identities for App Service and Azure Functions".
    """

    def vouch(request: web.Request) -> web.Response:
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "sub": PRINCIPAL,
            "aud": request.query["resource"],
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
        }
        token = jwt.encode(claims, private_pem(key), algorithm="RS256")
        return web.json_response(
            {
                "access_token": token,
                "expires_on": str(now + 3600),
                "resource": claims["aud"],
                "token_type": "Bearer",
            }
        )

    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    trusted = TrustedKey(public, issuer=ISSUER, subject=PRINCIPAL, audience="api://AzureADTokenExchange")
    rig.simulator.simulation.apps[rig.client_id] = App(rig.client_id, trusted_keys=(trusted,))
    async with serving(vouch) as outside:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{outside.url}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", "from the platform")
        yield outside.requests


async def test_a_managed_identity_vouches_for_the_app(rig: Rig, managed_identity: list[web.Request]) -> None:
    sales, identity = rig.load(group()), new_id()
    rig.sign_in_with(managed_identity_client_id=identity)

    assert (await rig.entra.group(rig.tenant, sales)).name == "Sales"
    (asked,) = managed_identity
    assert asked.query["client_id"] == identity
    assert asked.headers["X-IDENTITY-HEADER"] == "from the platform"


async def test_a_managed_identity_that_is_not_there_goes_back_to_the_queue(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is ours, not the customer's: no connection may be marked as failed for it."""

    def refuse(_: web.Request) -> web.Response:
        return web.json_response({"statusCode": 400, "message": "No User Assigned identity found"}, status=400)

    sales = rig.load(group())
    async with serving(refuse) as outside:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{outside.url}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", "from the platform")
        rig.sign_in_with(managed_identity_client_id=new_id())

        with pytest.raises(TryAgainLater):
            await rig.entra.group(rig.tenant, sales)
