"""A preview does everything that a run does, but for storing it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sync_core.adapters.directory.names import TABLES as DIRECTORY_TABLES
from sync_core.adapters.queues.orders import GROUP_SYNCS
from sync_core.adapters.tables.names import HELD, JOURNAL, RUNS, SYNC_STATE, TABLES
from sync_core.domain.directory import Origin, Recipient
from sync_core.domain.email import key_of
from sync_core.domain.errors import EntraRefused, TryAgainLater
from sync_core.domain.ids import RecipientId
from sync_core.domain.options import OnLeaveLast, RemovalGuard, SyncOptions
from sync_core.domain.runs import Mode, RunState
from sync_core.domain.workspaces import Rulebook, Workspace
from sync_core.flows.deliver_order import deliver_order, give_up_order
from sync_core.flows.set_up_workspace import put_workspace
from sync_core.flows.start_run import start_run
from sync_core.ports import RecipientWrite
from tests.fakes.world import WORKSPACE, World, a_group, a_tenant, a_user
from tests.unit.flows.held_worlds import (
    G1,
    UNGUARDED,
    a_synced_world,
    ask_for,
    join,
    journal,
    leave,
    run_of,
    some,
    told,
)

if TYPE_CHECKING:
    from sync_core.domain.journal import JournalEntry

#  What is a preview's own: its record, its journal, the list that it would freeze, and the lease it works under.
ITS_OWN = {RUNS, JOURNAL, HELD, SYNC_STATE}


def everything_else(world: World) -> dict[str, list[tuple[str, ...]]]:
    """Return every row of every other table, ETags included: a row that is written as it was counts as touched."""
    return {
        table: [(row.partition, row.key, row.etag) for row in world.tables.rows(table)]
        for table in (*TABLES, *DIRECTORY_TABLES)
        if table not in ITS_OWN
    }


def by_person(entries: list[JournalEntry]) -> list[JournalEntry]:
    return sorted(entries, key=lambda one: (one.recipient, one.revision, one.kind))


async def a_world_with_everything_to_do() -> World:
    """One of each: joins, leaves, renames, a disabled user, a moved address, a bad one, a link, a deleted user."""
    world = await a_synced_world(12, UNGUARDED, g2=["u0", "u1"])
    by_hand = Recipient(RecipientId("r-hand"), None, {"email": "hand@example.com"}, origin=Origin.BY_HAND)
    await world.services.identities.claim(WORKSPACE, {key_of("hand@example.com"): by_hand.id}, at=world.clock.now())
    await world.services.people.write(WORKSPACE, [RecipientWrite(by_hand, None)])
    world.entra.groups["g1"] |= {"displayName": "Renamed", "description": "And told of"}
    world.entra.users |= {"new": a_user("new"), "hand": a_user("hand"), "bad": a_user("bad", mail="no address")}
    join(world, "new", "hand", "bad")
    leave(world, "u0", "u2")
    del world.entra.users["u3"]
    world.entra.users["u4"] |= {"accountEnabled": False}
    world.entra.users["u5"] |= {"mail": "u6@example.com"}
    world.entra.users["u6"] |= {"mail": "u5@example.com"}
    world.entra.users["u9"] |= {"mail": "moved@example.com"}
    world.entra.users["u1"] |= {"mail": "u9@example.com"}
    world.entra.users["u7"] |= {"jobTitle": "Analyst"}
    world.entra.users["u8"] |= {"userType": "Guest"}
    return world


async def test_a_preview_touches_nothing_but_its_own_record_journal_and_list() -> None:
    world = await a_world_with_everything_to_do()
    before = everything_else(world)

    run = await ask_for(world, Mode.PREVIEW)

    assert run.counts.added + run.counts.updated + run.counts.removed > 8
    assert everything_else(world) == before


async def test_a_preview_tells_nobody() -> None:
    world = await a_world_with_everything_to_do()
    before = told(world)

    await ask_for(world, Mode.PREVIEW)

    assert told(world) == before


async def test_a_preview_is_read_like_a_run() -> None:
    world = await a_synced_world(3)
    leave(world, "u0")
    world.entra.users["u1"]["jobTitle"] = "Analyst"

    run = await ask_for(world, Mode.PREVIEW)

    assert (run.mode, run.state, run.counts.updated, run.counts.removed) == (Mode.PREVIEW, RunState.SUCCEEDED, 1, 1)
    assert {(one.entra_id, one.kind): one.changes for one in await journal(world, run.id)} == {
        ("u0", "removed"): {
            "cards.g1": [[1, "active"], None],
            "inactiveBecause": [None, "left"],
            "status": ["active", "inactive"],
        },
        ("u1", "updated"): {
            "cards.g1": [[1, "active"], [2, "active"]],
            "values.jobTitle": [None, "Analyst"],
        },
    }


async def test_the_run_after_a_preview_does_exactly_what_was_shown() -> None:
    world = await a_world_with_everything_to_do()

    preview = await ask_for(world, Mode.PREVIEW)
    run = await ask_for(world)

    assert by_person(await journal(world, run.id)) == by_person(await journal(world, preview.id))
    assert (run.counts, run.state, run.reason) == (preview.counts, preview.state, preview.reason)


async def test_a_second_preview_shows_the_same() -> None:
    world = await a_world_with_everything_to_do()

    first, second = await ask_for(world, Mode.PREVIEW), await ask_for(world, Mode.PREVIEW)

    assert by_person(await journal(world, first.id)) == by_person(await journal(world, second.id))
    assert first.counts == second.counts


async def test_the_first_sync_of_a_group_can_be_previewed() -> None:
    world = await World(a_tenant([a_user("u1"), a_user("u2")], [a_group("g1", "u1", "u2")])).set_up()

    preview = await ask_for(world, Mode.PREVIEW)
    assert await world.recipients() == {}
    run = await ask_for(world)

    assert preview.counts.added == run.counts.added == 2
    assert by_person(await journal(world, run.id)) == by_person(await journal(world, preview.id))


async def test_a_person_who_would_be_deleted_is_shown_as_that_and_stays() -> None:
    options = SyncOptions(removal_guard=RemovalGuard(enabled=False), when_user_leaves_last_group=OnLeaveLast.DELETE)
    world = await a_synced_world(3, Rulebook(options=options))
    leave(world, "u0")

    run = await ask_for(world, Mode.PREVIEW)

    assert [(one.entra_id, one.changes["deleted"]) for one in await journal(world, run.id)] == [("u0", [None, True])]
    assert "u0" in await world.recipients()


async def test_lists_go_on_showing_the_last_run_that_did_something() -> None:
    world = await a_synced_world(3)
    before = await world.services.groups.last_run(WORKSPACE, G1)

    await ask_for(world, Mode.PREVIEW)

    assert await world.services.groups.last_run(WORKSPACE, G1) == before


async def test_a_preview_that_is_skipped_is_not_shown_as_the_last_run_either() -> None:
    world = await a_synced_world(3)
    before = await world.services.groups.last_run(WORKSPACE, G1)
    started = await start_run(world.services, WORKSPACE, G1, mode=Mode.PREVIEW)
    await put_workspace(world.services, Workspace(WORKSPACE, "Acme", "starter"))

    await world.drain()

    assert (await run_of(world, started.id)).state is RunState.SKIPPED
    assert await world.services.groups.last_run(WORKSPACE, G1) == before


async def test_a_preview_that_is_given_up_tells_nobody_and_shows_nowhere_else() -> None:
    world = await a_synced_world(3)
    leave(world, "u0")
    before, last = told(world), await world.services.groups.last_run(WORKSPACE, G1)
    started = await start_run(world.services, WORKSPACE, G1, mode=Mode.PREVIEW)
    text = world.queue.receive(GROUP_SYNCS)
    assert text is not None

    async def break_down() -> None:
        raise ConnectionResetError

    world.entra.before_page = break_down
    with pytest.raises(ConnectionResetError):
        await deliver_order(world.services, text)
    await give_up_order(world.services, text, ConnectionResetError())

    assert (await run_of(world, started.id)).state is RunState.FAILED
    assert told(world) == before
    assert await world.services.groups.last_run(WORKSPACE, G1) == last


async def test_a_preview_that_is_refused_says_so_and_leaves_the_connection_to_a_real_run() -> None:
    world = await a_synced_world(3)
    world.entra.refusal = EntraRefused("consent-missing", "Connect Entra ID again.")
    before = everything_else(world)

    run = await ask_for(world, Mode.PREVIEW)

    assert run.reason is not None
    assert (run.state, run.reason.code) == (RunState.FAILED, "consent-missing")
    assert everything_else(world) == before

    [real] = await world.night()

    assert real.state is RunState.FAILED
    assert len(told(world, "connection.failed")) == 1


async def test_a_preview_of_a_group_that_is_gone_leaves_that_to_a_real_run() -> None:
    world = await a_synced_world(3)
    del world.entra.groups["g1"]
    before = everything_else(world)

    run = await ask_for(world, Mode.PREVIEW)

    assert run.reason is not None
    assert run.reason.code == "group-gone"
    assert everything_else(world) == before


async def test_a_preview_waits_for_a_run_that_is_at_work_and_a_run_for_it() -> None:
    """Both hold the group's lease: what a preview shows is never half of a run."""
    world = await a_synced_world(12)
    started = await start_run(world.services, WORKSPACE, G1, mode=Mode.PREVIEW)
    preview = world.queue.receive(GROUP_SYNCS)
    sync = await start_run(world.services, WORKSPACE, G1, mode=Mode.SYNC)
    other = world.queue.receive(GROUP_SYNCS)
    assert preview is not None
    assert other is not None
    pages: list[str] = []

    async def deliver_the_other() -> None:
        if not pages:
            pages.append("first")
            await deliver_order(world.services, other)
            assert (await run_of(world, sync.id)).state is RunState.QUEUED
            [waiting] = world.queue.messages(GROUP_SYNCS)
            assert waiting.visible_at > world.clock.now()

    world.entra.before_page = deliver_the_other
    await deliver_order(world.services, preview)
    await world.drain()

    assert (await run_of(world, started.id)).state is RunState.SUCCEEDED
    assert (await run_of(world, sync.id)).state is RunState.SUCCEEDED


async def test_a_preview_that_must_wait_goes_on_later_and_shows_everybody_once() -> None:
    world = await a_synced_world(12, UNGUARDED)
    leave(world, *some(0, 3))
    for user in some(3, 12):
        world.entra.users[user]["jobTitle"] = "Analyst"
    pages: list[int] = []

    async def busy_once() -> None:
        pages.append(len(pages))
        if len(pages) == 2:
            raise TryAgainLater("Microsoft Graph is throttling", after=timedelta(minutes=3))

    world.entra.before_page = busy_once

    run = await ask_for(world, Mode.PREVIEW)
    entries = await journal(world, run.id)

    assert (run.attempts, run.counts.updated, run.counts.removed) == (2, 9, 3)
    assert len({one.recipient for one in entries}) == len(entries) == 12


async def test_one_group_is_previewed_by_itself() -> None:
    """Who would leave this group and is in another stays active: decided over all groups, as in a run."""
    world = await a_synced_world(3, UNGUARDED, g2=["u0"])
    leave(world, "u0", "u1")

    run = await ask_for(world, Mode.PREVIEW)

    statuses = {one.entra_id: one.changes.get("status") for one in await journal(world, run.id)}
    assert statuses == {"u0": None, "u1": ["active", "inactive"]}
