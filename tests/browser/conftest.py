"""One running product and one Chromium for all browser tests; an office and a page of its own for each.

A test opens a page of the portal, does what a person does, and says what is to be seen::

    async def test_a_group_can_be_found(portal: Portal) -> None:
        page = await portal.open("groups")
        await page.get_by_role("searchbox").fill("sal")
        await expect(page.get_by_role("row")).to_have_count(2)

What it needs beforehand it asks of ``portal.office``. Parametrize ``stage`` for a customer who has not come so far,
and ``context_options`` for another time zone.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from playwright.async_api import async_playwright, expect

from devkit.browsing import launched
from devkit.child import PROJECT
from devkit.data_folder import claimed
from devkit.nights import fire_midnight
from devkit.office import Stage, open_office
from devkit.stack import Ports, Stack
from sync_core.domain.schedule import night_of
from tests.browser.portal import WIDE, Portal, in_words
from tests.e2e.local_stack import MARKS, eventually
from tests.free_port import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from playwright.async_api import Browser

    from devkit.office import Office
    from devkit.stack import Insight

HERE = Path(__file__).parent
_SETTINGS = {
    #  A page that waits for a run waits for the queue's next look.
    "AzureFunctionsJobHost__extensions__queues__maxPollingInterval": "00:00:00.2",
    "API_REQUESTS_PER_MINUTE": "100000",
    "SUPPORT_URL": "mailto:support@contoso.example",
}
_PATIENCE_MS = 15_000
#  What a page watches it looks at ten times as often: `lookAgain` is what portal/parts/polling.js waits for.
_HASTE = """(() => {
  const inTime = window.setTimeout;
  window.setTimeout = (then, delay, ...more) => inTime(then, then.name === "lookAgain" ? delay / 10 : delay, ...more);
})()"""
_PICTURES = PROJECT / ".local" / "pictures"
_FAILED = pytest.StashKey[bool]()

expect.set_options(timeout=_PATIENCE_MS)


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Let all browser tests share an event loop: browser and product live on it."""
    for item in items:
        if item.path.is_relative_to(HERE) and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            for mark in MARKS:
                item.add_marker(mark)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    report = yield
    if report.when == "call":
        item.stash[_FAILED] = report.failed
    return report


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Stack, Insight]]:
    """The whole product with its sign-in, and no customer yet."""
    with claimed(tmp_path_factory.mktemp("browser") / "data", kind="demo", afresh=True) as folder:
        #  Known before the app is loaded: consent leads an administrator back to it.
        ports = Ports(http=free_port())
        async with (
            Stack(folder, ports, more_settings=_SETTINGS, sign_in=True) as stack,
            stack.insight() as insight,
        ):
            await stack.start_host()
            await _pass_midnight(stack, insight)
            yield stack, insight


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright, launched(playwright) as browser:
        yield browser


@pytest.fixture
def stage() -> Stage:
    """How far the office's customer has come; parametrize it, as with ``[Stage.CONNECTED]``."""
    return Stage.SCHEDULED


@pytest_asyncio.fixture(loop_scope="session")
async def office(running: tuple[Stack, Insight], stage: Stage) -> Office:
    """An Enterprise customer with linked and scheduled groups, of which none has synced."""
    return await open_office(*running, stage=stage)


@pytest.fixture
def context_options() -> dict[str, Any]:
    """What a browser context is made with; parametrize it, as with ``{"timezone_id": "America/Los_Angeles"}``."""
    return {}


@pytest_asyncio.fixture(loop_scope="session")
async def portal(
    browser: Browser, office: Office, context_options: dict[str, Any], request: pytest.FixtureRequest
) -> AsyncIterator[Portal]:
    """The office's portal in a new context; what the browser complains about fails the test."""
    options = {"viewport": WIDE, "reduced_motion": "reduce", "locale": "en-GB", **context_options}
    context = await browser.new_context(base_url=office.stack.url, **options)
    context.set_default_timeout(_PATIENCE_MS)
    await context.add_init_script(_HASTE)
    portal = Portal(await context.new_page(), office, pictures=_PICTURES)
    yield portal
    if request.node.stash.get(_FAILED, False):
        picture = await portal.screenshot(f"failed-{request.node.name}")
        request.node.add_report_section("teardown", "browser", f"It looked so: {picture}")
    await context.close()
    if portal.problems:
        pytest.fail(in_words(portal.problems), pytrace=False)


async def _pass_midnight(stack: Stack, insight: Insight) -> None:
    """Let tonight be over before anybody is there: the hourly watch would make up for it in the middle of a test."""
    tonight = night_of(insight.services.clock.now())
    await fire_midnight(stack.url)

    async def is_over() -> bool:
        found = await insight.services.nights.night(tonight)
        return found is not None and found.value.completed_at is not None

    await eventually(is_over)
