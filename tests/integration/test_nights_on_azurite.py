"""Nights on real tables, and events on a real queue: what a sync does, holds, shows beforehand and survives."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from sync_core.adapters.directory.names import TABLES as DIRECTORY_TABLES
from sync_core.adapters.entra.failures import refused
from sync_core.adapters.queues.events import DIRECTORY_CHANGES, QueueEvents
from sync_core.adapters.tables.names import TABLES
from sync_core.domain.directory import CardState, Status
from sync_core.domain.field_settings import CustomField, FieldSettings, Switches
from sync_core.domain.ids import GroupId
from sync_core.domain.options import SyncOptions
from sync_core.domain.runs import Mode, RunState
from sync_core.domain.schedule import midnight_of, night_of
from sync_core.domain.workspaces import ConnectionStatus, Rulebook
from sync_core.flows.enqueue_due import enqueue_due
from sync_core.flows.manage_schedules import change_schedule
from tests.fakes.world import WORKSPACE, World, a_group, a_tenant, a_user
from tests.unit.flows.held_worlds import (
    G1,
    UNGUARDED,
    ask_for,
    decide,
    held_ids,
    ids,
    join,
    journal,
    kinds_in,
    leave,
    rid,
    some,
)

if TYPE_CHECKING:
    from sync_core.adapters.queues.messages import AzureQueues
    from sync_core.adapters.tables.store import AzureTableStore
    from tests.fakes.memory_entra import MemoryEntra


async def a_world(tables: AzureTableStore, entra: MemoryEntra, rulebook: Rulebook | None = None) -> World:
    await tables.ensure_tables((*TABLES, *DIRECTORY_TABLES))
    return await World(entra, tables=cast("Any", tables)).set_up(rulebook)


def a_tenant_of(people: int, **groups: list[str]) -> MemoryEntra:
    """Return a tenant with everybody in ``g1``, and *groups* beside it."""
    users = some(0, people)
    others = [a_group(group, *members) for group, members in groups.items()]
    return a_tenant([a_user(user) for user in users], [a_group("g1", *users), *others])


async def test_people_join_leave_change_and_are_disabled_in_one_night(azurite_tables: AzureTableStore) -> None:
    world = await a_world(azurite_tables, a_tenant_of(12, g2=["u0", "u1"]))
    await world.night()
    world.entra.users["new"] = a_user("new")
    join(world, "new")
    leave(world, "u0", "u11")
    world.entra.users["u1"]["displayName"] = "Somebody Married"
    world.entra.users["u2"]["accountEnabled"] = False
    world.entra.groups["g1"] |= {"displayName": "Renamed", "description": "And told of"}

    run = next(run for run in await world.night() if run.counts.added)

    people = await world.recipients()
    group = await world.services.groups.group(WORKSPACE, G1)
    assert await kinds_in(world, run.id) == {
        "new": "added",
        "u0": "removed",
        "u11": "removed",
        "u1": "updated",
        "u2": "updated",
    }
    assert (people["u0"].status, set(people["u0"].cards)) == (Status.ACTIVE, {"g2"})
    assert (people["u11"].status, people["u11"].cards) == (Status.INACTIVE, {})
    assert (people["u2"].status, people["u2"].cards[G1].state) == (Status.INACTIVE, CardState.PAUSED)
    assert {group: card.version for group, card in people["u1"].cards.items()} == {"g1": 2, "g2": 2}
    assert group is not None
    assert (group.value.name, group.value.description) == ("Renamed", "And told of")


async def test_removals_beyond_the_guard_wait_and_go_as_they_are_approved(azurite_tables: AzureTableStore) -> None:
    world = await a_world(azurite_tables, a_tenant_of(12))
    await world.night()
    leave(world, *some(0, 7))

    [held] = await world.night()
    waiting, stayed = await held_ids(world, held.id), await world.members("g1")
    join(world, "u0")
    done = await decide(world, held.id, approve=ids("u0", "u1", "u2", "u3"), reject=ids("u4", "u5", "u6"))
    [later] = await world.night()

    assert (held.state, held.counts.held, waiting) == (RunState.HELD, 7, set(some(0, 7)))
    assert stayed == set(some(0, 12))
    assert (done.mode, done.state, done.counts.removed) == (Mode.DECISION, RunState.SUCCEEDED, 3)
    assert await world.members("g1") == {"u0", *some(4, 12)}
    assert (later.state, later.counts.removed, later.counts.held) == (RunState.SUCCEEDED, 0, 0)


async def test_a_preview_changes_nobody_and_the_run_does_exactly_what_it_showed(
    azurite_tables: AzureTableStore,
) -> None:
    world = await a_world(azurite_tables, a_tenant_of(12), UNGUARDED)
    await world.night()
    world.entra.users["new"] = a_user("new")
    join(world, "new")
    leave(world, "u0")
    world.entra.users["u1"]["jobTitle"] = "Analyst"
    before = await world.recipients()

    preview = await ask_for(world, Mode.PREVIEW)
    untouched = await world.recipients()
    run = await ask_for(world)

    shown = {one.recipient: (one.kind, one.changes, one.revision) for one in await journal(world, preview.id)}
    assert untouched == before
    assert len(shown) == 3
    assert shown == {one.recipient: (one.kind, one.changes, one.revision) for one in await journal(world, run.id)}


async def test_each_changed_person_is_an_event_on_the_queue_that_can_be_read_back(
    azurite_tables: AzureTableStore, azurite_queues: AzureQueues
) -> None:
    world = await a_world(azurite_tables, a_tenant_of(3))
    await azurite_queues.ensure_queues([DIRECTORY_CHANGES])
    world.services = replace(world.services, events=QueueEvents(azurite_queues))

    [run] = await world.night()

    events = [event for text in await azurite_queues.peek(DIRECTORY_CHANGES, 32) for event in json.loads(text)]
    stored = await world.services.people.people(WORKSPACE, [rid(user) for user in some(0, 3)])
    assert {event["specversion"] for event in events} == {"1.0"}
    assert {event["data"]["run"] for event in events} == {run.id}
    assert {event["data"]["recipient"]: event["data"]["revision"] for event in events} == {
        key: found.value.revision for key, found in stored.items()
    }


async def test_a_refused_tenant_is_asked_once_a_night_and_everything_resumes_by_itself(
    azurite_tables: AzureTableStore,
) -> None:
    world = await a_world(azurite_tables, a_tenant_of(3, g2=["u0"], g3=["u1"]))
    await world.night()
    before = await world.recipients()
    world.entra.refusal = refused("consent-missing")
    await world.night()
    world.entra.asked = 0

    failing = await world.night()
    connection = await world.services.workspaces.connection(WORKSPACE)
    asked, untouched = world.entra.asked, await world.recipients()
    world.entra.refusal = None
    working = await world.night()
    mended = await world.services.workspaces.connection(WORKSPACE)

    assert sorted(run.state.value for run in failing) == ["failed", "skipped", "skipped"]
    assert asked == 1
    assert untouched == before
    assert connection is not None
    assert (connection.value.status, connection.value.code) == (ConnectionStatus.FAILED, "consent-missing")
    assert {run.state for run in working} == {RunState.SUCCEEDED}
    assert mended is not None
    assert mended.value.status is ConnectionStatus.CONNECTED


async def test_field_settings_and_options_are_those_that_are_stored_when_the_run_starts(
    azurite_tables: AzureTableStore,
) -> None:
    entra = a_tenant_of(3)
    entra.users["u0"] |= {
        "jobTitle": "Analyst",
        "department": "Sales",
        "mobilePhone": "+1 555",
        "onPremisesExtensionAttributes": {"extensionAttribute7": "4711"},
    }
    entra.users["u1"]["userType"] = "Guest"
    world = await a_world(azurite_tables, entra)
    settings = FieldSettings(
        {"department": Switches(overwrite=False), "mobilePhone": Switches(sync=False)}, {7: CustomField("costCenter")}
    )
    confirmed = (await world.services.workspaces.rulebook(WORKSPACE)).value
    rules = replace(confirmed, settings=settings, options=SyncOptions(include_guests=True))
    await world.services.workspaces.put_rulebook(WORKSPACE, rules)
    await world.night()
    entra.users["u0"] |= {"jobTitle": "Engineer", "department": "Energy"}
    await world.night()

    assert await world.members("g1") == {"u0", "u1", "u2"}
    assert (await world.recipients())["u0"].values == {
        "email": "u0@example.com",
        "name": "Person u0",
        "jobTitle": "Engineer",
        "department": "Sales",
        "costCenter": "4711",
    }


async def test_a_lost_page_takes_nobody_out(azurite_tables: AzureTableStore) -> None:
    world = await a_world(azurite_tables, a_tenant_of(10), UNGUARDED)
    await world.night()
    leave(world, "u9")
    world.entra.lose = set(some(5, 9))

    [run] = await world.night()

    assert run.proof is not None
    assert not run.proof.complete
    assert run.counts.removed == 0
    assert await world.members("g1") == set(some(0, 10))


async def test_an_order_that_meets_a_paused_schedule_is_recorded_as_skipped(azurite_tables: AzureTableStore) -> None:
    world = await a_world(azurite_tables, a_tenant_of(2))
    tonight = night_of(world.clock.now()) + timedelta(days=1)
    world.clock.move_to(midnight_of(tonight))
    await enqueue_due(world.services)
    await change_schedule(world.services, WORKSPACE, G1, enabled=False)

    await world.drain()

    [run] = await world.runs_of(tonight)
    assert run.reason is not None
    assert (run.state, run.reason.code) == (RunState.SKIPPED, "schedule-paused")
    assert await world.members("g1") == set()


async def test_a_group_of_more_than_a_thousand_is_synced_page_by_page_and_found_again(
    azurite_tables: AzureTableStore,
) -> None:
    entra = a_tenant_of(1200)
    entra.page_size = 100
    world = await a_world(azurite_tables, entra)
    [first] = await world.night()
    leave(world, "u7")

    [second] = await world.night()

    assert (first.counts.read, first.counts.added) == (1200, 1200)
    assert (second.counts.read, second.counts.updated, second.counts.removed) == (1199, 0, 1)
    index = [one async for one in world.services.members.index(WORKSPACE, GroupId("g1"), spread=True)]
    assert len(index) == 1199
