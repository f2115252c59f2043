"""Fixtures that every folder of tests shares."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import settings

from devkit.storage import Azurite
from sync_core.adapters.queues.messages import open_queues
from sync_core.adapters.tables.connect import open_table_store

#  The same examples every time: a change is judged by itself. HYPOTHESIS_PROFILE=search looks for new ones.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from sync_core.adapters.queues.messages import AzureQueues
    from sync_core.adapters.tables.store import AzureTableStore


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--api-examples",
        type=int,
        metavar="N",
        help="try each call of the API with N made-up requests in each phase, other ones each time",
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests have found out with `record_property`, whichever process they ran in."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{name}: {value}")


@pytest.fixture(scope="session")
def azurite() -> Iterator[Azurite]:
    """One Azurite in memory for the whole test run, on free ports."""
    with Azurite() as started:
        yield started


@pytest.fixture
async def azurite_tables(azurite: Azurite) -> AsyncIterator[AzureTableStore]:
    """The real table store on Azurite, with tables of this test's own (made by `ensure_tables`)."""
    store = open_table_store(connection_string=azurite.connection_string, prefix=f"T{uuid4().hex[:12]}")
    yield store
    await store.close()


@pytest.fixture
async def azurite_queues(azurite: Azurite) -> AsyncIterator[AzureQueues]:
    """The real queues on Azurite, with queues of this test's own (made by `ensure_queues`)."""
    queues = open_queues(connection_string=azurite.connection_string, prefix=f"t{uuid4().hex[:12]}-")
    yield queues
    await queues.close()
