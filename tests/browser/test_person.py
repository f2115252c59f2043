"""One person: what decides about each value, cards, standing, why; edited and synced by hand."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from playwright.async_api import expect

from sync_core.domain.field_settings import FieldSettings, Switches
from sync_core.domain.ids import RecipientId
from sync_core.domain.options import OnLeaveLast, RemovalGuard, SyncOptions
from sync_core.domain.outlines import PeopleSearch
from sync_core.domain.workspaces import Rulebook
from sync_core.flows.edit_people import add_recipient, edit_recipient
from sync_core.flows.find_people import find_people

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

    from devkit.office import Office
    from tests.browser.portal import Portal

COLLEAGUE = "8f1d0a9e-7a53-4a1e-9c5e-1f4f3a6b2c10"
TITLE_IS_OURS = FieldSettings(fields={"jobTitle": Switches(sync=True, overwrite=False)})


async def recipient_of(office: Office, address: str) -> RecipientId:
    found = await find_people(office.services, office.workspace, PeopleSearch(address), limit=1)
    return found.people[0].id


async def synced(office: Office, group: str = "berlin-site") -> tuple[dict[str, Any], RecipientId]:
    """Return an Entra user of *group*, and the recipient that its sync made."""
    await office.sync(group)
    user = office.people_of(group)[0]
    return dict(user), await recipient_of(office, user["mail"])


async def made_by_hand(office: Office, **more: str) -> RecipientId:
    values = {"email": "grace@contoso.example", "name": "Grace Hopper", **more}
    stored = await add_recipient(office.services, office.workspace, values=values, by=COLLEAGUE)
    return stored.person.id


async def person(portal: Portal, recipient: RecipientId) -> Page:
    page = await portal.open(f"people/{recipient}")
    await expect(page.get_by_role("heading", name="Why?")).to_be_visible()
    return page


def value(page: Page, name: str) -> Locator:
    table = page.get_by_role("table", name="Values and what decides about each")
    return table.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name, exact=True))


def group(page: Page, name: str) -> Locator:
    table = page.get_by_role("table", name="Groups and cards of this person")
    return table.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name))


def history(page: Page) -> Locator:
    return page.get_by_role("region", name="Why?").locator("ol > li")


def toast(page: Page) -> Locator:
    return page.locator(".toasts .message-words")


def field(page: Page, name: str) -> Locator:
    return page.get_by_role("dialog").get_by_role("textbox", name=re.compile(f"^{name}"))


async def edit(page: Page, **values: str) -> None:
    await page.get_by_role("button", name="Edit", exact=True).click()
    for name, said in values.items():
        await field(page, name.replace("_", " ")).fill(said)
    await page.get_by_role("dialog").get_by_role("button", name="Save").click()


async def test_each_value_tells_what_decides_about_it(portal: Portal) -> None:
    office = portal.office
    await office.confirm_rules(
        Rulebook(
            settings=FieldSettings(
                fields={
                    "jobTitle": Switches(sync=True, overwrite=False),
                    "company": Switches(sync=False, overwrite=False),
                }
            )
        )
    )
    user, recipient = await synced(office)
    page = await person(portal, recipient)

    await expect(value(page, "Department")).to_contain_text(user["department"])
    await expect(value(page, "Department")).to_contain_text("Follows Entra ID")
    await expect(value(page, "Job title")).to_contain_text("Kept here")
    await expect(value(page, "Company")).to_contain_text("Not synced")
    await edit(page, Job_title="Poet")
    await expect(value(page, "Job title")).to_contain_text("Edited here")


async def test_the_profile_tells_where_the_person_comes_from(portal: Portal) -> None:
    user, recipient = await synced(portal.office)
    page = await person(portal, recipient)

    await expect(page.get_by_role("heading", name=user["displayName"], level=1)).to_be_visible()
    profile = page.get_by_role("region", name="Profile")
    await expect(profile).to_contain_text("A sync took them in")
    await expect(profile).to_contain_text(user["id"])
    await expect(profile.get_by_text("Enabled")).to_be_visible()


async def test_what_follows_entra_is_greyed_with_the_reason(portal: Portal) -> None:
    _, recipient = await synced(portal.office)
    page = await person(portal, recipient)
    await page.get_by_role("button", name="Edit", exact=True).click()

    await expect(field(page, "Department")).to_have_attribute("readonly", "")
    await expect(field(page, "Department")).to_have_accessible_description(re.compile(r"^Follows Entra ID\."))
    await page.get_by_role("dialog").get_by_role("link", name="Field settings").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page).to_have_url(re.compile("integrations/entra/fields"))


async def test_an_edit_is_kept_and_told_in_the_history(portal: Portal) -> None:
    office = portal.office
    await office.confirm_rules(Rulebook(settings=TITLE_IS_OURS))
    user, recipient = await synced(office)
    page = await person(portal, recipient)
    await edit(page, Job_title="Poet")

    await expect(value(page, "Job title")).to_contain_text("Poet")
    newest = history(page).first
    await expect(newest).to_contain_text("Done here by hand.")
    await expect(newest).to_contain_text(re.compile(f"Job title: {user['jobTitle']} → .*Poet"))
    await expect(newest).to_contain_text("By you")
    await expect(toast(page)).to_have_text("Saved.")


async def test_what_is_wrong_with_a_value_is_said_at_its_field(portal: Portal) -> None:
    portal.allow(400)
    page = await person(portal, await made_by_hand(portal.office))
    await edit(page, Email="")

    await expect(page.get_by_role("alert").filter(has_text="A person needs an e-mail address.")).to_be_visible()
    await expect(field(page, "Email")).to_be_focused()


async def test_of_two_edits_both_versions_are_shown_and_one_is_chosen(portal: Portal) -> None:
    portal.allow(412)
    office = portal.office
    recipient = await made_by_hand(office, jobTitle="Admiral")
    page = await person(portal, recipient)
    await edit_recipient(office.services, office.workspace, recipient, values={"jobTitle": "Captain"}, by=COLLEAGUE)
    await edit(page, Job_title="Commodore")

    conflict = page.get_by_role("dialog", name="This person was changed meanwhile")
    row = conflict.get_by_role("row").filter(has_text="Job title")
    await expect(row).to_contain_text("Commodore")
    await expect(row).to_contain_text("Captain")
    await conflict.get_by_role("button", name="Keep mine").click()
    await expect(value(page, "Job title")).to_contain_text("Commodore")


async def test_of_two_edits_the_other_one_can_stay(portal: Portal) -> None:
    portal.allow(412)
    office = portal.office
    recipient = await made_by_hand(office, jobTitle="Admiral")
    page = await person(portal, recipient)
    await edit_recipient(office.services, office.workspace, recipient, values={"city": "Arlington"}, by=COLLEAGUE)
    await edit(page, Job_title="Commodore")
    await page.get_by_role("button", name="Take what is saved").click()

    await expect(value(page, "City")).to_contain_text("Arlington")
    await expect(value(page, "Job title")).to_contain_text("Admiral")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_somebody_is_made_inactive_and_active_again(portal: Portal) -> None:
    user, recipient = await synced(portal.office)
    page = await person(portal, recipient)
    await page.get_by_role("button", name="Make inactive").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("1 card is paused at once.")
    await dialog.get_by_role("button", name="Make inactive").click()

    await expect(page.get_by_text("Made inactive by hand. Stays so until made active by hand.")).to_be_visible()
    await expect(group(page, "Berlin site")).to_contain_text("Paused")
    await expect(page.get_by_role("button", name="Make active")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(toast(page).last).to_have_text(f"{user['displayName']} is active.")
    await expect(group(page, "Berlin site")).to_contain_text("Active")


async def test_who_is_disabled_in_entra_cannot_be_made_active_here(portal: Portal) -> None:
    office = portal.office
    user, recipient = await synced(office)
    await office.change({"op": "disableUser", "user": user["id"]})
    await office.sync("berlin-site")
    page = await person(portal, recipient)

    await expect(page.get_by_text("Disabled in Entra ID. Enabled there again")).to_be_visible()
    button = page.get_by_role("button", name="Make active")
    await expect(button).to_have_attribute("aria-disabled", "true")
    await expect(button).to_have_attribute("title", re.compile("Enable the user there"))


async def test_a_card_is_given_and_taken_by_hand(portal: Portal) -> None:
    office = portal.office
    page = await person(portal, await made_by_hand(office))
    await expect(page.get_by_text("They stay because they were made by hand.")).to_be_visible()
    await page.get_by_role("button", name="Give a card").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("searchbox").fill("leader")
    await expect(dialog.get_by_role("radio")).to_have_count(1)
    await dialog.get_by_role("button", name="Give a card").click()

    await expect(toast(page)).to_have_text("A card in Leadership was given.")
    await expect(group(page, "Leadership")).to_contain_text("By hand")
    await expect(group(page, "Leadership")).to_contain_text("Version 1")
    await expect(page.get_by_text("1 group holds this person in the workspace.")).to_be_visible()
    await expect(history(page).first).to_contain_text("Card in Leadership: nothing →")
    await page.get_by_role("button", name="Take the card in Leadership").click()
    await page.get_by_role("dialog").get_by_role("button", name="Take the card").click()
    await expect(toast(page).last).to_have_text("The card in Leadership was taken.")
    await expect(group(page, "Leadership")).to_have_count(0)
    await expect(page.get_by_role("button", name="Give a card")).to_be_focused()


async def test_a_synced_card_cannot_be_taken_and_says_why(portal: Portal) -> None:
    _, recipient = await synced(portal.office)
    page = await person(portal, recipient)

    await expect(group(page, "Berlin site")).to_contain_text("A sync gave the card.")
    button = page.get_by_role("button", name="Take the card in Berlin site")
    await expect(button).to_have_attribute("aria-disabled", "true")
    await expect(button).to_have_attribute("title", re.compile("follows the group's membership"))


async def test_what_waits_for_a_decision_is_told_with_the_way_there(portal: Portal) -> None:
    office = portal.office
    leaving = office.people_of("berlin-site")[0]
    await office.hold()
    page = await person(portal, await recipient_of(office, leaving["mail"]))

    await expect(group(page, "Berlin site")).to_contain_text("The removal waits for approval.")
    await group(page, "Berlin site").get_by_role("link", name="Decide").click()
    await expect(page.get_by_role("heading", name="Needs approval", level=1)).to_be_visible()


async def test_a_sync_on_demand_shows_each_step(portal: Portal) -> None:
    office = portal.office
    user, recipient = await synced(office)
    page = await person(portal, recipient)
    await office.change({"op": "updateUser", "user": user["id"], "set": {"jobTitle": "Head of Poetry"}})
    await page.get_by_role("button", name="Sync this person").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Sync now").click()

    await expect(dialog.locator(".message-bar")).to_have_text("The sync is done.")
    steps = dialog.get_by_role("list", name="What was done").locator("> li")
    await expect(steps).to_have_count(5)
    await expect(dialog.locator("[data-step=found]")).to_contain_text("Entra ID has this user.")
    await expect(dialog.locator("[data-step=fields]")).to_contain_text("Head of Poetry")
    await expect(dialog.locator("[data-step=cards]")).to_contain_text("Card in Berlin site: version 1")
    await dialog.get_by_role("button", name="Close").click()
    await expect(value(page, "Job title")).to_contain_text("Head of Poetry")
    await expect(history(page).first).to_contain_text("This person was synced on demand.")


async def test_values_synced_alone_leave_the_cards_behind_until_they_are_synced(portal: Portal) -> None:
    office = portal.office
    user, recipient = await synced(office)
    await office.change({"op": "updateUser", "user": user["id"], "set": {"jobTitle": "Head of Poetry"}})
    page = await person(portal, recipient)
    await page.get_by_role("button", name="Sync this person").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("radio", name="Info").check()
    await dialog.get_by_role("button", name="Sync now").click()
    await expect(dialog.locator("[data-step=cards]")).to_contain_text("go on showing")
    await expect(value(page, "Job title")).to_contain_text(f"The cards still show: {user['jobTitle']}")
    await dialog.get_by_role("radio", name="Cards").check()
    await dialog.get_by_role("button", name="Sync now").click()

    await expect(dialog.locator("[data-step=found]")).to_contain_text("Not asked for.")
    await expect(value(page, "Job title")).not_to_contain_text("still show")


async def test_a_step_that_fails_says_why(portal: Portal) -> None:
    office = portal.office
    user, recipient = await synced(office)
    await office.change({"op": "deleteUser", "user": user["id"]})
    page = await person(portal, recipient)
    await page.get_by_role("button", name="Sync this person").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Sync now").click()

    await expect(dialog.locator(".message-bar")).to_have_text("A step could not be done.")
    await expect(dialog.locator("[data-step=found]")).to_contain_text("Failed")
    await expect(dialog.locator("[data-step=found]")).to_contain_text("Entra ID has no such user any more")


async def test_a_plan_without_syncs_refuses_in_the_dialog(portal: Portal) -> None:
    portal.allow(403)
    office = portal.office
    _, recipient = await synced(office)
    await office.use_plan("starter")
    page = await person(portal, recipient)
    await page.get_by_role("button", name="Sync this person").click()
    await page.get_by_role("dialog").get_by_role("button", name="Sync now").click()

    alert = page.get_by_role("dialog").get_by_role("alert")
    await expect(alert).to_contain_text("The plan does not include scheduled syncs")
    await expect(alert).to_contain_text(re.compile("Request [0-9a-f-]+"))


async def test_the_history_leads_to_the_run(portal: Portal) -> None:
    _, recipient = await synced(portal.office)
    page = await person(portal, recipient)
    await expect(history(page).first).to_contain_text("Added in Berlin site")
    await history(page).first.get_by_role("link", name="Show the run").click()

    await expect(page).to_have_url(re.compile(r"run=berlin-site/"))
    await expect(page.locator("dialog.drawer")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("heading", name="Why?")).to_be_visible()


async def test_older_history_comes_when_asked_for(portal: Portal) -> None:
    office = portal.office
    recipient = await made_by_hand(office)
    for number in range(11):
        await edit_recipient(
            office.services, office.workspace, recipient, values={"city": f"City {number}"}, by=COLLEAGUE
        )
    page = await person(portal, recipient)
    await expect(history(page)).to_have_count(10)
    await expect(history(page).first).to_contain_text(f"By {COLLEAGUE}")
    await page.get_by_role("button", name="Show older").click()

    await expect(history(page)).to_have_count(12)
    await expect(history(page).nth(10)).to_be_focused()
    await expect(page.get_by_text("That is as far back as is remembered.")).to_be_visible()


async def test_a_deleted_person_is_said_to_be_and_why(portal: Portal) -> None:
    portal.allow(410)
    office = portal.office
    options = SyncOptions(
        when_user_leaves_last_group=OnLeaveLast.DELETE, removal_guard=replace(RemovalGuard(), enabled=False)
    )
    await office.confirm_rules(Rulebook(options))
    user, recipient = await synced(office)
    entra_group = office.entra_group("berlin-site")["id"]
    await office.change({"op": "removeMember", "group": entra_group, "user": user["id"]})
    await office.sync("berlin-site")
    page = await person(portal, recipient)

    await expect(page.get_by_role("heading", name="Deleted person", level=1)).to_be_visible()
    await expect(history(page).first).to_contain_text("Removed in Berlin site")
    await expect(history(page).first).to_contain_text("Not in the group in Entra ID any more.")
    await portal.accessible()


async def test_who_could_not_be_taken_in_is_shown_with_the_reason(portal: Portal) -> None:
    portal.allow(404)
    office = portal.office
    first, second = office.people_of("berlin-site")[:2]
    await office.change({"op": "updateUser", "user": second["id"], "set": {"mail": first["mail"]}})
    await office.sync("berlin-site")
    members = f"/api/workspaces/{office.workspace}/groups/berlin-site/members"
    await portal.sign_in()
    listed = await (await portal.page.context.request.get(members)).json()
    refused = next(one["recipientId"] for one in listed["members"] if one["place"] == "refused")
    page = await person(portal, RecipientId(refused))

    await expect(page.get_by_text("No sync could take this person in.")).to_be_visible()
    await expect(group(page, "Berlin site")).to_contain_text(
        "Another person of the workspace has the e-mail address."
    )
    await expect(page.get_by_role("button", name="Edit", exact=True)).to_have_attribute("aria-disabled", "true")
    await portal.accessible()


async def test_nobody_of_that_id_is_told_with_a_way_on(portal: Portal) -> None:
    portal.allow(404)
    page = await portal.open("people/p-nobody")

    await expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()


async def test_who_may_only_read_sees_all_and_changes_nothing(portal: Portal) -> None:
    recipient = await made_by_hand(portal.office)
    await portal.sign_in("read")
    page = await person(portal, recipient)

    for name in ("Sync this person", "Edit", "Make inactive", "Give a card"):
        button = page.get_by_role("button", name=name, exact=True)
        await expect(button).to_have_attribute("title", re.compile("Schedules.Manage"))


async def test_support_is_told_whom_it_is_about(portal: Portal) -> None:
    recipient = await made_by_hand(portal.office)
    page = await person(portal, recipient)

    link = page.get_by_role("contentinfo").get_by_role("link", name="Contact our support")
    await expect(link).to_have_attribute("href", re.compile(str(recipient)))


async def test_the_page_is_for_everybody(portal: Portal) -> None:
    _, recipient = await synced(portal.office)
    page = await person(portal, recipient)
    await expect(history(page).first).to_be_visible()
    await portal.accessible()
    await portal.dark()
    await portal.narrow()

    await portal.accessible()
    assert await portal.fits_its_width()


async def test_its_dialogs_are_for_everybody(portal: Portal) -> None:
    office = portal.office
    await office.confirm_rules(Rulebook(settings=TITLE_IS_OURS))
    _, recipient = await synced(office)
    page = await person(portal, recipient)
    await portal.dark()
    await portal.narrow()
    for name in ("Edit", "Give a card", "Sync this person"):
        await page.get_by_role("button", name=name, exact=True).click()
        await expect(page.get_by_role("dialog")).to_be_visible()
        if name == "Sync this person":
            await page.get_by_role("dialog").get_by_role("button", name="Sync now").click()
            await expect(page.get_by_text("The sync is done.").first).to_be_visible()
        await portal.accessible()
        assert await portal.fits_its_width()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
