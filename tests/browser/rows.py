"""The rows of the portal's lists of schedules and groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page


def row_of(page: Page, group: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=group, exact=True))


def state_of(page: Page, group: str) -> Locator:
    return row_of(page, group).locator(".cell-state")


async def choose(page: Page, group: str, item: str) -> None:
    """Choose *item* from the menu in the row of *group*."""
    await row_of(page, group).get_by_role("button", name=f"More actions for {group}").click()
    await page.get_by_role("menuitem", name=item).click()
