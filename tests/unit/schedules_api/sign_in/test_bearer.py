"""Every token here is really signed; each refused one is wrong in one way alone."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from schedules_api.problems import Problem
from sync_core.domain.errors import TryAgainLater
from tests.fakes.tokens import API, AUDIENCE, AUTHORITY, OTHER_TENANT, PERSON, TENANT, jwk_of, rsa_key
from tests.unit.schedules_api.sign_in.asking import SETTINGS, bearer_of, who_sent, why_refused

if TYPE_CHECKING:
    from tests.fakes.world import World

CONSUMERS = "9188040d-6c67-4c5b-b112-36a304b66dad"
SKEW = 5 * 60
NO_KEY = "The token is not signed with a key of the sign-in service."
NO_SIGNATURE = "The token's signature does not hold."
OTHER_ISSUER = "The token comes from another issuer."
NOT_ONE_JWT = "The header must hold one signed JWT."


def forged(header: dict[str, Any], payload: dict[str, Any], signature: str = "") -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, payload)]
    return ".".join([*parts, signature])


def now(world: World) -> int:
    return int(world.clock.now().timestamp())


async def test_a_good_token_is_believed(world: World) -> None:
    caller = await bearer_of(world, world.signer.token())

    assert (caller.id, caller.tenant, caller.by_header) == (PERSON, TENANT, False)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", " Bearer "])
async def test_the_scheme_is_known_in_any_spelling(world: World, scheme: str) -> None:
    caller = await who_sent(world, {"authorization": f"{scheme} {world.signer.token()}"})

    assert caller.id == PERSON


@pytest.mark.parametrize("authorization", ["", "Basic dXNlcjpwYXNz", "Negotiate abc", "eyJhbGciOiJSUzI1NiJ9.e30.x"])
async def test_another_scheme_is_told_to_bring_a_token(world: World, authorization: str) -> None:
    with pytest.raises(Problem) as raised:
        await who_sent(world, {"Authorization": authorization})

    assert raised.value.code == "not-signed-in"
    assert raised.value.headers == {"WWW-Authenticate": 'Bearer realm="scheduled-syncs"'}


async def test_nobody_is_told_to_bring_a_token(world: World) -> None:
    with pytest.raises(Problem) as raised:
        await who_sent(world, {})

    assert (raised.value.code, raised.value.kind.status) == ("not-signed-in", 401)


@pytest.mark.parametrize(
    "token",
    ["", "x", "a.b", "a.b.c.d", "ü.b.c", "\udce4.b.c", "a b.c.d", "a.b.c, Bearer a.b.c", "A" * 17_000 + ".b.c"],
    ids=range(9),
)
async def test_what_is_not_one_token_is_refused(world: World, token: str) -> None:
    assert await why_refused(world, token) == NOT_ONE_JWT


async def test_two_headers_are_refused_even_with_good_tokens(world: World) -> None:
    """The host joins them with a comma."""
    good = world.signer.token()

    assert await why_refused(world, f"{good},Bearer {good}") == NOT_ONE_JWT


@pytest.mark.parametrize("header", ["bm9wZQ", "W10", "e30", "gIA", "MQ"])
async def test_a_header_that_is_none_is_refused(world: World, header: str) -> None:
    assert (await why_refused(world, f"{header}.e30.c2ln")).startswith("The token is")


async def test_an_unsigned_token_is_refused(world: World) -> None:
    claims = world.signer.claims()

    assert await why_refused(world, forged({"alg": "none", "kid": "key-1"}, claims)) == NOT_ONE_JWT
    assert await why_refused(world, forged({"alg": "none", "kid": "key-1"}, claims, "c2ln")) == (
        "The token is not signed with RS256."
    )


async def test_the_public_key_is_no_secret_to_sign_with(world: World) -> None:
    """The oldest trick: the key that everybody can fetch, used as a password."""
    public = rsa_key("key-1").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    claims = world.signer.claims()
    signing_input = forged({"alg": "HS256", "kid": "key-1", "typ": "JWT"}, claims).rpartition(".")[0]
    hmac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    signature = base64.urlsafe_b64encode(hmac.sign(signing_input.encode(), public)).decode().rstrip("=")

    assert await why_refused(world, f"{signing_input}.{signature}") == "The token is not signed with RS256."


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256"])
async def test_only_one_algorithm_will_do(world: World, algorithm: str) -> None:
    claims = world.signer.claims()

    assert await why_refused(world, world.signer.sign(claims, algorithm=algorithm)) == (
        "The token is not signed with RS256."
    )


async def test_a_key_that_a_token_brings_along_is_not_looked_at(world: World) -> None:
    claims = world.signer.claims()
    own = jwk_of(rsa_key("mine"), "mine")
    address = "https://evil.example/keys"
    token = world.signer.sign(claims, key=rsa_key("mine"), kid="mine", jwk=own, jku=address, x5u=address)

    assert await why_refused(world, token) == NO_KEY


async def test_a_known_key_id_over_another_key_is_refused(world: World) -> None:
    claims = world.signer.claims()

    assert await why_refused(world, world.signer.sign(claims, key=rsa_key("mine"))) == NO_SIGNATURE


@pytest.mark.parametrize("part", [0, 1])
async def test_a_changed_token_is_refused(world: World, part: int) -> None:
    parts = world.signer.token().split(".")
    parts[part] = world.signer.token(tenant=OTHER_TENANT, x=1).split(".")[1] if part else parts[0] + "AA"

    assert await why_refused(world, ".".join(parts)) in {NO_SIGNATURE, "The token is no JWT."}


async def test_an_unknown_key_is_refused(world: World) -> None:
    claims = world.signer.claims()

    assert await why_refused(world, world.signer.sign(claims, kid="key-2")) == NO_KEY


async def test_a_token_must_name_its_key(world: World) -> None:
    token = jwt.encode(world.signer.claims(), rsa_key("key-1"), "RS256")

    assert await why_refused(world, token) == NO_KEY


async def test_a_header_that_must_be_understood_and_is_not_is_refused(world: World) -> None:
    claims = world.signer.claims()

    assert (await why_refused(world, world.signer.sign(claims, crit=["exp"], exp=1))).startswith("The token")


async def test_a_weak_key_is_refused_even_where_it_is_published(world: World) -> None:
    weak = rsa_key("weak", 1024)
    world.keys.keys["weak"] = jwk_of(weak, "weak")
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        token = world.signer.sign(world.signer.claims(), key=weak, kid="weak")

    assert await why_refused(world, token) == NO_SIGNATURE


async def test_a_key_set_that_holds_nonsense_refuses_its_tokens(world: World) -> None:
    world.keys.keys["key-1"] = {"kty": "RSA", "kid": "key-1", "n": "!", "e": "AQAB"}

    assert await why_refused(world, world.signer.token()) == NO_SIGNATURE


async def test_without_any_key_nobody_is_believed_or_refused(world: World) -> None:
    world.keys.down = True

    with pytest.raises(TryAgainLater):
        await bearer_of(world, world.signer.token())


@pytest.mark.parametrize(
    "audience",
    ["00000003-0000-0000-c000-000000000000", AUDIENCE.upper(), f"api://{AUDIENCE}", [AUDIENCE], [], 1, None],
)
async def test_a_token_for_another_audience_is_refused(world: World, audience: Any) -> None:
    assert await why_refused(world, world.signer.token(aud=audience)) == (
        "The token is made out to another audience."
    )


async def test_each_audience_that_is_set_will_do(world: World) -> None:
    both = replace(SETTINGS, api=replace(API, audiences=frozenset({AUDIENCE, "api://schedules"})))

    for audience in (AUDIENCE, "api://schedules"):
        assert await bearer_of(world, world.signer.token(aud=audience), settings=both)


@pytest.mark.parametrize(
    "issuer",
    [
        f"{AUTHORITY}/{TENANT}/v2.0/",
        f"{AUTHORITY}/{TENANT}",
        f"{AUTHORITY}/{OTHER_TENANT}/v2.0",
        f"{AUTHORITY}/common/v2.0",
        f"https://sts.windows.net/{TENANT}/",
        f"https://login.microsoftonline.us/{TENANT}/v2.0",
        f"https://login.microsoftonline.com.evil.example/{TENANT}/v2.0",
        f"http://login.microsoftonline.com/{TENANT}/v2.0",
        "",
        7,
        None,
    ],
)
async def test_a_token_of_another_issuer_is_refused(world: World, issuer: Any) -> None:
    assert await why_refused(world, world.signer.token(iss=issuer)) == OTHER_ISSUER


@pytest.mark.parametrize("tenant", ["common", "contoso.com", OTHER_TENANT, f"{TENANT}/x", "", [TENANT], 1, None])
async def test_a_token_must_name_the_tenant_of_its_issuer(world: World, tenant: Any) -> None:
    assert await why_refused(world, world.signer.token(tid=tenant)) == OTHER_ISSUER


async def test_a_tenant_that_is_no_id_is_refused_where_the_issuer_agrees(world: World) -> None:
    token = world.signer.token(tid="common", iss=f"{AUTHORITY}/common/v2.0")

    assert await why_refused(world, token) == OTHER_ISSUER


@pytest.mark.parametrize(
    "issuer", [f"{AUTHORITY}/{CONSUMERS}/v2.0", "https://sts.windows.net/{tenantid}/", "", None, 1]
)
async def test_a_key_signs_for_its_own_issuer_alone(world: World, issuer: Any) -> None:
    """The key set of all tenants also holds keys that belong to one: personal accounts."""
    world.keys.keys["key-1"] = {**world.signer.jwk, "issuer": issuer}

    assert await why_refused(world, world.signer.token()) == "The token's key is another issuer's."


async def test_a_key_of_one_tenant_signs_for_that_tenant(world: World) -> None:
    world.keys.keys["key-1"] = {**world.signer.jwk, "issuer": f"{AUTHORITY}/{TENANT}/v2.0"}

    assert await bearer_of(world, world.signer.token())


async def test_a_key_without_an_issuer_signs_for_all(world: World) -> None:
    world.keys.keys["key-1"] = {name: value for name, value in world.signer.jwk.items() if name != "issuer"}

    assert await bearer_of(world, world.signer.token())


@pytest.mark.parametrize("version", ["1.0", 2.0, "", None])
async def test_another_version_is_refused(world: World, version: Any) -> None:
    assert await why_refused(world, world.signer.token(ver=version)) == "The token must be of version 2.0."


async def test_an_expired_token_is_refused(world: World) -> None:
    token = world.signer.token()
    world.clock.advance(timedelta(seconds=4500 + SKEW))

    assert await why_refused(world, token) == "The token has expired."


async def test_a_token_that_expired_within_the_skew_of_clocks_is_believed(world: World) -> None:
    token = world.signer.token()
    world.clock.advance(timedelta(seconds=4500 + SKEW - 1))

    assert await bearer_of(world, token)


@pytest.mark.parametrize("claim", ["nbf", "iat"])
async def test_a_token_that_is_not_valid_yet_is_refused(world: World, claim: str) -> None:
    late: dict[str, Any] = {claim: now(world) + SKEW + 1}
    token = world.signer.token(**late)

    assert await why_refused(world, token) == "The token is not valid yet."


@pytest.mark.parametrize("claim", ["nbf", "iat"])
async def test_a_token_that_is_valid_within_the_skew_of_clocks_is_believed(world: World, claim: str) -> None:
    late: dict[str, Any] = {claim: now(world) + SKEW}

    assert await bearer_of(world, world.signer.token(**late))


@pytest.mark.parametrize("claim", ["exp", "nbf", "iat"])
@pytest.mark.parametrize("value", ["1795392000", 1.5, True, float("nan"), float("inf"), [1], None])
async def test_a_token_must_say_when_it_is_valid(world: World, claim: str, value: Any) -> None:
    token = world.signer.token(**{claim: value})

    assert await why_refused(world, token) == "The token does not say when it is valid."


async def test_times_beyond_any_clock_are_refused_or_waited_for(world: World) -> None:
    assert await why_refused(world, world.signer.token(exp=-(10**400))) == "The token has expired."
    assert await why_refused(world, world.signer.token(nbf=10**400)) == "The token is not valid yet."
    assert await bearer_of(world, world.signer.token(exp=10**400))


async def test_tokens_go_by_the_real_time_where_a_developer_moved_the_clock(world: World) -> None:
    moved = replace(SETTINGS, clock_offset=timedelta(days=3))
    token = world.signer.token()
    world.clock.advance(timedelta(days=3))

    assert await bearer_of(world, token, settings=moved)
    assert await why_refused(world, token) == "The token has expired."


@pytest.mark.parametrize("client", ["portal", "", 1, None])
async def test_an_identity_token_opens_nothing(world: World, client: Any) -> None:
    """It is for the client itself, names none, and yet can hold roles and our audience."""
    assert await why_refused(world, world.signer.token(azp=client)) == "The token is no access token."


@pytest.mark.parametrize("oid", ["ada", "", 1, None])
async def test_a_person_must_be_named_by_object_id(world: World, oid: Any) -> None:
    assert await why_refused(world, world.signer.token(oid=oid)) == "The token names nobody by object id."


async def test_a_token_whose_payload_is_no_object_is_refused(world: World) -> None:
    token = jwt.api_jws.encode(b"[1]", rsa_key("key-1"), "RS256", headers={"kid": "key-1"})

    assert await why_refused(world, token) == NO_SIGNATURE


@pytest.mark.parametrize("secret", ["Ada Admin", PERSON, OTHER_TENANT, "pairwise-9f8e7d"])
async def test_a_refusal_repeats_nothing_of_the_token(world: World, secret: str) -> None:
    refusals = [
        await why_refused(world, world.signer.token(tenant=OTHER_TENANT, **wrong))
        for wrong in ({"aud": PERSON}, {"iss": PERSON}, {"exp": 1}, {"ver": "1.0"}, {"azp": "Ada Admin"})
    ]

    assert not [text for text in refusals if secret in text]
