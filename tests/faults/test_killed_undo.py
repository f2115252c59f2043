"""An undo killed at any storage call, and the delivery that goes on with it, end where an undisturbed undo does."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from sync_core.adapters.queues.events import DIRECTORY_CHANGES
from sync_core.adapters.queues.orders import GROUP_SYNCS
from sync_core.domain.ids import GroupId, RunId
from sync_core.domain.options import OnLeaveLast, RemovalGuard, SyncOptions
from sync_core.domain.workspaces import Rulebook
from sync_core.flows.deliver_order import deliver_order
from sync_core.flows.undo_run import order_undo
from tests.fakes.world import WORKSPACE, World, a_group, a_tenant, a_user
from tests.properties.tenants import directory_as_model

G1 = GroupId("g1")
DELETING = Rulebook(
    options=SyncOptions(removal_guard=RemovalGuard(enabled=False), when_user_leaves_last_group=OnLeaveLast.DELETE)
)

#  How long the queue hides a message whose receiver was killed.
_HIDDEN = timedelta(minutes=10)


class Killed(BaseException):
    """The process is gone: no handler of the product's may see it and tidy up."""


class Assassin:
    """Kills at the *target*-th storage write, before or after it was carried out."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.writes = 0

    async def __call__(self, *_: object) -> None:
        self.writes += 1
        if self.writes == self.target:
            raise Killed


async def _ordered() -> tuple[World, RunId]:
    """A world with an undo on the queue that has one of everything to do, and something to leave.

    u3 has left and was deleted, u4 left one of two groups, u7 joined; u2 was disabled, u1 changed; u5 and u6 have
    swapped their addresses; u0 changed, and once more since.
    """
    users = [a_user(f"u{number}") for number in range(8)]
    world = World(a_tenant(users, [a_group("g1", *(f"u{number}" for number in range(7))), a_group("g2", "u1", "u4")]))
    await world.set_up(DELETING)
    await world.night()
    world.entra.groups["g1"] = a_group("g1", "u0", "u1", "u2", "u5", "u6", "u7")
    world.entra.users["u0"]["jobTitle"] = "Analyst"
    world.entra.users["u1"]["jobTitle"] = "Analyst"
    world.entra.users["u2"]["accountEnabled"] = False
    world.entra.users["u5"]["mail"] = "u6@example.com"
    world.entra.users["u6"]["mail"] = "u5@example.com"
    [run, _] = await world.night()
    world.entra.users["u0"]["jobTitle"] = "Engineer"
    await world.night()
    world.clock.advance(timedelta(hours=9))
    ordered = await order_undo(world.services, WORKSPACE, G1, run.id)
    return world, ordered.id


async def _work_off(world: World) -> None:
    """Deliver as the queue does: what was killed comes again."""
    while messages := world.queue.messages(GROUP_SYNCS):
        world.clock.move_to(max(world.clock.now(), min(message.visible_at for message in messages)))
        text = world.queue.receive(GROUP_SYNCS)
        if text is not None:
            try:
                await deliver_order(world.services, text)
            except BaseException as died:  # noqa: BLE001 (a kill is no Exception)
                _expect_kill(died)
                await world.queue.send(GROUP_SYNCS, text, delay=_HIDDEN)


def _expect_kill(died: BaseException) -> None:
    if isinstance(died, BaseExceptionGroup):
        [died] = died.exceptions
    if not isinstance(died, Killed):
        raise died


async def _outcome(world: World, undo: RunId) -> tuple[Any, ...]:
    found = await world.services.runs.run(WORKSPACE, G1, undo)
    assert found is not None
    pages = world.services.journal.pages(WORKSPACE, G1, undo)
    entries = sorted([(one.recipient, one.kind, one.reason) async for page in pages for one in page.entries])
    events = [one for message in world.queue.messages(DIRECTORY_CHANGES) for one in json.loads(message.text)]
    told = {(one["data"]["recipient"], one["data"]["revision"]) for one in events if one["data"]["run"] == undo}
    index = [member async for member in world.services.members.index(WORKSPACE, G1, spread=False)]
    run = found.value
    return (
        directory_as_model(await world.recipients()),
        (run.state, run.counts, run.reason),
        entries,
        told,
        sorted((member.recipient, member.fingerprint) for member in index),
    )


@pytest.mark.parametrize("moment", ["before_write", "after_write"])
async def test_an_undo_killed_at_any_write_ends_as_if_nothing_had_happened(moment: str) -> None:
    """Same people, same card versions, same counts and sentence, same journal, the same people told of."""
    world, undo = await _ordered()
    world.tables.before_write = counter = Assassin(0)
    await _work_off(world)
    expected = await _outcome(world, undo)
    _, (_, counts, _), *_ = expected
    assert (counts.added, counts.updated, counts.removed) == (2, 4, 1)

    for target in range(1, counter.writes + 1):
        world, undo = await _ordered()
        setattr(world.tables, moment, Assassin(target))
        await _work_off(world)

        assert await _outcome(world, undo) == expected, f"killed {moment} {target} of {counter.writes}"


async def test_an_undo_that_is_delivered_twice_has_one_effect() -> None:
    world, undo = await _ordered()
    await _work_off(world)
    expected = await _outcome(world, undo)
    world, undo = await _ordered()
    [message] = world.queue.messages(GROUP_SYNCS)
    await world.queue.send(GROUP_SYNCS, message.text)
    await world.drain_together()

    assert await _outcome(world, undo) == expected


async def test_an_undo_goes_on_in_a_new_delivery_when_it_has_worked_for_long() -> None:
    """The host would end it otherwise, and its neighbours with it."""
    world, undo = await _ordered()
    await _work_off(world)
    expected = await _outcome(world, undo)
    world, undo = await _ordered()

    async def take_long(table: str, *_: object) -> None:
        if table == "Recipients":
            world.tables.after_write = None
            world.clock.advance(world.services.run_time + timedelta(minutes=1))

    world.tables.after_write = take_long
    await _work_off(world)
    found = await world.services.runs.run(WORKSPACE, G1, undo)

    assert found is not None
    assert found.value.attempts == 2
    assert await _outcome(world, undo) == expected
