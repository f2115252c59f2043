"""Groups: the linked ones, linking and unlinking."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from devkit.office import Stage
from tests.browser.rows import choose, row_of

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page, Route

    from tests.browser.portal import Portal

without_groups = pytest.mark.parametrize("stage", [Stage.CONFIRMED], ids=[""])
not_connected = pytest.mark.parametrize("stage", [Stage.NEW], ids=[""])


async def search_in_entra(page: Page, words: str) -> Locator:
    """Open the drawer that links groups, and search the tenant."""
    await page.get_by_role("button", name="Link a group").click()
    drawer = page.get_by_role("dialog", name="Link a group")
    await drawer.get_by_role("searchbox", name="Search in Entra ID").fill(words)
    return drawer


async def test_linked_groups_are_seen_with_people_schedule_and_last_run(portal: Portal) -> None:
    await portal.office.sync("sales")
    page = await portal.open("groups")

    await expect(page.get_by_role("rowheader")).to_have_count(8)
    await expect(row_of(page, "Sales")).to_contain_text("Customer-facing people")
    await expect(row_of(page, "Sales").locator(".cell-members")).to_have_text("10")
    await expect(row_of(page, "Sales").locator(".cell-schedule")).to_have_text("Scheduled")
    await expect(row_of(page, "Sales").locator(".cell-lastRun")).to_contain_text("Succeeded")


async def test_a_search_finds_groups_by_name_and_description(portal: Portal) -> None:
    page = await portal.open("groups")
    await page.get_by_role("searchbox", name="Search linked groups").fill("customer")
    await expect(page.get_by_role("rowheader")).to_have_count(1)
    await page.get_by_role("searchbox", name="Search linked groups").fill("nobody at all")
    await page.get_by_role("button", name="Clear filters").click()

    await expect(page.get_by_role("rowheader")).to_have_count(8)


@without_groups
async def test_a_first_group_is_linked_and_leads_to_its_schedule(portal: Portal) -> None:
    page = await portal.open("groups")
    await expect(page.get_by_role("heading", name="No Entra group is linked yet")).to_be_visible()
    drawer = await search_in_entra(page, "sal")
    await drawer.get_by_role("button", name="Link Sales").click()
    await expect(drawer).to_contain_text("Sales is linked.")
    await drawer.get_by_role("link", name="Schedule Sales").click()

    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_role("heading", name="This group has no schedule yet")).to_be_visible()
    await expect(page.get_by_role("button", name="Manage Schedule")).to_be_visible()


@without_groups
async def test_groups_that_were_linked_are_in_the_list_when_the_drawer_is_closed(portal: Portal) -> None:
    page = await portal.open("groups")
    drawer = await search_in_entra(page, "engin")
    await drawer.get_by_role("button", name="Link Engineering").click()
    await expect(drawer.get_by_role("link", name="Schedule Engineering")).to_be_focused()
    await page.keyboard.press("Escape")

    await expect(row_of(page, "Engineering")).to_contain_text("Not scheduled")


@without_groups
async def test_a_group_that_is_linked_while_a_search_is_under_way_stays_so_and_keeps_the_focus(
    portal: Portal,
) -> None:
    """What the search then finds was read before the group was linked."""
    page = await portal.open("groups")
    was_read, is_linked = asyncio.Event(), asyncio.Event()

    async def keep_back(route: Route) -> None:
        answer = await route.fetch()
        was_read.set()
        await is_linked.wait()
        await route.fulfill(response=answer)

    await page.route("**/entra-groups?*search=engin*", keep_back)
    drawer = await search_in_entra(page, "engin")
    await was_read.wait()
    await drawer.get_by_role("button", name="Link Engineering").click()
    await expect(drawer).to_contain_text("Engineering is linked.")
    is_linked.set()

    await expect(drawer.get_by_role("listitem")).to_have_count(1)
    await expect(drawer.get_by_role("link", name="Schedule Engineering")).to_be_focused()
    await expect(drawer).to_contain_text("Engineering is linked.")


async def test_what_is_linked_already_is_said_in_the_search(portal: Portal) -> None:
    page = await portal.open("groups")
    drawer = await search_in_entra(page, "sales")
    found = drawer.get_by_role("listitem").filter(has_text="Sales")
    await expect(found).to_contain_text("Linked")
    await found.get_by_role("link", name="Open Sales").click()

    await expect(page).to_have_url(re.compile("/groups/sales/settings/scheduled-sync$"))


async def test_a_search_that_finds_nothing_says_how_it_searches(portal: Portal) -> None:
    page = await portal.open("groups")
    drawer = await search_in_entra(page, "zzz")

    await expect(drawer).to_contain_text("no group with these words at the beginning of a word")


async def test_unlinking_tells_in_numbers_what_ends_and_what_stays(portal: Portal) -> None:
    await portal.office.sync("sales")
    page = await portal.open("groups")
    await choose(page, "Sales", "Unlink")
    dialog = page.get_by_role("dialog", name="Unlink Sales?")
    await expect(dialog).to_contain_text(re.compile(r"10 cards end, \d+ people become inactive"))
    await expect(dialog).to_contain_text("Its schedule is deleted.")
    await expect(dialog).to_contain_text("In Entra ID nothing changes.")
    await dialog.get_by_role("button", name="Unlink and end 10 cards").click()

    await expect(page.get_by_text("7 groups")).to_be_visible()


async def test_unlinking_can_be_thought_better_of(portal: Portal) -> None:
    page = await portal.open("groups")
    await choose(page, "Sales", "Unlink")
    await page.get_by_role("button", name="Cancel").click()

    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(row_of(page, "Sales")).to_be_visible()


async def test_a_group_is_unlinked_from_its_own_page(portal: Portal) -> None:
    page = await portal.open("groups/sales/settings/scheduled-sync")
    await page.get_by_role("button", name="Unlink").click()
    await page.get_by_role("button", name="Unlink the group").click()

    await expect(page).to_have_url(re.compile("/groups$"))
    await expect(page.get_by_text("7 groups")).to_be_visible()


@not_connected
async def test_without_a_connection_nothing_can_be_linked(portal: Portal) -> None:
    page = await portal.open("groups")

    await expect(page.get_by_role("heading", name="Connect Microsoft Entra ID first")).to_be_visible()
    await expect(page.get_by_role("main").get_by_role("link", name="Connect Entra ID")).to_be_visible()


async def test_who_may_only_look_sees_groups_and_why_none_can_be_linked(portal: Portal) -> None:
    await portal.sign_in("read")
    page = await portal.open("groups")

    await expect(page.get_by_role("button", name="Link a group")).to_be_disabled()
    await expect(page.get_by_role("rowheader")).to_have_count(8)


@pytest.mark.parametrize("is_dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("is_narrow", [False, True], ids=["wide", "narrow"])
async def test_everybody_can_use_the_list_and_its_drawer(portal: Portal, *, is_dark: bool, is_narrow: bool) -> None:
    await portal.office.hold()
    if is_dark:
        await portal.dark()
    if is_narrow:
        await portal.narrow()
    page = await portal.open("groups")
    await expect(row_of(page, "Sales")).to_be_visible()
    await portal.accessible()
    assert await portal.fits_its_width()
    drawer = await search_in_entra(page, "s")
    await expect(drawer.get_by_role("listitem").first).to_be_visible()

    await portal.accessible()
