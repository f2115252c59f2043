"""Every test of the records runs on rows in memory and on the real table store against Azurite."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sync_core.adapters.tables.store import AzureTableStore
from tests.fakes.memory_tables import MemoryTables

if TYPE_CHECKING:
    from sync_core.ports import TableStore


@pytest.fixture(params=["memory", "azurite"])
def empty_tables(request: pytest.FixtureRequest) -> TableStore:
    if request.param == "memory":
        return MemoryTables()
    store: AzureTableStore = request.getfixturevalue("azurite_tables")
    return store


@pytest.fixture
async def tables(empty_tables: TableStore, request: pytest.FixtureRequest) -> TableStore:
    """A store with the tables that the test's module names in ``TABLES``."""
    if isinstance(empty_tables, AzureTableStore):
        await empty_tables.ensure_tables(request.module.TABLES)
    return empty_tables
