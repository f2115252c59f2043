"""Nobody is taken out by a read that may have missed them, nor too many at once without asking."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sync_core.domain.directory import Status
from sync_core.domain.options import OnLeave, RemovalGuard
from sync_core.domain.runs import RunState
from tests.builders import GROUP, WORKSPACE
from tests.fakes.memory_entra import MemoryEntra
from tests.fakes.world import World, a_group, a_user
from tests.unit.flows.worlds import a_world, now_in, rulebook, the_run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sync_core.domain.entra import MembersPage
    from sync_core.domain.ids import EntraGroupId, TenantId

FIVE = ("u1", "u2", "u3", "u4", "u5")
GUARDED = rulebook(removal_guard=RemovalGuard())


async def lived(*members: str) -> World:
    world = await a_world(*members)
    await the_run(world)
    return world


async def test_a_complete_read_is_proved() -> None:
    world = await a_world(*FIVE)

    run = await the_run(world)

    assert run.proof is not None
    assert (run.proof.users, run.proof.counted, run.proof.complete, run.proof.readings) == (5, 5, True, 1)
    assert run.state is RunState.SUCCEEDED


async def test_who_left_is_taken_out_by_a_complete_read() -> None:
    world = await lived(*FIVE)
    now_in(world, GROUP, "u1", "u2", "u3", "u4")

    run = await the_run(world)

    assert (run.state, run.counts.removed) == (RunState.SUCCEEDED, 1)
    assert await world.members(GROUP) == {"u1", "u2", "u3", "u4"}


async def test_who_was_counted_and_not_seen_is_looked_for_twice() -> None:
    world = await lived(*FIVE)
    world.entra.lose = {"u5"}

    run = await the_run(world)

    assert run.proof is not None
    assert (run.proof.users, run.proof.counted, run.proof.complete, run.proof.readings) == (4, 5, False, 2)


async def test_without_proof_nobody_is_taken_out() -> None:
    world = await lived(*FIVE)
    world.entra.lose = {"u5"}

    run = await the_run(world)

    assert await world.members(GROUP) == set(FIVE)
    assert run.counts.removed == 0
    assert (await world.recipients())["u5"].status is Status.ACTIVE


async def test_without_proof_the_run_says_so() -> None:
    world = await lived(*FIVE)
    world.entra.lose = {"u5"}

    run = await the_run(world)

    assert run.state is RunState.SUCCEEDED_WITH_WARNINGS
    assert run.reason is not None
    assert run.reason.code == "read-not-proved"
    assert "5" in run.reason.text
    assert "4" in run.reason.text


async def test_without_proof_joiners_and_changes_are_applied_all_the_same() -> None:
    world = await lived(*FIVE)
    world.entra.users |= {"new": a_user("new"), "u1": a_user("u1", jobTitle="Engineer")}
    now_in(world, GROUP, *FIVE, "new")
    world.entra.lose = {"u5"}

    run = await the_run(world)

    assert (run.counts.added, run.counts.updated) == (1, 1)
    assert await world.members(GROUP) == {*FIVE, "new"}
    assert (await world.recipients())["u1"].values["jobTitle"] == "Engineer"


async def test_who_was_missed_by_the_first_reading_and_seen_by_the_second_is_no_doubt() -> None:
    world = await lived(*FIVE)
    now_in(world, GROUP, "u1", "u2", "u3", "u4", "u5")
    world.entra.lose = {"u5"}

    async def find_again() -> None:
        world.entra.lose = set()

    world.entra.before_page = find_again
    run = await the_run(world)

    assert run.proof is not None
    assert (run.proof.users, run.proof.complete, run.proof.readings) == (5, True, 2)
    assert run.state is RunState.SUCCEEDED


class OddEntra(MemoryEntra):
    """Counts wrong at first, and shows a page twice, as Graph may while a group changes."""

    counts_wrong = 0
    shows_twice = False

    async def count_users(self, tenant: TenantId, group: EntraGroupId, *, nested: bool) -> int:
        self.counts_wrong -= 1
        return await super().count_users(tenant, group, nested=nested) + (self.counts_wrong >= 0)

    async def members(self, tenant: TenantId, group: EntraGroupId, *, nested: bool) -> AsyncIterator[MembersPage]:
        async for page in super().members(tenant, group, nested=nested):
            yield page
            if self.shows_twice:
                yield page


async def odd_world(*members: str) -> tuple[World, OddEntra]:
    entra = OddEntra({user: a_user(user) for user in members}, {GROUP: a_group(GROUP, *members)})
    return await World(entra).set_up(rulebook()), entra


async def test_a_count_that_is_right_the_second_time_saves_the_second_reading() -> None:
    world, entra = await odd_world(*FIVE)
    await the_run(world)
    entra.counts_wrong = 1

    run = await the_run(world)

    assert run.proof is not None
    assert (run.proof.complete, run.proof.readings, run.proof.counted) == (True, 1, 5)


async def test_who_is_shown_twice_is_one_person() -> None:
    world, entra = await odd_world(*FIVE)
    entra.shows_twice = True

    run = await the_run(world)

    assert (run.state, run.counts.read, run.counts.added) == (RunState.SUCCEEDED, 5, 5)


async def test_others_are_counted_once_however_often_a_group_is_read() -> None:
    world = await a_world("u1", "u2")
    world.entra.groups[GROUP]["members"].append({"@odata.type": "#microsoft.graph.device", "id": "laptop"})
    world.entra.lose = {"u2"}

    run = await the_run(world)

    assert run.proof is not None
    assert (run.proof.readings, run.proof.others) == (2, {"device": 1})


async def test_a_count_that_goes_on_saying_more_is_believed() -> None:
    world = await lived(*FIVE)
    now_in(world, GROUP, "u1", "u2", "u3", "u4")
    world.entra.miscount = 1

    run = await the_run(world)

    assert run.proof is not None
    assert run.proof.counted == 5
    assert not run.proof.complete
    assert await world.members(GROUP) == set(FIVE)


async def test_more_seen_than_counted_is_proof() -> None:
    """The count's index lags behind new members; nobody can be missing."""
    world = await lived(*FIVE)
    now_in(world, GROUP, "u1", "u2", "u3", "u4")
    world.entra.miscount = -1

    run = await the_run(world)

    assert run.proof is not None
    assert run.proof.complete
    assert await world.members(GROUP) == {"u1", "u2", "u3", "u4"}


