"""A simulator for each test that asks for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devkit.entra_simulator.tokens import TokenSigner
from tests.devkit.simulated import Simulated, simulated

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture(scope="session")
def signer() -> TokenSigner:
    """One key for all simulators: to make one takes longer than most tests."""
    return TokenSigner()


@pytest.fixture
async def entra(tmp_path: Path, signer: TokenSigner) -> AsyncIterator[Simulated]:
    async with simulated(tmp_path, signer) as running:
        yield running
