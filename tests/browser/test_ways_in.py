"""From the address bar to the work: what stands in the way has a page of its own, with the one next step."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from uuid import uuid4

import pytest
from playwright.async_api import expect

from devkit.office import Stage
from sync_core.domain.ids import TenantId, WorkspaceId
from sync_core.domain.workspaces import Workspace
from sync_core.flows.set_up_workspace import put_workspace

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page, Route

    from tests.browser.portal import Portal

SCHEDULES = "integrations/entra/schedules"
PAGES = [
    "integrations/entra/connection",
    "integrations/entra/fields",
    "integrations/entra/options",
    SCHEDULES,
    "groups",
    "people",
    "approvals",
]


def heading(page: Page, name: str) -> Locator:
    return page.get_by_role("main").get_by_role("heading", name=name)


async def support_hears(page: Page) -> str:
    """Return what the way to support at the foot of the page carries."""
    link = page.get_by_role("contentinfo").get_by_role("link", name="Contact our support")
    await expect(link).to_be_visible()
    return unquote(await link.get_attribute("href") or "")


async def for_everybody(portal: Portal) -> None:
    await portal.accessible()
    await portal.dark()
    await portal.narrow()
    await portal.accessible()
    assert await portal.fits_its_width()


# --- What stands in the way --------------------------------------------------------------------------------------


async def test_signed_out_one_signs_in_and_comes_back_to_where_one_was_going(portal: Portal) -> None:
    portal.allow(401)
    await portal.sign_out()
    page = await portal.open("people?search=ada")

    await expect(heading(page, "You are signed out")).to_be_visible()
    await expect(page).to_have_title("You are signed out · Social Card")
    href = unquote(await page.get_by_role("link", name="Sign in").get_attribute("href") or "")
    assert href == f"/.auth/login/aad?post_login_redirect_uri=/portal/{portal.office.workspace}/people?search=ada"
    assert await support_hears(page) == "mailto:support@contoso.example"
    await expect(page.get_by_role("navigation", name="Main navigation")).to_have_count(0)
    await for_everybody(portal)


async def test_a_session_that_ends_meanwhile_is_said(portal: Portal) -> None:
    portal.allow(401)
    page = await portal.open("groups")
    await expect(page.get_by_role("table", name="Linked groups")).to_be_visible()
    await page.wait_for_load_state("networkidle")
    await portal.sign_out()
    await page.get_by_role("link", name="People").click()

    await expect(heading(page, "You are signed out")).to_be_visible()
    await expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    await expect(page.get_by_role("banner")).not_to_contain_text("Ada Abel")
    assert await support_hears(page) == "mailto:support@contoso.example"


async def test_without_a_role_one_learns_which_and_whom_to_name(portal: Portal) -> None:
    await portal.sign_in("none")
    page = await portal.open("people")

    await expect(heading(page, "You have no role here yet")).to_be_visible()
    main = page.get_by_role("main")
    await expect(main).to_contain_text("Schedules.Read")
    await expect(main).to_contain_text(portal.office.admin("none").id)
    await expect(main.get_by_role("link", name="Sign in again")).to_be_visible()
    assert portal.office.admin("none").id in await support_hears(page)
    await for_everybody(portal)


async def test_without_a_workspace_support_learns_the_tenant(portal: Portal) -> None:
    stranger = replace(portal.office, tenant_id=str(uuid4()))
    await portal.enter(stranger)
    page = portal.page
    await page.goto("/portal")

    await expect(heading(page, "No workspace belongs to your organisation")).to_be_visible()
    action = page.get_by_role("main").get_by_role("link", name="Contact our support")
    assert stranger.tenant_id in unquote(await action.get_attribute("href") or "")
    assert stranger.tenant_id in await support_hears(page)
    await for_everybody(portal)


async def test_of_several_workspaces_one_is_chosen_and_changed_later(portal: Portal) -> None:
    office = portal.office
    other = WorkspaceId(f"{office.workspace}-b")
    await put_workspace(office.services, Workspace(other, "Contoso Labs", "business", TenantId(office.tenant_id)))
    await portal.sign_in()
    page = portal.page
    await page.goto("/portal")
    await expect(heading(page, "Choose a workspace")).to_be_visible()
    await for_everybody(portal)
    await page.set_viewport_size({"width": 1280, "height": 800})
    await page.get_by_role("link", name=re.compile("Contoso Labs")).click()

    await expect(page).to_have_url(re.compile(f"/portal/{other}/"))
    assert f"workspace: {other}" in await support_hears(page)
    await page.get_by_role("button", name=re.compile("Switch workspace")).click()
    await page.get_by_role("menuitem", name="Contoso", exact=True).click()
    await expect(page).to_have_url(re.compile(f"/portal/{office.workspace}/"))


async def test_one_workspace_needs_no_choice(portal: Portal) -> None:
    await portal.sign_in()
    await portal.page.goto("/portal")

    await expect(portal.page).to_have_url(re.compile(f"/portal/{portal.office.workspace}/{SCHEDULES}$"))


async def test_another_customers_workspace_is_nothing_here(portal: Portal) -> None:
    await portal.sign_in()
    page = portal.page
    await page.goto("/portal/somebody-elses/people")

    await expect(heading(page, "There is nothing here")).to_be_visible()
    await page.get_by_role("link", name="Go to Scheduled Syncs").click()
    await expect(page).to_have_url(re.compile(f"/portal/{portal.office.workspace}/{SCHEDULES}$"))


async def test_an_address_that_leads_nowhere_says_so(portal: Portal) -> None:
    page = await portal.open("no/such/page")

    await expect(heading(page, "There is nothing here")).to_be_visible()
    await for_everybody(portal)


@pytest.mark.parametrize("stage", [Stage.NEW])
async def test_on_another_plan_support_is_the_next_step(portal: Portal) -> None:
    await portal.office.use_plan("starter")
    page = await portal.open(SCHEDULES)

    await expect(heading(page, "Scheduled syncs come with the Business plan")).to_be_visible()
    await expect(page.get_by_role("main")).to_contain_text("Contoso is on the Starter plan")
    action = page.get_by_role("main").get_by_role("link", name="Contact our support")
    assert f"workspace: {portal.office.workspace}" in unquote(await action.get_attribute("href") or "")
    await for_everybody(portal)


STEPS = [
    (Stage.NEW, "Connect Microsoft Entra ID first", "Connect Entra ID", "integrations/entra/connection"),
    (Stage.CONFIRMED, "No Entra group is linked yet", "Link a group", "groups"),
    (Stage.LINKED, "No sync is scheduled yet", "Choose a group to schedule", "groups"),
]


@pytest.mark.parametrize(("stage", "title", "action", "leads_to"), STEPS, ids=[step[2] for step in STEPS])
async def test_each_step_on_the_way_names_the_next(portal: Portal, title: str, action: str, leads_to: str) -> None:
    page = await portal.open(SCHEDULES)
    await expect(heading(page, title)).to_be_visible()
    await for_everybody(portal)
    await page.get_by_role("main").get_by_role("link", name=action).click()

    await expect(page).to_have_url(re.compile(f"/portal/{portal.office.workspace}/{leads_to}$"))


# --- On every page -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_leads_to_support_with_the_workspace(portal: Portal, path: str) -> None:
    page = await portal.open(path)
    await expect(page.get_by_role("heading", level=1)).to_be_visible()

    assert f"workspace: {portal.office.workspace}" in await support_hears(page)


async def test_a_groups_page_names_the_group_to_support(portal: Portal) -> None:
    page = await portal.open("groups/sales/settings/scheduled-sync")
    await expect(page.get_by_role("button", name="Manage Schedule")).to_be_visible()

    assert "group: sales" in await support_hears(page)


async def test_signing_out_ends_the_session(portal: Portal) -> None:
    portal.allow(401)
    page = await portal.open("people")
    await page.get_by_role("button", name=re.compile("^Account")).click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await expect(page.get_by_role("link", name="Sign in")).to_be_visible()

    await page.goto(f"/portal/{portal.office.workspace}/people")
    await expect(heading(page, "You are signed out")).to_be_visible()


# --- With the keyboard alone -------------------------------------------------------------------------------------


async def tab_to(page: Page, name: str, *, role: str | None = None) -> None:
    """Press Tab until what is called *name* has the focus, as somebody who came from the address bar would."""
    wanted = re.compile(name)
    for _ in range(80):
        await page.keyboard.press("Tab")
        said = await page.evaluate(_FOCUSED)
        if wanted.search(said["name"]) and role in {None, said["role"]}:
            assert said["outlined"], f"{said['name']} has the focus, and nobody can see it"
            return
    raise AssertionError(f"Tab never comes to {name}")


_FOCUSED = """() => {
  const it = document.activeElement;
  const labels = [...(it.labels ?? [])].map((label) => label.textContent);
  const ids = (it.getAttribute("aria-labelledby") ?? "").split(" ");
  const by = ids.map((id) => document.getElementById(id)?.textContent);
  const name = [it.getAttribute("aria-label"), ...by, ...labels, it.textContent].filter(Boolean).join(" ").trim();
  const style = getComputedStyle(it);
  const outlined = style.outlineStyle !== "none" || it.matches("fluent-button, fluent-switch, fluent-checkbox");
  return { name, role: it.getAttribute("role") ?? it.localName, outlined };
}"""


async def test_a_number_that_comes_to_the_navigation_leaves_the_focus_where_it_is(portal: Portal) -> None:
    await portal.office.hold()
    is_there = asyncio.Event()

    async def keep_back(route: Route) -> None:
        await is_there.wait()
        await route.continue_()

    await portal.page.route("**/holds?*", keep_back)
    page = await portal.open(SCHEDULES)
    link = page.get_by_role("navigation").get_by_role("link", name="Needs approval")
    await link.focus()
    is_there.set()

    await expect(link).to_have_accessible_name("Needs approval 1")
    await expect(link).to_be_focused()


async def test_the_keyboard_alone_leads_to_a_saved_person(portal: Portal) -> None:
    page = await portal.open(SCHEDULES)
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await tab_to(page, "^People$", role="a")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="People", level=1)).to_be_focused()
    await expect(page.get_by_role("button", name="Add a person")).to_be_visible()
    await tab_to(page, "^Add a person$", role="button")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await expect(page.get_by_role("dialog").get_by_role("textbox", name="Name")).to_be_focused()
    await page.keyboard.type("Grace Hopper")
    await page.keyboard.press("Tab")
    await page.keyboard.type("grace@contoso.example")
    await tab_to(page, "^Add this person$", role="button")
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("heading", name="Grace Hopper", level=1)).to_be_visible()


@pytest.mark.parametrize("stage", [Stage.LINKED])
async def test_the_keyboard_alone_leads_to_a_saved_schedule(portal: Portal) -> None:
    page = await portal.open()
    await expect(heading(page, "No sync is scheduled yet")).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    await page.keyboard.press("Enter")
    await tab_to(page, "^Choose a group to schedule$")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("link", name="Sales", exact=True)).to_be_visible()
    await tab_to(page, "^Sales$")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Manage Schedule")).to_be_visible()
    await tab_to(page, "^Manage Schedule$", role="button")
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_be_visible()
    await tab_to(page, "^Save$", role="button")
    await page.keyboard.press("Enter")

    await expect(dialog).to_have_count(0)
    await expect(page.get_by_role("main")).to_contain_text("Weekly on Monday, 00:00 UTC")


# --- However one looks at it -------------------------------------------------------------------------------------

#  200 % zoom of a window of 1280 by 800.
ZOOMED = {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2}


@pytest.mark.parametrize("context_options", [ZOOMED], ids=["200 %"])
@pytest.mark.parametrize("path", PAGES)
async def test_at_twice_the_size_nothing_is_cut_off(portal: Portal, path: str) -> None:
    await portal.office.sync("sales")
    page = await portal.open(path)
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(page.get_by_role("main").get_by_label("Loading")).to_have_count(0)

    assert await portal.fits_its_width()
    await page.get_by_role("button", name="Navigation").click()
    await expect(page.get_by_role("link", name="Needs approval")).to_be_visible()


@pytest.mark.parametrize(("scheme", "is_dark"), [("light", False), ("dark", True)])
async def test_the_page_is_as_light_as_the_person_wants_it(portal: Portal, scheme: Any, is_dark: bool) -> None:
    await portal.page.emulate_media(color_scheme=scheme)
    page = await portal.open("people")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()

    ground = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", ground)[:3])) < 3 * 128) is is_dark


@pytest.mark.parametrize(("motion", "stands_still"), [("reduce", True), ("no-preference", False)])
async def test_nothing_moves_for_who_wants_it_still(portal: Portal, motion: Any, stands_still: bool) -> None:
    await portal.page.emulate_media(reduced_motion=motion)
    await portal.page.route("**/recipients?*", lambda _: None)
    page = await portal.open("people")
    shimmer = page.locator(".shimmer-line").first
    await expect(shimmer).to_be_visible()

    style = await shimmer.evaluate("(it) => [getComputedStyle(it).animationIterationCount]")
    assert (style == ["1"]) is stands_still


# --- When the network is gone ------------------------------------------------------------------------------------


async def test_a_lost_network_is_shown_and_the_page_comes_when_it_is_back(portal: Portal) -> None:
    page = await portal.open("groups")
    await expect(page.get_by_role("heading", name="Groups", level=1)).to_be_visible()
    with portal.without_network():
        await page.context.set_offline(offline=True)
        await page.get_by_role("link", name="People").click()
        await expect(page.get_by_text("The connection is lost. Trying again …")).to_be_visible()
        await portal.accessible()
        await page.context.set_offline(offline=False)

        await expect(heading(page, "No people yet")).to_be_visible()
    await expect(page.get_by_text("The connection is lost.")).to_have_count(0)


async def test_a_change_that_is_lost_is_not_repeated_by_itself(portal: Portal) -> None:
    page = await portal.open("people")
    await page.get_by_role("button", name="Add a person").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("textbox", name="Email").fill("grace@contoso.example")
    with portal.without_network():
        await page.context.set_offline(offline=True)
        await dialog.get_by_role("button", name="Add this person").click()
        await expect(dialog.get_by_role("alert")).to_contain_text("It may or may not have been carried out")
        await page.context.set_offline(offline=False)
    await dialog.get_by_role("button", name="Add this person").click()

    await expect(page.get_by_role("heading", name="grace@contoso.example", level=1)).to_be_visible()