async def test_members_that_are_no_people_are_counted_and_not_imported() -> None:
    world = await a_world("u1")
    world.entra.groups[GROUP]["members"].append({"@odata.type": "#microsoft.graph.device", "id": "laptop"})

    run = await the_run(world)

    assert run.proof is not None
    assert run.proof.others == {"device": 1}
    assert run.counts.read == 1


async def test_a_group_that_is_empty_in_entra_is_held() -> None:
    world = await a_world(*FIVE, rules=GUARDED)
    await the_run(world)
    now_in(world, GROUP)

    run = await the_run(world)

    assert (run.state, run.counts.held, run.counts.removed) == (RunState.HELD, 5, 0)
    assert run.proof is not None
    assert run.proof.complete
    assert await world.members(GROUP) == set(FIVE)


async def test_with_the_guard_off_an_empty_group_is_emptied() -> None:
    world = await lived(*FIVE)
    now_in(world, GROUP)

    run = await the_run(world)

    assert (run.state, run.counts.removed) == (RunState.SUCCEEDED, 5)
    assert await world.members(GROUP) == set()


async def test_a_group_that_was_always_empty_is_no_question() -> None:
    world = await a_world(rules=GUARDED)

    assert (await the_run(world)).state is RunState.SUCCEEDED


async def test_a_held_run_applies_everything_but_the_removals() -> None:
    world = await a_world("u1", "u2", rules=GUARDED)
    await the_run(world)
    world.entra.users |= {"new": a_user("new")}
    now_in(world, GROUP, "new")

    run = await the_run(world)

    assert (run.state, run.counts.added, run.counts.removed, run.counts.held) == (RunState.HELD, 1, 0, 2)
    assert await world.members(GROUP) == {"u1", "u2", "new"}


async def test_a_held_run_says_why_and_what_to_do() -> None:
    world = await a_world("u1", rules=GUARDED)
    await the_run(world)
    now_in(world, GROUP)

    run = await the_run(world)

    assert run.reason is not None
    assert run.reason.code == "removals-held"
    assert "1 of 1" in run.reason.text
    assert "approval" in run.reason.text


async def test_what_is_held_is_held_again_the_next_night() -> None:
    world = await a_world(*FIVE, rules=GUARDED)
    await the_run(world)
    now_in(world, GROUP)
    await the_run(world)

    run = await the_run(world)

    assert (run.state, run.counts.held) == (RunState.HELD, 5)


async def test_a_hold_is_over_when_the_people_are_back() -> None:
    world = await a_world(*FIVE, rules=GUARDED)
    await the_run(world)
    now_in(world, GROUP)
    await the_run(world)
    now_in(world, GROUP, *FIVE)

    run = await the_run(world)

    assert (run.state, run.counts.held, run.counts.updated) == (RunState.SUCCEEDED, 0, 0)


async def test_deactivations_count_with_the_removals() -> None:
    """Two leave and three are disabled: five of ten go."""
    ten = tuple(f"u{number}" for number in range(10))
    world = await a_world(*ten, rules=GUARDED)
    await the_run(world)
    now_in(world, GROUP, *ten[2:])
    for user in ten[2:5]:
        world.entra.users[user]["accountEnabled"] = False

    run = await the_run(world)

    assert (run.state, run.counts.held) == (RunState.HELD, 5)
    assert await world.members(GROUP) == set(ten)
    assert all(person.status is Status.ACTIVE for person in (await world.recipients()).values())


