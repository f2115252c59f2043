"""Take the pictures of the portal that the documentation shows, from a week of the demo tenant.

Run by ``make screenshots``. Who adds a page that is worth a picture adds a line to `PICTURES`.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import async_playwright

from devkit.browsing import launched
from devkit.child import PROJECT
from devkit.console import Progress, console
from devkit.data_folder import claimed
from devkit.errors import DevkitError
from devkit.functions_host.people import session_of
from devkit.functions_host.sign_in import COOKIE
from devkit.office import open_office
from devkit.stack import Ports, Stack
from sync_core.domain.ids import EntraUserId, recipient_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from playwright.async_api import Browser, Page

    from devkit.office import Office
    from devkit.tenants.tenant_file import Entity
    from sync_core.domain.runs import Run

FOLDER = PROJECT / "docs" / "screenshots"

_NIGHTS = 8
_WIDE, _NARROW, _HEIGHT = 1280, 360, 800


@dataclass(frozen=True, slots=True)
class Picture:
    """A page of the workspace: *path* may hold ``{person}``, ``{sales_run}`` and ``{held_run}``.

    *shown*: the text that is there once the page is; *prepare* does what else has to be done before.
    """

    name: str
    path: str
    shown: str
    prepare: Callable[[Page], Awaitable[None]] | None = None
    width: int = _WIDE
    scheme: Literal["light", "dark"] = "light"


PICTURES = (
    Picture("scheduled-syncs", "integrations/entra/schedules", "Berlin site"),
    Picture("group-schedule", "groups/sales/settings/scheduled-sync", "Manage Schedule"),
    Picture("run", "integrations/entra/schedules?run=sales/{sales_run}", "Overview"),
    Picture("needs-approval", "approvals", "7 people wait"),
    Picture("person", "people/{person}", "Bernauer"),
    Picture("scheduled-syncs-dark", "integrations/entra/schedules", "Berlin site", scheme="dark"),
    Picture("scheduled-syncs-narrow", "integrations/entra/schedules", "Berlin site", width=_NARROW),
)


async def take(pictures: Sequence[Picture], folder: Path) -> None:
    """Live through the nights, and take the *pictures* into *folder*.

    Raises:
        DevkitError: no Chromium is installed, or a page does not show what it should.
    """
    progress = Progress(console())
    with tempfile.TemporaryDirectory() as temporary, claimed(Path(temporary), kind="demo", afresh=True) as data:
        async with Stack(data, Ports(), tell=progress.step, sign_in=True) as stack, stack.insight() as insight:
            office = await open_office(stack, insight)
            known = await _live(office)
            progress.step(f"{_NIGHTS} nights lived through")
            await stack.start_host()
            async with async_playwright() as playwright, launched(playwright) as browser:
                for picture in pictures:
                    await _take(picture, browser, office, known, folder / f"{picture.name}.png")
                    progress.step(f"{picture.name}.png")


async def _live(office: Office) -> dict[str, str]:
    """Live through a week in which people come, move up and leave; return the ids that paths ask for."""
    happenings = _week(office)
    runs: dict[str, Run] = {}
    for days_ago in range(_NIGHTS - 1, -1, -1):
        await office.change(*happenings.get(days_ago, ()))
        runs = await office.night(days_ago=days_ago)
    person = office.people_of("sales")[1]
    return {
        "person": recipient_of(EntraUserId(person["id"])),
        "held_run": runs["berlin-site"].id,
        "sales_run": runs["sales"].id,
    }


def _week(office: Office) -> dict[int, list[dict[str, Any]]]:
    """Return what happens in Entra before the night of so many days ago."""
    sales, engineering = office.people_of("sales"), office.people_of("engineering")
    leaving = office.people_of("berlin-site")[-7:]

    def update(person: Entity, **values: Any) -> dict[str, Any]:
        return {"op": "updateUser", "user": person["id"], "set": values}

    def move(op: str, person: Entity, group: str) -> dict[str, Any]:
        return {"op": op, "user": person["id"], "group": office.entra_group(group)["id"]}

    return {
        6: [update(sales[1], jobTitle="Sales Lead"), move("addMember", engineering[1], "sales")],
        5: [update(person, officeLocation="5/210") for person in engineering[:4]],
        4: [move("removeMember", engineering[1], "sales"), move("addMember", sales[2], "leadership")],
        3: [update(sales[1], surname="Bernauer"), {"op": "disableUser", "user": sales[3]["id"]}],
        2: [update(person, department="Field sales") for person in sales[4:7]],
        1: [{"op": "enableUser", "user": sales[3]["id"]}, update(engineering[2], jobTitle="Principal Engineer")],
        0: [
            update(sales[1], mobilePhone="+49 170 555 7100"),
            move("addMember", engineering[3], "sales"),
            move("removeMember", sales[5], "sales"),
            *(move("removeMember", person, "berlin-site") for person in leaving),
        ],
    }


async def _take(picture: Picture, browser: Browser, office: Office, known: Mapping[str, str], file: Path) -> None:
    context = await browser.new_context(
        base_url=office.stack.url,
        viewport={"width": picture.width, "height": _HEIGHT},
        color_scheme=picture.scheme,
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="Europe/Berlin",
    )
    try:
        await context.add_cookies([{"name": COOKIE, "value": session_of(office.admin()), "url": office.stack.url}])
        page = await context.new_page()
        await page.goto(f"/portal/{office.workspace}/{picture.path.format(**known)}")
        await page.get_by_text(picture.shown).first.wait_for()
        #  What stands behind a drawer or comes a moment later belongs to the picture, too.
        await page.wait_for_load_state("networkidle")
        await page.locator(".shimmer").first.wait_for(state="detached")
        if picture.prepare is not None:
            await picture.prepare(page)
        await page.screenshot(path=file)
    except PlaywrightError as exc:
        raise DevkitError(f"{picture.name} cannot be taken: {exc.message.splitlines()[0]}") from exc
    finally:
        await context.close()


def main() -> int:
    """Take the pictures; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m devkit.screenshots", description="Pictures of the portal.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these (default: all)")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where to (default docs/screenshots)")
    given = parser.parse_args()
    known = {picture.name for picture in PICTURES}
    if unknown := [name for name in given.names if name not in known]:
        parser.error(f"there is no picture {unknown[0]}; there are {', '.join(sorted(known))}")
    chosen = [picture for picture in PICTURES if picture.name in (given.names or known)]
    try:
        given.folder.mkdir(parents=True, exist_ok=True)
        asyncio.run(take(chosen, given.folder))
    except DevkitError as exc:
        print(exc, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
