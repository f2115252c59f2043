"""One run in its drawer: watched, explained, looked through, cancelled and undone."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from sync_core.domain.runs import Mode
from tests.browser.runs_at_hand import disturb_entra, queue

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page, Request, Route

    from sync_core.domain.runs import Run
    from tests.browser.portal import Portal

GROUP = "berlin-site"
A_LOOK_MS = 2000


async def open_run(portal: Portal, run: Run, tab: str = "") -> Locator:
    """Open the run by its address, over the page of approvals."""
    page = await portal.open(f"approvals?run={GROUP}/{run.id}{tab and f'&runTab={tab}'}")
    return drawer_of(page)


def drawer_of(page: Page) -> Locator:
    return page.get_by_role("dialog", name=re.compile("of|in"))


def tile(drawer: Locator, name: str) -> Locator:
    return drawer.locator(".tile", has_text=name).locator("dd")


async def state_of(drawer: Locator, state: str) -> None:
    await expect(drawer.locator(".drawer-head [data-state]")).to_have_attribute("data-state", state)


async def test_a_run_tells_how_it_went_and_how_it_is_known_that_everybody_was_seen(portal: Portal) -> None:
    run = await portal.office.sync(GROUP)
    drawer = await open_run(portal, run)

    await expect(drawer.get_by_role("heading", name="Sync of Berlin site")).to_be_focused()
    await state_of(drawer, "succeeded")
    await expect(tile(drawer, "Added")).to_have_text(str(run.counts.added))
    await expect(drawer).to_contain_text("20 of 20 people seen.")
    await expect(drawer).to_contain_text("never imported: 1 device, 1 contact")
    await expect(drawer.locator(".step.done")).to_have_count(4)


async def test_a_run_is_watched_from_the_queue_to_its_end(portal: Portal) -> None:
    at_hand = await queue(portal.office, GROUP)
    page = await portal.open(f"approvals?{at_hand.address}")
    drawer = drawer_of(page)
    bar = drawer.get_by_role("progressbar")
    await state_of(drawer, "queued")
    await expect(bar).to_have_attribute("aria-valuetext", "Waiting in the queue")

    let_go = asyncio.Event()
    work = asyncio.ensure_future(at_hand.carry_out_once(let_go))
    await state_of(drawer, "running")
    await expect(bar).to_have_attribute("aria-valuetext", re.compile("Reading Entra ID"))
    await portal.accessible()
    let_go.set()
    await work

    await state_of(drawer, "succeeded")
    await expect(bar).to_have_count(0)
    await expect(drawer.get_by_role("link", name="Changes")).to_contain_text("19")
    await expect(drawer.locator("[aria-live=polite]")).to_have_text("The run is over: Succeeded.")


async def test_a_run_is_asked_for_while_it_goes_on_and_no_longer(portal: Portal) -> None:
    at_hand = await queue(portal.office, GROUP)
    page = portal.page
    await page.clock.install()
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith(f"/runs/{at_hand.order.run}"):
            asked.append(request.url)

    page.on("request", note)
    await portal.open(f"approvals?{at_hand.address}")
    await state_of(drawer_of(page), "queued")
    await at_hand.carry_out()
    await page.clock.run_for(A_LOOK_MS)
    await state_of(drawer_of(page), "succeeded")
    assert asked
    asked.clear()
    await page.clock.run_for(10 * A_LOOK_MS)

    assert asked == []


async def test_a_lost_network_is_told_in_the_drawer_and_got_over(portal: Portal) -> None:
    at_hand = await queue(portal.office, GROUP)
    page = await portal.open(f"approvals?{at_hand.address}")
    drawer = drawer_of(page)
    await state_of(drawer, "queued")

    with portal.without_network():
        await page.context.set_offline(offline=True)
        await expect(drawer.get_by_text("The connection is lost.")).to_be_visible()
        await at_hand.carry_out()
        await page.context.set_offline(offline=False)
        await state_of(drawer, "succeeded")

    await expect(drawer.get_by_text("The connection is lost.")).to_have_count(0)


async def test_a_queued_run_is_cancelled_before_it_begins(portal: Portal) -> None:
    at_hand = await queue(portal.office, GROUP)
    page = await portal.open(f"approvals?{at_hand.address}")
    await drawer_of(page).get_by_role("button", name="Cancel run").click()
    question = page.get_by_role("dialog", name="Cancel this run?")
    await expect(question).to_contain_text("It has not begun, so nothing is changed.")
    await question.get_by_role("button", name="Cancel run").click()

    await state_of(drawer_of(page), "cancelled")
    await expect(drawer_of(page)).to_contain_text("Cancelled before it began; nothing was changed.")


async def test_a_run_at_work_is_asked_to_stop(portal: Portal) -> None:
    at_hand = await queue(portal.office, GROUP)
    page = await portal.open(f"approvals?{at_hand.address}")
    drawer = drawer_of(page)
    let_go = asyncio.Event()
    work = asyncio.ensure_future(at_hand.carry_out_once(let_go))
    await state_of(drawer, "running")
    await drawer.get_by_role("button", name="Cancel run").click()
    question = page.get_by_role("dialog", name="Cancel this run?")
    await expect(question).to_contain_text("0 added, 0 updated, 0 removed so far")
    await question.get_by_role("button", name="Cancel run").click()

    await expect(drawer.get_by_role("alert")).to_contain_text("Cancelling.")
    await expect(drawer.get_by_role("button", name="Cancel run")).to_have_attribute("aria-disabled", "true")
    let_go.set()
    await work
    await state_of(drawer, "cancelled")


async def test_changes_are_listed_person_by_person_and_filtered_by_kind(portal: Portal) -> None:
    office = portal.office
    await office.sync(GROUP)
    someone, leaver = office.people_of(GROUP)[:2]
    await office.change(
        {"op": "updateUser", "user": someone["id"], "set": {"jobTitle": "Chief Baker"}},
        {"op": "removeMember", "group": office.entra_group(GROUP)["id"], "user": leaver["id"]},
    )
    drawer = await open_run(portal, await office.sync(GROUP), "changes")
    row = drawer.get_by_role("row", name=re.compile(someone["displayName"]))
    await expect(row).to_contain_text(re.compile(rf"Job title: {someone['jobTitle']}.*Chief Baker"))
    await drawer.get_by_role("button", name="Removed").click()

    await expect(row).to_have_count(0)
    gone = drawer.get_by_role("row", name=re.compile(leaver["displayName"]))
    await expect(gone).to_contain_text("Not in the group in Entra ID any more.")
    await expect(gone.get_by_role("link")).to_have_attribute("href", re.compile("/people/"))


async def test_a_long_list_of_changes_comes_page_by_page(portal: Portal) -> None:
    """As if a page had four people: the drawer asks for fifty, and only says so."""
    run = await portal.office.sync(GROUP)
    await portal.page.route("**/changes?*limit=50*", _with_pages_of_four)
    drawer = await open_run(portal, run, "changes")
    for shown in (4, 8, 12, 16):
        await expect(drawer.get_by_text(f"{shown} people shown")).to_be_visible()
        await drawer.get_by_role("button", name="Show more").click()

    await expect(drawer.get_by_text("19 people shown")).to_be_visible()
    await expect(drawer.get_by_role("button", name="Show more")).to_be_hidden()


async def _with_pages_of_four(route: Route) -> None:
    await route.continue_(url=route.request.url.replace("limit=50", "limit=4"))


async def test_changes_are_downloaded_as_one_csv_file(portal: Portal) -> None:
    run = await portal.office.sync(GROUP)
    drawer = await open_run(portal, run, "changes")
    async with portal.page.expect_download() as started:
        await drawer.get_by_role("button", name="Download CSV").click()
    download = await started.value
    content = (await download.path()).read_bytes().decode()
    rows = list(csv.DictReader(io.StringIO(content.removeprefix("\ufeff"))))

    assert download.suggested_filename == f"changes-{GROUP}-{run.id}.csv"
    assert content.startswith("\ufeff")
    assert len({row["recipientId"] for row in rows}) == 19
    assert {user["displayName"] for user in portal.office.people_of(GROUP)} <= {row["name"] for row in rows}


async def test_a_csv_of_several_pages_has_its_head_once(portal: Portal) -> None:
    drawer = await open_run(portal, await portal.office.sync(GROUP), "changes")
    pages = {False: '"name"\r\n"Ada"\r\n', True: '"name"\r\n"Bo"\r\n'}

    async def answer(route: Route) -> None:
        address = route.request.url
        is_next = "continuationToken" in address
        link = {} if is_next else {"Link": f'<{address}&continuationToken=t1>; rel="next"'}
        await route.fulfill(body=pages[is_next], headers={"Content-Type": "text/csv; charset=utf-8", **link})

    await portal.page.route("**/changes?*format=csv*", answer)
    async with portal.page.expect_download() as started:
        await drawer.get_by_role("button", name="Download CSV").click()
    content = (await (await started.value).path()).read_bytes().decode()

    assert content == '\ufeff"name"\r\n"Ada"\r\n"Bo"\r\n'


async def test_the_history_shows_the_nights_and_marks_previews_apart(portal: Portal) -> None:
    office = portal.office
    await office.night(days_ago=7)
    await office.sync(GROUP)
    preview = await queue(office, GROUP, Mode.PREVIEW)
    await preview.carry_out()
    page = await portal.open(f"approvals?{preview.address}&runTab=history")
    drawer = drawer_of(page)
    chart = drawer.get_by_role("img", name="People changed in each run")

    await expect(chart).to_have_accessible_description(re.compile("3 runs, oldest first: 19 added"))
    await expect(chart.locator(".bars")).to_have_count(3)
    await expect(chart.locator(".bars.preview")).to_have_count(1)
    rows = drawer.get_by_role("table", name="Runs of this group").get_by_role("row")
    await expect(rows).to_have_count(4)
    await expect(rows.filter(has_text="This run")).to_contain_text("Preview")
    await expect(rows.last).to_contain_text("+19")


async def test_a_preview_says_that_nobody_was_changed_and_offers_no_undo(portal: Portal) -> None:
    preview = await queue(portal.office, GROUP, Mode.PREVIEW)
    await preview.carry_out()
    page = await portal.open(f"approvals?{preview.address}")
    drawer = drawer_of(page)

    await expect(drawer).to_contain_text("Nobody was changed.")
    await expect(tile(drawer, "Added")).to_have_text("19")
    await expect(drawer.get_by_role("button", name="Undo")).to_have_count(0)


async def test_an_undo_tells_what_it_does_and_that_the_next_sync_would_redo_it(portal: Portal) -> None:
    run = await portal.office.sync(GROUP)
    page = portal.page
    await (await open_run(portal, run)).get_by_role("button", name="Undo").click()
    question = page.get_by_role("dialog", name="Undo this run?")
    await expect(question).to_contain_text("19 people that it added leave the group again.")
    await expect(question).to_contain_text(
        re.compile(r"The next sync would make these changes again\. It is due .*, 00:00 UTC")
    )
    await portal.accessible()
    await question.get_by_role("button", name="Undo for 19 people").click()

    await expect(page.get_by_role("heading", name="Undo in Berlin site")).to_be_focused()
    await state_of(drawer_of(page), "succeeded")
    await expect(tile(drawer_of(page), "Removed")).to_have_text("19")
    await expect(drawer_of(page).get_by_role("link", name=re.compile("the run of"))).to_have_attribute(
        "href", re.compile(run.id)
    )


async def test_a_failure_tells_the_reason_and_leads_to_the_fix(portal: Portal) -> None:
    await disturb_entra(portal.office, GROUP, status=403)
    drawer = await open_run(portal, await portal.office.sync(GROUP))

    await state_of(drawer, "failed")
    await expect(drawer.locator(".message-bar")).to_contain_text("may not read the group and its users")
    await expect(drawer.locator(".step.stopped")).to_contain_text("Reading Entra ID")
    await expect(drawer.get_by_role("link", name="Repair the connection")).to_be_visible()


async def test_escape_closes_it_and_gives_the_focus_back(portal: Portal) -> None:
    await portal.office.hold()
    page = await portal.open("approvals")
    opener = page.get_by_role("link", name="Show the run")
    await opener.focus()
    await page.keyboard.press("Enter")
    await expect(drawer_of(page)).to_be_visible()
    await expect(page).to_have_url(re.compile(f"run={GROUP}/"))
    await page.keyboard.press("Escape")

    await expect(drawer_of(page)).to_have_count(0)
    await expect(page).not_to_have_url(re.compile("run="))
    await expect(opener).to_be_focused()


async def test_back_and_forward_go_through_what_was_looked_at(portal: Portal) -> None:
    await portal.office.hold()
    page = await portal.open("approvals")
    await page.get_by_role("link", name="Show the run").click()
    await drawer_of(page).get_by_role("link", name="History").click()
    await expect(drawer_of(page).get_by_role("img")).to_be_visible()
    await page.go_back()
    await expect(drawer_of(page).get_by_role("heading", name="Steps")).to_be_visible()
    await page.go_back()
    await expect(drawer_of(page)).to_have_count(0)
    await page.go_forward()

    await expect(drawer_of(page).get_by_role("heading", name="Steps")).to_be_visible()


async def test_a_run_that_is_left_and_opened_again_at_once_is_shown(portal: Portal) -> None:
    """The browser tells that a dialog is closed only when the next one may be open already."""
    await portal.office.hold()
    page = await portal.open("approvals")
    await page.get_by_role("link", name="Show the run").click()
    await expect(drawer_of(page).get_by_role("heading", name="Steps")).to_be_visible()
    await page.evaluate("""() => {
        document.querySelector("nav.side [aria-current=page]").click();
        document.querySelector('main a[href*="run="]').click();
    }""")

    await expect(drawer_of(page).get_by_role("heading", name="Steps")).to_be_visible()
    await expect(page).to_have_url(re.compile(f"run={GROUP}/"))


async def test_tabs_are_gone_through_by_keyboard(portal: Portal) -> None:
    drawer = await open_run(portal, await portal.office.sync(GROUP))
    await drawer.get_by_role("link", name="Changes").focus()
    await portal.page.keyboard.press("Enter")
    await expect(drawer.get_by_role("table", name="Changes person by person")).to_be_visible()

    await expect(drawer.get_by_role("link", name="Changes")).to_be_focused()


async def test_a_run_that_is_not_there_says_so(portal: Portal) -> None:
    portal.allow(404)
    page = await portal.open(f"approvals?run={GROUP}/20260101T000000Z-manual-none")

    await expect(page.get_by_role("dialog").get_by_role("heading", name="There is nothing here")).to_be_visible()


async def test_a_reader_sees_it_but_can_neither_cancel_nor_undo(portal: Portal) -> None:
    run = await portal.office.sync(GROUP)
    await portal.sign_in("read")
    undo_button = (await open_run(portal, run)).get_by_role("button", name="Undo")

    await expect(undo_button).to_have_attribute("aria-disabled", "true")
    await expect(undo_button).to_have_attribute("title", re.compile(r"Schedules\.Manage"))


async def test_nothing_turns_for_who_wants_no_motion(portal: Portal) -> None:
    at_hand = await queue(portal.office, GROUP)
    page = await portal.open(f"approvals?{at_hand.address}")
    sign = drawer_of(page).locator(".step.now .icon")
    await expect(sign).to_be_visible()

    assert await sign.evaluate("(icon) => getComputedStyle(icon).animationIterationCount") == "1"


@pytest.mark.parametrize("tab", ["", "changes", "history"])
async def test_every_tab_is_accessible_wide_and_narrow_light_and_dark(portal: Portal, tab: str) -> None:
    drawer = await open_run(portal, await portal.office.sync(GROUP), tab)
    await expect(drawer.locator(".tile, .table").first).to_be_visible()
    await portal.accessible()
    await portal.dark()
    await portal.narrow()
    await portal.accessible()

    assert await drawer.locator(".drawer-body").evaluate("(body) => body.scrollWidth <= body.clientWidth")
