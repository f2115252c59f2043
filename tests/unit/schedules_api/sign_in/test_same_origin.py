"""A cookie goes along with whatever page sends a request, so a change by cookie must come from a page of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schedules_api.problems import Problem
from tests.fakes.tokens import PERSON, TENANT
from tests.unit.schedules_api.sign_in.asking import EASY_AUTH, principal, who_sent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.fakes.world import World

URL = "https://schedules.example/api/workspaces/acme/groups/sales/runs"
BY_COOKIE = {"X-MS-CLIENT-PRINCIPAL": principal(("tid", TENANT), ("oid", PERSON), ("roles", "Schedules.Manage"))}
CHANGES = ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"]


async def is_let_through(world: World, headers: Mapping[str, str], *, method: str = "POST", url: str = URL) -> bool:
    try:
        await who_sent(world, {**BY_COOKIE, **headers}, settings=EASY_AUTH, method=method, url=url)
    except Problem as problem:
        if (problem.code, problem.kind.status) == ("cross-site", 403):
            return False
        raise
    return True


@pytest.mark.parametrize("method", CHANGES)
async def test_a_change_that_says_nothing_of_its_page_is_refused(world: World, method: str) -> None:
    assert not await is_let_through(world, {}, method=method)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_reading_needs_no_page(world: World, method: str) -> None:
    assert await is_let_through(world, {"Sec-Fetch-Site": "cross-site"}, method=method)


@pytest.mark.parametrize("method", CHANGES)
async def test_a_page_of_ours_may_change_things(world: World, method: str) -> None:
    assert await is_let_through(world, {"Sec-Fetch-Site": "same-origin"}, method=method)


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", "", "Same-Origin", "same-origin, cross-site"])
async def test_any_other_page_may_not(world: World, site: str) -> None:
    """Not even one whose origin says otherwise: browsers send both, or neither."""
    assert not await is_let_through(world, {"Sec-Fetch-Site": site, "Origin": "https://schedules.example"})


@pytest.mark.parametrize(
    ("origin", "url"),
    [
        ("https://schedules.example", URL),
        ("https://schedules.example:443", URL),
        ("https://SCHEDULES.example", URL),
        ("https://schedules.example", "http://schedules.example/api/x"),
        ("http://localhost:7071", "http://localhost:7071/api/x"),
        ("http://[::1]:7071", "http://[::1]:7071/api/x"),
    ],
)
async def test_an_older_browsers_origin_will_do(world: World, origin: str, url: str) -> None:
    """Where TLS ends in front of the app, the app's own address reads http."""
    assert await is_let_through(world, {"Origin": origin}, url=url)


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "https://evil.example",
        "http://schedules.example",
        "https://schedules.example:8443",
        "https://schedules.example.evil.example",
        "https://evil.schedules.example",
        "https://schedules.example@evil.example",
        "https://schedules.example:x",
        "https://[schedules.example",
        "schedules.example",
        "ftp://schedules.example",
        "https://schedules.example,https://evil.example",
    ],
)
async def test_another_origin_will_not(world: World, origin: str) -> None:
    assert not await is_let_through(world, {"Origin": origin})


async def test_a_token_may_come_from_anywhere(world: World) -> None:
    """No browser adds it by itself."""
    headers = {"Authorization": f"Bearer {world.signer.token()}", "Sec-Fetch-Site": "cross-site"}

    assert await is_let_through(world, headers)
