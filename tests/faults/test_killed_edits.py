"""A process killed at any storage write of an edit or a sync on demand: what comes next is right, and tells once."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sync_core.adapters.queues.events import DIRECTORY_CHANGES
from sync_core.domain.errors import RowConflict, SyncRefused
from sync_core.domain.field_settings import FieldSettings, Switches
from sync_core.domain.journal import PEOPLE
from sync_core.domain.on_demand import Scope
from sync_core.domain.options import RemovalGuard, SyncOptions
from sync_core.domain.runs import RunState
from sync_core.domain.workspaces import Rulebook
from sync_core.flows.edit_people import add_recipient, edit_recipient
from sync_core.flows.explain_person import timeline
from sync_core.flows.finish_changes import finish_changes
from sync_core.flows.sync_person import sync_person
from tests.fakes.world import WORKSPACE, World, a_group, a_tenant, a_user
from tests.faults.second_night import Killed
from tests.faults.test_killed_anywhere import Assassin
from tests.unit.flows.held_worlds import G1, rid

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sync_core.domain.directory import Recipient
    from sync_core.domain.ids import RecipientId

KEEPING = Rulebook(
    options=SyncOptions(removal_guard=RemovalGuard(enabled=False)),
    settings=FieldSettings({"jobTitle": Switches(overwrite=False)}),
)
MOMENTS = pytest.mark.parametrize("moment", ["before_write", "after_write"])


async def a_world() -> World:
    world = World(a_tenant([a_user("u1", jobTitle="Analyst")], [a_group("g1", "u1"), a_group("g2")]))
    await world.set_up(KEEPING)
    await world.night()
    world.clock.advance(timedelta(hours=12))
    return world


async def add(world: World) -> None:
    await add_recipient(world.services, WORKSPACE, values={"email": "hand@example.com", "name": "Hand"}, by="boss")


async def edit(world: World) -> None:
    await edit_recipient(world.services, WORKSPACE, rid("u1"), values={"jobTitle": "Chief"}, by="boss")


async def on_demand(world: World) -> None:
    world.entra.users["u1"]["department"] = "Sales"
    await sync_person(world.services, WORKSPACE, rid("u1"), Scope.FULL, by="boss")


async def killed(world: World, work: Callable[[World], Awaitable[None]], moment: str, target: int) -> bool:
    """Do *work* until it is killed at the *target*-th write; tell whether it came so far."""
    setattr(world.tables, moment, Assassin(target))
    try:
        await work(world)
    except Killed:
        return True
    except BaseExceptionGroup:
        return True
    finally:
        setattr(world.tables, moment, None)
    return False


async def afterwards(world: World, work: Callable[[World], Awaitable[None]]) -> None:
    """Whoever got no answer asks again; then the hourly watch comes, and the next night."""
    world.clock.advance(timedelta(minutes=1))
    try:
        await work(world)
    except SyncRefused as refused:
        #  The first time went through, but its answer was lost.
        assert refused.code == "email-taken"  # noqa: PT017 (both outcomes are right)
    world.clock.advance(timedelta(hours=1))
    await finish_changes(world.services, WORKSPACE)
    await world.night()


def told(world: World) -> set[tuple[str, int]]:
    """Return what the platform was told: (recipient, revision)."""
    batches = [json.loads(message.text) for message in world.queue.messages(DIRECTORY_CHANGES)]
    events = [event["data"] for batch in batches for event in batch]
    return {(event["recipient"], event["revision"]) for event in events}


def seen(people: dict[str, Recipient]) -> list[tuple[object, ...]]:
    """Return what can be seen of everybody, whatever ids the people have who were made by hand."""
    return sorted(
        (one.values.get("email", ""), sorted(one.values.items()), one.status, sorted(one.cards.items()), one.revision)
        for one in people.values()
    )


@MOMENTS
@pytest.mark.parametrize("work", [add, edit, on_demand])
async def test_what_was_cut_off_and_asked_again_ends_as_if_nothing_had_happened(
    work: Callable[[World], Awaitable[None]], moment: str
) -> None:
    """Same people, values, cards and revisions; each revision was told, and stands once in the person's timeline."""
    undisturbed = await a_world()
    await work(undisturbed)
    await afterwards(undisturbed, work)
    expected = seen(await undisturbed.recipients())
    target = 1
    while await killed(world := await a_world(), work, moment, target):
        await afterwards(world, work)

        people = await world.recipients()
        assert seen(people) == expected, f"killed {moment} {target}"
        for person in people.values():
            await _expect_all_told(world, person.id, person.revision)
        assert all(run.is_over for run in [one async for one in world.services.runs.newest_first(WORKSPACE, PEOPLE)])
        target += 1

    assert target > 5


