"""Fixtures that every folder of tests shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devkit.storage import Azurite

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def azurite() -> Iterator[Azurite]:
    """One Azurite in memory for the whole test run, on free ports."""
    with Azurite() as started:
        yield started
