"""A list of schedules that is long: in pages, and without a visible pause."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from devkit.office import Stage
from sync_core.domain.directory import LinkedGroup
from sync_core.domain.ids import EntraGroupId, GroupId
from sync_core.domain.schedule import Cadence
from sync_core.flows.manage_schedules import put_schedule
from sync_core.side_by_side import each

if TYPE_CHECKING:
    from devkit.office import Office
    from tests.browser.portal import Portal

PATH = "integrations/entra/schedules"
MANY = 1_000

#  Press what *selector* names, and wait until so many rows are there: how long it took, and the longest time between
#  two frames, in which nothing could move on the screen.
_PRESS = """async ([selector, words, rows]) => {
  const shown = () => document.querySelector(".list-foot .secondary");
  if (shown()) shown().textContent = "";
  const isThere = () => shown()?.textContent === words && document.querySelectorAll("tbody tr").length === rows;
  const began = performance.now();
  let [last, longest] = [began, 0];
  document.querySelector(selector).click();
  while (!isThere()) {
    const now = await new Promise(requestAnimationFrame);
    [longest, last] = [Math.max(longest, now - last), now];
  }
  return { took: last - began, longest };
}"""

without_groups = pytest.mark.parametrize("stage", [Stage.CONFIRMED], ids=[""])


async def schedule_many(office: Office, number: int) -> None:
    """Link and schedule so many groups, by what the product itself stores."""

    async def one(index: int) -> None:
        group = GroupId(f"team-{index:04}")
        linked = LinkedGroup(group, EntraGroupId(f"entra-{index:04}"), f"Team {index:04}", "", 1)
        await office.services.groups.add(office.workspace, linked)
        cadence = Cadence("weekly", index % 7) if index % 2 else Cadence("daily")
        await put_schedule(office.services, office.workspace, group, cadence=cadence, enabled=index % 10 != 0)

    await each(one, range(number), limit=32)


@without_groups
async def test_many_schedules_come_in_pages(portal: Portal) -> None:
    await schedule_many(portal.office, 250)
    page = await portal.open(PATH)
    await expect(page.get_by_role("rowheader")).to_have_count(200)
    await expect(page.get_by_text("200 of 250 schedules")).to_be_visible()
    await page.get_by_role("button", name="Show more").click()

    await expect(page.get_by_role("rowheader")).to_have_count(250)
    await expect(page.get_by_role("button", name="Show more")).to_be_hidden()
    await expect(page.get_by_role("link", name="Team 0200")).to_be_focused()


@without_groups
async def test_a_thousand_schedules_are_shown_and_filtered_without_a_visible_pause(portal: Portal) -> None:
    """Measured against the same with one in the list: what the machine is worth drops out."""
    await schedule_many(portal.office, 1)
    one = await _measured(portal, first=1, total=1, paused=1)
    await schedule_many(portal.office, MANY)
    much = await _measured(portal, first=200, total=MANY, paused=100)

    assert much["took"] < 20 * one["took"]
    assert much["longest"] < 40 * one["longest"]


async def _measured(portal: Portal, *, first: int, total: int, paused: int) -> dict[str, float]:
    """Open the list, filter all of it by a state, clear the filter: how long it took, and the longest stillness."""
    page = await portal.open("integrations/entra/connection")
    await expect(page.get_by_role("link", name="Scheduled Syncs")).to_be_visible()
    beginning = f"{first} of {total:,} schedules" if first < total else _counted(total)
    opened = await page.evaluate(_PRESS, ['.tabs a[href$="/schedules"]', beginning, first])
    for shown in range(first + 200, total + 1, 200):
        await page.get_by_role("button", name="Show more").click()
        await expect(page.get_by_role("rowheader")).to_have_count(shown)
    chip = '.chip[data-value="paused"]'
    filtered = await page.evaluate(_PRESS, [chip, _counted(paused), paused])
    cleared = await page.evaluate(_PRESS, [chip, beginning, first])
    steps = [opened, filtered, cleared]
    return {"took": sum(step["took"] for step in steps), "longest": max(step["longest"] for step in steps)}


def _counted(number: int) -> str:
    return f"{number} schedule{'' if number == 1 else 's'}"
