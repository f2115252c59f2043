"""People: found page by page, filtered, and made by hand."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from devkit.office import Stage

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page, Route

    from tests.browser.portal import Portal

NEW_ADDRESS = "grace@contoso.example"


async def people(portal: Portal, query: str = "") -> Page:
    """Open the list of the people of a group that has synced."""
    await portal.office.sync("sales")
    return await portal.open(f"people{query}")


def rows(page: Page) -> Locator:
    return page.get_by_role("table", name="People of this workspace").locator("tbody").get_by_role("row")


def field(page: Page, name: str) -> Locator:
    return page.get_by_role("dialog").get_by_role("textbox", name=re.compile(f"^{name}"))


async def add(page: Page, **values: str) -> None:
    await page.get_by_role("button", name="Add a person", exact=True).click()
    for name, value in values.items():
        await field(page, name).fill(value)
    await page.get_by_role("dialog").get_by_role("button", name="Add this person").click()


async def test_the_list_tells_name_address_status_cards_and_origin(portal: Portal) -> None:
    page = await people(portal)
    somebody = portal.office.people_of("sales")[0]

    row = rows(page).filter(has_text=somebody["mail"])
    await expect(row).to_contain_text(somebody["displayName"])
    await expect(row).to_contain_text("Active")
    await expect(row).to_contain_text("A sync")
    await expect(row.locator(".cell-cards")).to_have_text("1")


async def test_people_are_found_by_a_part_of_their_name(portal: Portal) -> None:
    page = await people(portal)
    somebody = portal.office.people_of("sales")[0]
    await page.get_by_role("searchbox").fill(somebody["surname"][:4].lower())

    await expect(page).to_have_url(re.compile("search="))
    await expect(rows(page).filter(has_text=somebody["mail"])).to_be_visible()
    await expect(page.get_by_text(re.compile(r"^\d+ (person|people) found\.$"))).to_be_visible()


async def test_a_whole_address_finds_that_person_alone(portal: Portal) -> None:
    somebody = portal.office.people_of("sales")[1]
    page = await people(portal, f"?search={somebody['mail']}")

    await expect(rows(page)).to_have_count(1)
    await expect(rows(page)).to_contain_text(somebody["displayName"])
    await expect(page.get_by_text("1 person found.")).to_be_visible()


async def test_nobody_found_is_said_and_the_filters_can_be_cleared(portal: Portal) -> None:
    page = await people(portal, "?search=zzzz&status=inactive")
    await expect(page.get_by_role("heading", name="Nobody matches.")).to_be_visible()
    await page.get_by_role("button", name="Clear filters").click()

    await expect(rows(page).first).to_be_visible()
    await expect(page.get_by_role("searchbox")).to_have_value("")
    await expect(page.get_by_role("searchbox")).to_be_focused()


async def test_status_and_origin_filter_with_a_click(portal: Portal) -> None:
    office = portal.office
    disabled = office.people_of("sales")[0]
    await office.sync("sales")
    await office.change({"op": "disableUser", "user": disabled["id"]})
    page = await people(portal)
    await page.get_by_role("group", name="Status").get_by_role("button", name="Inactive").click()

    await expect(rows(page)).to_have_count(1)
    await expect(rows(page)).to_contain_text(disabled["mail"])
    await expect(rows(page)).to_contain_text("Disabled in Entra ID")
    await page.get_by_role("group", name="Came by").get_by_role("button", name="Hand").click()
    await expect(page.get_by_role("heading", name="Nobody matches.")).to_be_visible()


async def test_pages_that_are_short_go_on_until_somebody_is_asked(portal: Portal) -> None:
    await portal.sign_in()
    asked: list[str] = []

    async def answer(route: Route) -> None:
        asked.append(route.request.url)
        found = [a_person(len(asked))] if len(asked) in {2, 6} else []
        body: dict[str, Any] = {"recipients": found}
        if len(asked) < 6:
            body["continuationToken"] = f"t{len(asked)}"
        await route.fulfill(status=200, content_type="application/json", body=json.dumps(body))

    await portal.page.route("**/recipients?*", answer)
    page = await portal.open("people?search=somebody")
    await expect(page.get_by_text("1 person found so far; there are more people to look through.")).to_be_visible()
    assert len(asked) == 4
    await page.get_by_role("button", name="Look further").click()

    await expect(page.get_by_text("2 people found.")).to_be_visible()
    await expect(page.get_by_role("button", name="Look further")).to_have_count(0)


async def test_a_list_that_is_refused_tells_why_with_the_request_to_name(portal: Portal) -> None:
    portal.allow(500)
    await portal.sign_in()
    problem = {
        "type": "urn:scheduled-syncs:problem:unexpected-error",
        "title": "Something went wrong here",
        "detail": "It is noted.",
        "instance": "urn:scheduled-syncs:request:r-42",
    }

    async def refuse(route: Route) -> None:
        await route.fulfill(status=500, content_type="application/problem+json", body=json.dumps(problem))

    await portal.page.route("**/recipients?*", refuse)
    page = await portal.open("people")

    await expect(page.get_by_text("Request r-42")).to_be_visible()
    await page.unroute("**/recipients?*")
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("heading", name="No people yet")).to_be_visible()


@pytest.mark.parametrize("stage", [Stage.CONFIRMED])
async def test_without_people_the_next_step_is_a_group(portal: Portal) -> None:
    page = await portal.open("people")

    await expect(page.get_by_role("heading", name="No people yet")).to_be_visible()
    await page.get_by_role("main").get_by_role("link", name="Go to groups").click()
    await expect(page.get_by_role("heading", name="Groups", level=1)).to_be_visible()


async def test_a_person_made_by_hand_is_there_at_once(portal: Portal) -> None:
    page = await portal.open("people")
    await add(page, Name="Grace Hopper", Email=NEW_ADDRESS)

    await expect(page.locator(".toasts")).to_contain_text("Grace Hopper was added.")
    await expect(page.get_by_role("heading", name="Grace Hopper", level=1)).to_be_visible()
    await expect(page.get_by_text("Made by hand; no sync takes them away")).to_be_visible()
    await page.get_by_role("navigation", name="Main navigation").get_by_role("link", name="People").click()
    await expect(rows(page).filter(has_text=NEW_ADDRESS)).to_contain_text("Hand")


@pytest.mark.parametrize(
    ("address", "sentence"),
    [("", "A person needs an e-mail address."), ("grace", "This is no e-mail address.")],
)
async def test_what_is_wrong_is_said_at_its_field(portal: Portal, address: str, sentence: str) -> None:
    portal.allow(400)
    page = await portal.open("people")
    await add(page, Name="Grace Hopper", Email=address)

    await expect(page.get_by_role("alert").filter(has_text=sentence)).to_be_visible()
    await expect(field(page, "Email")).to_be_focused()
    await expect(field(page, "Email")).to_have_attribute("aria-invalid", "true")
    await expect(field(page, "Name")).to_have_value("Grace Hopper")


async def test_an_address_that_is_taken_is_said_plainly(portal: Portal) -> None:
    portal.allow(409)
    page = await people(portal)
    await add(page, Email=portal.office.people_of("sales")[0]["mail"])

    taken = "Another person of the workspace has this e-mail address."
    await expect(page.get_by_role("alert").filter(has_text=taken)).to_be_visible()


async def test_who_may_only_read_sees_why_nobody_can_be_added(portal: Portal) -> None:
    await portal.sign_in("read")
    page = await portal.open("people")

    button = page.get_by_role("button", name="Add a person")
    await expect(button).to_have_attribute("aria-disabled", "true")
    await expect(button).to_have_attribute("title", re.compile("Schedules.Manage"))


async def test_the_list_is_for_everybody(portal: Portal) -> None:
    page = await people(portal)
    await expect(rows(page).first).to_be_visible()
    await portal.accessible()
    await portal.dark()
    await portal.narrow()

    await portal.accessible()
    assert await portal.fits_its_width()


async def test_the_dialog_is_for_everybody(portal: Portal) -> None:
    portal.allow(400)
    page = await portal.open("people")
    await add(page, Name="Grace Hopper")
    await expect(page.get_by_role("alert").filter(has_text="needs")).to_be_visible()
    await portal.accessible()
    await portal.dark()
    await portal.narrow()

    await portal.accessible()
    assert await portal.fits_its_width()


def a_person(number: int) -> dict[str, Any]:
    return {
        "recipientId": f"r-{number}",
        "name": f"Somebody {number}",
        "email": f"r{number}@contoso.example",
        "status": "active",
        "inactiveBecause": None,
        "origin": "sync",
        "entraUserId": None,
        "cards": 1,
        "revision": 1,
    }
