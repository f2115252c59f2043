"""An unlink that meets runs of its group and of others, at whatever moment, leaves none of its cards behind."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync_core.adapters.queues.orders import GROUP_SYNCS
from sync_core.domain.ids import EntraGroupId, GroupId
from sync_core.domain.options import RemovalGuard, SyncOptions
from sync_core.domain.runs import Mode
from sync_core.domain.workspaces import Rulebook
from sync_core.flows.deliver_order import deliver_order
from sync_core.flows.set_up_workspace import link_group
from sync_core.flows.start_run import start_run
from sync_core.flows.unlink_group import order_unlink
from tests.fakes.memory_tables import MemoryTables
from tests.fakes.world import WORKSPACE, World, a_group, a_tenant, a_user

if TYPE_CHECKING:
    from random import Random

G1, G2 = GroupId("g1"), GroupId("g2")
USERS = [f"u{number}" for number in range(6)]
UNGUARDED = Rulebook(options=SyncOptions(removal_guard=RemovalGuard(enabled=False)))
patient = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@patient
@given(st.randoms(use_true_random=False), st.integers(0, 200), st.booleans())
def test_an_unlink_leaves_no_card_however_it_meets_the_runs(turns: Random, head_start: int, synced: bool) -> None:
    """The other group's people keep what that group gives them, and a new link finds a clean table."""

    async def take_turns(*_call: object) -> None:
        for _ in range(turns.randrange(4)):
            await asyncio.sleep(0)

    async def unlink(world: World) -> None:
        for _ in range(head_start):
            await asyncio.sleep(0)
        await order_unlink(world.services, WORKSPACE, G1)
        text = world.queue.receive(GROUP_SYNCS)
        if text is not None:
            await deliver_order(world.services, text)

    async def live() -> None:
        entra = a_tenant([a_user(user) for user in USERS], [a_group("g1", *USERS), a_group("g2", *USERS[:3])])
        world = await World(entra, tables=MemoryTables(before_read=take_turns, before_write=take_turns)).set_up(
            UNGUARDED
        )
        if synced:
            await world.night()
        world.clock.advance(timedelta(hours=9))
        entra.users["u1"]["jobTitle"] = "Analyst"
        for group in (G1, G2):
            await start_run(world.services, WORKSPACE, group, mode=Mode.SYNC)
        texts = [text for _ in (G1, G2) if (text := world.queue.receive(GROUP_SYNCS)) is not None]

        await asyncio.gather(*(deliver_order(world.services, text) for text in texts), unlink(world))
        await world.drain()

        assert world.queue.messages(GROUP_SYNCS) == []
        assert await world.members("g1") == set()
        assert await world.members("g2") == set(USERS[:3])
        assert [row for row in world.tables.rows("Members") if row.partition == "acme|g1"] == []
        runs = [run async for run in world.services.runs.newest_first(WORKSPACE, G1)]
        assert all(run.is_over for run in runs)
        linked = await link_group(world.services, WORKSPACE, G1, entra_group=EntraGroupId("g1"))
        world.clock.advance(timedelta(minutes=1))
        await start_run(world.services, WORKSPACE, G1, mode=Mode.SYNC)
        await world.drain()
        assert linked.generation == 2
        assert await world.members("g1") == set(USERS)
        assert {person.status for person in (await world.recipients()).values()} == {"active"}

    asyncio.run(live())
