"""Decide about exactly the list that was shown; what is carried out is checked against Entra as it is then."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.adapters.queues.orders import GROUP_SYNCS
from sync_core.domain.errors import EntraRefused, SyncRefused
from sync_core.domain.holds import HeldKind, HoldState, Verdict
from sync_core.domain.runs import Mode, RunState
from sync_core.flows.decide_removals import decide_removals
from tests.fakes.world import WORKSPACE, World
from tests.unit.flows.held_worlds import (
    G1,
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
    run_of,
    some,
)
from tests.unit.flows.worlds import lost_answer_of

if TYPE_CHECKING:
    from sync_core.domain.ids import RunId
    from sync_core.domain.runs import Run


async def order(world: World, run: RunId, *, digest: str | None = None, by: str = "admin-1", **verdicts: Any) -> Run:
    """Decide and leave the order on the queue."""
    digest = digest or (await hold_of(world, run)).digest
    return await decide_removals(world.services, WORKSPACE, G1, run, digest=digest, by=by, **verdicts)


async def refusal(world: World, run: RunId, **decision: Any) -> str:
    with pytest.raises(SyncRefused) as refused:
        await order(world, run, **decision)
    return refused.value.code


async def a_world_with_disabled_people() -> tuple[World, Run]:
    """Six of ten are disabled in Entra, and their deactivations are held."""
    world = await a_synced_world(10)
    for user in some(0, 6):
        world.entra.users[user]["accountEnabled"] = False
    [run] = await world.night()
    return world, run


async def test_approving_all_takes_everybody_out() -> None:
    world, held = await a_held_world(10, left=6)

    run = await decide(world, held.id, approve="all")

    assert (run.mode, run.about, run.state, run.counts.removed) == (Mode.DECISION, held.id, RunState.SUCCEEDED, 6)
    assert await world.members("g1") == set(some(6, 10))
    assert await open_lists(world) == []


async def test_approving_some_takes_out_those_and_holds_the_rest_on_a_new_list() -> None:
    world, held = await a_held_world(10, left=6)

    run = await decide(world, held.id, approve=ids("u0", "u1"))

    assert (run.state, run.counts.removed, run.counts.held) == (RunState.HELD, 2, 4)
    assert await world.members("g1") == set(some(2, 10))
    assert await held_ids(world, run.id) == set(some(2, 6))
    assert await open_lists(world) == [run.id]
    assert (await hold_of(world, run.id)).digest != (await hold_of(world, held.id)).digest


async def test_who_is_left_undecided_is_not_taken_out_by_the_next_night() -> None:
    world, held = await a_held_world(10, left=6)
    await decide(world, held.id, approve=ids(*some(0, 5)))

    [night] = await world.night()

    assert (night.state, night.counts.removed) == (RunState.HELD, 0)
    assert await held_ids(world, night.id) == {"u5"}


async def test_rejecting_some_keeps_those_and_holds_the_rest() -> None:
    world, held = await a_held_world(10, left=6)

    run = await decide(world, held.id, reject=ids("u0", "u1"))

    assert await world.members("g1") == set(some(0, 10))
    assert await held_ids(world, run.id) == set(some(2, 6))


async def test_all_but_some_can_be_approved() -> None:
    world, held = await a_held_world(10, left=6)

    run = await decide(world, held.id, approve="all", reject=ids("u0"))

    assert (run.state, run.counts.removed) == (RunState.SUCCEEDED, 5)
    assert await world.members("g1") == {"u0", *some(6, 10)}


async def test_all_but_some_can_be_rejected() -> None:
    world, held = await a_held_world(10, left=6)

    run = await decide(world, held.id, approve=ids("u0"), reject="all")

    assert (run.state, run.counts.removed) == (RunState.SUCCEEDED, 1)
    assert await world.members("g1") == set(some(1, 10))


async def test_deactivations_are_approved_and_rejected_as_removals_are() -> None:
    world, held = await a_world_with_disabled_people()

    run = await decide(world, held.id, approve=ids("u0", "u1"), reject=ids("u2", "u3"))
    people = await world.recipients()

    assert [people[user].status.value for user in some(0, 6)] == ["inactive"] * 2 + ["active"] * 4
    assert await held_ids(world, run.id) == {"u4", "u5"}


class TestEntraIsReadAgain:
    async def test_who_is_back_in_the_group_is_told_of_and_left_alone(self) -> None:
        world, held = await a_held_world(10, left=6)
        join(world, "u0")

        run = await decide(world, held.id, approve="all")

        assert run.counts.removed == 5
        assert await world.members("g1") == {"u0", *some(6, 10)}
        [note] = [one for one in await journal(world, run.id) if one.kind == "outdated"]
        assert (note.entra_id, note.reason) == ("u0", "not-wanted-any-more")

    async def test_who_is_enabled_again_is_told_of_and_stays_active(self) -> None:
        world, held = await a_world_with_disabled_people()
        world.entra.users["u0"]["accountEnabled"] = True

        run = await decide(world, held.id, approve="all")

        assert (await kinds_in(world, run.id))["u0"] == "outdated"
        assert (await world.recipients())["u0"].status == "active"

    async def test_who_left_after_the_list_was_frozen_is_held_and_not_taken(self) -> None:
        """The frozen list is the most that can happen."""
        world, held = await a_held_world(10, left=6)
        leave(world, "u9")

        run = await decide(world, held.id, approve="all")

        assert await world.members("g1") == set(some(6, 10))
        assert await held_ids(world, run.id) == {"u9"}

    async def test_a_deactivation_that_was_approved_removes_nobody(self) -> None:
        """Disabled when the list was shown, and gone from the group by now: that was not on the list."""
        world, held = await a_world_with_disabled_people()
        leave(world, "u0")

        run = await decide(world, held.id, approve="all")

        assert "u0" in await world.members("g1")
        assert (await kinds_in(world, run.id))["u0"] == "outdated"
        [waiting] = await held_people(world, run.id)
        assert (waiting.entra_id, waiting.kind) == ("u0", HeldKind.REMOVAL)

    async def test_joiners_and_changes_are_applied_as_in_any_run(self) -> None:
        world, held = await a_held_world(10, left=6)
        world.entra.users["u9"]["jobTitle"] = "Analyst"

        run = await decide(world, held.id, approve="all")

        assert (run.counts.updated, run.counts.removed) == (1, 6)

    async def test_a_read_that_is_not_proved_takes_nobody_out_and_everybody_waits_again(self) -> None:
        world, held = await a_held_world(10, left=6)
        world.entra.miscount = 1

        run = await decide(world, held.id, approve=ids("u0"), reject=ids("u1"))

        assert (run.state, run.counts.removed, run.counts.held) == (RunState.HELD, 0, 6)
        assert run.reason is not None
        assert "so nobody was taken out" in run.reason.text
        assert await open_lists(world) == [run.id]
        assert {one.verdict for one in await held_people(world, run.id)} == {Verdict.UNDECIDED}

    async def test_what_waits_again_after_an_unproved_read_carries_no_older_verdict(self) -> None:
        """Approved once is not approved for ever: the second decision is about the second list."""
        world, held = await a_held_world(10, left=6)
        world.entra.miscount = 1
        again = await decide(world, held.id, approve=ids("u0"))
        world.entra.miscount = 0

        run = await decide(world, again.id, approve=ids("u1"))

        assert await world.members("g1") == {"u0", *some(2, 10)}
        assert run.counts.removed == 1

    async def test_an_unproved_read_does_not_list_whom_it_has_deactivated(self) -> None:
        """Who was seen to be disabled needs no proof; who was not seen does."""
        world = await a_synced_world(10)
        leave(world, *some(0, 3))
        for user in some(3, 6):
            world.entra.users[user]["accountEnabled"] = False
        [held] = await world.night()
        world.entra.miscount = 1

        run = await decide(world, held.id, approve="all")

        assert await held_ids(world, run.id) == set(some(0, 3))
        assert {key for key, one in (await world.recipients()).items() if one.status == "inactive"} == set(some(3, 6))


class TestRefused:
    async def test_another_list_than_the_one_that_was_shown(self) -> None:
        world, held = await a_held_world(10, left=6)

        assert await refusal(world, held.id, digest="another", approve="all") == "digest-outdated"

    async def test_a_run_that_holds_nothing(self) -> None:
        world = await a_synced_world(3)
        [run] = await world.night()

        assert await refusal(world, run.id, digest="d", approve="all") == "hold-not-found"

    async def test_the_list_of_a_preview(self) -> None:
        world = await a_synced_world(10)
        leave(world, *some(0, 6))
        run = await ask_for(world, Mode.PREVIEW)

        assert await refusal(world, run.id, approve="all") == "hold-not-found"

    async def test_a_list_that_was_replaced_by_a_newer_night(self) -> None:
        world, held = await a_held_world(10, left=6)
        await world.night()

        assert await refusal(world, held.id, approve="all") == "hold-closed"

    async def test_a_list_whose_people_are_all_back(self) -> None:
        world, held = await a_held_world(10, left=6)
        join(world, *some(0, 6))
        await world.night()

        assert await refusal(world, held.id, approve="all") == "hold-closed"

    async def test_a_list_that_is_older_than_a_week(self) -> None:
        world, held = await a_held_world(10, left=6)
        world.clock.advance(timedelta(days=7, minutes=1))

        assert await refusal(world, held.id, approve="all") == "hold-closed"

    async def test_a_decision_about_nobody(self) -> None:
        world, held = await a_held_world(10, left=6)

        assert await refusal(world, held.id) == "decision-unclear"

    @pytest.mark.parametrize("both", ["all", ids("u0")])
    async def test_a_decision_both_ways(self, both: Any) -> None:
        world, held = await a_held_world(10, left=6)

        assert await refusal(world, held.id, approve=both, reject=both) == "decision-unclear"

    async def test_somebody_who_is_not_on_the_list_and_nothing_is_recorded(self) -> None:
        world, held = await a_held_world(10, left=6)

        assert await refusal(world, held.id, approve=ids("u0", "u9")) == "not-held"
        assert (await hold_of(world, held.id)).state is HoldState.OPEN
        assert {one.verdict for one in await held_people(world, held.id)} == {Verdict.UNDECIDED}

    async def test_a_list_whose_run_is_still_at_work(self) -> None:
        """Killed behind the list, the run would freeze it afresh and forget the decision."""
        world = await a_synced_world(10)
        leave(world, *some(0, 6))
        [listed] = [run async for run in _while_closing(world)]

        assert await refusal(world, listed.id, approve="all") == "run-active"


async def _while_closing(world: World) -> Any:
    """Yield the night's run as it is when its list is frozen and its record is not closed yet."""

    class Stopped(Exception):
        pass

    async def stop_at_the_end(table: str, _partition: str, rows: Any) -> None:
        if table == "Groups" and any("lastRun" in row.cells for row in rows):
            raise Stopped

    world.tables.before_write = stop_at_the_end
    with pytest.raises(Stopped):
        await world.night()
    world.tables.before_write = None
    async for run in world.services.runs.newest_first(WORKSPACE, G1):
        if not run.is_over:
            yield run


