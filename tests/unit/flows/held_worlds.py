"""Worlds for tests of holds, previews and events, and what such a test reads of them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sync_core.adapters.queues.events import DIRECTORY_CHANGES
from sync_core.domain.ids import EntraUserId, GroupId, RecipientId, RunId, recipient_of
from sync_core.domain.options import RemovalGuard, SyncOptions
from sync_core.domain.runs import Mode
from sync_core.domain.workspaces import Rulebook
from sync_core.flows.decide_removals import decide_removals
from sync_core.flows.start_run import start_run
from tests.fakes.world import WORKSPACE, World, a_group, a_tenant, a_user

if TYPE_CHECKING:
    from sync_core.domain.holds import HeldPerson, Hold
    from sync_core.domain.journal import JournalEntry
    from sync_core.domain.runs import Run

G1 = GroupId("g1")
UNGUARDED = Rulebook(options=SyncOptions(removal_guard=RemovalGuard(enabled=False)))


def rid(user: str) -> RecipientId:
    """Return the id of the recipient that a sync makes for *user*."""
    return recipient_of(EntraUserId(user))


def some(first: int, end: int) -> list[str]:
    return [f"u{number}" for number in range(first, end)]


async def a_synced_world(people: int = 10, rulebook: Rulebook | None = None, **groups: list[str]) -> World:
    """Return a world after its first night: everybody in ``g1``, and *groups* beside it."""
    users = some(0, people)
    others = [a_group(group, *members) for group, members in groups.items()]
    world = World(a_tenant([a_user(user) for user in users], [a_group("g1", *users), *others]))
    await world.set_up(rulebook)
    await world.night()
    return world


async def a_held_world(people: int = 10, *, left: int = 6, rulebook: Rulebook | None = None) -> tuple[World, Run]:
    """Return a world in which the first *left* of *people* have left ``g1`` and wait, with the run that held them."""
    world = await a_synced_world(people, rulebook)
    leave(world, *some(0, left))
    [run] = await world.night()
    return world, run


def leave(world: World, *users: str, group: str = "g1") -> None:
    members = world.entra.groups[group]["members"]
    members[:] = [one for one in members if one["id"] not in users]


def join(world: World, *users: str, group: str = "g1") -> None:
    world.entra.groups[group]["members"] += a_group("", *users)["members"]


async def ask_for(world: World, mode: Mode = Mode.SYNC, group: GroupId = G1) -> Run:
    """Start a run by hand, work off the queue and return the run as it ended."""
    world.clock.advance(timedelta(minutes=1))
    started = await start_run(world.services, WORKSPACE, group, mode=mode)
    await world.drain()
    return await run_of(world, started.id, group)


async def run_of(world: World, run: RunId, group: GroupId = G1) -> Run:
    found = await world.services.runs.run(WORKSPACE, group, run)
    assert found is not None
    return found.value


async def hold_of(world: World, run: RunId, group: GroupId = G1) -> Hold:
    found = await world.services.holds.hold(WORKSPACE, group, run)
    assert found is not None
    return found.value


async def held_people(world: World, run: RunId, group: GroupId = G1) -> list[HeldPerson]:
    hold = await hold_of(world, run, group)
    return [one async for one in world.services.holds.people(WORKSPACE, group, run, attempt=hold.attempt)]


async def held_ids(world: World, run: RunId, group: GroupId = G1) -> set[str]:
    return {one.entra_id for one in await held_people(world, run, group)}


async def open_lists(world: World) -> list[str]:
    """Return the runs whose list waits for a decision."""
    return [row.partition.rpartition("|")[2] for row in world.tables.rows("Held") if row.cells.get("state") == "open"]


async def decide(world: World, run: RunId, **verdicts: Any) -> Run:
    """Decide about the list of *run*, work off the queue and return the run that carried the decision out."""
    world.clock.advance(timedelta(minutes=1))
    digest = verdicts.pop("digest", None) or (await hold_of(world, run)).digest
    ordered = await decide_removals(world.services, WORKSPACE, G1, run, digest=digest, by="admin-1", **verdicts)
    await world.drain()
    return await run_of(world, ordered.id)


async def a_busy_world() -> World:
    """Return a world before its second night: one has joined, two have left, six change, one is disabled."""
    world = await a_synced_world(12, UNGUARDED)
    world.entra.users["new"] = a_user("new")
    join(world, "new")
    leave(world, "u0", "u1")
    for user in some(2, 8):
        world.entra.users[user]["jobTitle"] = "Analyst"
    world.entra.users["u8"]["accountEnabled"] = False
    return world


def ids(*users: str) -> frozenset[RecipientId]:
    return frozenset(rid(user) for user in users)


async def journal(world: World, run: RunId, group: GroupId = G1) -> list[JournalEntry]:
    pages = world.services.journal.pages(WORKSPACE, group, run)
    return [entry async for page in pages for entry in page.entries]


async def kinds_in(world: World, run: RunId, group: GroupId = G1) -> dict[str, str]:
    """Return what the journal says became of each person, by Entra id."""
    return {entry.entra_id or entry.recipient: entry.kind for entry in await journal(world, run, group)}


def told(world: World, kind: str | None = None) -> list[dict[str, Any]]:
    """Return the events on the platform's queue, those of *kind* only if it is given."""
    messages = world.queue.messages(DIRECTORY_CHANGES)
    events = [event for message in messages for event in json.loads(message.text)]
    return [event for event in events if kind in {None, event["type"].removeprefix("scheduled-syncs.")}]
