"""The page that describes the API, as a person sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import expect

if TYPE_CHECKING:
    from tests.browser.portal import Portal


async def test_every_call_is_shown_without_another_host(portal: Portal) -> None:
    asked: list[str] = []
    portal.page.on("request", lambda request: asked.append(request.url))

    await portal.page.goto("/api/docs")

    await expect(portal.page.get_by_text("Show all schedules with their state, next and last run.")).to_be_visible()
    await expect(portal.page.locator(".opblock")).to_have_count(await _calls_described(portal))
    assert [url for url in asked if not url.startswith((portal.office.stack.url, "data:"))] == []


async def _calls_described(portal: Portal) -> int:
    answer = await portal.page.request.get("/api/openapi.json")
    paths = (await answer.json())["paths"].values()
    return sum(len(item.keys() - {"parameters"}) for item in paths)