class TestTwice:
    async def test_the_same_decision_is_answered_with_the_same_run_and_has_one_effect(self) -> None:
        world, held = await a_held_world(10, left=6)
        first = await order(world, held.id, approve="all")
        again = await order(world, held.id, approve="all", by="admin-2")
        await world.drain()
        later = await order(world, held.id, approve="all")
        await world.drain()

        assert first.id == again.id == later.id
        assert later.state is RunState.SUCCEEDED
        assert (await run_of(world, first.id)).counts.removed == 6

    async def test_a_decision_is_not_changed_by_another_one(self) -> None:
        """Whoever rejects what was approved before must not believe to have rejected it."""
        world, held = await a_held_world(10, left=6)
        await order(world, held.id, approve=ids("u0"))

        assert await refusal(world, held.id, reject="all") == "hold-closed"

        await world.drain()

        assert await world.members("g1") == set(some(1, 10))

    async def test_the_same_decision_twice_at_the_same_moment_is_one(self) -> None:
        world, held = await a_held_world(10, left=6)
        digest = (await hold_of(world, held.id)).digest
        orders = []

        async def sent_again(table: str, _partition: str, _rows: Any) -> None:
            if table == "Held":
                world.tables.before_write = None
                orders.append(await order(world, held.id, digest=digest, approve="all"))

        world.tables.before_write = sent_again
        orders.append(await order(world, held.id, digest=digest, approve="all"))

        assert orders[0] == orders[1]
        await world.drain()
        assert await world.members("g1") == set(some(6, 10))

    async def test_a_decision_whose_answer_was_lost_is_not_somebody_elses(self) -> None:
        world, held = await a_held_world(10, left=6)
        world.tables.after_write = lost_answer_of("Held")

        run = await order(world, held.id, approve="all")

        assert (run.mode, run.about, run.state) == (Mode.DECISION, held.id, RunState.QUEUED)
        assert world.queue.messages(GROUP_SYNCS)

    async def test_of_two_who_decide_at_the_same_moment_one_is_refused_and_the_other_counts(self) -> None:
        world, held = await a_held_world(10, left=6)
        digest = (await hold_of(world, held.id)).digest
        answers: list[str] = []

        async def rejected_by_somebody_else(table: str, _partition: str, _rows: Any) -> None:
            if table == "Held":
                world.tables.before_write = None
                await order(world, held.id, digest=digest, reject="all", by="admin-2")

        world.tables.before_write = rejected_by_somebody_else
        answers.append(await refusal(world, held.id, digest=digest, approve="all"))
        await world.drain()

        assert answers == ["digest-outdated"]
        assert await world.members("g1") == set(some(0, 10))
        assert {one.verdict for one in await held_people(world, held.id)} == {Verdict.REJECTED}


