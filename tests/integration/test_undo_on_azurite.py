"""A night and its undo on real tables."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sync_core.adapters.directory.names import TABLES as DIRECTORY_TABLES
from sync_core.adapters.tables.names import TABLES
from sync_core.domain.ids import GroupId
from sync_core.domain.options import OnLeaveLast, RemovalGuard, SyncOptions
from sync_core.domain.runs import RunState
from sync_core.domain.workspaces import Rulebook
from sync_core.flows.undo_run import WILL_BE_REDONE, order_undo
from sync_core.wiring import assemble
from tests.fakes.world import WORKSPACE, World, a_group, a_tenant, a_user
from tests.properties.tenants import directory_as_model

if TYPE_CHECKING:
    from sync_core.adapters.tables.store import AzureTableStore

G1 = GroupId("g1")
DELETING = Rulebook(
    options=SyncOptions(removal_guard=RemovalGuard(enabled=False), when_user_leaves_last_group=OnLeaveLast.DELETE)
)


async def test_a_night_that_took_out_disabled_added_and_moved_addresses_is_undone(
    azurite_tables: AzureTableStore,
) -> None:
    everybody = [f"u{number}" for number in range(40)]
    tenant = a_tenant([a_user(user) for user in everybody], [a_group("g1", *everybody[:30])])
    world = World(tenant)
    await azurite_tables.ensure_tables((*TABLES, *DIRECTORY_TABLES))
    world.services = assemble(
        tables=azurite_tables, sender=world.queue, clock=world.clock, entra=world.entra, signing_keys=world.keys
    )
    await world.set_up(DELETING)
    await world.night()
    before = directory_as_model(await world.recipients())
    tenant.groups["g1"] = a_group("g1", *everybody[10:])
    tenant.users["u12"]["accountEnabled"] = False
    tenant.users["u13"]["mail"], tenant.users["u14"]["mail"] = "u14@example.com", "u13@example.com"
    [run] = await world.night()
    world.clock.advance(timedelta(hours=9))
    ordered = await order_undo(world.services, WORKSPACE, G1, run.id)
    await world.drain()
    found = await world.services.runs.run(WORKSPACE, G1, ordered.id)
    after = directory_as_model(await world.recipients())

    assert found is not None
    assert found.value.state is RunState.SUCCEEDED
    assert found.value.reason is not None
    assert found.value.reason.text == f"23 people were put back. {WILL_BE_REDONE}"
    assert {key: person[:2] for key, person in after.items()} == {key: person[:2] for key, person in before.items()}
    assert {key: person[2] for key, person in after.items()} == {
        key: {"g1": 3 if key in {"u13", "u14"} else 1} for key in everybody[:30]
    }
