"""The keys that sign our callers' tokens, over real HTTP: rotation, storms, outages, strangers' answers."""

from __future__ import annotations

import asyncio
import json
import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.adapters.sign_in.signing_keys import PublishedKeys
from sync_core.domain.errors import TryAgainLater
from sync_core.telemetry import event_log
from tests.fakes.clock import FakeClock
from tests.fakes.key_server import key_server
from tests.fakes.tokens import Signer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.fakes.key_server import KeyServer

FIRST, SECOND = Signer().jwk, Signer(kid="key-2").jwk
PATH = "/common/discovery/v2.0/keys"
DAY = timedelta(hours=24)
PAUSE = timedelta(minutes=5)
MOMENT = timedelta(seconds=1)


@pytest.fixture
async def server() -> AsyncIterator[KeyServer]:
    async with key_server(FIRST) as server:
        yield server


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def keys(server: KeyServer, clock: FakeClock) -> PublishedKeys:
    return PublishedKeys(server.address, clock=clock, log=event_log("sync_core"))


async def test_the_key_set_of_all_tenants_is_fetched_once_a_day(
    server: KeyServer, keys: PublishedKeys, clock: FakeClock
) -> None:
    for _ in range(3):
        await keys.key("key-1")
    clock.advance(DAY - MOMENT)
    await keys.key("key-1")
    assert server.asked == [PATH]

    clock.advance(MOMENT)
    await keys.key("key-1")
    assert server.asked == [PATH] * 2


async def test_nothing_is_fetched_before_somebody_needs_it(server: KeyServer, keys: PublishedKeys) -> None:
    assert keys
    assert server.asked == []


async def test_a_new_key_is_found_when_it_is_first_named(
    server: KeyServer, keys: PublishedKeys, clock: FakeClock
) -> None:
    await keys.key("key-1")
    server.publish([FIRST, SECOND])
    clock.advance(PAUSE)

    assert await keys.key("key-2") == SECOND


async def test_a_key_that_is_published_no_more_is_forgotten(
    server: KeyServer, keys: PublishedKeys, clock: FakeClock
) -> None:
    await keys.key("key-1")
    server.publish([SECOND])
    clock.advance(DAY)

    assert await keys.key("key-1") is None
    assert await keys.key("key-2") == SECOND


async def test_a_storm_of_unknown_ids_asks_once_in_five_minutes(
    server: KeyServer, keys: PublishedKeys, clock: FakeClock
) -> None:
    for number in range(100):
        assert await keys.key(f"made-up-{number}") is None
    clock.advance(PAUSE - MOMENT)
    await keys.key("made-up")
    assert len(server.asked) == 1

    clock.advance(MOMENT)
    await asyncio.gather(*(keys.key(f"made-up-{number}") for number in range(100)))
    assert len(server.asked) == 2


async def test_a_storm_does_not_keep_known_keys_waiting(
    server: KeyServer, keys: PublishedKeys, clock: FakeClock
) -> None:
    await keys.key("key-1")
    clock.advance(PAUSE)
    server.open.clear()
    server.called.clear()
    storm = asyncio.create_task(keys.key("made-up"))
    await server.called.wait()

    assert await keys.key("key-1") == FIRST
    assert not storm.done()
    server.open.set()
    assert await storm is None


async def test_all_who_come_at_once_share_one_fetch(server: KeyServer, keys: PublishedKeys) -> None:
    assert await asyncio.gather(*(keys.key("key-1") for _ in range(50))) == [FIRST] * 50
    assert len(server.asked) == 1


async def test_whoever_gives_up_waiting_spoils_it_for_nobody(server: KeyServer, keys: PublishedKeys) -> None:
    server.open.clear()
    impatient, patient = asyncio.create_task(keys.key("key-1")), asyncio.create_task(keys.key("key-1"))
    await server.called.wait()
    impatient.cancel()
    await asyncio.wait([impatient])
    server.open.set()

    assert await patient == FIRST


