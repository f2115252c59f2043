"""The portal's address: who may load it, how long browsers keep it, what it is told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sync_core.wiring import VERSION
from tests.integration.api.client import SETTINGS, Api

if TYPE_CHECKING:
    from sync_core.flows.services import Services
    from tests.fakes.world import World


@pytest.mark.parametrize(
    "address", ["/portal", "/portal/", "/portal/groups/sales/settings", "/portal/schedules?state=failed&sort=group"]
)
async def test_every_address_of_the_portal_is_its_one_page(api: Api, address: str) -> None:
    page = await api.call("GET", address, caller=None)

    assert page.status == 200
    assert page.kind == "text/html"
    assert page.text.lower().startswith("<!doctype html>")


async def test_the_page_may_load_and_ask_its_own_origin_alone(api: Api) -> None:
    page = await api.call("GET", "/portal", caller=None)
    policy = dict(part.split(" ", 1) for part in page.headers["Content-Security-Policy"].split("; "))

    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "font-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    assert page.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_file_is_asked_about_each_time_and_sent_again_only_when_it_changed(api: Api) -> None:
    first = await api.call("GET", "/portal/index.html", caller=None)
    again = await api.call("GET", "/portal/index.html", caller=None, headers={"If-None-Match": first.headers["ETag"]})
    changed = await api.call("GET", "/portal/index.html", caller=None, headers={"If-None-Match": '"older"'})

    assert first.headers["Cache-Control"] == "no-cache"
    assert (again.status, again.text, again.headers["ETag"]) == (304, "", first.headers["ETag"])
    assert changed.status == 200


async def test_head_says_the_same_without_the_file(api: Api) -> None:
    shown = await api.call("GET", "/portal", caller=None)
    asked = await api.call("HEAD", "/portal", caller=None)

    assert (asked.status, asked.text) == (200, "")
    assert asked.headers["ETag"] == shown.headers["ETag"]


@pytest.mark.parametrize("path", ["missing.js", "..%2fhost.json", "../host.json", ".env", "app.js.map", "notes.md"])
async def test_no_other_file_is_served(api: Api, path: str) -> None:
    refused = await api.call("GET", f"/portal/{path}", caller=None)

    assert (refused.status, refused.problem) == (404, "file-not-found")


async def test_nothing_can_be_sent_to_it(api: Api) -> None:
    refused = await api.call("POST", "/portal", caller=None)

    assert (refused.status, refused.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("support", [None, "https://help.example/contact", "mailto:help@contoso.example"])
async def test_the_portal_is_told_where_people_are_helped(world: World, support: str | None) -> None:
    async def services() -> Services:
        return world.services

    api = Api(services, replace(SETTINGS, support_url=support))
    told = await api.call("GET", "/portal/config.json", caller=None)

    assert told.json == {"supportUrl": support, "version": VERSION}


async def test_loading_the_portal_uses_up_no_requests(world: World) -> None:
    async def services() -> Services:
        return world.services

    api = Api(services, replace(SETTINGS, api=replace(SETTINGS.api, requests_per_minute=1)))
    answers = [await api.call("GET", "/portal", caller=None) for _ in range(3)]

    assert {page.status for page in answers} == {200}
