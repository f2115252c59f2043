"""What the list of schedules shows where something stands in the way, each with the one next step."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from devkit.office import Stage
from tests.browser.rows import choose, state_of

if TYPE_CHECKING:
    from tests.browser.portal import Portal

PATH = "integrations/entra/schedules"

new = pytest.mark.parametrize("stage", [Stage.NEW], ids=[""])
without_groups = pytest.mark.parametrize("stage", [Stage.CONFIRMED], ids=[""])
without_schedules = pytest.mark.parametrize("stage", [Stage.LINKED], ids=[""])


async def test_a_lost_plan_pauses_daily_schedules_and_says_so_until_it_is_back(portal: Portal) -> None:
    await portal.office.use_plan("business")
    page = await portal.open(PATH)
    await expect(state_of(page, "Sales")).to_contain_text("Paused by the system: plan")
    await expect(state_of(page, "Sales").locator(".why")).to_contain_text("Enterprise")
    await expect(state_of(page, "Berlin site")).to_have_text("Not run yet")
    await portal.office.use_plan("enterprise")
    await page.reload()

    await expect(state_of(page, "Sales")).to_have_text("Not run yet")


async def test_without_a_plan_schedules_are_kept_and_support_is_offered(portal: Portal) -> None:
    await portal.office.use_plan("free")
    page = await portal.open(PATH)

    await expect(state_of(page, "Berlin site")).to_contain_text("Paused by the system: plan")
    await expect(page.locator(".obstacles")).to_contain_text("Scheduled syncs come with the Business plan")
    await expect(page.locator(".obstacles").get_by_role("link", name="Contact our support")).to_be_visible()


async def test_a_revoked_consent_is_told_above_the_list_with_its_fix(portal: Portal) -> None:
    await portal.office.revoke_consent()
    page = await portal.open(PATH)
    await choose(page, "Sales", "Sync now")
    await page.locator(".obstacles").get_by_role("link", name="Repair the connection").click()

    await expect(page).to_have_url(re.compile("integrations/entra/connection$"))


@new
async def test_a_workspace_that_is_not_connected_is_led_to_the_connection(portal: Portal) -> None:
    page = await portal.open(PATH)

    await expect(page.get_by_role("heading", name="Connect Microsoft Entra ID first")).to_be_visible()
    await expect(page.get_by_role("main").get_by_role("link", name="Connect Entra ID")).to_be_visible()


@without_groups
async def test_a_workspace_without_groups_is_led_to_linking_one(portal: Portal) -> None:
    page = await portal.open(PATH)
    await page.get_by_role("link", name="Link a group").click()

    await expect(page).to_have_url(re.compile("/groups$"))


@without_schedules
async def test_a_workspace_without_schedules_is_led_to_its_groups(portal: Portal) -> None:
    page = await portal.open(PATH)
    await page.get_by_role("link", name="Choose a group to schedule").click()

    await expect(page.get_by_role("rowheader", name="Sales")).to_be_visible()


@without_schedules
async def test_a_workspace_without_the_plan_is_told_which_one_it_takes(portal: Portal) -> None:
    await portal.office.use_plan("free")
    page = await portal.open(PATH)

    await expect(page.get_by_role("heading", name="Scheduled syncs come with the Business plan")).to_be_visible()
    await portal.accessible()
