"""Held removals: looked at, decided about, carried out before one's eyes, and undone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from sync_core.domain.ids import GroupId
from sync_core.flows.decide_removals import decide_removals

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page, Route

    from devkit.office import Office
    from tests.browser.portal import Portal

GROUP = "berlin-site"
HELD = 6


async def open_held(portal: Portal) -> Page:
    """Let six of the group's people wait, three of them in another group as well, and open the page."""
    await portal.office.sync("sales")
    await portal.office.hold(GROUP)
    page = await portal.open("approvals")
    await expect(people(page)).to_have_count(HELD)
    return page


def people(page: Page) -> Locator:
    return page.get_by_role("table", name="Held removals of Berlin site").locator("tbody tr")


def names_of_held(office: Office) -> list[str]:
    return [user["displayName"] for user in office.people_of(GROUP)[:HELD]]


async def select(page: Page, *names: str) -> None:
    for name in names:
        await page.get_by_role("checkbox", name=f"Select {name}").click()


async def press(page: Page, verdict: str) -> Locator:
    """Press Approve or Reject; return the question."""
    await page.get_by_role("button", name=verdict, exact=True).click()
    return page.get_by_role("dialog", name=re.compile(f"{verdict} removals from Berlin site"))


def drawer_of(page: Page) -> Locator:
    return page.get_by_role("dialog", name=re.compile("^(Decision|Undo) in Berlin site"))


async def is_over(page: Page) -> None:
    """Wait until the drawer tells that its run has ended; a decision that lets somebody wait on holds again."""
    state = drawer_of(page).locator(".drawer-head [data-state]")
    await expect(state).to_have_attribute("data-state", re.compile("succeeded|held"))


async def members(portal: Portal) -> dict[str, str]:
    """Return who is in the group, and as what."""
    address = f"/api/workspaces/{portal.office.workspace}/groups/{GROUP}/members?limit=200"
    answer = await (await portal.page.context.request.get(address)).json()
    return {member["name"]: member["place"] for member in answer["members"]}


async def test_who_would_go_is_shown_with_why_and_until_when(portal: Portal) -> None:
    page = await open_held(portal)
    held = page.get_by_role("region", name="Berlin site")

    await expect(held).to_contain_text("This run would take out 6 of 19 members, more than 20 %.")
    await expect(held).to_contain_text("Expires in 6 days 23 h")
    for user in portal.office.people_of(GROUP)[:HELD]:
        row = people(page).filter(has_text=user["displayName"])
        await expect(row).to_contain_text("Not in the group in Entra ID any more.")
    await expect(people(page).filter(has_text="Becomes inactive").filter(has_text="@contoso.example")).to_have_count(
        3
    )
    await expect(page.get_by_role("link", name="Needs approval 1")).to_be_visible()


async def test_some_are_approved_and_the_others_rejected_and_an_undo_brings_back_who_left(portal: Portal) -> None:
    page = await open_held(portal)
    *going, staying = names_of_held(portal.office)
    await select(page, *going)
    question = await press(page, "Approve")
    await expect(question).to_contain_text(
        re.compile("5 people leave Berlin site; [23] of them are in no other group and become inactive.")
    )
    await question.get_by_role("radio", name="Reject: they stay in the group").check()
    await expect(question).to_contain_text(
        "1 person stays in Berlin site, with their card, until Entra shows them again."
    )
    await question.get_by_role("button", name="Approve for 5 people").click()

    await expect(drawer_of(page).get_by_role("heading", name="Decision in Berlin site")).to_be_focused()
    await is_over(page)
    after = await members(portal)
    assert after.keys().isdisjoint(going)
    assert after[staying] == "kept"
    await drawer_of(page).get_by_role("link", name="Changes").click()
    await expect(drawer_of(page).get_by_role("row").filter(has_text="Removed")).to_have_count(5)
    await expect(drawer_of(page).get_by_role("row").filter(has_text=staying)).to_contain_text("Kept")

    await drawer_of(page).get_by_role("link", name="Overview").click()
    await drawer_of(page).get_by_role("button", name="Undo").click()
    question = page.get_by_role("dialog", name="Undo this run?")
    await expect(question).to_contain_text("5 people that it removed come back, with their cards.")
    await question.get_by_role("button", name="Undo for 5 people").click()
    await expect(page.get_by_role("heading", name="Undo in Berlin site")).to_be_visible()
    await is_over(page)
    assert set(going) <= (await members(portal)).keys()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("heading", name="Nothing waits for your approval")).to_be_visible()


async def test_who_is_not_decided_about_goes_on_waiting_on_a_new_list(portal: Portal) -> None:
    page = await open_held(portal)
    first, *others = names_of_held(portal.office)
    await select(page, first)
    question = await press(page, "Reject")
    await expect(question).to_contain_text("1 person stays in Berlin site")
    await question.get_by_role("button", name="Reject for 1 person").click()
    await is_over(page)
    await page.keyboard.press("Escape")

    await expect(people(page)).to_have_count(len(others))
    await expect(people(page).filter(has_text=first)).to_have_count(0)
    assert (await members(portal))[first] == "kept"


