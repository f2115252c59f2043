"""From the sign-in to the portal's frame, and out again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.async_api import expect

from devkit.office import open_office
from devkit.tenants.demo_tenant import DEMO_TENANT_ID

if TYPE_CHECKING:
    from devkit.stack import Insight, Stack
    from tests.browser.portal import Portal


async def test_one_signs_in_and_lands_in_the_portal(portal: Portal, running: tuple[Stack, Insight]) -> None:
    page = portal.page
    await open_office(*running, tenant_id=DEMO_TENANT_ID)
    portal.allow(401)
    await page.goto("/portal")
    await page.get_by_role("link", name="Sign in").click()
    await page.get_by_role("button", name=re.compile("Ada Abel")).click()

    await expect(page.get_by_role("navigation", name="Main navigation")).to_contain_text("Microsoft Entra ID")
    await expect(page.get_by_role("banner")).to_contain_text("Ada Abel")


async def test_one_signs_out_again(portal: Portal) -> None:
    portal.allow(401)
    page = await portal.open()
    await page.get_by_role("banner").get_by_text("Ada Abel").click()
    await page.get_by_role("menuitem", name="Sign out").click()

    await expect(page.get_by_role("link", name="Sign in")).to_be_visible()


async def test_the_sign_in_page_is_accessible(portal: Portal) -> None:
    await portal.page.goto("/.auth/login/aad")

    await portal.accessible()