async def _expect_all_told(world: World, recipient: RecipientId, revision: int) -> None:
    entries = [one.entry for one in await timeline(world.services, WORKSPACE, recipient, limit=50)]
    revisions = [entry.revision for entry in entries if entry is not None]
    assert revisions == list(range(revision, 0, -1))
    assert {(recipient, one) for one in revisions} <= told(world)


@MOMENTS
async def test_what_was_cut_off_and_never_asked_again_is_whole_or_not_there(moment: str) -> None:
    """The night finds either the person from before or the one after, and the watch closes what is open."""
    target = 1
    while await killed(world := await a_world(), edit, moment, target):
        world.clock.advance(timedelta(hours=1))
        await finish_changes(world.services, WORKSPACE)
        await world.night()

        person = (await world.recipients())["u1"]
        version = person.cards[next(iter(person.cards))].version
        assert (person.values["jobTitle"], version, person.revision) in {("Analyst", 1, 1), ("Chief", 2, 2)}
        await _expect_all_told(world, person.id, person.revision)
        records = [one async for one in world.services.runs.newest_first(WORKSPACE, PEOPLE)]
        assert {one.state for one in records} <= {RunState.SUCCEEDED, RunState.CANCELLED}
        assert sum(one.counts.updated for one in records) == person.revision - 1
        target += 1


@MOMENTS
async def test_a_sync_on_demand_that_was_cut_off_keeps_no_night_from_looking(moment: str) -> None:
    """The night before put the old values down as applied, and Entra goes back to them."""
    target = 1
    while await killed(world := await a_world(), on_demand, moment, target):
        world.entra.users["u1"]["department"] = None
        await world.night()

        assert "department" not in (await world.recipients())["u1"].values, f"killed {moment} {target}"
        target += 1


async def test_a_run_that_puts_its_fingerprints_down_meanwhile_keeps_no_night_from_looking() -> None:
    world = await a_world()
    row = await world.services.members.row(WORKSPACE, G1, rid("u1"), spread=False)
    assert row is not None

    async def put_down(table: str, *_: object) -> None:
        if table == "Recipients":
            world.tables.before_write = None
            await world.services.members.save(WORKSPACE, G1, spread=False, changed=[row])

    world.tables.before_write = put_down
    await on_demand(world)
    world.entra.users["u1"]["department"] = None
    await world.night()

    assert "department" not in (await world.recipients())["u1"].values


async def test_an_edit_whose_answers_are_all_lost_and_repeated_is_one_edit() -> None:
    """azure-core repeats a write whose answer was lost; the repeat finds what the first one wrote."""
    world = await a_world()
    conflicting = {"Recipients", "Runs"}

    async def repeat(table: str, *_: object) -> None:
        if table in conflicting:
            raise RowConflict(table, 0)

    world.tables.after_write = repeat
    await edit(world)
    world.tables.after_write = None

    person = (await world.recipients())["u1"]
    assert (person.values["jobTitle"], person.revision) == ("Chief", 2)
    await _expect_all_told(world, person.id, 2)
    [record] = [one async for one in world.services.runs.newest_first(WORKSPACE, PEOPLE)]
    assert record.state is RunState.SUCCEEDED


async def test_an_edit_that_another_overtakes_is_decided_afresh() -> None:
    world = await a_world()

    async def overtake(table: str, *_: object) -> None:
        if table == "Recipients":
            world.tables.before_write = None
            await edit_recipient(world.services, WORKSPACE, rid("u1"), values={"jobTitle": "First"}, by="other")

    world.tables.before_write = overtake
    await edit(world)

    entries = [one.entry for one in await timeline(world.services, WORKSPACE, rid("u1"), limit=2)]
    assert [one.changes["values.jobTitle"] for one in entries if one] == [["First", "Chief"], ["Analyst", "First"]]