async def test_an_outage_takes_no_known_key_away(
    server: KeyServer, keys: PublishedKeys, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    await keys.key("key-1")
    server.status = 500
    clock.advance(DAY)
    for _ in range(10):
        assert await keys.key("key-1") == FIRST

    assert len(server.asked) == 2
    [record] = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert record.getMessage() == "signing_keys_not_fetched"


async def test_after_an_outage_the_keys_are_fetched_anew(
    server: KeyServer, keys: PublishedKeys, clock: FakeClock
) -> None:
    await keys.key("key-1")
    server.status = 500
    clock.advance(DAY)
    await keys.key("key-1")
    server.publish([SECOND])
    clock.advance(PAUSE)

    assert await keys.key("key-1") is None


async def test_an_outage_at_the_start_is_tried_again_after_seconds(
    server: KeyServer, keys: PublishedKeys, clock: FakeClock
) -> None:
    server.status = 503
    for _ in range(5):
        with pytest.raises(TryAgainLater) as raised:
            await keys.key("key-1")
    assert len(server.asked) == 1

    server.status = 200
    clock.advance(raised.value.after)
    assert await keys.key("key-1") == FIRST


async def test_a_clock_that_is_set_back_makes_no_key_last_longer(
    server: KeyServer, keys: PublishedKeys, clock: FakeClock
) -> None:
    await keys.key("key-1")
    clock.advance(-DAY)
    await keys.key("key-1")

    assert len(server.asked) == 2


async def test_a_slow_service_is_not_waited_for(server: KeyServer, clock: FakeClock) -> None:
    server.open.clear()
    keys = PublishedKeys(server.address, clock=clock, log=event_log("sync_core"), patience=0.05)

    with pytest.raises(TryAgainLater):
        await keys.key("key-1")


async def test_nobody_at_home_is_an_outage(clock: FakeClock) -> None:
    async with key_server() as server:
        address = server.address
    keys = PublishedKeys(address, clock=clock, log=event_log("sync_core"))

    with pytest.raises(TryAgainLater):
        await keys.key("key-1")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(server: KeyServer, keys: PublishedKeys, status: int) -> None:
    """Whoever could redirect us could bring keys of their own."""
    server.status = status
    server.headers["Location"] = f"{server.address}/elsewhere"

    with pytest.raises(TryAgainLater):
        await keys.key("key-1")
    assert server.asked == [PATH]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"\xff\xfe\xff",
        b"[" * 100_000,
        b"[]",
        b"7",
        b"{}",
        b'{"keys": []}',
        b'{"keys": {}}',
        b'{"keys": null}',
        b'{"keys": [null, 7, "x", []]}',
        b'{"keys": [{"kid": "key-1"}]}',
    ],
    ids=range(12),
)
async def test_an_answer_that_is_no_key_set_is_an_outage(server: KeyServer, keys: PublishedKeys, body: bytes) -> None:
    server.body = body

    with pytest.raises(TryAgainLater):
        await keys.key("key-1")


async def test_an_endless_answer_is_not_read_to_its_end(server: KeyServer, keys: PublishedKeys) -> None:
    server.body = json.dumps({"keys": [FIRST], "padding": "x" * 2**20}).encode()

    with pytest.raises(TryAgainLater):
        await keys.key("key-1")


@pytest.mark.parametrize(
    "wrong",
    [{"kty": "oct", "k": "c2VjcmV0"}, {"kty": "EC"}, {"use": "enc"}, {"n": None}, {"e": ""}, {"kid": ""}, {"kid": 7}],
)
async def test_what_is_no_key_for_our_tokens_is_left_out(
    server: KeyServer, keys: PublishedKeys, wrong: dict[str, Any]
) -> None:
    """Above all a shared secret: who can read the key set could sign with it."""
    server.publish([FIRST, {**SECOND, **wrong}])

    assert await keys.key("key-2") is None
    assert await keys.key("key-1") == FIRST


async def test_a_key_need_not_say_what_it_is_for(server: KeyServer, keys: PublishedKeys) -> None:
    server.publish([{name: value for name, value in FIRST.items() if name != "use"}])

    assert await keys.key("key-1") is not None
