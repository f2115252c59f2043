"""Two groups that share people sync at the same moment: wherever one meets the other, it ends as one by one."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest

from sync_core.adapters.queues.orders import GROUP_SYNCS
from sync_core.domain.options import OnLeaveLast
from sync_core.domain.schedule import midnight_of, night_of
from sync_core.flows.deliver_order import deliver_order
from sync_core.flows.enqueue_due import enqueue_due
from tests.fakes.world import World, a_group, a_tenant, a_user
from tests.properties.tenants import directory_as_model
from tests.unit.flows.worlds import now_in, rulebook


async def a_world_before_its_second_night(option: OnLeaveLast) -> World:
    """Some leave both groups, some one; one moves; one joins both; others change, are disabled, swap addresses."""
    first = [f"u{number}" for number in range(8)]
    entra = a_tenant([a_user(user) for user in first], [a_group("g1", *first), a_group("g2", *first[:7])])
    world = await World(entra).set_up(rulebook(when_user_leaves_last_group=option))
    await world.night()
    entra.users["new"] = a_user("new")
    entra.users["u2"]["jobTitle"] = "Engineer"
    entra.users["u3"]["accountEnabled"] = False
    entra.users["u4"]["mail"], entra.users["u5"]["mail"] = "u5@example.com", "u4@example.com"
    now_in(world, "g1", "u2", "u3", "u4", "u5", "u6", "new")
    now_in(world, "g2", "u1", "u2", "u3", "u4", "u5", "u7", "new")
    return world


class Meeting:
    """Lets the next order on the queue be carried out, start to end, before storage call number *at* of this one."""

    def __init__(self, world: World, *, at: int) -> None:
        self._world = world
        self._left = at

    @property
    def happened(self) -> bool:
        return self._left <= 0

    async def __call__(self, *_call: object) -> None:
        self._left -= 1
        if self._left == 0:
            await deliver_next(self._world)


async def deliver_next(world: World) -> None:
    text = world.queue.receive(GROUP_SYNCS)
    assert text is not None
    await deliver_order(world.services, text)


async def night_with_a_meeting(world: World, *, at: int) -> bool:
    """Live through the night; return whether the first run made that many storage calls."""
    world.clock.move_to(midnight_of(night_of(world.clock.now()) + timedelta(days=1)))
    await enqueue_due(world.services)
    meeting = Meeting(world, at=at)
    world.tables.before_read = world.tables.before_write = meeting
    await deliver_next(world)
    world.tables.before_read = world.tables.before_write = None
    await world.drain()
    return meeting.happened


@pytest.mark.parametrize("option", [OnLeaveLast.DEACTIVATE, OnLeaveLast.DELETE])
async def test_wherever_two_runs_meet_the_directory_is_as_if_they_had_not(option: OnLeaveLast) -> None:
    undisturbed = await a_world_before_its_second_night(option)
    await undisturbed.night()
    expected = directory_as_model(await undisturbed.recipients())

    for at in count(1):
        world = await a_world_before_its_second_night(option)
        met = await night_with_a_meeting(world, at=at)

        assert directory_as_model(await world.recipients()) == expected, f"met before storage call {at}"
        if not met:
            break

    assert at > 30