async def test_everybody_is_selected_at_once(portal: Portal) -> None:
    page = await open_held(portal)
    await page.get_by_role("checkbox", name="Select all").click()
    question = await press(page, "Approve")
    await expect(question.get_by_role("radio")).to_have_count(0)
    await question.get_by_role("button", name="Approve for 6 people").click()
    await is_over(page)

    assert (await members(portal)).keys().isdisjoint(names_of_held(portal.office))


async def test_a_list_that_is_shown_in_part_can_be_approved_as_a_whole(portal: Portal) -> None:
    """As if a page had four people."""

    async def with_pages_of_four(route: Route) -> None:
        await route.continue_(url=route.request.url.replace("limit=200", "limit=4"))

    await portal.page.route("**/held?*limit=200*", with_pages_of_four)
    await portal.office.hold(GROUP)
    page = await portal.open("approvals")
    await expect(people(page)).to_have_count(4)
    await page.get_by_role("checkbox", name="Select all").click()
    await page.get_by_role("button", name="Select all 6 people").click()
    await expect(page.get_by_text("All 6 people of this list are selected.")).to_be_visible()
    question = await press(page, "Approve")
    await question.get_by_role("button", name="Approve for 6 people").click()
    await is_over(page)

    assert (await members(portal)).keys().isdisjoint(names_of_held(portal.office))


async def test_a_list_that_a_newer_run_has_replaced_is_not_decided_about(portal: Portal) -> None:
    page = await open_held(portal)
    await select(page, names_of_held(portal.office)[0])
    question = await press(page, "Approve")
    seventh = portal.office.people_of(GROUP)[HELD]
    entra_group = portal.office.entra_group(GROUP)["id"]
    await portal.office.change({"op": "removeMember", "group": entra_group, "user": seventh["id"]})
    await portal.office.sync(GROUP)
    portal.allow(409)
    await question.get_by_role("button", name="Approve for 1 person").click()

    await expect(page.get_by_role("alert")).to_contain_text("Nothing was decided. A newer run froze another list")
    await expect(people(page)).to_have_count(HELD + 1)
    await expect(people(page).filter(has_text=seventh["displayName"])).to_be_visible()
    assert set(names_of_held(portal.office)) <= (await members(portal)).keys()


async def test_a_list_that_somebody_else_has_decided_about_is_gone(portal: Portal) -> None:
    page = await open_held(portal)
    await page.get_by_role("checkbox", name="Select all").click()
    question = await press(page, "Approve")
    await _reject_all(portal.office)
    portal.allow(409)
    await question.get_by_role("button", name="Approve for 6 people").click()

    await expect(page.get_by_role("alert")).to_contain_text("It was decided otherwise before.")
    await expect(page.get_by_role("heading", name="Nothing waits for your approval")).to_be_visible()


async def _reject_all(office: Office) -> None:
    hold, services = GroupId(GROUP), office.services
    state = await services.states.state(office.workspace, hold)
    assert state is not None
    assert state.value.hold is not None
    found = await services.holds.hold(office.workspace, hold, state.value.hold)
    assert found is not None
    await decide_removals(
        services, office.workspace, hold, found.value.run, digest=found.value.digest, reject="all", by="somebody"
    )


async def test_a_run_whose_list_was_decided_about_says_so(portal: Portal) -> None:
    held = await portal.office.hold(GROUP)
    await _reject_all(portal.office)
    page = await portal.open(f"approvals?run={GROUP}/{held.id}")
    drawer = page.get_by_role("dialog")

    await expect(drawer).to_contain_text("It was decided about these removals just now.")
    await expect(drawer.get_by_role("link", name="Review and decide")).to_have_count(0)


async def test_a_reader_sees_who_waits_but_cannot_decide(portal: Portal) -> None:
    await portal.sign_in("read")
    page = await open_held(portal)
    await page.get_by_role("checkbox", name="Select all").click()

    for name in ("Approve", "Reject"):
        button = page.get_by_role("button", name=name, exact=True)
        await expect(button).to_have_attribute("aria-disabled", "true")
        await expect(button).to_have_attribute("title", re.compile(r"Schedules\.Manage"))


async def test_where_nothing_waits_there_is_one_thing_to_do(portal: Portal) -> None:
    page = await portal.open("approvals")

    await expect(page.get_by_role("heading", name="Nothing waits for your approval")).to_be_visible()
    await expect(page.get_by_role("main").get_by_role("link")).to_have_text(["Go to Scheduled Syncs"])


async def test_it_is_decided_by_keyboard_alone(portal: Portal) -> None:
    page = await open_held(portal)
    await page.get_by_role("checkbox", name="Select all").focus()
    await page.keyboard.press("Space")
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Shift+Tab")
    await expect(page.get_by_role("button", name="Approve", exact=True)).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Approve for 6 people")).to_be_focused()
    await page.keyboard.press("Enter")

    await expect(drawer_of(page).get_by_role("heading", name="Decision in Berlin site")).to_be_focused()


@pytest.mark.parametrize("is_dark", [False, True])
async def test_it_is_accessible_wide_and_narrow(portal: Portal, *, is_dark: bool) -> None:
    page = await open_held(portal)
    if is_dark:
        await portal.dark()
    await portal.accessible()
    await portal.narrow()
    await portal.accessible()
    assert await portal.fits_its_width()
    await page.get_by_role("checkbox", name="Select all").click()
    await press(page, "Reject")

    await portal.accessible()
