"""Worlds for tests of the connection: a workspace that nobody has connected, and what an administrator does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sync_core.adapters.queues.connection_trials import CONNECTION_TRIALS, CONNECTION_TRIALS_POISON
from sync_core.domain.workspaces import Workspace
from sync_core.flows.finish_consent import finish_consent
from sync_core.flows.manage_connection import start_connection
from sync_core.flows.set_up_workspace import put_workspace
from sync_core.flows.show_connection import ConnectionShown, show_connection
from sync_core.flows.try_consent import deliver_trial
from tests.fakes.world import TENANT, WORKSPACE, World

if TYPE_CHECKING:
    from datetime import datetime

    from sync_core.domain.workspaces import Connection


async def an_unconnected_world() -> World:
    world = World()
    await put_workspace(world.services, Workspace(WORKSPACE, "Acme", "business", TENANT))
    return world


async def ask(world: World) -> str:
    """Start the connection; return the state that its link carries."""
    return (await start_connection(world.services, WORKSPACE, by="admin-1")).state


async def consent(world: World, state: str, *, tenant: str = TENANT, granted: bool = True) -> Connection:
    return await finish_consent(world.services, state=state, tenant=tenant, granted=granted)


async def a_connected_world() -> World:
    world = await an_unconnected_world()
    await consent(world, await ask(world))
    await work_off(world)
    return world


async def shown(world: World) -> ConnectionShown:
    return await show_connection(world.services, WORKSPACE)


async def stored(world: World) -> Connection:
    found = await world.services.workspaces.connection(WORKSPACE)
    assert found is not None
    return found.value


async def next_trial(world: World) -> datetime | None:
    """Move the clock to the next trial and deliver it; return when that was, None where there is none."""
    messages = world.queue.messages(CONNECTION_TRIALS)
    if not messages:
        return None
    first = min(message.visible_at for message in messages)
    if first > world.clock.now():
        world.clock.move_to(first)
    text = world.queue.receive(CONNECTION_TRIALS)
    assert text is not None
    await deliver_trial(world.services, text)
    return first


async def work_off(world: World) -> list[datetime]:
    """Deliver trials until there are none; return when each was."""
    times = []
    while (when := await next_trial(world)) is not None:
        times.append(when)
    return times


def waiting(world: World) -> int:
    return len(world.queue.messages(CONNECTION_TRIALS))


def poisoned(world: World) -> list[str]:
    """Return why each message was put aside."""
    return [json.loads(message.text)["reason"] for message in world.queue.messages(CONNECTION_TRIALS_POISON)]
