"""The platform is told of every change, never before it can be read, and again where a repeat is possible."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.adapters.queues.events import DIRECTORY_CHANGES
from sync_core.adapters.queues.orders import GROUP_SYNCS
from sync_core.domain.errors import TryAgainLater
from sync_core.domain.runs import RunState
from sync_core.flows.deliver_order import deliver_order, give_up_order
from sync_core.flows.enqueue_due import enqueue_due
from tests.fakes.memory_queue import MemoryQueue
from tests.fakes.world import WORKSPACE, World, a_user
from tests.unit.flows.held_worlds import (
    G1,
    UNGUARDED,
    a_busy_world,
    a_held_world,
    a_synced_world,
    ask_for,
    decide,
    ids,
    join,
    journal,
    leave,
    rid,
    told,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync_core.domain.events import ChangeEvent
    from sync_core.ports import Events


class Overheard:
    """Events on their way to the queue: *check* sees them at the moment at which they are told."""

    def __init__(self, real: Events, check: Any) -> None:
        self._real = real
        self._check = check

    async def publish(self, events: Sequence[ChangeEvent]) -> None:
        await self._check(events)
        await self._real.publish(events)


def overhear(world: World, check: Any) -> None:
    object.__setattr__(world.services, "events", Overheard(world.services.events, check))


def changes(world: World) -> list[dict[str, Any]]:
    return [event["data"] for event in told(world, "recipient.changed")]


def forget_told(world: World) -> None:
    while world.queue.receive(DIRECTORY_CHANGES) is not None:
        pass


async def an_untold_world() -> World:
    """Return a busy world; the queue of events is empty."""
    world = await a_busy_world()
    forget_told(world)
    return world


async def test_every_change_of_a_person_is_told_with_its_kind_run_and_revision() -> None:
    world = await an_untold_world()

    [run] = await world.night()
    entries = await journal(world, run.id)

    assert len(entries) == 10
    assert sorted(changes(world), key=str) == sorted(
        (
            {
                "group": "g1",
                "run": run.id,
                "recipient": one.recipient,
                "revision": one.revision,
                "change": one.kind,
            }
            for one in entries
        ),
        key=str,
    )


async def test_nobody_is_told_of_before_the_change_can_be_read() -> None:
    """Whoever is told reads the person, and must find at least the revision that the event names."""
    world = await an_untold_world()
    seen: list[str] = []

    async def can_be_read(events: Sequence[ChangeEvent]) -> None:
        for event in events:
            if event.kind == "recipient.changed":
                found = await world.services.people.people(WORKSPACE, [event.data["recipient"]])
                assert found[event.data["recipient"]].value.revision >= event.data["revision"]
                seen.append(event.id)

    overhear(world, can_be_read)
    await world.night()

    assert len(seen) == 10


async def test_a_quiet_night_tells_nothing() -> None:
    world = await a_synced_world(5)
    forget_told(world)

    await world.night()

    assert told(world) == []


async def test_a_person_who_could_not_be_taken_in_is_no_change() -> None:
    world = await a_synced_world(2)
    world.entra.users["bad"] = a_user("bad", mail="no address")
    join(world, "bad")
    forget_told(world)

    [run] = await world.night()

    assert run.counts.refused == 1
    assert told(world) == []


async def test_the_revision_rises_with_each_change_of_a_person() -> None:
    """Events can overtake each other; the revision says which is the newer."""
    world = await a_synced_world(2)
    for title in ("Analyst", "Engineer", "Director"):
        world.entra.users["u0"]["jobTitle"] = title
        await world.night()

    revisions = [change["revision"] for change in changes(world) if change["recipient"] == rid("u0")]

    assert revisions == [1, 2, 3, 4]
    assert (await world.recipients())["u0"].revision == 4


async def test_the_revision_goes_on_rising_for_somebody_who_comes_back() -> None:
    world = await a_synced_world(3, UNGUARDED)
    leave(world, "u0")
    await world.night()
    join(world, "u0")
    await world.night()

    told_of = [(one["revision"], one["change"]) for one in changes(world) if one["recipient"] == rid("u0")]

    assert told_of == [(1, "added"), (2, "removed"), (3, "added")]


async def test_a_takeover_tells_again_of_what_a_killed_attempt_stored_under_the_same_ids() -> None:
    """Killed between storing people and telling of them, nobody would ever be told."""
    world = await an_untold_world()

    class Killed(BaseException):
        pass

    async def die(_events: Sequence[ChangeEvent]) -> None:
        raise Killed

    quiet = world.services.events
    overhear(world, die)
    world.clock.advance(timedelta(days=1))
    await enqueue_due(world.services)
    text = world.queue.receive(GROUP_SYNCS)
    assert text is not None
    with pytest.raises(Killed):
        await deliver_order(world.services, text)
    object.__setattr__(world.services, "events", quiet)
    assert changes(world) == []

    await world.queue.send(GROUP_SYNCS, text)
    await world.drain()
    run = await anext(aiter(world.services.runs.newest_first(WORKSPACE, G1)))

    entries = await journal(world, run.id)
    expected = {f"g1/{run.id}/{one.recipient}/{one.revision}" for one in entries}
    assert run.attempts == 2
    assert {event["id"] for event in told(world, "recipient.changed")} == expected
    assert len(expected) == 10


async def test_what_was_told_before_the_kill_is_told_again_under_the_same_ids() -> None:
    """Consumers drop repeats by the event's id."""
    world = await an_untold_world()

    async def die_at_the_end(table: str, _partition: str, rows: Any) -> None:
        if table == "Groups" and any("members" in row.cells for row in rows):
            world.tables.before_write = None
            raise ConnectionResetError

    world.tables.before_write = die_at_the_end
    world.clock.advance(timedelta(days=1))
    await enqueue_due(world.services)
    text = world.queue.receive(GROUP_SYNCS)
    assert text is not None
    with pytest.raises(ConnectionResetError):
        await deliver_order(world.services, text)
    first = {event["id"] for event in told(world, "recipient.changed")}
    await world.queue.send(GROUP_SYNCS, text)
    await world.drain()

    all_told = [event["id"] for event in told(world, "recipient.changed")]

    assert len(first) == 10
    assert set(all_told) == first
    assert len(all_told) == 20


