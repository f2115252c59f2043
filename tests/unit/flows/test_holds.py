"""Removals that the guard holds: a frozen list, one per group, until somebody decides or nobody is to go."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sync_core.adapters.queues.orders import GROUP_SYNCS
from sync_core.domain.directory import MemberState
from sync_core.domain.holds import HeldKind, HoldState, digest_of
from sync_core.domain.options import OnLeave, SyncOptions
from sync_core.domain.runs import Mode, RunState
from sync_core.domain.workspaces import Rulebook
from sync_core.flows.deliver_order import deliver_order
from sync_core.flows.enqueue_due import enqueue_due
from sync_core.flows.set_up_workspace import confirm_rules
from tests.fakes.world import WORKSPACE, a_user
from tests.unit.flows.held_worlds import (
    G1,
    UNGUARDED,
    a_held_world,
    a_synced_world,
    ask_for,
    decide,
    held_ids,
    held_people,
    hold_of,
    ids,
    join,
    journal,
    kinds_in,
    leave,
    open_lists,
    rid,
    some,
    told,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync_core.domain.runs import Run
    from sync_core.ports import RowWrite
    from tests.fakes.world import World


async def pointed_to(world: World) -> str | None:
    found = await world.services.states.state(WORKSPACE, G1)
    assert found is not None
    return found.value.hold


async def test_a_plan_over_the_guard_is_held_and_additions_and_updates_go_through() -> None:
    world = await a_synced_world(10)
    leave(world, *some(0, 6))
    world.entra.users["new"] = a_user("new")
    join(world, "new")
    world.entra.users["u7"]["jobTitle"] = "Analyst"

    [run] = await world.night()

    assert run.state is RunState.HELD
    assert (run.counts.added, run.counts.updated, run.counts.removed, run.counts.held) == (1, 1, 0, 6)
    assert await world.members("g1") == {*some(0, 10), "new"}
    assert (await world.recipients())["u7"].values["jobTitle"] == "Analyst"
    assert await held_ids(world, run.id) == set(some(0, 6))


async def test_the_run_says_how_many_wait_and_why() -> None:
    _, run = await a_held_world(10, left=6)

    assert run.reason is not None
    assert run.reason.code == "removals-held"
    assert run.reason.text == (
        "This run would take out 6 of 10 members, more than 20 %. They wait for your approval."
    )


async def test_a_list_is_frozen_with_its_digest_its_reasons_and_a_week_to_decide() -> None:
    world, run = await a_held_world(10, left=6)

    hold, people = await hold_of(world, run.id), await held_people(world, run.id)

    assert (hold.state, hold.people, hold.digest) == (HoldState.OPEN, 6, digest_of(people))
    assert hold.expires_at - hold.frozen_at == timedelta(days=7)
    assert {(one.kind, one.reason) for one in people} == {(HeldKind.REMOVAL, "left-in-entra")}


async def test_a_plan_within_the_guard_needs_nobody() -> None:
    world = await a_synced_world(10)
    leave(world, "u0", "u1")

    [run] = await world.night()

    assert run.state is RunState.SUCCEEDED
    assert await world.members("g1") == set(some(2, 10))
    assert await open_lists(world) == []


async def test_deactivations_count_as_removals_do() -> None:
    """Three leave and three are disabled: neither is much, together they are six of ten."""
    world = await a_synced_world(10)
    leave(world, *some(0, 3))
    for user in some(3, 6):
        world.entra.users[user]["accountEnabled"] = False

    [run] = await world.night()

    assert {(one.entra_id, one.kind) for one in await held_people(world, run.id)} == {
        *((user, HeldKind.REMOVAL) for user in some(0, 3)),
        *((user, HeldKind.DEACTIVATION) for user in some(3, 6)),
    }
    assert all(person.status == "active" for person in (await world.recipients()).values())


async def test_what_else_changes_of_somebody_whose_deactivation_is_held_is_applied() -> None:
    world = await a_synced_world(10)
    for user in some(0, 6):
        world.entra.users[user] |= {"accountEnabled": False, "jobTitle": "Analyst"}

    [run] = await world.night()
    person = (await world.recipients())["u0"]

    assert (run.counts.updated, run.counts.held) == (6, 6)
    assert (person.status, person.values["jobTitle"]) == ("active", "Analyst")


async def test_a_card_that_somebody_gets_whose_deactivation_is_held_is_active_as_they_are() -> None:
    """Their card in a group that they join the same night pauses with them, and not before."""
    world = await a_synced_world(10, g2=[])
    for user in some(0, 6):
        world.entra.users[user]["accountEnabled"] = False
    join(world, *some(0, 6), group="g2")
    await world.night()

    cards = [card for person in (await world.recipients()).values() for card in person.cards.values()]

    assert all(card.state == "active" for card in cards)


async def test_an_empty_group_is_proved_and_held() -> None:
    world = await a_synced_world(3)
    leave(world, *some(0, 3))

    [run] = await world.night()

    assert run.state is RunState.HELD
    assert run.proof is not None
    assert run.proof.complete
    assert await world.members("g1") == set(some(0, 3))


async def test_an_empty_group_is_emptied_where_the_guard_is_off() -> None:
    world = await a_synced_world(3, UNGUARDED)
    leave(world, *some(0, 3))

    [run] = await world.night()

    assert (run.state, run.counts.removed) == (RunState.SUCCEEDED, 3)
    assert await world.members("g1") == set()


async def test_nobody_is_to_go_where_leavers_are_kept() -> None:
    rulebook = Rulebook(options=SyncOptions(when_user_leaves_group=OnLeave.KEEP))
    world = await a_synced_world(3, rulebook)
    leave(world, *some(0, 3))

    [run] = await world.night()

    assert (run.state, run.counts.held) == (RunState.SUCCEEDED, 0)


async def test_three_thousand_people_can_be_held_and_approved() -> None:
    """More than fit into a property, a transaction or a page of rows."""
    world = await a_synced_world(3000)
    world.entra.page_size = 999
    leave(world, *some(0, 3000))
    [run] = await world.night()

    assert await held_ids(world, run.id) == set(some(0, 3000))

    carried_out = await decide(world, run.id, approve="all")

    assert carried_out.counts.removed == 3000
    assert await world.members("g1") == set()


class TestTheNextNight:
    async def test_a_newer_list_replaces_one_that_nobody_has_decided(self) -> None:
        world, first = await a_held_world(10, left=6)
        leave(world, "u6")

        [second] = await world.night()

        assert (await hold_of(world, first.id)).state is HoldState.REPLACED
        assert await open_lists(world) == [second.id]
        assert await pointed_to(world) == second.id
        assert await held_ids(world, second.id) == set(some(0, 7))
        assert second.reason is not None
        assert second.reason.text.endswith("An older list of held removals was replaced.")

    async def test_a_list_is_closed_when_nobody_is_to_go_any_more(self) -> None:
        world, first = await a_held_world(10, left=6)
        join(world, *some(0, 6))

        [second] = await world.night()

        assert (second.state, await pointed_to(world)) == (RunState.SUCCEEDED, None)
        assert (await hold_of(world, first.id)).state is HoldState.OBSOLETE
        assert second.reason is not None
        assert second.reason.code == "hold-closed"

    async def test_the_same_people_are_held_again_night_after_night(self) -> None:
        world, _ = await a_held_world(10, left=6)
        for _ in range(3):
            [run] = await world.night()

            assert (run.state, run.counts.held) == (RunState.HELD, 6)
            assert await open_lists(world) == [run.id]
            assert run.counts.updated == 0

    async def test_people_who_wait_go_on_waiting_however_few_are_left_of_them(self) -> None:
        """Somebody was asked; that few enough are left to go unasked is no answer."""
        world, _ = await a_held_world(10, left=6)
        join(world, *some(0, 5))

        [run] = await world.night()

        assert (run.state, run.counts.removed) == (RunState.HELD, 0)
        assert await held_ids(world, run.id) == {"u5"}

    async def test_beside_people_who_wait_others_go_as_the_guard_lets_them(self) -> None:
        world, _ = await a_held_world(10, left=6)
        join(world, *some(0, 5))
        leave(world, "u9")

        [run] = await world.night()

        assert (run.state, run.counts.removed) == (RunState.HELD, 1)
        assert await held_ids(world, run.id) == {"u5"}
        assert await world.members("g1") == set(some(0, 9))

    async def test_whose_removal_waits_is_not_deactivated_unasked_either(self) -> None:
        """Back in the group and disabled is something new, which the guard judges by itself."""
        world, _ = await a_held_world(10, left=6)
        join(world, "u0")
        world.entra.users["u0"]["accountEnabled"] = False
        join(world, *some(1, 6))

        [run] = await world.night()

        assert run.state is RunState.SUCCEEDED
        assert (await world.recipients())["u0"].status == "inactive"

    async def test_switching_the_guard_off_lets_everybody_go_who_waits(self) -> None:
        world, first = await a_held_world(10, left=6)
        await confirm_rules(world.services, WORKSPACE, UNGUARDED)

        [run] = await world.night()

        assert (run.state, run.counts.removed) == (RunState.SUCCEEDED, 6)
        assert (await hold_of(world, first.id)).state is HoldState.OBSOLETE

    async def test_a_list_that_has_expired_is_frozen_afresh(self) -> None:
        world, first = await a_held_world(10, left=6)
        found = await world.services.holds.hold(WORKSPACE, G1, first.id)
        assert found is not None
        expired = replace(found.value, state=HoldState.EXPIRED)
        await world.services.holds.save(WORKSPACE, G1, expired, etag=found.etag)
        join(world, *some(0, 5))

        [run] = await world.night()

        assert await held_ids(world, run.id) == {"u5"}
        assert await open_lists(world) == [run.id]


class TestAnIncompleteRead:
    async def test_keeps_the_list_that_waits(self) -> None:
        world, first = await a_held_world(10, left=6)
        world.entra.miscount = 1

        [run] = await world.night()

        assert run.state is RunState.SUCCEEDED_WITH_WARNINGS
        assert run.reason is not None
        assert run.reason.code == "read-not-proved"
        assert run.reason.text.endswith("Removals that were held before still wait for your approval.")
        assert await open_lists(world) == [first.id]
        assert await pointed_to(world) == first.id

    async def test_does_not_shorten_the_list_to_those_who_were_seen(self) -> None:
        """Six are disabled, two have left: the two are not forgotten because a page was lost."""
        world = await a_synced_world(10)
        leave(world, "u8", "u9")
        for user in some(0, 6):
            world.entra.users[user]["accountEnabled"] = False
        [first] = await world.night()
        world.entra.miscount = 1

        await world.night()

        assert await open_lists(world) == [first.id]
        assert await held_ids(world, first.id) == {*some(0, 6), "u8", "u9"}

    async def test_names_itself_where_it_holds_deactivations_too(self) -> None:
        world = await a_synced_world(10)
        for user in some(0, 6):
            world.entra.users[user]["accountEnabled"] = False
        world.entra.miscount = 1

        [run] = await world.night()

        assert run.state is RunState.HELD
        assert run.reason is not None
        assert "Entra counts 11 people and showed 10, so nobody was taken out" in run.reason.text


async def test_a_preview_freezes_a_list_that_nobody_can_decide_about() -> None:
    world = await a_synced_world(10)
    leave(world, *some(0, 6))

    run = await ask_for(world, Mode.PREVIEW)

    assert run.state is RunState.HELD
    assert (await hold_of(world, run.id)).state is HoldState.PREVIEWED
    assert await held_ids(world, run.id) == set(some(0, 6))
    assert await pointed_to(world) is None


async def test_the_platform_is_told_of_a_list_once() -> None:
    world, run = await a_held_world(10, left=6)

    [event] = told(world, "run.held")

    assert event["data"] == {"group": "g1", "run": run.id, "code": "removals-held", "held": 6}


class TestRejected:
    async def test_people_stay_and_are_not_planned_again(self) -> None:
        world, run = await a_held_world(10, left=6)
        await decide(world, run.id, reject="all")
        for _ in range(2):
            [night] = await world.night()

            assert (night.state, night.counts.held, night.counts.updated) == (RunState.SUCCEEDED, 0, 0)
            assert await world.members("g1") == set(some(0, 10))

    async def test_people_count_as_members_and_the_journal_says_why_they_stay(self) -> None:
        world, run = await a_held_world(10, left=6)
        carried_out = await decide(world, run.id, reject="all")

        group = await world.services.groups.group(WORKSPACE, G1)

        assert group is not None
        assert group.value.members == 10
        assert [(one.kind, one.reason) for one in await journal(world, carried_out.id)] == [
            ("kept", "kept-by-decision")
        ] * 6

    async def test_who_is_seen_in_entra_again_and_leaves_again_counts_anew(self) -> None:
        world, run = await a_held_world(10, left=6)
        await decide(world, run.id, reject="all")
        join(world, "u0", "u1")
        await world.night()
        leave(world, "u0")

        [night] = await world.night()

        assert night.counts.removed == 1
        assert await world.members("g1") == set(some(1, 10))

    async def test_who_stays_by_decision_is_in_the_index_as_such(self) -> None:
        world, run = await a_held_world(10, left=6)
        await decide(world, run.id, reject=ids("u0"), approve="all")

        index = {
            member.recipient: member async for member in world.services.members.index(WORKSPACE, G1, spread=False)
        }

        assert index[rid("u0")].state is MemberState.KEPT
        assert index.keys() == ids("u0", *some(6, 10))

    async def test_a_deactivation_is_not_planned_again_until_entra_says_something_new(self) -> None:
        world = await a_synced_world(10)
        for user in some(0, 6):
            world.entra.users[user]["accountEnabled"] = False
        [run] = await world.night()
        await decide(world, run.id, reject="all")
        [quiet] = await world.night()

        assert (quiet.state, quiet.counts.updated, quiet.counts.held) == (RunState.SUCCEEDED, 0, 0)
        assert (await world.recipients())["u0"].status == "active"

        world.entra.users["u0"]["jobTitle"] = "Analyst"
        [night] = await world.night()

        assert night.state is RunState.SUCCEEDED
        people = await world.recipients()
        assert [people[user].status for user in ("u0", "u1")] == ["inactive", "active"]

    @pytest.mark.parametrize("mode", [Mode.SYNC, Mode.PREVIEW])
    async def test_a_run_by_hand_leaves_them_alone_too(self, mode: Mode) -> None:
        world, run = await a_held_world(10, left=6)
        await decide(world, run.id, reject="all")

        by_hand = await ask_for(world, mode)

        assert by_hand.state is RunState.SUCCEEDED
        assert await kinds_in(world, by_hand.id) == {}


class TestARunThatIsTakenOver:
    async def test_is_judged_by_the_group_as_it_was_before_its_first_attempt(self) -> None:
        """Six of ten are too many, however many have joined before the first attempt was killed."""
        world = await a_synced_world(10)
        world.entra.users |= {f"v{number}": a_user(f"v{number}") for number in range(90)}
        leave(world, *some(0, 6))
        join(world, *(f"v{number}" for number in range(90)))
        await _killed(world, once="removing")
        run = await _taken_over(world)

        assert (run.attempts, run.state, run.counts.removed, run.counts.held) == (2, RunState.HELD, 0, 6)

    async def test_takes_out_no_more_in_all_than_the_guard_lets_go(self) -> None:
        """Four were taken out before it was killed, and four more have left by now: eight of thirty are too many."""
        world = await a_synced_world(30)
        leave(world, *some(0, 4))
        await _killed(world, once="closing")
        leave(world, *some(4, 8))
        run = await _taken_over(world)

        assert (run.attempts, run.state, run.counts.removed, run.counts.held) == (2, RunState.HELD, 4, 4)

    async def test_goes_on_taking_out_what_was_within_the_guard(self) -> None:
        world = await a_synced_world(30)
        leave(world, *some(0, 6))
        await _killed(world, once="closing")
        run = await _taken_over(world)

        assert (run.attempts, run.state, run.counts.removed) == (2, RunState.SUCCEEDED, 6)


async def _killed(world: World, *, once: str) -> None:
    """Begin the next night and let its first delivery die: before anybody goes, or when everybody is gone."""

    async def die(table: str, _partition: str, rows: Sequence[RowWrite]) -> None:
        cells = {name: value for row in rows for name, value in row.cells.items()}
        removing = table == "Runs" and cells.get("phase") == "removing"
        closing = table == "Groups" and "members" in cells
        if removing if once == "removing" else closing:
            world.tables.before_write = None
            raise ConnectionResetError

    world.clock.advance(timedelta(days=1))
    await enqueue_due(world.services)
    text = world.queue.receive(GROUP_SYNCS)
    assert text is not None
    world.tables.before_write = die
    with pytest.raises(ConnectionResetError):
        await deliver_order(world.services, text)
    await world.queue.send(GROUP_SYNCS, text)


async def _taken_over(world: World) -> Run:
    await world.drain()
    return await anext(aiter(world.services.runs.newest_first(WORKSPACE, G1)))
