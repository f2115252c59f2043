"""What the tests of the functions host share: small apps, queues of their own, a host to run them."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest

from devkit.functions_host.queues import Queues
from tests.devkit_host.samples import Account, Workbench

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from devkit.storage import Azurite


@pytest.fixture
async def account(azurite: Azurite) -> AsyncIterator[Account]:
    """Queues in Azurite whose names nobody else uses."""
    queues = Queues(base64=False)
    yield Account(azurite.connection_string, queues, prefix=f"q{secrets.token_hex(4)}")
    await queues.close()


@pytest.fixture
def bench(tmp_path: Path, azurite: Azurite) -> Workbench:
    """A folder for one small function app, and a host to run it in."""
    return Workbench(tmp_path / "app", connection_string=azurite.connection_string)
