"""E-mail addresses are unique: who has one, who wants one, and who cannot be taken in without one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sync_core.domain.directory import MemberState, Status
from sync_core.domain.email import MALFORMED, MISSING, TAKEN, key_of
from sync_core.domain.ids import RecipientId
from sync_core.domain.options import OnLeaveLast, RemovalGuard
from sync_core.domain.runs import RunState
from sync_core.flows.settle_addresses import moving_together
from tests.builders import GROUP, WORKSPACE
from tests.fakes.world import World, a_group, a_tenant, a_user
from tests.unit.flows.worlds import a_world, journal_of, now_in, rulebook, the_run

if TYPE_CHECKING:
    from sync_core.domain.runs import Run

NO_MAIL = {"mail": None, "userPrincipalName": None}


async def refusals(world: World, run: Run) -> dict[str, str]:
    return {str(entry.entra_id): entry.reason for entry in await journal_of(world, run) if entry.kind == "refused"}


async def addresses(world: World) -> dict[str, str]:
    return {key: person.values["email"] for key, person in (await world.recipients()).items()}


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [(NO_MAIL, MISSING), ({"mail": "no address"}, MALFORMED), ({"mail": "u1@example.com"}, TAKEN)],
    ids=[MISSING, MALFORMED, TAKEN],
)
async def test_one_bad_address_is_a_warning_and_everybody_else_goes_on(
    trouble: dict[str, str | None], reason: str
) -> None:
    world = await a_world("u1", "u2", "u3", u2=trouble)

    run = await the_run(world)

    assert await world.members(GROUP) == {"u1", "u3"}
    assert await refusals(world, run) == {"u2": reason}
    assert (run.state, run.counts.added, run.counts.refused) == (RunState.SUCCEEDED_WITH_WARNINGS, 2, 1)
    assert run.reason is not None
    assert run.reason.code == "people-refused"
    assert "1 person" in run.reason.text


async def test_who_has_no_mail_is_taken_in_with_the_principal_name() -> None:
    world = await a_world("u1", u1={"mail": None})

    await the_run(world)

    assert await addresses(world) == {"u1": "u1@example.com"}


async def test_who_was_refused_is_remembered_with_the_reason() -> None:
    world = await a_world("u1", u1=NO_MAIL)
    await the_run(world)

    [member] = [one async for one in world.services.members.index(WORKSPACE, GROUP, spread=False)]

    assert (member.state, member.reason) == (MemberState.REFUSED, MISSING)


async def test_who_was_refused_is_tried_again_each_night_and_told_once() -> None:
    world = await a_world("u1", u1=NO_MAIL)
    first = await the_run(world)

    second = await the_run(world)

    assert (await refusals(world, first), await refusals(world, second)) == ({"u1": MISSING}, {})
    assert second.counts.refused == 1
    assert second.state is RunState.SUCCEEDED_WITH_WARNINGS


async def test_another_reason_is_told_again() -> None:
    world = await a_world("u1", u1=NO_MAIL)
    await the_run(world)
    world.entra.users["u1"]["mail"] = "no address"

    run = await the_run(world)

    assert await refusals(world, run) == {"u1": MALFORMED}


async def test_who_was_refused_comes_in_when_the_trouble_is_over() -> None:
    world = await a_world("u1", u1=NO_MAIL)
    await the_run(world)
    world.entra.users["u1"]["mail"] = "u1@example.com"

    run = await the_run(world)

    assert await world.members(GROUP) == {"u1"}
    assert (run.state, run.counts.added) == (RunState.SUCCEEDED, 1)


async def test_who_was_refused_and_left_is_forgotten_without_asking() -> None:
    """They were never in: the removal guard has nothing to guard."""
    world = await a_world("u1", "u2", rules=rulebook(removal_guard=RemovalGuard()), u2=NO_MAIL)
    await the_run(world)
    now_in(world, GROUP, "u1")

    run = await the_run(world)

    assert (run.state, run.counts.removed, run.counts.held) == (RunState.SUCCEEDED, 0, 0)
    assert [one.entra_id async for one in world.services.members.index(WORKSPACE, GROUP, spread=False)] == ["u1"]


async def test_a_refused_person_is_no_member_of_the_count() -> None:
    world = await a_world("u1", "u2", u2=NO_MAIL)
    await the_run(world)

    found = await world.services.groups.group(WORKSPACE, GROUP)

    assert found is not None
    assert found.value.members == 1


async def test_somebody_known_who_lost_the_address_keeps_the_old_one_with_a_warning() -> None:
    world = await a_world("u1")
    await the_run(world)
    world.entra.users["u1"] |= {**NO_MAIL, "jobTitle": "Engineer"}

    run = await the_run(world)

    person = (await world.recipients())["u1"]
    assert (person.values["email"], person.values["jobTitle"]) == ("u1@example.com", "Engineer")
    assert (run.state, run.counts.refused, run.counts.updated) == (RunState.SUCCEEDED_WITH_WARNINGS, 1, 1)


async def test_an_address_that_was_given_up_is_free() -> None:
    world = await a_world("u1")
    await the_run(world)
    world.entra.users |= {"u1": a_user("u1", mail="new@example.com")}
    await the_run(world)
    world.entra.users |= {"u2": a_user("u2", mail="u1@example.com")}
    now_in(world, GROUP, "u1", "u2")

    run = await the_run(world)

    assert run.counts.refused == 0
    assert await addresses(world) == {"u1": "new@example.com", "u2": "u1@example.com"}


async def test_an_address_that_changes_in_case_only_stays_its_owners() -> None:
    world = await a_world("u1")
    await the_run(world)
    world.entra.users["u1"]["mail"] = "U1@Example.com"
    await the_run(world)
    world.entra.users |= {"u2": a_user("u2", mail="u1@EXAMPLE.com")}
    now_in(world, GROUP, "u1", "u2")

    run = await the_run(world)

    assert await addresses(world) == {"u1": "U1@Example.com"}
    assert await refusals(world, run) == {"u2": TAKEN}


async def test_two_people_may_swap_their_addresses() -> None:
    world = await a_world("u1", "u2")
    await the_run(world)
    world.entra.users["u1"]["mail"] = "u2@example.com"
    world.entra.users["u2"]["mail"] = "u1@example.com"

    run = await the_run(world)

    assert await addresses(world) == {"u1": "u2@example.com", "u2": "u1@example.com"}
    assert (run.counts.updated, run.counts.refused) == (2, 0)


@pytest.mark.parametrize("page_size", [1, 5])
async def test_somebody_new_may_have_the_address_that_a_member_gives_up_tonight(page_size: int) -> None:
    """Whoever comes first in the read."""
    world = await a_world("u2")
    await the_run(world)
    world.entra.page_size = page_size
    world.entra.users |= {"u1": a_user("u1", mail="u2@example.com"), "u3": a_user("u3", mail="u1@example.com")}
    world.entra.users["u2"]["mail"] = "new@example.com"
    now_in(world, GROUP, "u1", "u2", "u3")

    run = await the_run(world)

    assert await addresses(world) == {"u1": "u2@example.com", "u2": "new@example.com", "u3": "u1@example.com"}
    assert run.counts.refused == 0


async def test_a_swap_works_although_one_of_the_two_was_disabled_and_is_held() -> None:
    world = await a_world("u1", "u2", rules=rulebook(removal_guard=RemovalGuard(percent=0, minimum=0)))
    await the_run(world)
    world.entra.users["u1"]["mail"] = "u2@example.com"
    world.entra.users["u2"] |= {"mail": "u1@example.com", "accountEnabled": False}

    run = await the_run(world)

    assert await addresses(world) == {"u1": "u2@example.com", "u2": "u1@example.com"}
    assert (run.state, (await world.recipients())["u2"].status) == (RunState.HELD, Status.ACTIVE)


async def test_an_address_that_somebody_of_another_group_gives_up_is_taken_the_next_night() -> None:
    entra = a_tenant([a_user("u1"), a_user("u2")], [a_group("g1", "u1"), a_group("g2", "u2")])
    world = await World(entra).set_up(rulebook())
    await world.night()
    entra.users["u1"]["mail"] = "u2@example.com"
    entra.users["u2"]["mail"] = "new@example.com"

    first, _ = await world.night()
    second, _ = await world.night()

    assert (first.counts.refused, second.counts.refused) == (1, 0)
    assert await addresses(world) == {"u1": "u2@example.com", "u2": "new@example.com"}


async def test_an_address_claimed_by_a_killed_run_long_ago_is_taken_over() -> None:
    world = await a_world("u1")
    claims = {key_of("u1@example.com"): RecipientId("r-nobody")}
    await world.services.identities.claim(WORKSPACE, claims, at=world.clock.now() - timedelta(hours=1))

    run = await the_run(world)

    assert await addresses(world) == {"u1": "u1@example.com"}
    assert run.counts.refused == 0


async def test_an_address_claimed_a_moment_ago_may_be_somebodys_who_is_about_to_be_stored() -> None:
    world = await a_world("u1")
    claims = {key_of("u1@example.com"): RecipientId("r-soon")}
    await world.services.identities.claim(WORKSPACE, claims, at=world.clock.now() + timedelta(hours=23, minutes=59))

    run = await the_run(world)

    assert await refusals(world, run) == {"u1": TAKEN}


def holding(**blocked_by: str) -> set[str]:
    pairs = {RecipientId(person): RecipientId(holder) for person, holder in blocked_by.items()}
    return set(moving_together(pairs))


def test_those_who_block_each_other_in_a_ring_move_together() -> None:
    assert holding(a="b", b="c", c="a") == {"a", "b", "c"}


def test_those_who_wait_for_somebody_who_does_not_move_do_not_move() -> None:
    assert holding(a="b", b="settled") == set()


def test_those_who_wait_for_a_ring_move_with_it() -> None:
    assert holding(a="b", b="a", c="a") == {"a", "b", "c"}


def test_nobody_blocked_means_nobody_moves() -> None:
    assert holding() == set()


async def test_the_address_of_somebody_who_is_deleted_is_free_in_the_same_run() -> None:
    """Settled only a night later, a night without changes in Entra would still change somebody."""
    deleted = rulebook(when_user_leaves_last_group=OnLeaveLast.DELETE)
    world = await a_world("u1", "u2", "u3", rules=deleted)
    await the_run(world)
    now_in(world, GROUP, "u2", "u3")
    world.entra.users["u2"]["mail"] = "u1@example.com"

    run = await the_run(world)
    quiet = await the_run(world)

    assert run.state is RunState.SUCCEEDED
    assert await addresses(world) == {"u2": "u1@example.com", "u3": "u3@example.com"}
    assert quiet.counts.updated == 0
