"""The portal in a browser, as one person sees it, with all that a browser would complain about."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from devkit.functions_host.people import session_of
from devkit.functions_host.sign_in import COOKIE
from tests.browser.axe import findings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from playwright.async_api import BrowserContext, ConsoleMessage, Page, Request

    from devkit.office import Office

NARROW = {"width": 360, "height": 800}
WIDE = {"width": 1280, "height": 800}

_REFUSED = re.compile(r"Failed to load resource: the server responded with a status of (\d{3})")
_LOST = "Failed to load resource: net::"
#  How requests end while a test has cut the network; can be told a moment after it is back.
_CUT = "net::ERR_INTERNET_DISCONNECTED"
_UNPLAIN = re.compile(r"[^\w.-]+")
#  What was still loading when the page was left.
_ABORTED = "net::ERR_ABORTED"


class Portal:
    """One browser context on an *office*; `open` signs in as its manager, unless `sign_in` came before."""

    def __init__(self, page: Page, office: Office, *, pictures: Path) -> None:
        self.page = page
        self.office = office
        self.problems: list[str] = []
        self._context: BrowserContext = page.context
        self._pictures = pictures
        self._signed_in: bool | None = None
        self._allowed: set[int] = set()
        self._lost = False
        self._was_cut = False
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.problems.append(f"uncaught: {error}"))
        page.on("requestfailed", self._on_request_failed)

    async def enter(self, office: Office) -> None:
        """Go on in another customer's office, as its manager."""
        self.office = office
        await self.sign_in()

    async def sign_in(self, role: str = "manage") -> None:
        """Be the office's person with the role ``manage``, ``read`` or ``none``, by cookie."""
        self._signed_in = True
        cookie = {"name": COOKIE, "value": session_of(self.office.admin(role)), "url": self.office.stack.url}
        await self._context.add_cookies([{**cookie, "httpOnly": True, "sameSite": "Lax"}])  # type: ignore[typeddict-item]

    async def sign_out(self) -> None:
        """Have no session, as after a night; the page is not told."""
        self._signed_in = False
        await self._context.clear_cookies()

    async def open(self, path: str = "") -> Page:
        """Open *path* of the workspace, such as ``groups/sales/settings/scheduled-sync``; "" is where one lands."""
        if self._signed_in is None:
            await self.sign_in()
        await self.page.goto(f"/portal/{self.office.workspace}/{path}".rstrip("/"))
        return self.page

    def allow(self, *statuses: int) -> None:
        """Do not take these answers for faults: a test that wants a conflict gets its 412."""
        self._allowed |= set(statuses)

    @contextmanager
    def without_network(self) -> Iterator[None]:
        """Do not take lost requests for faults; cut the network with ``page.context.set_offline``."""
        self._lost = self._was_cut = True
        yield
        self._lost = False

    async def narrow(self) -> None:
        await self.page.set_viewport_size({"width": NARROW["width"], "height": NARROW["height"]})

    async def dark(self) -> None:
        await self.page.emulate_media(color_scheme="dark")

    async def accessible(self) -> None:
        """Fail where axe finds anything against WCAG 2.2 AA or its best practices on the page as it is now."""
        found = await findings(self.page)
        assert not found, "axe found:\n" + "\n".join(found)

    async def screenshot(self, name: str) -> Path:
        """Take the whole page, to be looked at in .local/pictures; returns the file."""
        file = self._pictures / f"{_UNPLAIN.sub('-', name)}.png"
        await self.page.screenshot(path=file, full_page=True)
        return file

    async def fits_its_width(self) -> bool:
        """Tell whether nothing has to be scrolled sideways."""
        return bool(await self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"))

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        refused = _REFUSED.match(message.text)
        if refused and int(refused[1]) in self._allowed:
            return
        if self._lost and message.text.startswith(_LOST):
            return
        if self._was_cut and _CUT in message.text:
            return
        self.problems.append(f"console {message.type}: {message.text} ({_place(message.location)})")

    def _on_request_failed(self, request: Request) -> None:
        if self._lost or request.failure == _ABORTED or (self._was_cut and request.failure == _CUT):
            return
        self.problems.append(f"lost: {request.method} {request.url}: {request.failure}")


def _place(location: Any) -> str:
    return f"{location['url']}:{location['lineNumber']}"


def in_words(problems: Sequence[str]) -> str:
    return "The browser complained:\n" + "\n".join(problems)
