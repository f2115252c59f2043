"""Tokens: who gets one, and what Graph says to those that are not good."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import ClientSecretCredential as BlockingCredential
from azure.identity.aio import ClientAssertionCredential, ClientSecretCredential
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt import PyJWKSet

from devkit.entra_simulator.tokens import LIFE, TokenSigner
from tests.devkit.simulated import CLIENT, ROLES, SECRET, TENANT, group, tenant_of

if TYPE_CHECKING:
    import httpx

    from tests.devkit.simulated import Simulated

GRAPH = "https://graph.microsoft.com/.default"


def number(answer: httpx.Response) -> int:
    return int(answer.json()["error_codes"][0])


def assertion(entra: Simulated, key: rsa.RSAPrivateKey, **claims: Any) -> str:
    usual = {
        "iss": CLIENT,
        "sub": CLIENT,
        "aud": f"{entra.url}/{TENANT}/oauth2/v2.0/token",
        "exp": datetime.now(UTC) + timedelta(minutes=5),
    }
    return jwt.encode({**usual, **claims}, key, algorithm="RS256")


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_pem(key: rsa.RSAPrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


async def test_the_sdk_credential_gets_a_token_that_graph_takes(entra: Simulated) -> None:
    await entra.load(group("g"))
    credential = ClientSecretCredential(
        TENANT,
        CLIENT,
        SECRET,
        authority=entra.url,
        disable_instance_discovery=True,
        connection_verify=str(entra.server.authority_file),
    )

    async with credential:
        token = await credential.get_token(GRAPH)

    headers = {"Authorization": f"Bearer {token.token}"}
    assert (await entra.http.get(f"{entra.url}/v1.0/groups/g", headers=headers)).status_code == 200


async def test_the_token_says_tenant_app_and_permissions(entra: Simulated) -> None:
    await entra.load()

    answer = (await entra.ask_token()).json()

    keys = PyJWKSet.from_dict((await entra.http.get(f"{entra.url}/{TENANT}/discovery/v2.0/keys")).json())
    claims = jwt.decode(answer["access_token"], keys.keys[0], audience="https://graph.microsoft.com")
    assert (claims["tid"], claims["appid"], claims["roles"]) == (TENANT, CLIENT, sorted(ROLES))
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3599)


async def test_the_discovery_document_names_this_simulator(entra: Simulated) -> None:
    await entra.load()

    found = (await entra.http.get(f"{entra.url}/{TENANT}/v2.0/.well-known/openid-configuration")).json()

    assert found["issuer"] == f"{entra.url}/{TENANT}/v2.0"
    assert found["token_endpoint"] == f"{entra.url}/{TENANT}/oauth2/v2.0/token"
    assert found["jwks_uri"] == f"{entra.url}/{TENANT}/discovery/v2.0/keys"


async def test_an_unknown_tenant_is_refused(entra: Simulated) -> None:
    answer = await entra.ask_token("00000000-0000-4000-8000-00000000dead")

    assert (answer.status_code, number(answer)) == (400, 90002)


async def test_discovery_of_an_unknown_tenant_is_refused(entra: Simulated) -> None:
    answer = await entra.http.get(f"{entra.url}/nobody/v2.0/.well-known/openid-configuration")

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_tenant")


async def test_an_unknown_app_is_refused(entra: Simulated) -> None:
    await entra.load()

    answer = await entra.ask_token(client_id="somebody")

    assert (answer.status_code, number(answer)) == (400, 700016)


async def test_a_tenant_without_consent_is_refused(entra: Simulated) -> None:
    await entra.load()
    await entra.control.revoke_consent(TENANT, CLIENT)

    answer = await entra.ask_token()

    assert (answer.status_code, answer.json()["error"], number(answer)) == (401, "invalid_client", 7000229)


async def test_a_wrong_secret_is_refused(entra: Simulated) -> None:
    await entra.load()

    answer = await entra.ask_token(client_secret="wrong")

    assert (answer.status_code, answer.json()["error"], number(answer)) == (401, "invalid_client", 7000215)
    assert answer.json()["error_description"].startswith("AADSTS7000215: ")


async def test_an_expired_secret_is_refused(entra: Simulated) -> None:
    await entra.load()
    await entra.control.expire_secret(CLIENT, SECRET, expires="2020-01-01T00:00:00Z")

    answer = await entra.ask_token()

    assert (answer.status_code, number(answer)) == (401, 7000222)


async def test_a_secret_expires_by_the_simulated_clock(entra: Simulated) -> None:
    await entra.load()
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    await entra.control.expire_secret(CLIENT, SECRET, expires=tomorrow.isoformat())
    before = await entra.ask_token()

    await entra.control.set_clock(offset_seconds=2 * 86_400)

    assert (before.status_code, number(await entra.ask_token())) == (200, 7000222)


@pytest.mark.parametrize("scope", ["", "User.Read", "https://graph.microsoft.com/.default offline_access"])
async def test_another_scope_than_default_is_refused(entra: Simulated, scope: str) -> None:
    await entra.load()

    assert number(await entra.ask_token(scope=scope)) == 1002012


async def test_another_resource_is_refused(entra: Simulated) -> None:
    await entra.load()

    assert number(await entra.ask_token(scope="https://vault.azure.net/.default")) == 500011


async def test_the_blocking_credential_reads_the_sentence(entra: Simulated) -> None:
    """The blocking one goes through msal and its discovery; it runs in a thread, as the server is in this loop."""
    await entra.load()
    authority = str(entra.server.authority_file)
    credential = BlockingCredential(
        TENANT, CLIENT, "wrong", authority=entra.url, disable_instance_discovery=True, connection_verify=authority
    )

    with credential, pytest.raises(ClientAuthenticationError, match="AADSTS7000215"):
        await asyncio.to_thread(credential.get_token, GRAPH)


async def test_a_federated_assertion_is_taken(entra: Simulated, key: rsa.RSAPrivateKey) -> None:
    await entra.load()
    agreed = {"issuer": "https://issuer.example", "subject": "identity", "audience": "api://AzureADTokenExchange"}
    await entra.control.register_app(CLIENT, trusted_keys=[{"publicKey": public_pem(key), **agreed}])
    signed = assertion(entra, key, iss=agreed["issuer"], sub=agreed["subject"], aud=agreed["audience"])

    credential = ClientAssertionCredential(
        TENANT,
        CLIENT,
        lambda: signed,
        authority=entra.url,
        disable_instance_discovery=True,
        connection_verify=str(entra.server.authority_file),
    )

    async with credential:
        assert (await credential.get_token(GRAPH)).token


@pytest.mark.parametrize("claim", ["iss", "sub", "aud"])
async def test_an_assertion_with_another_claim_is_refused(
    entra: Simulated, key: rsa.RSAPrivateKey, claim: str
) -> None:
    await entra.load()
    await entra.control.register_app(CLIENT, trusted_keys=[{"publicKey": public_pem(key)}])
    form = {"client_secret": "", "client_assertion": assertion(entra, key, **{claim: "other"})}

    assert (await entra.ask_token(**form)).status_code == 401


async def test_an_assertion_signed_by_a_stranger_is_refused(entra: Simulated, key: rsa.RSAPrivateKey) -> None:
    await entra.load()
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    await entra.control.register_app(CLIENT, trusted_keys=[{"publicKey": public_pem(key)}])

    assert number(await entra.ask_token(client_assertion=assertion(entra, stranger))) == 700027


async def test_an_outdated_assertion_is_refused(entra: Simulated, key: rsa.RSAPrivateKey) -> None:
    await entra.load()
    await entra.control.register_app(CLIENT, trusted_keys=[{"publicKey": public_pem(key)}])
    old = assertion(entra, key, exp=datetime.now(UTC) - timedelta(minutes=1))

    assert number(await entra.ask_token(client_assertion=old)) == 700024


async def graph_says(entra: Simulated, authorization: str | None) -> tuple[int, str, str]:
    headers = {"Authorization": authorization} if authorization else {}
    answer = await entra.http.get(f"{entra.url}/v1.0/groups", headers=headers)
    error = answer.json()["error"]
    return answer.status_code, error["code"], error["message"]


@pytest.mark.parametrize("authorization", [None, "Bearer", "Basic eA==", "Bearer not-a-token"])
async def test_graph_refuses_what_is_no_token(entra: Simulated, authorization: str | None) -> None:
    await entra.load()

    status, code, _ = await graph_says(entra, authorization)

    assert (status, code) == (401, "InvalidAuthenticationToken")


async def test_graph_refuses_an_expired_token(entra: Simulated) -> None:
    await entra.load()
    issued = datetime.now(UTC) - LIFE - timedelta(seconds=1)
    old = entra.server.simulation.signer.issue(tenant_id=TENANT, client_id=CLIENT, roles=ROLES, issued=issued)

    assert await graph_says(entra, f"Bearer {old}") == (
        401,
        "InvalidAuthenticationToken",
        "Lifetime validation failed, the token is expired.",
    )


async def test_graph_refuses_a_token_for_another_audience(entra: Simulated) -> None:
    await entra.load()
    signer = entra.server.simulation.signer
    other = signer.issue(tenant_id=TENANT, client_id=CLIENT, roles=ROLES, audience="https://vault.azure.net")

    assert (await graph_says(entra, f"Bearer {other}"))[0] == 401


async def test_tokens_live_in_real_time(entra: Simulated) -> None:
    await entra.load()
    token = (await entra.ask_token()).json()["access_token"]
    await entra.control.set_clock(offset_seconds=7 * 86_400)

    answer = await entra.http.get(f"{entra.url}/v1.0/groups", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 200


async def test_graph_refuses_a_token_signed_by_somebody_else(entra: Simulated) -> None:
    await entra.load()
    forged = TokenSigner().issue(tenant_id=TENANT, client_id=CLIENT, roles=ROLES)

    assert (await graph_says(entra, f"Bearer {forged}"))[0] == 401


async def test_graph_refuses_a_token_for_a_tenant_that_is_gone(entra: Simulated) -> None:
    await entra.load()
    token = entra.token()
    await entra.control.delete_tenant(TENANT)

    assert (await graph_says(entra, f"Bearer {token}"))[0] == 401


async def test_a_token_opens_its_own_tenant_only(entra: Simulated) -> None:
    await entra.load(group("g"))
    signer = entra.server.simulation.signer
    await entra.control.load_tenant("other", tenant_of(), consents={CLIENT: ROLES})
    token = signer.issue(tenant_id="other", client_id=CLIENT, roles=ROLES)

    answer = await entra.http.get(f"{entra.url}/v1.0/groups/g", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 404
