"""Tokens for an API of one's own: what they say, who gets them, and by which keys they are checked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from jwt import PyJWKSet

from devkit.entra_simulator.control import ControlRefused
from tests.devkit.simulated import CLIENT, SECRET, TENANT, tenant_of, user

if TYPE_CHECKING:
    import httpx

    from tests.devkit.simulated import Simulated

API = "0f2b6c1d-0000-4000-8000-000000000003"
MANAGE = "Schedules.Manage"


async def claims_in(entra: Simulated, token: str, *, keys_of: str = TENANT) -> dict[str, Any]:
    """Check the token by the published keys, as an API does, and return what it says."""
    keys = PyJWKSet.from_dict(await keys_at(entra, keys_of))
    key = keys[jwt.get_unverified_header(token)["kid"]]
    return dict(jwt.decode(token, key, algorithms=["RS256"], audience=API, issuer=f"{entra.url}/{TENANT}/v2.0"))


async def keys_at(entra: Simulated, tenant: str) -> dict[str, Any]:
    return dict((await entra.http.get(f"{entra.url}/{tenant}/discovery/v2.0/keys")).json())


async def with_app_role(entra: Simulated, *roles: str) -> None:
    await entra.load()
    await entra.control.register_app(API)
    await entra.control.assign_app_roles(TENANT, CLIENT, roles, api=API)


def number(answer: httpx.Response) -> int:
    return int(answer.json()["error_codes"][0])


@pytest.mark.parametrize("scope", [f"{API}/.default", f"api://{API}/.default"])
async def test_a_service_gets_a_token_with_its_app_roles(entra: Simulated, scope: str) -> None:
    await with_app_role(entra, "Workspaces.Manage.All")

    answer = await entra.ask_token(scope=scope)

    claims = await claims_in(entra, answer.json()["access_token"])
    assert claims["roles"] == ["Workspaces.Manage.All"]
    assert (claims["ver"], claims["azp"], claims["tid"], claims["idtyp"]) == ("2.0", CLIENT, TENANT, "app")
    assert claims["oid"] == claims["sub"]
    assert "scp" not in claims


async def test_a_service_without_app_roles_gets_a_token_without_roles(entra: Simulated) -> None:
    await with_app_role(entra)

    token = (await entra.ask_token(scope=f"{API}/.default")).json()["access_token"]

    assert "roles" not in await claims_in(entra, token)


async def test_a_wrong_secret_gets_no_token_for_the_api_either(entra: Simulated) -> None:
    await with_app_role(entra, MANAGE)

    assert number(await entra.ask_token(scope=f"{API}/.default", client_secret="wrong")) == 7000215


async def test_an_api_that_the_tenant_does_not_know_is_refused(entra: Simulated) -> None:
    await entra.load()
    await entra.control.register_app(API)

    assert number(await entra.ask_token(scope=f"api://{API}/.default")) == 500011


async def test_an_api_that_nobody_registered_is_refused(entra: Simulated) -> None:
    await entra.load()

    assert number(await entra.ask_token(scope=f"api://{API}/.default")) == 500011


async def test_app_roles_count_in_their_own_tenant_only(entra: Simulated) -> None:
    await with_app_role(entra, MANAGE)
    await entra.control.load_tenant("other", tenant_of(), consents={CLIENT: ()})

    assert number(await entra.ask_token("other", scope=f"{API}/.default")) == 500011


async def test_app_roles_end_with_their_tenant(entra: Simulated) -> None:
    await with_app_role(entra, MANAGE)
    await entra.control.delete_tenant(TENANT)
    await entra.load()

    assert number(await entra.ask_token(scope=f"{API}/.default")) == 500011


async def test_graph_refuses_a_token_for_the_api(entra: Simulated) -> None:
    await with_app_role(entra, "User.Read.All")
    token = (await entra.ask_token(scope=f"{API}/.default")).json()["access_token"]

    answer = await entra.http.get(f"{entra.url}/v1.0/users", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 401


async def test_a_minted_token_of_a_person_says_who_they_are_in_the_tenant(entra: Simulated) -> None:
    ada = user("u1", displayName="Ada Abel", userPrincipalName="ada@contoso.example")
    await entra.load_file(tenant_of([ada]))

    token = await entra.control.mint_token(TENANT, audience=API, roles=[MANAGE], person="ada abel")

    claims = await claims_in(entra, token)
    assert (claims["oid"], claims["name"], claims["preferred_username"]) == ("u1", "Ada Abel", "ada@contoso.example")
    assert (claims["roles"], claims["scp"]) == ([MANAGE], "access_as_user")
    assert claims["sub"] != claims["oid"]
    assert "idtyp" not in claims


async def test_a_person_who_is_not_in_the_tenants_file_is_the_same_stranger_each_time(entra: Simulated) -> None:
    await entra.load()

    tokens = [await entra.control.mint_token(TENANT, audience=API, roles=[], person="Eve") for _ in range(2)]

    first, second = [await claims_in(entra, token) for token in tokens]
    assert (first["oid"], first["name"]) == (second["oid"], "Eve")


async def test_a_minted_token_of_a_service_is_app_only(entra: Simulated) -> None:
    await entra.load()

    token = await entra.control.mint_token(TENANT, audience=API, roles=["Workspaces.Manage.All"], service=CLIENT)

    claims = await claims_in(entra, token)
    assert (claims["azp"], claims["idtyp"], claims["roles"]) == (CLIENT, "app", ["Workspaces.Manage.All"])
    assert claims["oid"] == claims["sub"]


async def test_a_service_has_one_object_id_in_a_tenant_however_its_token_came_about(entra: Simulated) -> None:
    await with_app_role(entra, MANAGE)
    asked = (await entra.ask_token(scope=f"{API}/.default")).json()["access_token"]
    minted = await entra.control.mint_token(TENANT, audience=API, roles=[MANAGE], service=CLIENT)

    assert (await claims_in(entra, asked))["oid"] == (await claims_in(entra, minted))["oid"]


async def test_a_minted_token_lives_as_long_as_it_was_asked_to(entra: Simulated) -> None:
    await entra.load()
    issued = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=1)

    token = await entra.control.mint_token(
        TENANT, audience=API, roles=[], person="Eve", issued=issued, life=timedelta(minutes=5)
    )

    claims = await claims_in(entra, token)
    begin = int(issued.timestamp())
    assert (claims["iat"], claims["nbf"], claims["exp"]) == (begin, begin, begin + 300)


async def test_an_expired_token_can_be_minted(entra: Simulated) -> None:
    await entra.load()
    yesterday = datetime.now(UTC) - timedelta(days=1)
    token = await entra.control.mint_token(TENANT, audience=API, roles=[], person="Eve", issued=yesterday)

    with pytest.raises(jwt.ExpiredSignatureError):
        await claims_in(entra, token)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({}, "a token is for a 'person' or for a 'service'"),
        ({"person": "Eve", "service": CLIENT}, "a token is for a 'person' or for a 'service'"),
        ({"person": " "}, "person: must not be empty"),
        ({"person": "Eve", "roles": "all"}, "roles: must be a list"),
        ({"person": "Eve", "role": []}, "role: a token takes only"),
        ({"person": "Eve", "lifetimeSeconds": 0}, "lifetimeSeconds: must be a whole number from 1 to 86400"),
        ({"person": "Eve", "issued": "yesterday"}, "issued: must be an ISO 8601 time"),
        ({"person": "Eve", "audience": 7}, "audience: must be text"),
    ],
)
async def test_a_token_that_cannot_be_minted_is_refused_with_a_sentence(
    entra: Simulated, wrong: dict[str, Any], said: str
) -> None:
    await entra.load()
    body = {"audience": API, "roles": [], **wrong}

    answer = await entra.http.post(f"{entra.url}/_simulator/tenants/{TENANT}/tokens", json=body)

    assert answer.status_code == 400
    assert said in answer.json()["problem"]


async def test_nobody_gets_a_token_in_a_tenant_that_is_not_there(entra: Simulated) -> None:
    with pytest.raises(ControlRefused, match="there is no tenant"):
        await entra.control.mint_token(TENANT, audience=API, roles=[], person="Eve")


@pytest.mark.parametrize("any_tenant", ["common", "organizations"])
async def test_the_common_keys_check_every_tenants_tokens(entra: Simulated, any_tenant: str) -> None:
    await entra.load()
    token = await entra.control.mint_token(TENANT, audience=API, roles=[], person="Eve")

    assert await claims_in(entra, token, keys_of=any_tenant)


async def test_each_key_names_the_issuer_whose_tokens_it_signs(entra: Simulated) -> None:
    await entra.load()

    common, own = await keys_at(entra, "common"), await keys_at(entra, TENANT)

    assert [key["issuer"] for key in common["keys"]] == [f"{entra.url}/{{tenantid}}/v2.0"]
    assert [key["issuer"] for key in own["keys"]] == [f"{entra.url}/{TENANT}/v2.0"]


async def test_registering_a_new_secret_keeps_the_redirects_and_permissions(entra: Simulated) -> None:
    await entra.control.register_app(CLIENT, redirect_uris=["http://localhost/back"], permissions=["User.Read.All"])

    await entra.control.register_app(CLIENT, secrets=[SECRET])

    app = entra.server.simulation.apps[CLIENT]
    assert (app.redirect_uris, app.permissions) == (("http://localhost/back",), ("User.Read.All",))
