"""Who is let in at the door, as callers see it: the problems, their headers, and what none of them tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.domain.ids import GroupId
from tests.fakes.tokens import API, PERSON, TENANT, Signer, rsa_key
from tests.fakes.world import WORKSPACE
from tests.integration.api.acme import DAILY, SALES, SCHEDULES
from tests.integration.api.callers import READER, As
from tests.integration.api.client import SETTINGS, Api
from tests.unit.schedules_api.sign_in.asking import principal

if TYPE_CHECKING:
    from tests.fakes.world import World

HEALTH = "/api/health"
DOCUMENT = "/api/openapi.json"
BY_COOKIE = {"X-MS-CLIENT-PRINCIPAL": principal(("tid", TENANT), ("oid", PERSON), ("roles", "Schedules.Manage"))}
PER_MINUTE = 5


def with_api(api: Api, **changes: Any) -> Api:
    return Api(api.services, replace(SETTINGS, api=replace(API, **changes)))


@pytest.fixture
def slow(api: Api) -> Api:
    """Let five requests a minute through."""
    return with_api(api, requests_per_minute=PER_MINUTE)


async def test_nobody_is_asked_to_sign_in(api: Api) -> None:
    refused = await api.get(SCHEDULES, caller=None)

    assert (refused.status, refused.problem) == (401, "not-signed-in")
    assert refused.headers["WWW-Authenticate"] == 'Bearer realm="scheduled-syncs"'


async def test_a_forged_token_is_told_what_is_wrong_and_nothing_more(
    api: Api, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    token = world.signer.sign(world.signer.claims(), key=rsa_key("mine"))

    refused = await api.get(SCHEDULES, Authorization=f"Bearer {token}")

    assert (refused.status, refused.problem) == (401, "token-invalid")
    assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]
    assert token not in refused.text + caplog.text
    assert "Ada" not in refused.text + caplog.text


async def test_a_token_that_has_expired_is_refused(api: Api, world: World) -> None:
    token = world.signer.token()
    world.clock.advance(timedelta(hours=2))

    assert (await api.get(SCHEDULES, Authorization=f"Bearer {token}")).problem == "token-invalid"


async def test_without_signing_keys_one_is_to_come_again(api: Api, world: World) -> None:
    world.keys.down = True

    refused = await api.get(SCHEDULES)

    assert (refused.status, refused.problem) == (503, "unavailable")
    assert refused.headers["Retry-After"] == "10"


async def test_a_key_that_is_new_is_believed(api: Api, world: World) -> None:
    rotated = Signer(world.clock.now, kid="key-2")
    token = f"Bearer {rotated.token()}"
    assert (await api.get(SCHEDULES, Authorization=token)).status == 401

    world.keys.keys["key-2"] = rotated.jwk

    assert (await api.get(SCHEDULES, Authorization=token)).status == 200


async def test_the_platforms_header_is_nothing_where_the_platform_does_not_sign_in(api: Api) -> None:
    refused = await api.call("GET", SCHEDULES, headers=BY_COOKIE, caller=None)

    assert (refused.status, refused.problem) == (401, "not-signed-in")


async def test_a_person_comes_in_by_the_platforms_sign_in(api: Api) -> None:
    platform = with_api(api, platform_signs_in=True)

    assert (await platform.call("GET", SCHEDULES, headers=BY_COOKIE, caller=None)).status == 200


async def test_another_page_cannot_use_a_persons_cookie(api: Api, world: World) -> None:
    platform = with_api(api, platform_signs_in=True)
    elsewhere = {**BY_COOKIE, "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}

    refused = await platform.call("PUT", SALES, DAILY, headers=elsewhere, caller=None)

    assert (refused.status, refused.problem) == (403, "cross-site")
    assert await world.services.schedules.schedule(WORKSPACE, GroupId("sales")) is None


async def test_our_own_page_can(api: Api) -> None:
    platform = with_api(api, platform_signs_in=True)
    here = {**BY_COOKIE, "Sec-Fetch-Site": "same-origin"}

    assert (await platform.call("PUT", SALES, DAILY, headers=here, caller=None)).status == 201


async def test_more_requests_than_allowed_are_put_off(slow: Api) -> None:
    answers = [await slow.get(SCHEDULES) for _ in range(PER_MINUTE + 1)]

    assert [answer.status for answer in answers] == [200] * PER_MINUTE + [429]
    assert answers[-1].problem == "too-many-requests"
    assert answers[-1].headers["Retry-After"] == "12"


async def test_who_waits_as_told_is_answered(slow: Api, world: World) -> None:
    for _ in range(PER_MINUTE + 1):
        await slow.get(SCHEDULES)

    world.clock.advance(timedelta(seconds=12))

    assert (await slow.get(SCHEDULES)).status == 200


async def test_one_callers_haste_is_nobody_elses(slow: Api) -> None:
    for _ in range(PER_MINUTE + 1):
        await slow.get(SCHEDULES)

    colleague = As(READER.role, oid="a1b2c3d4-0001-4002-8003-000000000005")
    assert (await slow.get(SCHEDULES, caller=colleague)).status == 200


async def test_all_addresses_count_together(slow: Api) -> None:
    for _ in range(PER_MINUTE):
        await slow.call("POST", SCHEDULES)

    assert (await slow.get(SALES)).status == 429


async def test_guessing_at_tokens_is_put_off_by_address(slow: Api) -> None:
    there, elsewhere = {"X-Forwarded-For": "203.0.113.7:1"}, {"X-Forwarded-For": "203.0.113.8:1"}
    guess = {**there, "Authorization": "Bearer a.b.c"}
    guesses = [(await slow.call("GET", SCHEDULES, headers=guess)).status for _ in range(PER_MINUTE + 1)]

    assert guesses == [401] * PER_MINUTE + [429]
    assert (await slow.call("GET", SCHEDULES, headers=elsewhere, caller=None)).status == 401
    assert (await slow.call("GET", SCHEDULES, headers=there)).status == 200


async def test_what_is_open_to_all_is_counted_by_address(slow: Api) -> None:
    answers = [(await slow.get(DOCUMENT, caller=None)).status for _ in range(PER_MINUTE + 1)]

    assert answers == [200] * PER_MINUTE + [429]


async def test_health_is_never_put_off(slow: Api) -> None:
    """A probe that is refused would have a healthy instance replaced."""
    assert {(await slow.get(HEALTH, caller=None)).status for _ in range(3 * PER_MINUTE)} == {200}