async def test_a_held_deactivation_lets_the_rest_of_the_person_through() -> None:
    world = await a_world("u1", rules=GUARDED)
    await the_run(world)
    world.entra.users["u1"] |= {"accountEnabled": False, "jobTitle": "Engineer"}

    run = await the_run(world)

    person = (await world.recipients())["u1"]
    assert (run.state, run.counts.updated, run.counts.held) == (RunState.HELD, 1, 1)
    assert (person.status, person.values["jobTitle"]) == (Status.ACTIVE, "Engineer")


async def test_a_held_deactivation_stays_held_night_after_night() -> None:
    world = await a_world("u1", rules=GUARDED)
    await the_run(world)
    world.entra.users["u1"]["accountEnabled"] = False
    await the_run(world)

    run = await the_run(world)

    assert (run.state, run.counts.updated, run.counts.held) == (RunState.HELD, 0, 1)


async def test_few_enough_removals_and_deactivations_need_no_question() -> None:
    ten = tuple(f"u{number}" for number in range(10))
    world = await a_world(*ten, rules=GUARDED)
    await the_run(world)
    now_in(world, GROUP, *ten[1:])
    world.entra.users["u9"]["accountEnabled"] = False

    run = await the_run(world)

    assert (run.state, run.counts.removed, run.counts.updated) == (RunState.SUCCEEDED, 1, 1)
    assert (await world.recipients())["u9"].status is Status.INACTIVE


async def test_a_newly_linked_groups_first_sync_is_no_mass_removal() -> None:
    """Somebody known from another group was disabled today: this group had nobody to lose yet."""
    world = await a_world("u1", "u2", "u3", rules=GUARDED)
    await the_run(world)
    world.entra.users["u1"]["accountEnabled"] = False
    now_in(world, "aa-new", "u1", "u2", "u3")
    await world.set_up(GUARDED)

    runs = await world.night()

    assert {run.state for run in runs} == {RunState.SUCCEEDED}


async def test_a_first_sync_that_would_deactivate_many_is_held_all_the_same() -> None:
    ten = tuple(f"u{number}" for number in range(10))
    world = await a_world(*ten, rules=GUARDED)
    await the_run(world)
    for user in ten[:6]:
        world.entra.users[user]["accountEnabled"] = False
    now_in(world, "aa-new", *ten)
    await world.set_up(GUARDED)

    first, _ = await world.night()

    assert (first.state, first.counts.added, first.counts.held) == (RunState.HELD, 10, 6)
    assert {person.status for person in (await world.recipients()).values()} == {Status.ACTIVE}


async def test_with_keep_on_leaving_nobody_is_held_or_taken_out() -> None:
    rules = rulebook(removal_guard=RemovalGuard(), when_user_leaves_group=OnLeave.KEEP)
    world = await a_world(*FIVE, rules=rules)
    await the_run(world)
    now_in(world, GROUP)

    run = await the_run(world)

    assert (run.state, run.counts.held, run.counts.removed) == (RunState.SUCCEEDED, 0, 0)
    assert await world.members(GROUP) == set(FIVE)


async def test_an_unproved_read_holds_nothing() -> None:
    """What was not seen for sure is no question for a person either."""
    world = await a_world(*FIVE, rules=GUARDED)
    await the_run(world)
    world.entra.lose = set(FIVE)

    run = await the_run(world)

    assert run.state is RunState.SUCCEEDED_WITH_WARNINGS
    assert run.counts.held == 0


async def test_somebody_deleted_in_entra_is_taken_out_like_a_leaver() -> None:
    world = await lived(*FIVE)
    del world.entra.users["u5"]

    run = await the_run(world)

    assert run.counts.removed == 1
    assert (await world.recipients())["u5"].status is Status.INACTIVE


async def test_the_number_of_members_follows() -> None:
    world = await lived(*FIVE)
    now_in(world, GROUP, "u1", "u2", "u3")
    await the_run(world)

    found = await world.services.groups.group(WORKSPACE, GROUP)

    assert found is not None
    assert found.value.members == 3


@pytest.mark.parametrize("page_size", [1, 2, 3])
async def test_every_page_of_a_group_is_read(page_size: int) -> None:
    world = await a_world(*FIVE)
    world.entra.page_size = page_size

    run = await the_run(world)

    assert run.proof is not None
    assert run.proof.pages == -(-5 // page_size)
    assert run.counts.added == 5


async def test_a_read_that_takes_longer_than_a_lease_keeps_it() -> None:
    world = await a_world(*FIVE)
    world.entra.page_size = 1

    async def slowly() -> None:
        world.clock.advance(timedelta(seconds=80))

    world.entra.before_page = slowly
    run = await the_run(world)

    assert (run.state, run.attempts, run.counts.added) == (RunState.SUCCEEDED, 1, 5)
