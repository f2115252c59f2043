"""What every answer has in common, and the answers that no route gives by itself."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from schedules_api.operations import Route
from schedules_api.routes import routes
from sync_core.domain.errors import TryAgainLater
from sync_core.telemetry.catalogue import HTTP_REQUEST
from sync_core.wiring import VERSION
from tests.integration.api.acme import DAILY, SALES, SALES_RUNS, SCHEDULES
from tests.integration.api.client import SETTINGS, Api

if TYPE_CHECKING:
    from sync_core.flows.services import Services
    from tests.fakes.world import World

HEALTH = "/api/health"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "BREW")
ALLOWED = {
    HEALTH: "GET, HEAD",
    SCHEDULES: "GET, HEAD",
    SALES: "DELETE, GET, HEAD, PATCH, PUT",
    SALES_RUNS: "GET, HEAD, POST",
}


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", HEALTH, 200),
        ("PUT", SALES, 201),
        ("DELETE", SALES, 404),
        ("GET", f"{SCHEDULES}?x=1", 400),
        ("POST", SCHEDULES, 405),
    ],
)
async def test_no_answer_may_be_kept_or_guessed_at(api: Api, method: str, address: str, status: int) -> None:
    answered = await api.call(method, address, DAILY if method == "PUT" else None)

    assert answered.status == status
    assert answered.headers["Cache-Control"] == "no-store"
    assert answered.headers["X-Content-Type-Options"] == "nosniff"
    assert answered.kind == ("application/json" if status < 300 else "application/problem+json")


async def test_a_request_keeps_the_id_that_its_caller_gave(api: Api) -> None:
    answered = await api.call("GET", HEALTH, headers={"X-Request-Id": "portal-1.2_3"})

    assert answered.headers["X-Request-Id"] == "portal-1.2_3"


@pytest.mark.parametrize("given", ["", "a b", "a\r\nSet-Cookie: x=1", "a" * 65, "ä", "<script>"])
async def test_a_request_id_that_no_log_should_hold_is_replaced(api: Api, given: str) -> None:
    first, second = [await api.call("GET", HEALTH, headers={"X-Request-Id": given}) for _ in range(2)]

    assert first.headers["X-Request-Id"].isalnum()
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]


@pytest.mark.parametrize("address", ALLOWED)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
async def test_a_method_that_an_address_does_not_know_is_told_which_it_does(
    api: Api, method: str, address: str
) -> None:
    answered = await api.call(method, address)

    if method in ALLOWED[address].split(", "):
        assert answered.status != 405
    else:
        assert (answered.status, answered.problem) == (405, "method-not-allowed")
        assert answered.headers["Allow"] == ALLOWED[address]


@pytest.mark.parametrize("address", [address for address in ALLOWED if address != HEALTH])
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "POST"])
async def test_outside_development_the_api_is_closed(api: Api, method: str, address: str) -> None:
    deployed = Api(api.services, replace(SETTINGS, development=False))

    refused = await deployed.call(method, address, DAILY, caller=None)

    assert (refused.status, refused.problem) == (401, "not-signed-in")
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")


async def test_outside_development_health_is_open(api: Api) -> None:
    deployed = Api(api.services, replace(SETTINGS, development=False))

    assert (await deployed.get(HEALTH, caller=None)).status == 200


async def test_health_tells_version_storage_and_time(api: Api) -> None:
    assert (await api.get(HEALTH)).json == {
        "status": "ok",
        "version": VERSION,
        "storage": "ok",
        "time": "2026-11-23T00:00:00Z",
    }


async def test_health_asks_storage_at_most_every_ten_seconds(api: Api, world: World) -> None:
    reads = _count_reads(world)

    for seconds in (0, 4, 5.9, 0.1, 1):
        world.clock.advance(timedelta(seconds=seconds))
        await api.get(HEALTH)

    assert len(reads) == 2


async def test_health_does_not_trust_an_answer_from_the_future(api: Api, world: World) -> None:
    reads = _count_reads(world)
    await api.get(HEALTH)

    world.clock.advance(timedelta(hours=-1))
    await api.get(HEALTH)

    assert len(reads) == 2


async def test_health_finds_storage_down_and_up_again(api: Api, world: World) -> None:
    _break_storage(world)

    down = await api.get(HEALTH)

    assert (down.status, down.problem) == (503, "unavailable")
    assert down.headers["Retry-After"] == "10"
    world.tables.before_read = None
    assert (await api.get(HEALTH)).status == 503
    world.clock.advance(timedelta(seconds=10))
    assert (await api.get(HEALTH)).status == 200


@pytest.mark.parametrize("address", [SCHEDULES, SALES, SALES_RUNS])
async def test_storage_down_is_worth_another_try(
    api: Api, world: World, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    _break_storage(world)

    answered = await api.call("GET", address, headers={"X-Request-Id": "r-1"})

    assert (answered.status, answered.problem) == (503, "unavailable")
    assert answered.headers["Retry-After"] == "30"
    assert "secret" not in answered.text
    [record] = [record for record in caplog.records if record.message == "request_put_off"]
    assert record.levelno == logging.WARNING
    assert vars(record)["request"] == "r-1"


async def test_storage_that_goes_down_during_a_change_is_worth_another_try(api: Api, world: World) -> None:
    async def refuse(*_: object) -> None:
        raise TryAgainLater("storage is busy", after=timedelta(milliseconds=1))

    world.tables.before_write = refuse

    answered = await api.call("PUT", SALES, DAILY)

    assert (answered.status, answered.headers["Retry-After"]) == (503, "1")
    world.tables.before_write = None
    assert (await api.call("PUT", SALES, DAILY)).status == 201


@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_storage_that_says_nothing_is_not_waited_for_long(
    api: Api, world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    async def say_nothing(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(Route, "patience", lambda *_: timedelta(milliseconds=20))
    world.tables.before_read = say_nothing

    answered = await api.call(method, SALES, DAILY if method == "PUT" else None)

    assert (answered.status, answered.problem, answered.headers["Retry-After"]) == (503, "unavailable", "10")
    assert [record.message for record in caplog.records] == ["request_put_off"]
    [span] = world.telemetry.named(HTTP_REQUEST)
    assert span.attributes["http.response.status_code"] == 503


def test_every_call_is_given_up_before_the_front_end_gives_it_up() -> None:
    """Azure's load balancer waits 230 seconds; telling what options change may take 200, where somebody asks so."""
    patience = {
        (route.name, method): route.patience(method).total_seconds() for route in routes() for method in METHODS
    }

    assert patience["sync-options-effect", "POST"] > 200
    assert max(patience.values()) < 230
    assert patience["schedules", "GET"] == 60


