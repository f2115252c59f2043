"""A process killed at any storage call, and the next that takes over, end where an undisturbed run does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sync_core.adapters.queues.orders import GROUP_SYNCS
from sync_core.domain.schedule import midnight_of, night_of
from sync_core.flows.enqueue_due import enqueue_due
from tests.faults.second_night import Killed, lived_one_night, outcome, second_night


class Assassin:
    """Kills at the *target*-th storage write, before or after it was carried out."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.writes = 0

    async def __call__(self, *_: object) -> None:
        self.writes += 1
        if self.writes == self.target:
            raise Killed


async def _undisturbed() -> tuple[tuple[object, object], int]:
    world = await lived_one_night()
    world.tables.before_write = counter = Assassin(0)
    await second_night(world)
    return await outcome(world), counter.writes


@pytest.mark.parametrize("moment", ["before_write", "after_write"])
async def test_a_run_killed_at_any_write_ends_as_if_nothing_had_happened(moment: str) -> None:
    """Same people, same card versions, same counts, same journal: nothing is lost and nothing is counted twice."""
    expected, writes = await _undisturbed()

    for target in range(1, writes + 1):
        world = await lived_one_night()
        setattr(world.tables, moment, Assassin(target))
        await second_night(world)

        assert await outcome(world) == expected, f"killed {moment} {target} of {writes}"


async def test_an_order_that_is_delivered_twice_has_one_effect() -> None:
    expected, _ = await _undisturbed()
    world = await lived_one_night()
    tonight = night_of(world.clock.now()) + timedelta(days=1)
    world.clock.move_to(midnight_of(tonight))
    await enqueue_due(world.services)
    for message in world.queue.messages(GROUP_SYNCS):
        await world.queue.send(GROUP_SYNCS, message.text)

    await world.drain()

    assert await outcome(world) == expected
