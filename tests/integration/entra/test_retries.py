from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.domain.errors import EntraRefused, TryAgainLater
from tests.integration.entra.tenants import MARKS, group, member, person

if TYPE_CHECKING:
    from tests.integration.entra.tenants import Rig

pytestmark = MARKS


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
async def test_a_passing_failure_is_tried_again(rig: Rig, status: int) -> None:
    sales = rig.load(group())
    rig.fault("/groups/", times=2, status=status)

    await rig.entra.group(rig.tenant, sales)

    assert rig.asked("/groups/") == 3
    assert rig.slept == [0.5, 1.0]


async def test_a_throttled_call_waits_as_long_as_it_is_told(rig: Rig) -> None:
    sales = rig.load(group())
    rig.fault("/groups/", status=429, headers={"Retry-After": "17"})

    await rig.entra.group(rig.tenant, sales)

    assert rig.slept == [17]


async def test_a_longer_wait_than_a_call_should_take_goes_back_to_the_queue(rig: Rig) -> None:
    sales = rig.load(group())
    rig.fault("/groups/", status=429, headers={"Retry-After": "300"})

    with pytest.raises(TryAgainLater) as raised:
        await rig.entra.group(rig.tenant, sales)

    assert raised.value.after == timedelta(seconds=300)
    assert rig.slept == []


async def test_a_lasting_failure_goes_back_to_the_queue(rig: Rig) -> None:
    sales = rig.load(group())
    rig.fault("/groups/", times=None, status=503)

    with pytest.raises(TryAgainLater, match="status 503"):
        await rig.entra.group(rig.tenant, sales)

    assert rig.asked("/groups/") == 4


@pytest.mark.parametrize("drop", ["before", "midway"])
async def test_a_broken_connection_is_tried_again(rig: Rig, drop: str) -> None:
    people = [person(number) for number in range(50)]
    sales = rig.load(group([member("user", one) for one in people]), users=people)
    rig.fault("/members", drop=drop)

    (page,) = await rig.read(sales)

    assert len(page.users) == 50
    assert rig.asked("/members") == 2


async def test_a_read_that_fails_on_a_later_page_is_no_read(rig: Rig) -> None:
    people = [person(number) for number in range(1200)]
    sales = rig.load(group([member("user", one) for one in people]), users=people)
    rig.fault("/members", nth=2, times=None, status=500)

    with pytest.raises(TryAgainLater):
        await rig.read(sales)


@pytest.mark.parametrize("status", [400, 405, 501])
async def test_a_refused_request_is_not_tried_again(rig: Rig, status: int) -> None:
    sales = rig.load(group())
    rig.fault("/groups/", times=None, status=status)

    with pytest.raises(EntraRefused, match=f"status {status}") as raised:
        await rig.entra.group(rig.tenant, sales)

    assert raised.value.code == "request-refused"
    assert rig.asked("/groups/") == 1


async def test_a_denied_request_is_not_tried_again(rig: Rig) -> None:
    sales = rig.load(group())
    rig.fault("/groups/", times=None, status=403)

    with pytest.raises(EntraRefused):
        await rig.entra.group(rig.tenant, sales)

    assert rig.asked("/groups/") == 1


async def test_a_redirect_is_not_followed(rig: Rig) -> None:
    sales = rig.load(group())
    rig.fault("/groups/", status=302, headers={"Location": f"{rig.simulator.url}/v1.0/users"}, body="")

    with pytest.raises(EntraRefused, match="status 302"):
        await rig.entra.group(rig.tenant, sales)

    assert rig.asked("/users") == 0


async def test_near_the_limit_the_reader_eases_off(rig: Rig) -> None:
    sales = rig.load(group())
    near: dict[str, Any] = {"x-ms-throttle-limit-percentage": "0.93"}
    rig.fault("/members", status=200, headers=near, body={"value": []})

    await rig.read(sales)

    assert rig.slept == [2.0]


@pytest.mark.parametrize(
    "elsewhere", ["https://graph.evil.example/v1.0/x", "http://127.0.0.1/v1.0/x", "https://[", "//evil/x"]
)
async def test_a_link_to_elsewhere_is_not_followed(rig: Rig, elsewhere: str) -> None:
    """The token would go along."""
    sales = rig.load(group())
    rig.fault("/members", status=200, body={"value": [], "@odata.nextLink": elsewhere})

    with pytest.raises(EntraRefused) as raised:
        await rig.read(sales)

    assert raised.value.code == "foreign-link"
    assert elsewhere not in raised.value.reason


async def test_a_link_that_smuggles_a_host_is_not_followed(rig: Rig) -> None:
    sales = rig.load(group())
    host = rig.simulator.url.removeprefix("https://")
    for link in (f"https://{host}@evil.example/x", f"https://me@{host}/x", f"https://{host}\\@evil.example/x"):
        rig.simulator.simulation.faults.faults.clear()
        rig.fault("/members", status=200, body={"value": [], "@odata.nextLink": link})

        with pytest.raises(EntraRefused) as raised:
            await rig.read(sales)

        assert raised.value.code == "foreign-link"
