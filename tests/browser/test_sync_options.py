"""Integrations → Microsoft Entra ID → Field settings and Sync options: edit, see the effect, save."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from devkit.office import Stage
from sync_core.domain.field_settings import FieldSettings, Switches
from sync_core.flows.manage_connection import disconnect
from tests.browser.portal import NARROW

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page, Route

    from devkit.office import Office
    from sync_core.domain.workspaces import Rulebook
    from tests.browser.portal import Portal

FIELDS = "integrations/entra/fields"
OPTIONS = "integrations/entra/options"
EFFECT = "**/sync-options/effect*"

unconfirmed = pytest.mark.parametrize("stage", [Stage.CONNECTED], ids=[""])
without_groups = pytest.mark.parametrize("stage", [Stage.CONFIRMED], ids=[""])
looks = pytest.mark.parametrize(
    "context_options", [{}, {"color_scheme": "dark"}, {"viewport": NARROW}], ids=["light", "dark", "narrow"]
)


def _saving(page: Page) -> Locator:
    return page.locator(".save-bar").get_by_role("button").first


async def _review(page: Page, *, button: str = "Review and save") -> Locator:
    """Press what leads to saving, and wait until the effect is known."""
    await page.get_by_role("button", name=button).click()
    drawer = page.get_by_role("dialog", name="What saving would change")
    await expect(drawer.get_by_role("progressbar")).to_have_count(0)
    return drawer


async def _save(page: Page, *, button: str = "Review and save", action: str = "Save") -> None:
    drawer = await _review(page, button=button)
    await drawer.get_by_role("button", name=action, exact=True).click()
    await expect(drawer).to_have_count(0)
    await expect(page.locator(".toasts")).to_contain_text("Saved.")


async def _rules(office: Office) -> Rulebook:
    return (await office.services.workspaces.rulebook(office.workspace)).value


async def _somebody_else_saves(office: Office, rules: Rulebook) -> None:
    await office.confirm_rules(rules)


@unconfirmed
async def test_the_settings_are_confirmed_once(portal: Portal) -> None:
    page = await portal.open(FIELDS)
    await expect(page.locator(".message-bar.warning")).to_contain_text("No sync runs")
    await _save(page, button="Confirm and save", action="Confirm and save")

    await expect(page.locator(".message-bar.warning")).to_have_count(0)
    await expect(_saving(page)).to_have_text("Review and save")
    assert (await _rules(portal.office)).confirmed_at is not None


@without_groups
async def test_a_field_that_people_may_edit_here_is_kept_so(portal: Portal) -> None:
    page = await portal.open(FIELDS)
    await page.get_by_role("switch", name="Overwrite: Job title").click()
    await _save(page)
    await page.reload()

    await expect(page.get_by_role("switch", name="Overwrite: Job title")).not_to_be_checked()
    assert (await _rules(portal.office)).settings.switches_of("jobTitle") == Switches(sync=True, overwrite=False)


@without_groups
async def test_a_field_that_is_not_synced_overwrites_nothing(portal: Portal) -> None:
    page = await portal.open(FIELDS)
    await page.get_by_role("switch", name="Sync: Company").click()

    await expect(page.get_by_role("switch", name="Overwrite: Company")).to_have_attribute("aria-disabled", "true")
    await expect(page.get_by_role("switch", name="Sync: Company")).to_be_focused()


@without_groups
async def test_what_cannot_be_switched_says_why(portal: Portal) -> None:
    page = await portal.open(FIELDS)

    await expect(page.get_by_role("row", name="Email")).to_contain_text("people are recognised by it")
    await expect(page.get_by_role("switch", name="Sync: Email")).to_have_attribute("aria-disabled", "true")
    await expect(page.get_by_role("row", name="Profile picture")).to_contain_text("Not yet available")


@without_groups
async def test_an_extension_attribute_becomes_a_custom_field(portal: Portal) -> None:
    page = await portal.open(FIELDS)
    await page.get_by_role("button", name="Add custom attribute").click()
    await page.keyboard.type("costCenter")
    await page.get_by_label("Extension attribute", exact=True).select_option("3")
    await _save(page)

    mapped = (await _rules(portal.office)).settings.custom
    assert {number: one.name for number, one in mapped.items()} == {3: "costCenter"}
    await page.get_by_role("button", name="Remove extension attribute 3").click()
    await _save(page)
    assert (await _rules(portal.office)).settings.custom == {}


@without_groups
async def test_a_name_that_cannot_be_used_is_told_at_its_field(portal: Portal) -> None:
    page = await portal.open(FIELDS)
    await page.get_by_role("button", name="Add custom attribute").click()
    await page.keyboard.type("2nd floor")
    await page.get_by_role("button", name="Review and save").click()

    await expect(page.get_by_label("Name here")).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_label("Name here")).to_be_focused()
    await expect(page.get_by_role("alert")).to_contain_text("Begin with a letter")


@without_groups
async def test_a_name_that_the_product_refuses_is_told_at_its_field(portal: Portal) -> None:
    portal.allow(400)
    page = await portal.open(FIELDS)
    await page.get_by_role("button", name="Add custom attribute").click()
    await page.keyboard.type("Department")
    await page.get_by_role("button", name="Review and save").click()

    await expect(page.get_by_role("alert")).to_contain_text("is the name of another field")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_the_effect_that_is_shown_comes_true(portal: Portal) -> None:
    """Guests are let in: as many as the page tells, with a card each."""
    before = await portal.office.sync("partner-network")
    page = await portal.open(OPTIONS)
    await page.get_by_role("checkbox", name="Include guests").click()
    drawer = await _review(page)
    row = drawer.locator("[data-group=partner-network] summary")
    said = re.search(r"(\d+) cards?, (\d+) (?:people|person)", await row.inner_text())
    assert said is not None
    cards, people = int(said[1]), int(said[2])
    await drawer.get_by_role("button", name="Save", exact=True).click()
    await expect(page.locator(".toasts")).to_contain_text("Saved.")
    after = await portal.office.sync("partner-network")

    assert before.counts.added > 0
    assert cards == people == after.counts.added > 0


@pytest.mark.parametrize("stage", [Stage.SCHEDULED], ids=[""])
async def test_the_effect_names_people_with_old_and_new_values(portal: Portal) -> None:
    office = portal.office
    rules = await _rules(office)
    await office.confirm_rules(replace(rules, settings=FieldSettings({"jobTitle": Switches(sync=False)})))
    await office.sync("berlin-site")
    page = await portal.open(FIELDS)
    await page.get_by_role("switch", name="Sync: Job title").click()
    drawer = await _review(page)
    await expect(drawer).to_contain_text(
        re.compile(r"Would change [\d,]+ cards; it makes a difference to [\d,]+ people\.")
    )
    group = drawer.locator("[data-group=berlin-site]")
    await group.locator("summary").click()

    await expect(group.locator(".effect-people > li")).to_have_count(10)
    await expect(group.locator(".altered li", has_text="Job title").first).to_contain_text("nothing →")


async def test_an_effect_that_comes_in_parts_is_put_together(portal: Portal) -> None:
    asked: list[str] = []

    async def one_at_a_time(route: Route) -> None:
        asked.append(route.request.url)
        await route.continue_(url=f"{route.request.url}{'&' if '?' in route.request.url else '?'}limit=3")

    page = await portal.open(OPTIONS)
    await page.route(EFFECT, one_at_a_time)
    await page.get_by_role("checkbox", name="Include guests").click()
    drawer = await _review(page)

    await expect(drawer).to_contain_text("Computed in several parts")
    assert len(asked) == 3
    assert all("continuationToken" in url for url in asked[1:])


async def test_nobody_has_to_wait_for_the_effect(portal: Portal) -> None:
    page = await portal.open(OPTIONS)
    await page.route(EFFECT, _never)
    await page.get_by_role("checkbox", name="Include guests").click()
    await page.get_by_role("button", name="Review and save").click()
    drawer = page.get_by_role("dialog", name="What saving would change")
    await expect(drawer.get_by_role("progressbar")).to_be_visible()
    await drawer.get_by_role("button", name="Save without waiting").click()

    await expect(page.locator(".toasts")).to_contain_text("Saved.")
    assert (await _rules(portal.office)).options.include_guests is True


async def test_an_effect_that_cannot_be_told_keeps_nobody_from_saving(portal: Portal) -> None:
    portal.allow(409)
    await disconnect(portal.office.services, portal.office.workspace, by="somebody else")
    page = await portal.open(OPTIONS)
    await page.get_by_role("checkbox", name="Include guests").click()
    drawer = await _review(page)
    await expect(drawer).to_contain_text("The effect cannot be shown.")
    await drawer.get_by_role("button", name="Save", exact=True).click()

    await expect(page.locator(".toasts")).to_contain_text("Saved.")


@without_groups
async def test_options_are_as_they_were_saved(portal: Portal) -> None:
    page = await portal.open(OPTIONS)
    await page.get_by_role("radio", name="Delete them").check()
    await page.get_by_role("checkbox", name="Update business cards").click()
    await page.get_by_label("Share of the group, in percent").fill("35")
    await expect(page.get_by_text("Held: more than 35 % of a group")).to_be_visible()
    await _save(page)

    options = (await _rules(portal.office)).options
    assert (options.when_user_leaves_last_group, options.update_cards) == ("delete", False)
    assert options.removal_guard.percent == 35


@without_groups
async def test_a_number_that_cannot_be_is_told_at_its_field(portal: Portal) -> None:
    page = await portal.open(OPTIONS)
    await page.get_by_label("Share of the group, in percent").fill("120")
    await page.get_by_role("button", name="Review and save").click()

    await expect(page.get_by_role("alert").first).to_have_text("A whole number from 0 to 100.")
    await expect(page.get_by_label("Share of the group, in percent")).to_be_focused()


@without_groups
@pytest.mark.parametrize(("choice", "percent"), [("Keep mine", 30), ("Take what is saved", 40)])
async def test_two_admins_who_change_the_same_decide(portal: Portal, choice: str, percent: int) -> None:
    portal.allow(412)
    page = await portal.open(OPTIONS)
    await page.get_by_label("Share of the group, in percent").fill("30")
    rules = await _rules(portal.office)
    guard = replace(rules.options.removal_guard, percent=40)
    await _somebody_else_saves(portal.office, replace(rules, options=replace(rules.options, removal_guard=guard)))
    drawer = await _review(page)
    await drawer.get_by_role("button", name="Save", exact=True).click()
    conflict = page.get_by_role("dialog", name="Somebody else has changed this")
    await expect(conflict).to_contain_text("more than 30 %")
    await expect(conflict).to_contain_text("more than 40 %")
    await portal.accessible()
    await conflict.get_by_role("button", name=choice).click()

    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_label("Share of the group, in percent")).to_have_value(str(percent))
    assert (await _rules(portal.office)).options.removal_guard.percent == percent


@without_groups
async def test_saving_one_tab_leaves_what_was_saved_on_the_other(portal: Portal) -> None:
    portal.allow(412)
    page = await portal.open(OPTIONS)
    await page.get_by_role("checkbox", name="Include guests").click()
    rules = await _rules(portal.office)
    settings = FieldSettings({"jobTitle": Switches(sync=True, overwrite=False)})
    await _somebody_else_saves(portal.office, replace(rules, settings=settings))
    await _save(page)

    saved = await _rules(portal.office)
    assert saved.settings == settings
    assert saved.options.include_guests is True


@without_groups
async def test_edits_are_found_again_on_the_way_back(portal: Portal) -> None:
    page = await portal.open(OPTIONS)
    await page.get_by_role("checkbox", name="Include guests").click()
    tabs = page.get_by_role("navigation", name="Sections")
    await tabs.get_by_role("link", name="Field settings").click()
    await expect(page.get_by_role("switch", name="Sync: Company")).to_be_visible()
    await tabs.get_by_role("link", name="Sync options").click()
    await expect(page.get_by_text("You have changes here that are not saved.")).to_be_visible()
    await expect(page.get_by_role("checkbox", name="Include guests")).to_be_checked()
    await page.get_by_role("button", name="Discard changes").click()

    await expect(page.get_by_role("checkbox", name="Include guests")).not_to_be_checked()


@without_groups
async def test_the_keyboard_is_enough(portal: Portal) -> None:
    page = await portal.open(OPTIONS)
    await page.get_by_role("checkbox", name="Include guests").focus()
    await page.keyboard.press("Space")
    await page.get_by_role("button", name="Review and save").focus()
    await page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog", name="What saving would change")
    save = drawer.get_by_role("button", name="Save", exact=True)
    await expect(save).to_be_visible()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await expect(save).to_be_focused()
    await page.keyboard.press("Enter")

    await expect(drawer).to_have_count(0)
    await expect(_saving(page)).to_be_focused()
    assert (await _rules(portal.office)).options.include_guests is True


@pytest.mark.parametrize("tab", [FIELDS, OPTIONS], ids=["fields", "options"])
@without_groups
async def test_who_may_only_read_sees_everything_and_why_it_is_grey(portal: Portal, tab: str) -> None:
    await portal.sign_in("read")
    page = await portal.open(tab)

    await expect(_saving(page)).to_have_attribute("title", re.compile(r"Schedules\.Manage"))
    await expect(page.locator("main :is(fluent-switch, fluent-checkbox):not([disabled])")).to_have_count(0)
    await portal.accessible()


@looks
@pytest.mark.parametrize(
    ("tab", "role", "control"),
    [(FIELDS, "switch", "Overwrite: Job title"), (OPTIONS, "checkbox", "Include guests")],
    ids=["fields", "options"],
)
async def test_everybody_can_use_it(portal: Portal, tab: str, role: Any, control: str) -> None:
    page = await portal.open(tab)
    await page.get_by_role(role, name=control).click()
    if tab == FIELDS:
        await page.get_by_role("button", name="Add custom attribute").click()
        await page.keyboard.type("costCenter")
    await portal.accessible()
    assert await portal.fits_its_width()
    drawer = await _review(page)
    for group in await drawer.locator("details").all():
        await group.locator("summary").click()

    await portal.accessible()
    assert await portal.fits_its_width()


async def _never(_: Route) -> None:
    """Give no answer."""
