"""What the browser complains about is noticed: a test of the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from devkit.office import Stage

if TYPE_CHECKING:
    from tests.browser.portal import Portal

INLINE_STYLE = "document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')"


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("console.error('broken')", "console error: broken"),
        ("setTimeout(() => { throw new Error('broken') })", "uncaught: broken"),
        ("setTimeout(() => Promise.reject(new Error('broken')))", "uncaught: broken"),
        (INLINE_STYLE, "Content Security Policy"),
        ("fetch('/api/nothing').then(() => {})", "404"),
        ("fetch('https://elsewhere.example/').catch(() => {})", "Content Security Policy"),
    ],
)
async def test_a_complaint_is_a_fault(portal: Portal, script: str, complaint: str) -> None:
    page = await portal.open()
    await expect(page.get_by_role("main")).to_be_visible()
    async with page.expect_event("console" if "uncaught" not in complaint else "pageerror"):
        await page.evaluate(f"() => {{ {script} }}")

    assert complaint in "\n".join(portal.problems)
    portal.problems.clear()


async def test_a_refusal_that_was_wanted_is_none(portal: Portal) -> None:
    page = await portal.open()
    portal.allow(404)
    async with page.expect_event("console"):
        await page.evaluate("fetch('/api/nothing').then(() => {})")

    assert portal.problems == []


async def test_a_network_that_was_cut_is_none(portal: Portal) -> None:
    page = await portal.open()
    await expect(page.get_by_role("rowheader").first).to_be_visible()
    with portal.without_network():
        await page.context.set_offline(offline=True)
        await page.evaluate("fetch('/api/health').catch(() => {})")
        await page.context.set_offline(offline=False)
        await page.wait_for_function("fetch('/api/health').then((answer) => answer.ok)")

    assert portal.problems == []


async def test_axe_finds_what_nobody_can_read(portal: Portal) -> None:
    page = await portal.open()
    await page.evaluate("document.body.append(document.createElement('button'))")

    with pytest.raises(AssertionError, match="button-name"):
        await portal.accessible()


async def test_each_test_has_an_office_of_its_own(portal: Portal) -> None:
    me = await portal.page.context.request.get("/api/me")
    await portal.sign_in("read")
    signed_in = await (await portal.page.context.request.get("/api/me")).json()

    assert me.status == 401
    assert [workspace["id"] for workspace in signed_in["workspaces"]] == [portal.office.workspace]


@pytest.mark.parametrize("stage", [Stage.NEW, Stage.LINKED])
async def test_a_customer_need_not_have_come_so_far(portal: Portal, stage: Stage) -> None:
    office = portal.office
    linked = [group async for group, _ in office.services.groups.all(office.workspace)]
    scheduled = [schedule async for _, schedule, _ in office.services.schedules.all(office.workspace)]

    assert (len(linked), scheduled) == (0 if stage is Stage.NEW else 8, [])


@pytest.mark.parametrize("context_options", [{"timezone_id": "America/Los_Angeles"}])
async def test_a_viewer_can_be_in_another_time_zone(portal: Portal) -> None:
    zone = await portal.page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")

    assert zone == "America/Los_Angeles"


async def test_a_hold_can_be_arranged(portal: Portal) -> None:
    held = await portal.office.hold()

    assert (held.state, held.counts.held) == ("held", 6)


async def test_nights_can_be_lived_through(portal: Portal) -> None:
    before = await portal.office.night(days_ago=1)
    after = await portal.office.night()

    assert {run.state for run in (*before.values(), *after.values())} == {"succeeded"}
    assert (before["sales"].counts.added, after["sales"].counts.added) == (10, 0)
    assert {"berlin-site"} == after.keys() - before.keys()
