"""A storage account for each test, all of one Azurite."""

from __future__ import annotations

import os
from itertools import count
from typing import TYPE_CHECKING

import pytest

from devkit.storage import ACCOUNT, KEY, Azurite
from tests.ops.site import Site, a_site, close

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

_MOST_TESTS = 300


@pytest.fixture(scope="session")
def accounts() -> Iterator[Iterator[str]]:
    """Connection strings of empty accounts (learn.microsoft.com, "Azurite", custom storage accounts and keys)."""
    names = [f"site{number}" for number in range(_MOST_TESTS)]
    os.environ["AZURITE_ACCOUNTS"] = ";".join(f"{name}:{KEY}" for name in names)
    try:
        azurite = Azurite()
        azurite.start()
    finally:
        del os.environ["AZURITE_ACCOUNTS"]
    try:
        yield (azurite.connection_string.replace(ACCOUNT, names[number]) for number in count())
    finally:
        azurite.stop()


@pytest.fixture
def empty_account(accounts: Iterator[str]) -> str:
    return next(accounts)


@pytest.fixture
async def site(empty_account: str) -> AsyncIterator[Site]:
    made = await a_site(empty_account)
    yield made
    await close(made)
