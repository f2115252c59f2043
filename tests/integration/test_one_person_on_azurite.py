"""One person's way through hands, nights and syncs on demand, on real tables."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from sync_core.adapters.directory.names import TABLES as DIRECTORY_TABLES
from sync_core.adapters.tables.names import TABLES
from sync_core.domain.directory import Status
from sync_core.domain.errors import SyncRefused
from sync_core.domain.ids import GroupId
from sync_core.domain.journal import PEOPLE
from sync_core.domain.on_demand import Scope
from sync_core.domain.options import RemovalGuard, SyncOptions
from sync_core.domain.standing import Place
from sync_core.domain.workspaces import Rulebook
from sync_core.flows.edit_people import add_recipient, edit_recipient, give_card
from sync_core.flows.explain_person import standing, timeline
from sync_core.flows.finish_changes import finish_changes
from sync_core.flows.show_changes import list_changes
from sync_core.flows.sync_person import sync_person
from tests.fakes.world import WORKSPACE, World, a_group, a_tenant, a_user

if TYPE_CHECKING:
    from sync_core.adapters.tables.store import AzureTableStore

UNGUARDED = Rulebook(options=SyncOptions(removal_guard=RemovalGuard(enabled=False)))


async def test_a_person_is_made_linked_synced_edited_and_explained(azurite_tables: AzureTableStore) -> None:
    await azurite_tables.ensure_tables((*TABLES, *DIRECTORY_TABLES))
    entra = a_tenant([a_user("u1"), a_user("u2")], [a_group("g1", "u1"), a_group("g2")])
    world = World(entra, tables=cast("Any", azurite_tables))
    services = world.services
    await world.set_up(UNGUARDED)
    made = (await add_recipient(services, WORKSPACE, values={"email": "u2@example.com"}, by="boss")).person.id
    await give_card(services, WORKSPACE, made, GroupId("g2"), by="boss")
    entra.groups["g1"] = a_group("g1", "u1", "u2")
    await world.night()
    world.clock.advance(timedelta(hours=1))
    entra.users["u2"]["department"] = "Energy"

    result = await sync_person(services, WORKSPACE, made, Scope.FULL, by="boss")
    await edit_recipient(
        services, WORKSPACE, made, status=Status.INACTIVE, by="boss", revision=result.person.revision
    )
    with pytest.raises(SyncRefused, match="department"):
        await edit_recipient(services, WORKSPACE, made, values={"department": "Sales"}, by="boss")
    await world.night()

    entries = await timeline(services, WORKSPACE, made, limit=10)
    groups = (await standing(services, WORKSPACE, made)).groups
    edits = await list_changes(services, WORKSPACE, PEOPLE, entries[0].run, limit=10)
    assert not result.failed
    assert [(one.group, one.entry.reason) for one in entries if one.entry] == [
        (None, "by-hand"),
        (None, "on-demand"),
        ("g1", ""),
        (None, "by-hand"),
        (None, "by-hand"),
    ]
    assert [one.place for one in groups] == [Place.MEMBER, Place.BY_HAND]
    assert edits.entries == (entries[0].entry,)
    assert (await world.recipients())["u2"].status is Status.INACTIVE
    assert await finish_changes(services, WORKSPACE) == 0