class TestCutOff:
    @pytest.mark.parametrize("moment", ["before_write", "after_write"])
    async def test_a_decision_cut_off_anywhere_is_completed_by_repeating_it(self, moment: str) -> None:
        class Died(Exception):
            pass

        for target in range(1, 10):
            world, held = await a_held_world(10, left=6)
            digest = (await hold_of(world, held.id)).digest
            writes = Counter[str]()

            async def die(*_: object, writes: Counter[str] = writes, target: int = target) -> None:
                writes["all"] += 1
                if writes["all"] == target:
                    raise Died

            setattr(world.tables, moment, die)
            try:
                await order(world, held.id, digest=digest, approve=ids("u0"))
            except Died:
                setattr(world.tables, moment, None)
                await order(world, held.id, digest=digest, approve=ids("u0"))
            else:
                assert target > 2
                break
            await world.drain()

            assert await world.members("g1") == set(some(1, 10)), f"cut off {moment} {target}"
            assert len([run async for run in world.services.runs.newest_first(WORKSPACE, G1)]) == 3

    async def test_what_a_decision_that_was_cut_off_left_is_not_part_of_the_next_one(self) -> None:
        """Thousands are decided about in several transactions; only a decision that was recorded whole counts."""
        world, held = await a_held_world(210, left=210)
        digest = (await hold_of(world, held.id)).digest

        class Died(Exception):
            pass

        async def die(table: str, _partition: str, _rows: Any) -> None:
            if table == "Held":
                raise Died

        world.tables.after_write = die
        with pytest.raises(Died):
            await order(world, held.id, digest=digest, approve="all")
        world.tables.after_write = None

        assert {one.verdict for one in await held_people(world, held.id)} > {Verdict.APPROVED}

        run = await decide(world, held.id, approve=ids("u0"))

        assert run.counts.removed == 1
        assert await world.members("g1") == set(some(1, 210))


