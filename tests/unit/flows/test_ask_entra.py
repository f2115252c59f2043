"""Entra, asked while somebody waits."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from sync_core.domain.errors import EntraRefused, SyncRefused, TryAgainLater
from sync_core.domain.workspaces import ConnectionStatus
from sync_core.flows.ask_entra import asking_entra
from tests.builders import TENANT, WORKSPACE, a_connection
from tests.fakes.world import World

REFUSED = EntraRefused("consent-missing", "Consent again.")


async def world_with(status: ConnectionStatus | None) -> World:
    world = World()
    if status is not None:
        await world.services.workspaces.put_connection(WORKSPACE, a_connection(status=status))
    return world


async def status_of(world: World) -> str:
    found = await world.services.workspaces.connection(WORKSPACE)
    assert found is not None
    return found.value.status.value


@pytest.mark.parametrize("status", [None, ConnectionStatus.PENDING, ConnectionStatus.DISCONNECTED])
async def test_nobody_is_asked_without_a_connection(status: ConnectionStatus | None) -> None:
    world = await world_with(status)

    with pytest.raises(SyncRefused) as refused:
        async with asking_entra(world.services, WORKSPACE):
            pytest.fail("asked all the same")

    assert refused.value.code == "not-connected"


async def test_the_connected_tenant_is_asked() -> None:
    world = await world_with(ConnectionStatus.CONNECTED)

    async with asking_entra(world.services, WORKSPACE) as tenant:
        assert tenant == TENANT


async def test_a_refusal_is_told_with_its_fix_and_noted() -> None:
    world = await world_with(ConnectionStatus.CONNECTED)

    with pytest.raises(SyncRefused) as refused:
        async with asking_entra(world.services, WORKSPACE):
            raise REFUSED

    assert (refused.value.code, refused.value.reason) == ("connection-failed", "Consent again.")
    assert await status_of(world) == "failed"


async def test_a_refusal_of_one_request_fails_no_connection() -> None:
    world = await world_with(ConnectionStatus.CONNECTED)

    with pytest.raises(SyncRefused):
        async with asking_entra(world.services, WORKSPACE):
            raise EntraRefused("request-refused", "This one alone.")

    assert await status_of(world) == "connected"


async def test_a_failed_connection_that_answers_works_again() -> None:
    world = await world_with(ConnectionStatus.FAILED)

    async with asking_entra(world.services, WORKSPACE):
        pass

    assert await status_of(world) == "connected"


async def test_nobody_waits_for_long() -> None:
    world = await world_with(ConnectionStatus.CONNECTED)

    with pytest.raises(TryAgainLater):
        async with asking_entra(world.services, WORKSPACE, within=timedelta(milliseconds=5)):
            await asyncio.Event().wait()

    assert await status_of(world) == "connected"
