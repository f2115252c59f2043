"""One run of a group at a time: taking, renewing, losing and giving back its lease."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from sync_core.domain.errors import LeaseLost, TryAgainLater
from sync_core.domain.ids import EntraGroupId, GroupId
from sync_core.flows.lease import Lease, take_lease
from tests.builders import GROUP, MIDNIGHT, RUN, WORKSPACE, a_linked_group
from tests.fakes.world import World
from tests.unit.flows.worlds import lost_answer_of

LEASE = timedelta(seconds=90)


async def take(world: World, attempt: str = "ours", group: GroupId = GROUP) -> Lease:
    await world.services.groups.add(WORKSPACE, a_linked_group(id=group, entra_id=EntraGroupId(f"entra-{group}")))
    return await take_lease(world.services, WORKSPACE, group, run=RUN, attempt=attempt, generation=1)


async def row(world: World) -> tuple[str, object]:
    found = await world.services.states.state(WORKSPACE, GROUP)
    assert found is not None
    return found.value.attempt, found.value.lease_until


async def test_a_lease_is_taken_for_its_length() -> None:
    world = World()

    await take(world)

    assert await row(world) == ("ours", MIDNIGHT + LEASE)


async def test_a_lease_that_is_held_says_when_to_come_back() -> None:
    world = World()
    await take(world, "theirs")
    world.clock.advance(timedelta(seconds=30))

    with pytest.raises(TryAgainLater) as later:
        await take(world)

    assert timedelta(seconds=60) < later.value.after <= timedelta(seconds=70)


async def test_groups_have_leases_of_their_own() -> None:
    world = World()
    await take(world)
    await take(world, "theirs", GroupId("support"))

    assert (await row(world))[0] == "ours"


async def test_a_lease_that_ran_out_is_taken_over_to_the_second() -> None:
    world = World()
    await take(world, "theirs")
    world.clock.advance(LEASE - timedelta(microseconds=1))
    with pytest.raises(TryAgainLater):
        await take(world)
    world.clock.advance(timedelta(microseconds=1))

    await take(world)

    assert (await row(world))[0] == "ours"


async def test_of_those_who_reach_for_it_at_once_one_gets_it() -> None:
    world = World()

    async def take_turns(*_call: object) -> None:
        await asyncio.sleep(0)

    world.tables.before_read = world.tables.before_write = take_turns
    outcomes = await asyncio.gather(*(take(world, f"a{n}") for n in range(5)), return_exceptions=True)

    assert sum(isinstance(one, Lease) for one in outcomes) == 1
    assert sum(isinstance(one, TryAgainLater) for one in outcomes) == 4


async def test_a_lease_taken_whose_answer_was_lost_is_ours() -> None:
    world = World()
    world.tables.after_write = lost_answer_of("SyncState")

    lease = await take(world)
    await lease.renew()

    assert (await row(world))[0] == "ours"


async def test_a_renewal_prolongs_it() -> None:
    world = World()
    lease = await take(world)
    world.clock.advance(timedelta(seconds=40))

    await lease.renew()

    assert await row(world) == ("ours", MIDNIGHT + timedelta(seconds=40) + LEASE)


async def test_a_renewal_whose_answer_was_lost_is_a_renewal() -> None:
    world = World()
    lease = await take(world)
    world.tables.after_write = lost_answer_of("SyncState")

    await lease.renew()
    await lease.renew()

    assert (await row(world))[0] == "ours"


async def test_a_lease_that_another_took_over_cannot_be_renewed() -> None:
    world = World()
    lease = await take(world)
    world.clock.advance(LEASE)
    await take(world, "theirs")

    with pytest.raises(LeaseLost):
        await lease.renew()

    assert (await row(world))[0] == "theirs"


async def test_a_lease_that_ran_out_and_nobody_took_can_be_renewed() -> None:
    """Nobody else has worked on the group meanwhile: the row's ETag says so."""
    world = World()
    lease = await take(world)
    world.clock.advance(LEASE * 2)

    await lease.renew()

    assert (await row(world))[0] == "ours"


async def test_a_lease_is_kept_without_a_write_while_it_is_young() -> None:
    world = World()
    lease = await take(world)
    world.clock.advance(LEASE / 3 - timedelta(microseconds=1))

    assert not await lease.keep()
    assert await row(world) == ("ours", MIDNIGHT + LEASE)


async def test_a_lease_is_renewed_when_a_third_of_it_has_passed() -> None:
    world = World()
    lease = await take(world)
    world.clock.advance(LEASE / 3)

    assert await lease.keep()
    assert await row(world) == ("ours", MIDNIGHT + LEASE / 3 + LEASE)
    assert not await lease.keep()


async def test_keeping_a_lease_that_is_lost_says_so() -> None:
    world = World()
    lease = await take(world)
    world.clock.advance(LEASE)
    await take(world, "theirs")

    with pytest.raises(LeaseLost):
        await lease.keep()


async def test_a_run_that_worked_for_too_long_hands_itself_on() -> None:
    """Before the host would end the process, and its neighbours with it."""
    world = World()
    lease = await take(world)
    world.clock.advance(world.services.run_time)
    await lease.keep()
    world.clock.advance(timedelta(microseconds=1))

    with pytest.raises(TryAgainLater) as later:
        await lease.keep()

    assert later.value.after == timedelta()


async def test_a_lease_given_back_can_be_taken_at_once() -> None:
    world = World()
    await (await take(world, "theirs")).release()

    await take(world)

    assert (await row(world))[0] == "ours"


async def test_giving_back_a_lost_lease_leaves_it_to_its_new_holder() -> None:
    world = World()
    lease = await take(world)
    world.clock.advance(LEASE)
    await take(world, "theirs")

    await lease.release()

    assert (await row(world))[0] == "theirs"


async def test_giving_a_lease_back_whose_answer_was_lost_is_no_failure() -> None:
    world = World()
    lease = await take(world)
    world.tables.after_write = lost_answer_of("SyncState")

    await lease.release()

    assert (await row(world))[0] == ""


async def test_how_the_index_lies_is_remembered_from_run_to_run() -> None:
    world = World()
    lease = await take(world)
    await lease.choose_spread(spread=True)
    await lease.release()

    assert (await take(world, "next")).state.spread is True


async def test_the_length_of_a_lease_is_a_setting() -> None:
    world = World()
    world.services = replace(world.services, lease=timedelta(seconds=5))

    await take(world)

    assert await row(world) == ("ours", MIDNIGHT + timedelta(seconds=5))
