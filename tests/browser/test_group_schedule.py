"""Groups → [Group] → Settings → Scheduled Sync: the help page's steps, and what can come between."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from devkit.office import Stage
from sync_core.domain.ids import GroupId
from sync_core.domain.schedule import Cadence
from sync_core.flows.manage_connection import disconnect
from sync_core.flows.manage_schedules import delete_schedule, put_schedule

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

    from devkit.office import Office
    from sync_core.domain.schedule import Schedule
    from tests.browser.portal import Portal

SALES = GroupId("sales")
PATH = "groups/sales/settings/scheduled-sync"
TUESDAY = Cadence("weekly", 1)

without_schedules = pytest.mark.parametrize("stage", [Stage.LINKED], ids=[""])
not_connected = pytest.mark.parametrize("stage", [Stage.NEW], ids=[""])


async def stored(office: Office) -> Schedule | None:
    found = await office.services.schedules.schedule(office.workspace, SALES)
    return None if found is None or found.value.deleted else found.value


async def somebody_sets(office: Office, cadence: Cadence, *, enabled: bool = True) -> None:
    await put_schedule(office.services, office.workspace, SALES, cadence=cadence, enabled=enabled)


async def manage(page: Page) -> Locator:
    await page.get_by_role("button", name="Manage Schedule").click()
    return page.get_by_role("dialog", name="Manage Schedule: Sales")


async def save(page: Page) -> None:
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_role("dialog")).to_have_count(0)


def current(page: Page) -> Locator:
    return page.locator(".card").filter(has=page.get_by_role("heading", name="Current schedule"))


@without_schedules
async def test_a_first_schedule_is_created_by_the_steps_of_the_help_page(portal: Portal) -> None:
    page = await portal.open()
    await page.get_by_role("navigation", name="Main navigation").get_by_role("link", name="Groups").click()
    await page.get_by_role("link", name="Sales", exact=True).click()
    trail = page.get_by_role("navigation", name="You are here")
    await expect(trail.get_by_role("listitem")).to_have_text(["Groups", "Sales", "Settings", "Scheduled Sync"])
    dialog = await manage(page)
    await dialog.get_by_role("radio", name="Weekly").check()
    await dialog.get_by_label("Day of the week").select_option("Tuesday")
    await expect(dialog).to_contain_text("All syncs run at 12:00 AM UTC.")
    await save(page)

    await expect(current(page)).to_contain_text("Weekly on Tuesday, 00:00 UTC")
    schedule = await stored(portal.office)
    assert schedule is not None
    assert (schedule.cadence, schedule.enabled) == (TUESDAY, True)


@without_schedules
async def test_enterprise_can_sync_daily(portal: Portal) -> None:
    page = await portal.open(PATH)
    dialog = await manage(page)
    await dialog.get_by_role("radio", name="Daily").check()
    await expect(dialog.get_by_label("Day of the week")).to_be_hidden()
    await save(page)

    await expect(current(page)).to_contain_text("Daily, 00:00 UTC")


@without_schedules
async def test_business_sees_daily_greyed_out_with_the_plan_that_has_it(portal: Portal) -> None:
    await portal.office.use_plan("business")
    page = await portal.open(PATH)
    dialog = await manage(page)

    await expect(dialog.get_by_role("radio", name="Daily")).to_be_disabled()
    await expect(dialog.get_by_role("radio", name="Daily")).to_have_accessible_description("Enterprise plan")
    await expect(dialog.get_by_role("radio", name="Weekly")).to_be_checked()


async def test_a_schedule_is_edited(portal: Portal) -> None:
    page = await portal.open("groups/berlin-site/settings/scheduled-sync")
    await page.get_by_role("button", name="Manage Schedule").click()
    await page.get_by_label("Day of the week").select_option("Saturday")
    await save(page)

    await expect(page.locator(".toasts")).to_contain_text("Berlin site: Weekly on Saturday, 00:00 UTC.")
    await expect(current(page)).to_contain_text("Weekly on Saturday, 00:00 UTC")


async def test_unchecked_pauses_and_checked_resumes(portal: Portal) -> None:
    page = await portal.open(PATH)
    dialog = await manage(page)
    await dialog.get_by_role("checkbox", name="Schedule Status").click()
    await expect(dialog).to_contain_text("None while paused.")
    await save(page)
    await expect(current(page)).to_contain_text("Paused by you")
    paused = await stored(portal.office)
    dialog = await manage(page)
    await dialog.get_by_role("checkbox", name="Schedule Status").click()
    await save(page)
    await expect(current(page)).to_contain_text("Not run yet")
    resumed = await stored(portal.office)

    assert paused is not None
    assert resumed is not None
    assert (paused.enabled, resumed.enabled) == (False, True)


async def test_business_can_pause_a_daily_schedule_that_it_could_not_make(portal: Portal) -> None:
    await portal.office.use_plan("business")
    page = await portal.open(PATH)
    await expect(current(page)).to_contain_text("Paused by the system: plan")
    dialog = await manage(page)
    await expect(dialog).to_contain_text("None: this needs the Enterprise plan.")
    await dialog.get_by_role("checkbox", name="Schedule Status").click()
    await save(page)

    await expect(current(page)).to_contain_text("Paused by you")


async def test_a_schedule_is_deleted_from_manage_schedule(portal: Portal) -> None:
    page = await portal.open(PATH)
    dialog = await manage(page)
    await dialog.get_by_role("button", name="Delete").click()
    sure = page.get_by_role("dialog", name="Delete the schedule of Sales?")
    await expect(sure).to_contain_text("the history of its syncs stay as they are")
    await sure.get_by_role("button", name="Delete the schedule").click()

    await expect(page.get_by_role("heading", name="This group has no schedule yet")).to_be_visible()
    await expect(page.locator(".toasts")).to_contain_text("Its history stays.")
    assert await stored(portal.office) is None


async def test_manage_schedule_needs_no_mouse(portal: Portal) -> None:
    page = await portal.open(PATH)
    await page.get_by_role("button", name="Manage Schedule").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("dialog", name="Manage Schedule: Sales").wait_for()
    keys = page.keyboard
    await _tab_to(page, "radio")
    await keys.press("ArrowUp")
    await _tab_to(page, "combobox")
    await keys.type("Thu")
    await _tab_to(page, "checkbox")
    await keys.press("Space")
    await _tab_to(page, "button", name="Save")
    await keys.press("Enter")

    await expect(current(page)).to_contain_text("Weekly on Thursday, 00:00 UTC")
    await expect(current(page)).to_contain_text("Paused by you")
    await expect(page.get_by_role("button", name="Manage Schedule")).to_be_focused()


async def _tab_to(page: Page, role: str, *, name: str | None = None) -> None:
    """Press Tab until what has the focus is a *role* called *name*."""
    wanted = page.locator(":focus").and_(page.get_by_role(role, name=name))  # type: ignore[arg-type]
    for _ in range(10):
        if await wanted.count():
            return
        await page.keyboard.press("Tab")
    pytest.fail(f"Tab leads to no {role} {name or ''}")


async def test_escape_leaves_everything_as_it_was(portal: Portal) -> None:
    page = await portal.open(PATH)
    dialog = await manage(page)
    await dialog.get_by_role("radio", name="Weekly").check()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)

    schedule = await stored(portal.office)
    assert schedule is not None
    assert schedule.cadence == Cadence("daily")


@pytest.mark.parametrize("context_options", [{"timezone_id": "America/New_York"}], ids=["New York"])
async def test_a_midnight_that_is_the_evening_before_here_is_warned_of(portal: Portal) -> None:
    await somebody_sets(portal.office, TUESDAY)
    page = await portal.open(PATH)
    warning = re.compile(r"00:00 UTC on Tuesday is (19|20):00 on Monday where you are\.")
    await expect(current(page)).to_contain_text(warning)
    dialog = await manage(page)
    await expect(dialog).to_contain_text(warning)
    await dialog.get_by_label("Day of the week").select_option("Monday")

    await expect(dialog).to_contain_text(re.compile(r"00:00 UTC on Monday is (19|20):00 on Sunday where you are\."))


@pytest.mark.parametrize("context_options", [{"timezone_id": "Asia/Tokyo"}], ids=["Tokyo"])
async def test_a_midnight_that_is_the_same_morning_here_needs_no_warning(portal: Portal) -> None:
    await somebody_sets(portal.office, TUESDAY)
    page = await portal.open(PATH)
    dialog = await manage(page)

    await expect(dialog.locator(".next-local")).to_have_text(re.compile(r"^Tue .+, 09:00 your time$"))
    await expect(page.get_by_text("where you are")).to_have_count(0)


async def test_of_two_who_change_it_the_second_sees_both_versions_and_keeps_one(portal: Portal) -> None:
    portal.allow(412)
    page = await portal.open(PATH)
    dialog = await manage(page)
    await dialog.get_by_role("radio", name="Weekly").check()
    await somebody_sets(portal.office, TUESDAY, enabled=False)
    await dialog.get_by_role("button", name="Save").click()
    conflict = page.get_by_role("dialog", name="Somebody else has changed this")
    await expect(conflict.get_by_role("row", name="Schedule differs")).to_contain_text("Weekly on Monday, 00:00 UTC")
    await expect(conflict.get_by_role("row", name="Schedule differs")).to_contain_text("Weekly on Tuesday, 00:00 UTC")
    await expect(conflict.get_by_role("row", name="Schedule Status")).to_contain_text("Paused")
    await conflict.get_by_role("button", name="Keep mine").click()

    await expect(current(page)).to_contain_text("Weekly on Monday, 00:00 UTC")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_of_two_who_change_it_the_second_can_take_what_is_saved(portal: Portal) -> None:
    portal.allow(412)
    page = await portal.open(PATH)
    dialog = await manage(page)
    await dialog.get_by_role("radio", name="Weekly").check()
    await somebody_sets(portal.office, TUESDAY)
    await dialog.get_by_role("button", name="Save").click()
    await page.get_by_role("button", name="Take what is saved").click()

    await expect(current(page)).to_contain_text("Weekly on Tuesday, 00:00 UTC")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_a_schedule_that_was_deleted_meanwhile_can_be_made_again(portal: Portal) -> None:
    portal.allow(404, 412)
    page = await portal.open(PATH)
    dialog = await manage(page)
    await dialog.get_by_role("radio", name="Weekly").check()
    await delete_schedule(portal.office.services, portal.office.workspace, SALES)
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("row", name="Schedule differs")).to_contain_text("No schedule")
    await page.get_by_role("button", name="Keep mine").click()

    await expect(current(page)).to_contain_text("Weekly on Monday, 00:00 UTC")


async def test_sync_now_is_seen_through_to_its_end(portal: Portal) -> None:
    page = await portal.open(PATH)
    await page.get_by_role("button", name="Sync now").click()

    await expect(current(page)).to_contain_text("Succeeded")
    history = page.get_by_role("table", name="Syncs of this group")
    await expect(history.get_by_role("row", name="By hand")).to_contain_text("+10")
    await expect(page.get_by_role("table", name="People in this group").get_by_role("rowheader")).to_have_count(10)


async def test_history_and_cards_are_seen(portal: Portal) -> None:
    person = portal.office.people_of("sales")[0]
    await portal.office.night(days_ago=1)
    await portal.office.change({"op": "disableUser", "user": person["id"]})
    await portal.office.sync("sales")
    page = await portal.open(PATH)

    history = page.get_by_role("table", name="Syncs of this group")
    await expect(history.get_by_role("row", name="Night")).to_contain_text("Succeeded")
    members = page.get_by_role("table", name="People in this group")
    row = members.get_by_role("row").filter(has_text=person["mail"])
    await expect(row).to_contain_text("Paused, version 1")
    await expect(row).to_contain_text("Disabled in Entra")


async def test_a_run_of_the_history_opens_in_the_drawer(portal: Portal) -> None:
    run = await portal.office.sync("sales")
    page = await portal.open(PATH)
    await page.get_by_role("table", name="Syncs of this group").get_by_role("link").first.click()

    await expect(page.get_by_role("dialog")).to_be_visible()
    assert f"run=sales/{run.id}" in page.url


async def test_a_group_that_is_unknown_is_not_found(portal: Portal) -> None:
    portal.allow(404)
    page = await portal.open("groups/nothing/settings/scheduled-sync")

    await expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()


@not_connected
async def test_without_a_connection_a_group_leads_to_it(portal: Portal) -> None:
    await portal.office.connect()
    await portal.office.link({"sales"}, scheduled=False)
    await disconnect(portal.office.services, portal.office.workspace, by="somebody")
    page = await portal.open(PATH)
    await page.get_by_role("link", name="Connect Entra ID").click()

    await expect(page).to_have_url(re.compile("integrations/entra/connection$"))


async def test_who_may_only_look_sees_the_schedule_and_why_it_cannot_be_changed(portal: Portal) -> None:
    await portal.sign_in("read")
    page = await portal.open(PATH)

    button = page.get_by_role("button", name="Manage Schedule")
    await expect(button).to_be_disabled()
    await expect(button).to_have_attribute("title", re.compile("Schedules.Manage"))


@pytest.mark.parametrize("is_dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("is_narrow", [False, True], ids=["wide", "narrow"])
async def test_everybody_can_use_the_page_and_its_dialog(portal: Portal, *, is_dark: bool, is_narrow: bool) -> None:
    await portal.office.hold("sales")
    if is_dark:
        await portal.dark()
    if is_narrow:
        await portal.narrow()
    page = await portal.open(PATH)
    await expect(current(page)).to_be_visible()
    await portal.accessible()
    assert await portal.fits_its_width()
    await manage(page)

    await portal.accessible()
