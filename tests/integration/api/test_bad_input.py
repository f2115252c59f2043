"""Whatever a client sends is answered with what is wrong about it, and changes nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from tests.integration.api.acme import DAILY, MONDAYS, SALES, SALES_RUNS, SCHEDULES

if TYPE_CHECKING:
    from tests.fakes.world import World
    from tests.integration.api.client import Api

WRONG_SCHEDULES: list[tuple[Any, list[str]]] = [
    ({}, ["cadence"]),
    ({"enabled": True}, ["cadence"]),
    ({"cadence": None}, ["cadence"]),
    ({"cadence": "Daily"}, ["cadence"]),
    ({"cadence": "hourly"}, ["cadence"]),
    ({"cadence": ["daily"]}, ["cadence"]),
    ({"cadence": 1}, ["cadence"]),
    ({"cadence": "da\u0000ily"}, ["cadence"]),
    ({"cadence": "weekly"}, ["dayOfWeek"]),
    ({"cadence": "weekly", "dayOfWeek": None}, ["dayOfWeek"]),
    ({"cadence": "weekly", "dayOfWeek": "Monday"}, ["dayOfWeek"]),
    ({"cadence": "weekly", "dayOfWeek": 1}, ["dayOfWeek"]),
    ({"cadence": "weekly", "dayOfWeek": "\ud800"}, ["dayOfWeek"]),
    ({"cadence": "weekly", "dayOfWeek": "m" * 100_000}, ["dayOfWeek"]),
    ({"cadence": "daily", "dayOfWeek": "monday"}, ["dayOfWeek"]),
    ({"cadence": "daily", "enabled": "true"}, ["enabled"]),
    ({"cadence": "daily", "enabled": 1}, ["enabled"]),
    ({"cadence": "daily", "enabled": None}, ["enabled"]),
    ({"cadence": "daily", "time": "02:00"}, ["time"]),
    ({"cadence": "daily", "day_of_week": "monday"}, ["day_of_week"]),
    ({"cadence": "daily", "a\n\u202eb": 1}, ["a??b"]),
    ({"cadence": "daily", "\ud800": 1}, ["body"]),
    ({"cadence": "daily", "x" * 1000: 1}, ["x" * 40 + "..."]),
    ({"cadence": "weekly", "dayOfWeek": "x", "enabled": 0, "z": 0}, ["dayOfWeek", "enabled", "z"]),
    ([], ["body"]),
    ([DAILY], ["body"]),
    ("daily", ["body"]),
    (7, ["body"]),
    (True, ["body"]),
]

WRONG_CHANGES: list[tuple[Any, list[str]]] = [
    ({}, ["body"]),
    ({"cadence": "weekly"}, ["body"]),
    ({"cadence": "daily", "dayOfWeek": "monday"}, ["body"]),
    ({"cadence": None}, ["cadence"]),
    ({"enabled": None}, ["enabled"]),
    ({"enabled": "no"}, ["enabled"]),
    ({"dayOfWeek": "someday"}, ["dayOfWeek"]),
    ({"enabled": False, "revision": 1}, ["revision"]),
    ([], ["body"]),
]

NO_JSON = [
    b"{",
    b"{'cadence': 'daily'}",
    b'{"cadence": "daily",}',
    b'{"cadence": "daily"} {}',
    b'{"cadence": "daily", "enabled": NaN}',
    b'{"cadence": "daily", "enabled": -Infinity}',
    b'{"cadence": "daily", "cadence": "daily"}',
    b'{"cadence": "da\nily"}',
    b'{"cadence": "\xff"}',
    b'\xef\xbb\xbf{"cadence": "daily"}',
    '{"cadence": "daily"}'.encode("utf-16"),
    b"\x00",
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b'{"cadence": "daily", "enabled": ' + b"9" * 10_000 + b"}",
]

HOSTILE_IDS = [
    "%2F",
    "..%2F..%2Fetc",
    "a%2Fb",
    "a%5Cb",
    "'",
    "a'%20or%201%20eq%201",
    "%22",
    "%00",
    "%0a",
    "a%0d%0ab",
    "a|b",
    "a%23b",
    "a%3Fb",
    "%25",
    "%ff",
    "%",
    "%zz",
    "ä",
    "%C3%A4",
    "%E2%80%AE",
    "\uff41",
    "a" * 65,
    "a" * 4000,
    "~",
    "a.b",
    "%20",
    "%F0%9F%98%80",
]

BAD_QUERIES = [
    ("limit=0", "limit"),
    ("limit=201", "limit"),
    ("limit=-1", "limit"),
    ("limit=%2B5", "limit"),
    ("limit=1.0", "limit"),
    ("limit=abc", "limit"),
    ("limit=", "limit"),
    ("limit", "limit"),
    ("limit=%EF%BC%95", "limit"),
    ("limit=" + "9" * 5000, "limit"),
    ("limit=5&limit=5", "limit"),
    ("Limit=5", "Limit"),
    ("page=2", "page"),
    ("%00=2", "?"),
    ("=2", "query"),
    ("limit=%ff", "query"),
    ("%ff=1", "query"),
    ("continuationToken=", "continuationToken"),
    ("continuationToken=%00", "continuationToken"),
    ("continuationToken=x", "continuationToken"),
    ("continuationToken=sales", "continuationToken"),
    ("continuationToken=%F0%9F%98%80", "continuationToken"),
    ("continuationToken=____", "continuationToken"),
    ("continuationToken=" + "A" * 3000, "continuationToken"),
]


@pytest.mark.parametrize(("value", "wrong"), WRONG_SCHEDULES)
async def test_a_schedule_that_is_none_is_refused(api: Api, value: Any, wrong: list[str]) -> None:
    refused = await api.call("PUT", SALES, body=json.dumps(value).encode())

    assert (refused.status, refused.problem, refused.wrong) == (400, "invalid-request", wrong)
    assert (await api.get(SALES)).status == 404


@pytest.mark.parametrize(("value", "wrong"), WRONG_CHANGES)
async def test_a_change_that_is_none_is_refused(api: Api, value: Any, wrong: list[str]) -> None:
    await api.call("PUT", SALES, MONDAYS)

    refused = await api.call("PATCH", SALES, body=json.dumps(value).encode())

    assert (refused.status, refused.problem, refused.wrong) == (400, "invalid-request", wrong)
    assert (await api.get(SALES)).json["revision"] == 1


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize("body", NO_JSON, ids=lambda body: repr(body[:30]))
async def test_what_is_no_json_is_refused(api: Api, method: str, body: bytes) -> None:
    refused = await api.call(method, SALES, body=body)

    assert (refused.status, refused.problem) == (400, "invalid-request")
    assert (await api.get(SALES)).status == 404


async def test_a_body_must_be_there(api: Api) -> None:
    refused = await api.call("PUT", SALES, headers={"Content-Type": "application/json"})

    assert (refused.status, refused.wrong) == (400, ["body"])


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", "", ";"])
async def test_a_body_must_say_that_it_is_json(api: Api, kind: str) -> None:
    """A page of another site can send a form or plain text without asking first, but not JSON."""
    refused = await api.call("PUT", SALES, DAILY, headers={"Content-Type": kind})

    assert (refused.status, refused.problem) == (415, "unsupported-media-type")


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON", " application/json "])
async def test_json_may_be_written_in_other_ways(api: Api, kind: str) -> None:
    assert (await api.call("PUT", SALES, DAILY, headers={"Content-Type": kind})).status == 201


@pytest.mark.parametrize(("size", "status"), [(256 * 1024, 201), (256 * 1024 + 1, 413)])
async def test_a_body_can_be_too_large(api: Api, size: int, status: int) -> None:
    answered = await api.call("PUT", SALES, body=json.dumps(DAILY).encode().ljust(size))

    assert answered.status == status
    if status == 413:
        assert answered.problem == "body-too-large"


async def test_a_body_with_thousands_of_faults_is_answered_with_some(api: Api) -> None:
    refused = await api.call("PUT", SALES, {"cadence": "daily"} | {f"x{n}": n for n in range(5000)})

    assert refused.status == 400
    assert len(refused.wrong) == 20


@pytest.mark.parametrize("hostile", HOSTILE_IDS)
@pytest.mark.parametrize(
    ("method", "address", "problem"),
    [
        ("GET", "/api/workspaces/{}/schedules", "workspace-not-found"),
        ("GET", "/api/workspaces/{}/groups/sales/schedule", "workspace-not-found"),
        ("GET", "/api/workspaces/acme/groups/{}/runs", "group-not-linked"),
        ("PUT", "/api/workspaces/acme/groups/{}/schedule", "group-not-linked"),
        ("DELETE", "/api/workspaces/acme/groups/{}/schedule", "group-not-linked"),
    ],
)
async def test_an_id_that_cannot_be_is_not_found(
    api: Api, method: str, address: str, problem: str, hostile: str
) -> None:
    missing = await api.call(method, address.format(hostile), DAILY if method == "PUT" else None)

    assert (missing.status, missing.problem) == (404, problem)


@pytest.mark.parametrize(("query", "wrong"), BAD_QUERIES)
@pytest.mark.parametrize("address", [SCHEDULES, SALES_RUNS])
async def test_a_wrong_query_is_refused(api: Api, address: str, query: str, wrong: str) -> None:
    refused = await api.get(f"{address}?{query}")

    assert (refused.status, refused.problem, refused.wrong) == (400, "invalid-request", [wrong])


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
async def test_a_schedule_has_no_parameters(api: Api, method: str) -> None:
    refused = await api.call(method, f"{SALES}?limit=5", {"enabled": False})

    assert (refused.status, refused.wrong) == (400, ["limit"])


async def test_a_token_of_another_list_is_refused(api: Api, world: World) -> None:
    await api.call("PUT", SALES, DAILY)
    await api.call("PUT", "/api/workspaces/acme/groups/support/schedule", DAILY)
    token = (await api.get(f"{SCHEDULES}?limit=1")).json["continuationToken"]

    refused = await api.get(f"{SALES_RUNS}?continuationToken={quote(token)}")

    assert world.tables.rows("Runs") == []
    assert (refused.status, refused.wrong) == (400, ["continuationToken"])