async def test_a_queue_that_is_busy_puts_the_run_off_and_nobody_is_left_untold() -> None:
    world = await an_untold_world()
    refused: list[int] = []

    async def busy(events: Sequence[ChangeEvent]) -> None:
        if not refused:
            refused.append(len(events))
            raise TryAgainLater("storage is busy", after=timedelta(seconds=30))

    overhear(world, busy)
    [run] = await world.night()

    assert run.state is RunState.SUCCEEDED
    assert len({event["id"] for event in told(world, "recipient.changed")}) == 10


class TestRuns:
    async def test_a_held_run_is_told_with_how_many_wait(self) -> None:
        world, run = await a_held_world(10, left=6)

        [event] = told(world, "run.held")

        assert (event["subject"], event["data"]["held"]) == (run.id, 6)

    async def test_a_decision_that_leaves_people_waiting_is_told_too(self) -> None:
        world, held = await a_held_world(10, left=6)

        run = await decide(world, held.id, approve=ids("u0"))

        assert [event["subject"] for event in told(world, "run.held")] == [held.id, run.id]

    async def test_a_failed_run_is_told_with_its_code(self) -> None:
        world = await a_synced_world(3)
        del world.entra.groups["g1"]

        [run] = await world.night()

        [event] = told(world, "run.failed")
        assert event["data"] == {"group": "g1", "run": run.id, "code": "group-gone", "held": 0}

    async def test_a_run_that_was_given_up_is_told(self) -> None:
        world = await a_synced_world(3)

        async def break_down() -> None:
            raise ConnectionResetError

        world.entra.before_page = break_down
        world.clock.advance(timedelta(days=1))
        await enqueue_due(world.services)
        text = world.queue.receive(GROUP_SYNCS)
        assert text is not None
        with pytest.raises(ConnectionResetError):
            await deliver_order(world.services, text)
        await give_up_order(world.services, text, ConnectionResetError())

        assert [event["data"]["code"] for event in told(world, "run.failed")] == ["gave-up"]

    async def test_a_run_that_never_got_its_turn_is_told(self) -> None:
        """The night passed and nothing was synced: that is what somebody must look at."""
        world = await a_synced_world(3)
        world.clock.advance(timedelta(days=1))
        await enqueue_due(world.services)
        world.clock.advance(timedelta(hours=21))

        await world.drain()

        assert [event["data"]["code"] for event in told(world, "run.failed")] == ["too-late"]

    async def test_a_run_that_ended_well_is_not_told_of(self) -> None:
        world = await a_synced_world(3)
        await world.night()
        await ask_for(world)

        assert {event["type"] for event in told(world)} == {"scheduled-syncs.recipient.changed"}


async def test_events_hold_ids_and_counts_and_nothing_personal() -> None:
    world = await an_untold_world()
    await world.night()
    del world.entra.groups["g1"]
    await world.night()

    text = json.dumps(told(world))

    assert "@" not in text
    assert "Person" not in text
    assert "Analyst" not in text


async def test_a_wave_of_many_is_told_in_few_messages() -> None:
    world = await a_synced_world(1000)

    assert isinstance(world.queue, MemoryQueue)
    assert len(told(world)) == 1000
    assert len(world.queue.messages(DIRECTORY_CHANGES)) == 10
