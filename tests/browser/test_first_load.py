"""What a browser has to fetch before the first page is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import expect

if TYPE_CHECKING:
    from playwright.async_api import Response

    from tests.browser.portal import Portal

COMPONENTS = "/portal/vendor/web-components.js"
MOST_BYTES = 450 * 1000


async def test_the_first_load_is_small_beside_the_components(portal: Portal) -> None:
    answers: list[Response] = []
    portal.page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108  it takes no built-in method

    page = await portal.open("integrations/entra/schedules")
    await expect(page.get_by_role("link", name="Berlin site")).to_be_visible()
    sizes = {answer.url: len(await answer.body()) for answer in answers if answer.status == 200}

    assert any(url.endswith(COMPONENTS) for url in sizes)
    assert sum(size for url, size in sizes.items() if not url.endswith(COMPONENTS)) < MOST_BYTES


async def test_nothing_is_fetched_from_elsewhere(portal: Portal) -> None:
    asked: list[str] = []
    portal.page.on("request", lambda request: asked.append(request.url))

    page = await portal.open("integrations/entra/schedules")
    await expect(page.get_by_role("link", name="Berlin site")).to_be_visible()

    assert [url for url in asked if not url.startswith((portal.office.stack.url, "data:"))] == []