class TestOnItsWay:
    async def test_a_night_leaves_a_decided_list_alone(self) -> None:
        world, held = await a_held_world(10, left=6)
        world.clock.advance(timedelta(hours=9))
        await order(world, held.id, approve="all")
        decision = world.queue.receive(GROUP_SYNCS)
        assert decision is not None

        [night] = await world.night()

        assert night.counts.removed == 0
        assert (night.counts.held, await open_lists(world)) == (0, [])
        assert night.reason is not None
        assert night.reason.text.endswith("What was decided about held removals is still to be carried out.")

        await world.queue.send(GROUP_SYNCS, decision)
        await world.drain()

        assert await world.members("g1") == set(some(6, 10))

    async def test_a_decision_whose_run_failed_does_not_keep_later_nights_from_holding(self) -> None:
        """Otherwise nobody could ever be approved again."""
        world, held = await a_held_world(10, left=6)
        world.entra.refusal = EntraRefused("request-refused", "Microsoft Graph refused a request.")
        failed = await decide(world, held.id, approve="all")
        world.entra.refusal = None

        [night] = await world.night()

        assert failed.state is RunState.FAILED
        assert (night.state, await open_lists(world)) == (RunState.HELD, [night.id])

        await decide(world, night.id, approve="all")

        assert await world.members("g1") == set(some(6, 10))

    async def test_a_decision_whose_order_was_lost_does_so_for_a_day_at_most(self) -> None:
        world, held = await a_held_world(10, left=6)
        world.clock.advance(timedelta(hours=9))
        await order(world, held.id, approve="all")
        assert world.queue.receive(GROUP_SYNCS) is not None
        [first] = await world.night()
        [second] = await world.night()

        assert first.counts.held == 0
        assert (second.state, second.counts.held) == (RunState.HELD, 6)
