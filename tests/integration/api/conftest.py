from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.world import World
from tests.integration.api.acme import set_up
from tests.integration.api.client import Api

if TYPE_CHECKING:
    from sync_core.flows.services import Services


@pytest.fixture
async def world() -> World:
    """A connected Enterprise workspace with the groups ``sales`` and ``support`` and no schedules."""
    world = World()
    await set_up(world.services)
    return world


@pytest.fixture
def api(world: World) -> Api:
    async def services() -> Services:
        return world.services

    return Api(services)
