from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from sync_core.domain.errors import EntraRefused
from tests.integration.entra.outside import serving
from tests.integration.entra.tenants import MARKS, SECRET, group

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.entra.tenants import Rig

pytestmark = MARKS


def answering(*statuses: int) -> Callable[[web.Request], web.Response]:
    """Answer with each of *statuses* in turn, always with a group's body."""
    left = list(statuses)
    return lambda _: web.json_response({"id": "x", "displayName": "Sales"}, status=left.pop(0))


async def test_every_request_says_who_we_are_and_that_it_can_wait(rig: Rig) -> None:
    sales = rig.load(group())
    async with serving(answering(500, 200)) as graph:
        rig.sign_in_with(client_secret=SECRET, graph_base_url=f"{graph.url}/v1.0")
        await rig.entra.group(rig.tenant, sales)

    headers = [request.headers for request in graph.requests]
    assert [sent["User-Agent"] for sent in headers] == ["ScheduledSyncs/1.2.3"] * 2
    assert [sent["x-ms-throttle-priority"] for sent in headers] == ["Low"] * 2
    assert len({sent["client-request-id"] for sent in headers}) == 2
    assert all(sent["Authorization"].startswith("Bearer ") for sent in headers)


async def test_counting_asks_for_the_index(rig: Rig) -> None:
    sales = rig.load(group())
    async with serving(lambda _: web.Response(text="3")) as graph:
        rig.sign_in_with(client_secret=SECRET, graph_base_url=f"{graph.url}/v1.0")
        await rig.entra.count_users(rig.tenant, sales, nested=False)

    assert graph.requests[0].headers["ConsistencyLevel"] == "eventual"


async def test_after_503_the_next_try_takes_a_new_connection(rig: Rig) -> None:
    sales = rig.load(group())
    async with serving(answering(200, 503, 200, 200)) as graph:
        rig.sign_in_with(client_secret=SECRET, graph_base_url=f"{graph.url}/v1.0")
        for _ in range(3):
            await rig.entra.group(rig.tenant, sales)

    first, busy, retried, later = graph.connections
    assert first == busy == later
    assert retried != busy


async def test_a_link_goes_out_as_it_came(rig: Rig) -> None:
    """A paging token is opaque: decoding or reordering anything in it can break it."""
    sales = rig.load(group())
    path = "/v1.0/groups/x/members?%24skiptoken=RFNwdAo%3d~x'y%2B&a%2eb=1&$select=id,mail&%24top=5"

    def answer(request: web.Request) -> web.Response:
        more = {} if "skiptoken" in request.raw_path else {"@odata.nextLink": f"http://{request.host}{path}"}
        return web.json_response({"value": [], **more})

    async with serving(answer) as graph:
        rig.sign_in_with(client_secret=SECRET, graph_base_url=f"{graph.url}/v1.0")
        await rig.read(sales)

    assert graph.requests[1].raw_path == path


async def test_the_token_of_one_graph_is_never_shown_to_another(rig: Rig) -> None:
    sales = rig.load(group())
    async with serving(answering(200)) as other:
        body = {"value": [], "@odata.nextLink": f"{other.url}/v1.0/next"}
        rig.fault("/members", status=200, body=body)
        with pytest.raises(EntraRefused):
            await rig.read(sales)

    assert other.requests == []
