"""Integrations → Microsoft Entra ID → Connection, with the simulated Entra ID's own consent page."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from devkit.office import Stage
from tests.browser.portal import NARROW

if TYPE_CHECKING:
    from playwright.async_api import Page, Route

    from tests.browser.portal import Portal

TAB = "integrations/entra/connection"
#  The simulator's certificate is of its own making.
TRUSTING = {"ignore_https_errors": True}

not_connected = pytest.mark.parametrize("stage", [Stage.NEW], ids=[""])


@pytest.fixture
def context_options(look: dict[str, Any]) -> dict[str, Any]:
    return {**TRUSTING, **look}


@pytest.fixture
def look() -> dict[str, Any]:
    return {}


async def _ask(page: Page, *, button: str = "Connect") -> None:
    await page.get_by_role("button", name=button, exact=True).click()
    await expect(page.get_by_role("region", name="Consent link")).to_be_visible()


async def _answer(page: Page, decision: str) -> Page:
    """Open the link beside the portal, as an administrator of the tenant, and answer."""
    async with page.context.expect_page() as opened:
        await page.get_by_role("link", name="Open in a new tab").click()
    consent = await opened.value
    await consent.get_by_role("button", name=decision).click()
    return consent


@not_connected
async def test_an_administrators_consent_connects(portal: Portal) -> None:
    """The portal need not be touched again: it sees by itself what became of the link."""
    await portal.office.revoke_consent()
    page = await portal.open(TAB)
    await _ask(page)
    consent = await _answer(page, "Accept")
    await expect(consent.get_by_role("heading")).to_have_text("Entra ID is connected")

    await expect(page.locator(".facts .badge")).to_have_text("Connected")
    await expect(page.locator("main")).to_contain_text(portal.office.tenant_id)
    await expect(page.get_by_role("region", name="Consent link")).to_have_count(0)
    await expect(page.get_by_role("link", name="Confirm the field settings")).to_be_visible()


@not_connected
async def test_a_consent_that_was_denied_is_told_with_the_fix(portal: Portal) -> None:
    page = await portal.open(TAB)
    await _ask(page)
    await _answer(page, "Cancel")

    await expect(page.locator(".facts .badge")).to_have_text("Failed")
    await expect(page.locator(".message-bar.error")).to_contain_text("Connect Entra ID again")
    await expect(page.get_by_role("button", name="Connect again")).to_be_visible()


@not_connected
async def test_the_link_can_be_copied(portal: Portal) -> None:
    await portal.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = await portal.open(TAB)
    await _ask(page)
    await page.get_by_role("button", name="Copy link").click()
    await expect(page.locator(".announcer[aria-live=polite]").first).to_have_text("Link copied.")

    link = await page.get_by_label("Link for an administrator").input_value()
    assert await page.evaluate("navigator.clipboard.readText()") == link
    assert "/adminconsent?" in link
    await expect(page.locator(".consent-link time")).to_have_text(re.compile(r"Expires in (1 h|59 min)"))


@not_connected
async def test_a_link_that_was_lost_is_replaced(portal: Portal) -> None:
    page = await portal.open(TAB)
    await _ask(page)
    await page.reload()
    await expect(page.locator(".facts .badge")).to_have_text("Waiting for consent")
    await expect(page.locator(".message-bar")).to_contain_text("The link was shown once")
    await _ask(page, button="Get a new link")

    await _answer(page, "Accept")
    await expect(page.locator(".facts .badge")).to_have_text("Connected")


async def test_a_consent_that_was_taken_back_is_told_with_the_fix(portal: Portal) -> None:
    await portal.office.sync("sales")
    await portal.office.revoke_consent()
    await portal.office.sync("sales")
    page = await portal.open(TAB)
    await expect(page.locator(".facts .badge")).to_have_text("Failed")
    await expect(page.locator(".message-bar.error")).to_contain_text("Connect Entra ID again")
    await _ask(page, button="Connect again")
    await _answer(page, "Accept")

    await expect(page.locator(".facts .badge")).to_have_text("Connected")


async def test_a_connection_goes_on_while_consent_is_asked_for_anew(portal: Portal) -> None:
    page = await portal.open(TAB)
    await _ask(page, button="Reconnect")

    await expect(page.locator(".facts .badge")).to_have_text("Connected")
    await expect(page.locator("main")).to_contain_text("The connection goes on as it is until it is given.")


async def test_disconnecting_names_the_syncs_that_it_stops(portal: Portal) -> None:
    """Eight groups have schedules, one of which is paused."""
    page = await portal.open(TAB)
    await page.get_by_role("button", name="Disconnect", exact=True).click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("7 scheduled syncs will not run until Entra ID is connected again.")
    await dialog.get_by_role("button", name="Disconnect and stop 7 syncs").click()

    await expect(page.locator(".facts .badge")).to_have_text("Disconnected")
    await expect(page.get_by_role("button", name="Connect", exact=True)).to_be_visible()


async def test_nothing_is_disconnected_by_looking_at_what_it_does(portal: Portal) -> None:
    page = await portal.open(TAB)
    await page.get_by_role("button", name="Disconnect", exact=True).click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")

    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.locator(".facts .badge")).to_have_text("Connected")
    await expect(page.get_by_role("button", name="Disconnect", exact=True)).to_be_focused()


@not_connected
async def test_a_refusal_is_told_with_the_requests_id(portal: Portal) -> None:
    portal.allow(HTTPStatus.SERVICE_UNAVAILABLE)
    page = await portal.open(TAB)
    problem = {"title": "Busy", "detail": "Try again in a minute.", "instance": "urn:scheduled-syncs:request:r-1"}

    async def refuse(route: Route) -> None:
        if route.request.method != "POST":
            return await route.fallback()
        return await route.fulfill(status=HTTPStatus.SERVICE_UNAVAILABLE, json=problem)

    await page.route("**/connection", refuse)
    await page.get_by_role("button", name="Connect", exact=True).click()

    await expect(page.get_by_role("alert")).to_contain_text("Try again in a minute. Request r-1")


async def test_who_may_only_read_sees_why_nothing_can_be_pressed(portal: Portal) -> None:
    await portal.sign_in("read")
    page = await portal.open(TAB)
    await expect(page.locator(".facts .badge")).to_have_text("Connected")

    for name in ("Reconnect", "Disconnect"):
        button = page.get_by_role("button", name=name, exact=True)
        await expect(button).to_have_attribute("aria-disabled", "true")
        await expect(button).to_have_attribute("title", re.compile(r"Schedules\.Manage"))


@not_connected
@pytest.mark.parametrize(
    "look", [{}, {"color_scheme": "dark"}, {"viewport": NARROW}], ids=["light", "dark", "narrow"]
)
async def test_everybody_can_use_it(portal: Portal) -> None:
    page = await portal.open(TAB)
    await expect(page.locator(".facts .badge")).to_have_text("Not connected")
    await portal.accessible()
    await _ask(page)

    await portal.accessible()
    assert await portal.fits_its_width()