async def test_services_that_cannot_be_opened_yet_are_worth_another_try() -> None:
    async def services() -> Services:
        raise TryAgainLater("storage cannot be reached", after=timedelta(seconds=30))

    assert (await Api(services).get(HEALTH)).problem == "unavailable"


async def test_what_nobody_expected_is_in_the_log_and_not_in_the_answer(
    api: Api, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("the secret of the house")

    world.tables.before_read = fail

    answered = await api.call("GET", SCHEDULES, headers={"X-Request-Id": "r-2"})

    assert (answered.status, answered.problem) == (500, "unexpected-error")
    assert "secret" not in answered.text
    assert "RuntimeError" not in answered.text
    [record] = [record for record in caplog.records if record.message == "request_failed"]
    assert vars(record)["request"] == "r-2"
    line = logging.Formatter().format(record)
    assert "in fail" in line
    assert line.endswith("RuntimeError")


@pytest.mark.parametrize(
    ("method", "address", "line"),
    [
        ("PUT", SALES, ("request_answered", 201, None)),
        ("DELETE", SALES, ("request_refused", 404, "schedule-not-found")),
        ("GET", f"{SCHEDULES}?secret=1", ("request_refused", 400, "invalid-request")),
        ("POST", SCHEDULES, ("request_refused", 405, "method-not-allowed")),
    ],
)
async def test_what_was_changed_or_refused_is_found_in_the_log_by_the_requests_id(
    api: Api, caplog: pytest.LogCaptureFixture, method: str, address: str, line: tuple[str, int, str | None]
) -> None:
    caplog.set_level(logging.INFO)

    await api.call(method, address, DAILY if method == "PUT" else None, headers={"X-Request-Id": "r-3"})

    [record] = [record for record in caplog.records if vars(record).get("request") == "r-3"]
    told = vars(record)
    assert (record.message, told["status"], told.get("code")) == line
    assert "secret" not in str(told)


async def test_a_look_that_went_well_leaves_no_line(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    assert (await api.get(SCHEDULES)).status == 200

    assert not [record for record in caplog.records if record.message.startswith("request_")]


def _count_reads(world: World) -> list[str]:
    reads: list[str] = []

    async def count(table: str, _: str) -> None:
        reads.append(table)

    world.tables.before_read = count
    return reads


def _break_storage(world: World) -> None:
    async def refuse(*_: object) -> None:
        raise TryAgainLater("storage cannot be reached: secret", after=timedelta(seconds=30))

    world.tables.before_read = refuse
