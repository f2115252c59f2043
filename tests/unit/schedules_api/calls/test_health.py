from __future__ import annotations

import asyncio
from datetime import timedelta

import azure.functions as func
import pytest

from schedules_api.callers import ANYBODY
from schedules_api.calls.health import Health
from schedules_api.operations import Call
from schedules_api.shapes.base import NoQuery
from sync_core.domain.errors import TryAgainLater
from tests.fakes.world import World
from tests.integration.api.client import SETTINGS

REQUEST = func.HttpRequest("GET", "https://example.com/api/health", body=b"")


async def test_storage_that_never_answers_is_not_waited_for() -> None:
    async def hang(*_: object) -> None:
        await asyncio.Event().wait()

    world = World()
    world.tables.before_read = hang

    with pytest.raises(TryAgainLater, match="does not answer"):
        await Health(timedelta(milliseconds=1)).show(
            Call(REQUEST, world.services, SETTINGS, ANYBODY, NoQuery(), None)
        )
