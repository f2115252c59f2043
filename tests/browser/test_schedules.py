"""Integrations → Microsoft Entra ID → Scheduled Syncs: see, handle and find all schedules."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from sync_core.domain.ids import GroupId
from tests.browser.rows import choose, row_of, state_of

if TYPE_CHECKING:
    from devkit.office import Office
    from tests.browser.portal import Portal

PATH = "integrations/entra/schedules"


async def is_enabled(office: Office, group: str) -> bool:
    found = await office.services.schedules.schedule(office.workspace, GroupId(group))
    assert found is not None
    return found.value.enabled


async def test_all_schedules_are_seen_from_the_integrations_settings(portal: Portal) -> None:
    page = await portal.open()
    await (
        page.get_by_role("navigation", name="Main navigation").get_by_role("link", name="Microsoft Entra ID").click()
    )
    await page.get_by_role("link", name="Scheduled Syncs").click()

    await expect(page.get_by_role("rowheader")).to_have_count(8)
    await expect(row_of(page, "Sales")).to_contain_text("Daily, 00:00 UTC")
    await expect(row_of(page, "Berlin site")).to_contain_text(re.compile(r"Weekly on \w+day, 00:00 UTC"))


async def test_a_row_tells_the_next_run_in_utc_with_the_time_that_is_left(portal: Portal) -> None:
    page = await portal.open(PATH)

    await expect(row_of(page, "Sales").locator(".cell-nextRun")).to_contain_text(re.compile(r", 00:00 UTC\s*in \d+ "))


async def test_a_row_tells_the_last_run_with_counts_and_its_exact_time_on_hover(portal: Portal) -> None:
    await portal.office.sync("sales")
    page = await portal.open(PATH)
    last = row_of(page, "Sales").locator(".cell-lastRun")

    await expect(last).to_contain_text("+10")
    await expect(last).to_contain_text("10 added, 0 updated, 0 removed")
    await expect(last.locator("time")).to_have_text("just now")
    await expect(last.locator("time")).to_have_attribute("title", re.compile(r"\d\d:\d\d UTC = .+ your time \("))


@pytest.mark.parametrize("context_options", [{"timezone_id": "America/New_York"}])
async def test_local_time_stands_beside_utc(portal: Portal) -> None:
    page = await portal.open(PATH)

    await expect(row_of(page, "Sales").locator(".next-local")).to_have_text(re.compile(r"(19|20):00 your time"))


async def test_the_last_run_opens_the_runs_drawer(portal: Portal) -> None:
    run = await portal.office.sync("sales")
    page = await portal.open(PATH)
    await row_of(page, "Sales").locator(".cell-lastRun").get_by_role("link").click()

    await expect(page.get_by_role("dialog")).to_be_visible()
    assert f"run=sales/{run.id}" in page.url


async def test_a_sync_that_failed_says_why_and_when_one_succeeded(portal: Portal) -> None:
    await portal.office.sync("sales")
    await portal.office.revoke_consent()
    page = await portal.open(PATH)
    await choose(page, "Sales", "Sync now")

    await expect(state_of(page, "Sales")).to_contain_text("Failed")
    await expect(state_of(page, "Sales")).to_contain_text("Last success just now.")


async def test_one_that_never_synced_is_not_run_yet(portal: Portal) -> None:
    page = await portal.open(PATH)

    await expect(state_of(page, "Sales")).to_have_text("Not run yet")
    await expect(state_of(page, "Newcomers")).to_have_text("Paused by you")
    await expect(row_of(page, "Newcomers")).to_contain_text("None while paused")


async def test_removals_that_wait_lead_to_their_approval(portal: Portal) -> None:
    await portal.office.hold()
    page = await portal.open(PATH)
    await expect(row_of(page, "Berlin site")).to_contain_text("6 held")
    await state_of(page, "Berlin site").get_by_role("link", name="Review and decide").click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("Needs approval")


async def test_the_switch_pauses_and_resumes(portal: Portal) -> None:
    page = await portal.open(PATH)
    switch = page.get_by_role("switch", name="Scheduled sync of Sales")
    await switch.click()
    await expect(state_of(page, "Sales")).to_have_text("Paused by you")
    paused = not await is_enabled(portal.office, "sales")
    await expect(switch).to_be_focused()
    await switch.press("Space")
    await expect(state_of(page, "Sales")).to_have_text("Not run yet")

    assert paused
    assert await is_enabled(portal.office, "sales")


async def test_a_switch_that_is_refused_goes_back_and_says_why(portal: Portal) -> None:
    portal.allow(403)
    await portal.office.use_plan("business")
    page = await portal.open(PATH)
    switch = page.get_by_role("switch", name="Scheduled sync of Newcomers")
    await switch.click()

    await expect(page.locator(".toasts")).to_contain_text("Enterprise")
    await expect(switch).to_have_attribute("aria-checked", "false")


async def test_sync_now_is_seen_through_to_its_end(portal: Portal) -> None:
    page = await portal.open(PATH)
    await choose(page, "Sales", "Sync now")

    await expect(page.locator(".toasts")).to_contain_text("The sync of Sales is on its way.")
    await expect(state_of(page, "Sales")).to_have_text("Succeeded")
    await expect(row_of(page, "Sales")).to_contain_text("+10")


async def test_a_preview_opens_and_changes_nobody(portal: Portal) -> None:
    page = await portal.open(PATH)
    await choose(page, "Sales", "Preview")

    await expect(page.get_by_role("dialog")).to_be_visible()
    people = await page.context.request.get(f"/api/workspaces/{portal.office.workspace}/recipients")
    assert (await people.json())["recipients"] == []


async def test_the_menu_pauses_and_resumes(portal: Portal) -> None:
    page = await portal.open(PATH)
    await choose(page, "Sales", "Pause")
    await expect(state_of(page, "Sales")).to_have_text("Paused by you")
    await choose(page, "Sales", "Resume")

    await expect(state_of(page, "Sales")).to_have_text("Not run yet")


async def test_the_menu_edits_in_place(portal: Portal) -> None:
    page = await portal.open(PATH)
    await choose(page, "Sales", "Edit")
    dialog = page.get_by_role("dialog", name="Manage Schedule: Sales")
    await dialog.get_by_role("radio", name="Weekly").check()
    await dialog.get_by_label("Day of the week").select_option("Friday")
    await dialog.get_by_role("button", name="Save").click()

    await expect(row_of(page, "Sales")).to_contain_text("Weekly on Friday, 00:00 UTC")


async def test_deleting_says_what_stays(portal: Portal) -> None:
    await portal.office.sync("sales")
    page = await portal.open(PATH)
    await choose(page, "Sales", "Delete")
    dialog = page.get_by_role("dialog", name="Delete the schedule of Sales?")
    await expect(dialog).to_contain_text(
        "10 people in it, their cards and the history of its syncs stay as they are."
    )
    await dialog.get_by_role("button", name="Delete the schedule").click()

    await expect(page.get_by_text("7 schedules")).to_be_visible()
    await expect(row_of(page, "Sales")).to_have_count(0)


async def test_deleting_can_be_thought_better_of(portal: Portal) -> None:
    page = await portal.open(PATH)
    await choose(page, "Sales", "Delete")
    await page.get_by_role("button", name="Cancel").click()

    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(row_of(page, "Sales")).to_be_visible()


async def test_who_may_only_look_sees_why_nothing_can_be_changed(portal: Portal) -> None:
    await portal.sign_in("read")
    page = await portal.open(PATH)
    await expect(page.get_by_role("switch", name="Scheduled sync of Sales")).to_be_disabled()
    await row_of(page, "Sales").get_by_role("button", name="More actions").click()

    items = page.get_by_role("menuitem")
    await expect(items).to_have_count(5)
    for item in await items.all():
        await expect(item).to_have_attribute("aria-disabled", "true")
        await expect(item).to_contain_text("Schedules.Manage")


async def test_states_are_chosen_with_their_numbers_in_sight(portal: Portal) -> None:
    page = await portal.open(PATH)
    states = page.get_by_role("group", name="Filter by state")
    await expect(states.get_by_role("button")).to_have_text(["Not run yet7", "Paused by you1"])
    await states.get_by_role("button", name="Paused by you").click()

    await expect(page.get_by_role("rowheader")).to_have_text(["Newcomers"])
    assert "state=paused" in page.url


async def test_a_search_is_kept_in_the_address(portal: Portal) -> None:
    page = await portal.open(PATH)
    await page.get_by_role("searchbox", name="Search groups").fill("le")
    await expect(page.get_by_role("rowheader")).to_have_count(2)
    await expect(page.get_by_role("searchbox", name="Search groups")).to_be_focused()
    await page.reload()

    await expect(page.get_by_role("rowheader")).to_have_count(2)
    await expect(page.get_by_role("searchbox", name="Search groups")).to_have_value("le")


async def test_where_nothing_matches_the_filters_are_cleared_with_one_press(portal: Portal) -> None:
    page = await portal.open(f"{PATH}?search=nobody")
    await page.get_by_role("button", name="Clear filters").click()

    await expect(page.get_by_role("rowheader")).to_have_count(8)


async def test_one_sorts_by_name_next_run_and_last_run(portal: Portal) -> None:
    await portal.office.sync("product")
    page = await portal.open(PATH)
    await page.get_by_role("columnheader", name="Last run").get_by_role("button").click()
    await expect(page.get_by_role("rowheader").first).to_have_text("Product")
    await page.get_by_role("columnheader", name="Next run").get_by_role("button").click()
    await expect(page.get_by_role("rowheader").last).to_have_text("Newcomers")
    await page.get_by_role("columnheader", name="Group").get_by_role("button").click()
    await page.get_by_role("columnheader", name="Group").get_by_role("button").click()

    await expect(page.get_by_role("columnheader", name="Group")).to_have_attribute("aria-sort", "descending")
    await expect(page.get_by_role("rowheader").last).to_have_text("Berlin site")


async def test_a_refresh_shows_what_others_did_meanwhile(portal: Portal) -> None:
    page = await portal.open(PATH)
    await expect(page.get_by_text("Updated just now")).to_be_visible()
    await portal.office.sync("sales")
    await page.get_by_role("button", name="Refresh").click()

    await expect(state_of(page, "Sales")).to_have_text("Succeeded")


@pytest.mark.parametrize("is_dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("is_narrow", [False, True], ids=["wide", "narrow"])
async def test_everybody_can_use_the_list(portal: Portal, *, is_dark: bool, is_narrow: bool) -> None:
    await portal.office.hold()
    if is_dark:
        await portal.dark()
    if is_narrow:
        await portal.narrow()
    page = await portal.open(PATH)
    await expect(row_of(page, "Berlin site")).to_be_visible()

    await portal.accessible()
    assert await portal.fits_its_width()
