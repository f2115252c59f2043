"""Scripted faults strike exactly when they are told to."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import httpx
import pytest

from devkit.entra_simulator.control import ControlRefused
from tests.devkit.simulated import EVENTUAL, TENANT, group

if TYPE_CHECKING:
    from tests.devkit.simulated import Simulated

MEMBERS = "/groups/g/members?$select=id,displayName&$top=2"


@pytest.fixture(autouse=True)
async def crowd(entra: Simulated) -> None:
    await entra.load(group("g", "u1", "u2", "u3"), users="u1 u2 u3 u4")


async def statuses(entra: Simulated, times: int) -> list[int]:
    return [(await entra.get(MEMBERS)).status_code for _ in range(times)]


async def test_a_fault_strikes_the_first_matching_request_once(entra: Simulated) -> None:
    await entra.control.add_fault({"path": "/members", "status": 503})

    assert await statuses(entra, 3) == [503, 200, 200]


async def test_a_fault_can_wait_and_last(entra: Simulated) -> None:
    await entra.control.add_fault({"path": "/members", "status": 503, "nth": 2, "times": 2})

    assert await statuses(entra, 4) == [200, 503, 503, 200]


async def test_a_fault_can_last_for_ever(entra: Simulated) -> None:
    await entra.control.add_fault({"path": "/members", "status": 500, "nth": 2, "times": None})

    assert await statuses(entra, 4) == [200, 500, 500, 500]


async def test_a_fault_leaves_other_requests_alone(entra: Simulated) -> None:
    await entra.control.add_fault({"path": "/members", "method": "POST", "status": 503})
    await entra.control.add_fault({"path": "/users$", "status": 503})

    assert await statuses(entra, 1) == [200]


async def test_several_faults_strike_one_after_the_other(entra: Simulated) -> None:
    await entra.control.add_fault({"path": "/members", "status": 503})
    await entra.control.add_fault({"path": "/members", "status": 504, "nth": 2})

    assert await statuses(entra, 3) == [503, 504, 200]


async def test_a_status_alone_comes_with_graphs_error_and_the_headers_asked_for(entra: Simulated) -> None:
    await entra.control.add_fault({"path": "/members", "status": 429, "headers": {"Retry-After": "7"}})

    answer = await entra.get(MEMBERS)

    assert answer.headers["Retry-After"] == "7"
    assert answer.json()["error"]["code"] == "TooManyRequests"


async def test_a_body_of_its_own_is_sent_as_it_is(entra: Simulated) -> None:
    await entra.control.add_fault({"path": "/members", "status": 502, "body": "<html>no JSON</html>"})

    assert (await entra.get(MEMBERS)).text == "<html>no JSON</html>"


async def test_the_token_endpoint_can_fail_too(entra: Simulated) -> None:
    await entra.control.add_fault({"path": "/token$", "status": 503, "body": {"error": "temporarily_unavailable"}})

    assert (await entra.ask_token()).status_code == 503
    assert (await entra.ask_token()).status_code == 200


async def test_a_connection_can_drop_before_the_answer(entra: Simulated) -> None:
    await entra.control.add_fault({"path": "/members", "drop": "before"})

    with pytest.raises(httpx.TransportError):
        await entra.get(MEMBERS)
    assert await statuses(entra, 1) == [200]


async def test_a_connection_can_drop_midway_through_the_answer(entra: Simulated) -> None:
    await entra.control.add_fault({"path": "/members", "drop": "midway"})

    with pytest.raises(httpx.TransportError):
        await entra.get(MEMBERS)
    assert await statuses(entra, 1) == [200]


async def test_a_dropped_connection_is_recorded_without_a_status(entra: Simulated) -> None:
    await entra.control.add_fault({"path": "/members", "drop": "before"})
    with pytest.raises(httpx.TransportError):
        await entra.get(MEMBERS)

    assert (await entra.control.requests())["byStatus"] == {"0": 1}


async def test_pages_can_end_early(entra: Simulated) -> None:
    """To a reader that looks at nothing else, this is a smaller group."""
    await entra.control.add_fault({"path": "/members", "endEarly": True})

    assert [len(page) for page in await entra.pages(MEMBERS)] == [2]


async def test_a_page_can_lose_people(entra: Simulated) -> None:
    await entra.control.add_fault({"path": "/members", "loseItems": 1})

    assert [len(page) for page in await entra.pages(MEMBERS)] == [1, 1]


async def test_a_count_can_be_wrong(entra: Simulated) -> None:
    await entra.control.add_fault({"path": "count", "count": 40, "times": 2})

    segment = await entra.get("/groups/g/members/$count", headers=EVENTUAL)
    option = await entra.get("/groups/g/members?$count=true", headers=EVENTUAL)

    assert (segment.text, option.json()["@odata.count"]) == ("40", 40)


async def test_members_can_come_as_nulls(entra: Simulated) -> None:
    await entra.control.add_fault({"path": "/members", "nulls": True})

    first = (await entra.get(MEMBERS)).json()["value"][0]

    assert first == {"@odata.type": "#microsoft.graph.user", "id": "u1", "displayName": None}


async def test_the_tenant_can_change_while_it_is_read(entra: Simulated) -> None:
    joining = {"op": "addMember", "group": "g", "user": "u4"}
    await entra.control.add_fault({"path": "skiptoken", "tenant": TENANT, "mutations": [joining]})

    pages = await entra.pages(MEMBERS)

    assert [member["id"] for page in pages for member in page] == ["u1", "u2", "u3", "u4"]


async def test_an_answer_can_be_slow(entra: Simulated) -> None:
    await entra.control.add_fault({"path": "/members", "delaySeconds": 0.2})
    begun = time.monotonic()

    assert await statuses(entra, 1) == [200]
    assert time.monotonic() - begun >= 0.2


async def test_a_script_tells_how_often_it_struck(entra: Simulated) -> None:
    await entra.control.add_fault({"path": "/members", "status": 503, "nth": 2})
    await statuses(entra, 3)

    assert await entra.control.faults() == [{"method": ".*", "path": "/members", "matched": 3, "befallen": 1}]


async def test_faults_can_be_cleared(entra: Simulated) -> None:
    await entra.control.add_fault({"path": "/members", "status": 503, "times": None})

    await entra.control.clear_faults()

    assert await statuses(entra, 1) == [200]


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        ({"paht": "/members"}, "paht: a fault takes only"),
        ({"path": "("}, "path: must be a regular expression"),
        ({"nth": 0}, "nth: must be a whole number from 1"),
        ({"drop": "later"}, "drop: must be 'before' or 'midway'"),
        ({"delaySeconds": "1"}, "delaySeconds: must be a number of seconds"),
        ({"mutations": [{"op": "addMember", "group": "g", "user": "u4"}]}, "tenant: must be text"),
        ({"tenant": "nobody"}, "tenant: there is no tenant 'nobody'"),
    ],
)
async def test_a_wrong_script_is_refused(entra: Simulated, fault: dict[str, object], problem: str) -> None:
    with pytest.raises(ControlRefused) as refused:
        await entra.control.add_fault(fault)

    assert str(refused.value).startswith(problem)
