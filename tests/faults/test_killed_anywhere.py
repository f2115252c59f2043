"""A process killed at any storage call, and the next that takes over, end where an undisturbed run does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sync_core.adapters.queues.orders import GROUP_SYNCS
from sync_core.domain.ids import GroupId
from sync_core.domain.options import RemovalGuard, SyncOptions
from sync_core.domain.schedule import midnight_of, night_of
from sync_core.domain.workspaces import Rulebook
from sync_core.flows.deliver_order import deliver_order
from sync_core.flows.enqueue_due import enqueue_due
from tests.fakes.world import WORKSPACE, World, a_group, a_tenant, a_user
from tests.properties.tenants import directory_as_model

UNGUARDED = Rulebook(options=SyncOptions(removal_guard=RemovalGuard(enabled=False)))

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


async def _lived_one_night() -> World:
    """A world whose second night has one of everything to do: join, leave, change, disable, a moved address."""
    users = [a_user(f"u{number}") for number in range(8)]
    world = World(a_tenant(users, [a_group("g1", *(f"u{number}" for number in range(6))), a_group("g2", "u0", "u6")]))
    await world.set_up(UNGUARDED)
    await world.night()
    world.entra.groups["g1"] = a_group("g1", "u0", "u1", "u2", "u3", "u6", "u7")
    world.entra.users["u1"]["jobTitle"] = "Analyst"
    world.entra.users["u2"]["accountEnabled"] = False
    world.entra.users["u1"]["mail"] = "u3@example.com"
    world.entra.users["u3"]["mail"] = "new@example.com"
    return world


async def _second_night(world: World) -> None:
    """Live through the night as the platform does: what was killed is fired, or delivered, again."""
    tonight = night_of(world.clock.now()) + timedelta(days=1)
    world.clock.move_to(midnight_of(tonight))
    try:
        await enqueue_due(world.services)
    except BaseException as died:  # noqa: BLE001 (a kill is no Exception)
        _expect_kill(died)
        await enqueue_due(world.services)
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
    """Pass over the kill itself, also where a task group wraps it; anything else is a fault of the product's."""
    if isinstance(died, BaseExceptionGroup):
        [died] = died.exceptions
    if not isinstance(died, Killed):
        raise died


async def _outcome(world: World) -> tuple[object, object]:
    runs = await world.runs_of(night_of(world.clock.now()))
    journal = [
        sum([len(page.entries) async for page in world.services.journal.pages(WORKSPACE, GroupId(group), run.id)])
        for group, run in zip(sorted(world.entra.groups), runs, strict=True)
    ]
    ended = [(run.id, run.state.value, entries, run.counts) for run, entries in zip(runs, journal, strict=True)]
    return directory_as_model(await world.recipients()), ended


async def _undisturbed() -> tuple[tuple[object, object], int]:
    world = await _lived_one_night()
    world.tables.before_write = counter = Assassin(0)
    await _second_night(world)
    return await _outcome(world), counter.writes


@pytest.mark.parametrize("moment", ["before_write", "after_write"])
async def test_a_run_killed_at_any_write_ends_as_if_nothing_had_happened(moment: str) -> None:
    """Same people, same card versions, same counts, same journal: nothing is lost and nothing is counted twice."""
    expected, writes = await _undisturbed()

    for target in range(1, writes + 1):
        world = await _lived_one_night()
        setattr(world.tables, moment, Assassin(target))
        await _second_night(world)

        assert await _outcome(world) == expected, f"killed {moment} {target} of {writes}"


async def test_an_order_that_is_delivered_twice_has_one_effect() -> None:
    expected, _ = await _undisturbed()
    world = await _lived_one_night()
    tonight = night_of(world.clock.now()) + timedelta(days=1)
    world.clock.move_to(midnight_of(tonight))
    await enqueue_due(world.services)
    for message in world.queue.messages(GROUP_SYNCS):
        await world.queue.send(GROUP_SYNCS, message.text)

    await world.drain()

    assert await _outcome(world) == expected
