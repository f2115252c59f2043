"""People in several groups: what each run may decide, and what only all of them together decide."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sync_core.domain.directory import Status
from sync_core.domain.errors import TryAgainLater
from sync_core.domain.ids import GroupId
from sync_core.domain.options import OnLeaveLast
from sync_core.domain.runs import manual_run_id
from sync_core.flows.run_order import run_order
from sync_core.ports import RecipientWrite
from tests.builders import WORKSPACE, a_manual_order
from tests.fakes.world import World, a_group, a_tenant, a_user
from tests.unit.flows.worlds import change_person, now_in, rulebook


async def two_groups(*users: str, **options: Any) -> World:
    world = World(a_tenant([a_user(user) for user in users], [a_group("g1", *users), a_group("g2", *users)]))
    await world.set_up(rulebook(**options))
    await world.night()
    return world


@pytest.mark.parametrize("together", [False, True])
async def test_who_leaves_one_group_stays_in_the_workspace(together: bool) -> None:
    world = await two_groups("u1", "u2")
    now_in(world, "g1", "u2")

    await world.night(together=together)

    person = (await world.recipients())["u1"]
    assert (set(person.cards), person.status) == ({"g2"}, Status.ACTIVE)


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("option", OnLeaveLast)
async def test_who_leaves_all_groups_in_one_night_leaves_the_workspace_once(
    together: bool, option: OnLeaveLast
) -> None:
    world = await two_groups("u1", "u2", when_user_leaves_last_group=option)
    for group in ("g1", "g2"):
        now_in(world, group, "u2")

    runs = await world.night(together=together)

    person = (await world.recipients()).get("u1")
    assert sum(run.counts.removed for run in runs) == 2
    if option is OnLeaveLast.DELETE:
        assert person is None
    else:
        assert person is not None
        assert person.cards == {}
        assert (person.status is Status.ACTIVE) is (option is OnLeaveLast.KEEP)


@pytest.mark.parametrize("together", [False, True])
async def test_who_moves_from_one_group_to_another_is_one_person_all_along(together: bool) -> None:
    world = World(a_tenant([a_user("u1")], [a_group("g1", "u1"), a_group("g2")]))
    await world.set_up(rulebook(when_user_leaves_last_group=OnLeaveLast.DELETE))
    await world.night()
    before = (await world.recipients())["u1"]
    now_in(world, "g1")
    now_in(world, "g2", "u1")

    await world.night(together=together)

    person = (await world.recipients())["u1"]
    assert (person.id, set(person.cards), person.status) == (before.id, {"g2"}, Status.ACTIVE)


@pytest.mark.parametrize("together", [False, True])
async def test_a_change_of_somebody_shared_raises_each_card_once(together: bool) -> None:
    world = await two_groups("u1")
    world.entra.users["u1"]["jobTitle"] = "Engineer"

    await world.night(together=together)

    person = (await world.recipients())["u1"]
    assert {group: card.version for group, card in person.cards.items()} == {"g1": 2, "g2": 2}


async def test_a_change_of_somebody_shared_is_counted_by_the_run_that_made_it() -> None:
    world = await two_groups("u1")
    world.entra.users["u1"]["jobTitle"] = "Engineer"

    runs = await world.night()

    assert sorted(run.counts.updated for run in runs) == [0, 1]


async def test_a_run_that_read_earlier_and_writes_later_does_not_bring_the_past_back() -> None:
    """Group g1 is read, then everything of g2 happens with newer values, then g1 goes on."""
    world = await two_groups("u1")
    world.entra.users["u1"]["jobTitle"] = "Old"
    second = World(world.entra, world.clock, world.tables)

    async def meanwhile(table: str, *_: object) -> None:
        if table == "Journal":
            world.tables.before_write = None
            world.entra.users["u1"]["jobTitle"] = "New"
            world.clock.advance(world.services.lease / 10)
            second.queue = world.queue
            await second.drain()

    world.tables.before_write = meanwhile
    await world.night()

    assert (await world.recipients())["u1"].values["jobTitle"] == "New"
    [member] = [one async for one in world.services.members.index(WORKSPACE, GroupId("g1"), spread=False)]
    assert member.fingerprint == ""


async def test_somebody_whom_a_later_read_saw_stays_until_a_still_later_one_misses_them() -> None:
    world = await two_groups("u1", "u2")
    person = (await world.recipients())["u1"]
    later = world.clock.now() + timedelta(hours=25)
    cards = {**person.cards, GroupId("g1"): replace(person.cards[GroupId("g1")], read_at=later)}
    await change_person(world, "u1", cards=cards)
    now_in(world, "g1", "u2")

    first, _ = await world.night()
    stayed = await world.members("g1")
    second, _ = await world.night()

    assert (stayed, first.counts.removed) == ({"u1", "u2"}, 0)
    assert (await world.members("g1"), second.counts.removed) == ({"u2"}, 1)


async def test_somebody_whom_another_run_changed_meanwhile_is_planned_afresh_in_the_same_delivery() -> None:
    world = await two_groups("u1")
    world.entra.users["u1"]["jobTitle"] = "Engineer"
    person = (await world.recipients())["u1"]

    async def change_them_once(table: str, *_: object) -> None:
        if table == "Recipients":
            world.tables.before_write = None
            await change_person(world, "u1", edited=frozenset({"costCenter"}))

    world.tables.before_write = change_them_once
    first, _ = await world.night()

    after = (await world.recipients())["u1"]
    assert (first.attempts, first.counts.updated) == (1, 1)
    assert (after.values["jobTitle"], after.edited) == ("Engineer", frozenset({"costCenter"}))
    assert after.cards[GroupId("g1")].version == person.cards[GroupId("g1")].version + 1


async def test_two_runs_that_change_one_person_at_once_both_come_through() -> None:
    world = await two_groups(*(f"u{number}" for number in range(20)))
    for user in world.entra.users.values():
        user["jobTitle"] = "Engineer"

    runs = await world.night(together=True)

    assert {run.state for run in runs} == {"succeeded"}
    people = (await world.recipients()).values()
    assert {person.values["jobTitle"] for person in people} == {"Engineer"}
    assert {card.version for person in people for card in person.cards.values()} == {2}


async def test_somebody_who_keeps_being_changed_by_others_is_put_off_not_lost() -> None:
    world = await two_groups("u1")
    world.entra.users["u1"]["jobTitle"] = "Engineer"

    async def change_them(table: str, *_: object) -> None:
        if table == "Recipients":
            world.tables.before_write = None
            person = (await world.recipients())["u1"]
            found = (await world.services.people.people(WORKSPACE, [person.id]))[person.id]
            changed = replace(person, revision=person.revision + 1)
            await world.services.people.write(WORKSPACE, [RecipientWrite(changed, found.etag)])
            world.tables.before_write = change_them

    world.tables.before_write = change_them
    run = manual_run_id(world.clock.now(), request="0a1b")
    order = a_manual_order(run, group=GroupId("g1"), not_after=world.clock.now() + world.services.run_time)
    with pytest.raises(TryAgainLater, match="kept changing"):
        await run_order(world.services, order)
