"""A group's whole life on real storage: linked, synced, unlinked, watched over, linked again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sync_core.adapters.directory.names import TABLES as DIRECTORY_TABLES
from sync_core.adapters.tables.names import TABLES
from sync_core.domain.ids import EntraGroupId, GroupId
from sync_core.domain.runs import Mode, RunState
from sync_core.flows.set_up_workspace import link_group
from sync_core.flows.start_run import start_run
from sync_core.flows.unlink_group import order_unlink
from sync_core.flows.watch_over import watch_over
from tests.fakes.world import WORKSPACE, World, a_group, a_tenant, a_user

if TYPE_CHECKING:
    import pytest

    from sync_core.adapters.tables.store import AzureTableStore

G1 = GroupId("g1")


async def test_a_group_is_unlinked_forgotten_and_linked_again(
    azurite_tables: AzureTableStore, caplog: pytest.LogCaptureFixture
) -> None:
    await azurite_tables.ensure_tables((*TABLES, *DIRECTORY_TABLES))
    users = [f"u{number}" for number in range(120)]
    entra = a_tenant([a_user(user) for user in users], [a_group("g1", *users), a_group("g2", *users[:3])])
    world = World(entra, tables=azurite_tables)  # type: ignore[arg-type]
    await world.set_up()
    await world.night()
    world.clock.advance(timedelta(hours=9))

    await order_unlink(world.services, WORKSPACE, G1)
    await world.drain()

    assert await world.members("g1") == set()
    assert await world.members("g2") == {"u0", "u1", "u2"}
    assert await world.services.groups.group(WORKSPACE, G1) is None

    world.clock.advance(timedelta(days=92))
    await watch_over(world.services)
    await world.drain()

    assert [run async for run in world.services.runs.newest_first(WORKSPACE, G1)] == []
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []

    linked = await link_group(world.services, WORKSPACE, G1, entra_group=EntraGroupId("g1"))
    run = await start_run(world.services, WORKSPACE, G1, mode=Mode.SYNC)
    await world.drain()

    assert linked.generation == 2
    assert await world.members("g1") == set(users)
    found = await world.services.runs.run(WORKSPACE, G1, run.id)
    assert found is not None
    assert (found.value.state, found.value.generation) == (RunState.SUCCEEDED, 2)
