"""Chromium under Playwright, for tests and pictures of the portal."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from devkit.chromium import the_chromium

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Playwright


@asynccontextmanager
async def launched(playwright: Playwright) -> AsyncIterator[Browser]:
    """Run Chromium without a window until the block ends.

    Raises:
        DevkitError: none is installed.
    """
    chromium = the_chromium()
    environ = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    browser = await playwright.chromium.launch(executable_path=chromium.program, env={**environ, **chromium.environ})
    try:
        yield browser
    finally:
        await browser.close()
