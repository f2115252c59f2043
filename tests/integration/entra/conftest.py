"""One simulator for all tests of the reader; each test has a tenant, an app and a reader of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest_asyncio

from devkit.entra_simulator.request_log import RequestLog
from devkit.entra_simulator.server import RunningSimulator, running_simulator
from tests.integration.entra.tenants import Rig

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import pytest


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def simulator(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningSimulator]:
    async with running_simulator(tmp_path_factory.mktemp("simulator")) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def rig(simulator: RunningSimulator) -> AsyncIterator[Rig]:
    simulation = simulator.simulation
    for left_over in (simulation.tenants, simulation.apps, simulation.consents, simulation.faults.faults):
        left_over.clear()
    simulation.log = RequestLog()
    rig = Rig(simulator)
    yield rig
    await rig.clients.close()
