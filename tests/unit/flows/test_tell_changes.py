"""Operators are told by id whom a run has changed, many in one event, and nobody who was not."""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.adapters.queues.orders import GROUP_SYNCS
from sync_core.flows.deliver_order import deliver_order
from sync_core.flows.edit_people import add_recipient
from sync_core.flows.enqueue_due import enqueue_due
from tests.fakes.world import WORKSPACE
from tests.unit.flows.held_worlds import a_busy_world, a_synced_world, ids, rid, some

if TYPE_CHECKING:
    from collections.abc import Iterator


LONGEST_PROPERTY = 8192


@pytest.fixture
def heard(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.INFO):
        yield caplog


def told(heard: pytest.LogCaptureFixture) -> list[Any]:
    return [record for record in heard.records if record.message == "people_changed"]


def by_kind(heard: pytest.LogCaptureFixture, run: str) -> dict[str, set[str]]:
    """Return whom the events of *run* name, by what was done."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for record in told(heard):
        if record.run == run:
            found[record.kind].update(record.recipients.split(" "))
    return dict(found)


async def test_a_run_names_whom_it_has_added_updated_and_removed(heard: pytest.LogCaptureFixture) -> None:
    world = await a_busy_world()

    [run] = await world.night()

    assert by_kind(heard, run.id) == {
        "added": {rid("new")},
        "updated": ids(*some(2, 9)),
        "removed": ids("u0", "u1"),
    }
    [place] = {(record.workspace, record.group) for record in told(heard) if record.run == run.id}
    assert place == (WORKSPACE, "g1")


async def test_a_quiet_night_names_nobody(heard: pytest.LogCaptureFixture) -> None:
    world = await a_synced_world(3)

    [run] = await world.night()

    assert by_kind(heard, run.id) == {}


async def test_many_people_are_few_events_that_can_be_kept_whole(heard: pytest.LogCaptureFixture) -> None:
    world = await a_synced_world(700)
    events = told(heard)

    assert sum(len(record.recipients.split(" ")) for record in events) == len(await world.recipients()) == 700
    assert len(events) < 20
    assert max(len(record.recipients) for record in events) <= LONGEST_PROPERTY


async def test_whom_a_killed_attempt_has_stored_is_named_when_the_run_is_closed(
    heard: pytest.LogCaptureFixture,
) -> None:
    world = await a_busy_world()

    async def die_before_telling(table: str, *_: object) -> None:
        if table == "Members":
            world.tables.before_write = None
            raise ConnectionResetError

    world.tables.before_write = die_before_telling
    world.clock.advance(timedelta(days=1))
    await enqueue_due(world.services)
    text = world.queue.receive(GROUP_SYNCS)
    assert text is not None
    heard.clear()
    with pytest.raises(ConnectionResetError):
        await deliver_order(world.services, text)
    before = told(heard)
    await world.queue.send(GROUP_SYNCS, text)
    await world.drain()

    [run] = {record.run for record in told(heard)}
    named = by_kind(heard, run)
    assert before == []
    assert named["added"] | named["updated"] == {rid("new"), *ids(*some(2, 9))}


async def test_a_change_by_hand_is_told_of_too(heard: pytest.LogCaptureFixture) -> None:
    world = await a_synced_world(2)
    heard.clear()

    made = await add_recipient(world.services, WORKSPACE, values={"email": "hand@example.com"}, by="boss")

    [record] = told(heard)
    assert (record.group, record.kind, record.recipients) == ("~people", "added", made.person.id)
