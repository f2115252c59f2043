"""The lists of a workspace that wait for a decision, and the people on one list."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from sync_core.domain.directory import Status
from sync_core.domain.errors import SyncRefused
from sync_core.domain.held_effect import HeldEffect
from sync_core.domain.holds import HeldKind, HoldState, Verdict
from sync_core.domain.ids import GroupId, RecipientId, RunId
from sync_core.domain.options import OnLeaveLast, SyncOptions
from sync_core.domain.orders import SyncOrder, encode
from sync_core.domain.runs import Mode, RunState, manual_run_id, night_run_id
from sync_core.domain.schedule import night_of
from sync_core.domain.workspaces import Rulebook
from sync_core.flows.decide_removals import decide_removals
from sync_core.flows.deliver_order import deliver_order
from sync_core.flows.show_holds import HeldOne, list_waiting, show_held
from sync_core.flows.unlink_group import order_unlink
from sync_core.flows.watch_over import watch_over
from sync_core.ports import RecipientWrite
from tests.fakes.world import WORKSPACE, World
from tests.unit.flows.held_worlds import (
    G1,
    a_held_world,
    a_synced_world,
    ask_for,
    decide,
    hold_of,
    ids,
    join,
    leave,
    rid,
    run_of,
    some,
)

GROUPS = [f"g{number}" for number in range(1, 6)]


async def waiting(world: World) -> list[tuple[str, str]]:
    found, last = await list_waiting(world.services, WORKSPACE, limit=10)
    assert last is None
    return [(one.group.id, one.hold.run) for one in found]


async def marked(world: World) -> list[GroupId]:
    return [group async for group in world.services.holds.marked(WORKSPACE)]


async def people_on(world: World, run: RunId, *, limit: int = 10) -> list[HeldOne]:
    return list((await show_held(world.services, WORKSPACE, G1, run, limit=limit)).people)


async def _become(world: World, recipient: RecipientId) -> HeldEffect:
    """Return what has become of a person who was in ``g1``."""
    found = await world.services.people.people(WORKSPACE, [recipient])
    person = found[recipient].value
    if person.deleted:
        return HeldEffect.IS_DELETED
    return HeldEffect.LEAVES if person.status is Status.ACTIVE else HeldEffect.BECOMES_INACTIVE


class TestLists:
    async def test_where_nobody_is_held_none_waits(self) -> None:
        assert await waiting(await a_synced_world()) == []

    async def test_a_list_waits_with_its_group(self) -> None:
        world, run = await a_held_world(10)

        [found], _ = await list_waiting(world.services, WORKSPACE, limit=10)

        assert (found.group.name, found.hold) == ("Group g1", await hold_of(world, run.id))

    async def test_of_a_group_only_its_newest_list_waits(self) -> None:
        world, _ = await a_held_world(10)
        [newer] = await world.night()

        assert await waiting(world) == [("g1", newer.id)]

    async def test_a_preview_holds_nobody(self) -> None:
        world = await a_synced_world(10)
        leave(world, *some(0, 6))

        await ask_for(world, Mode.PREVIEW)

        assert await waiting(world) == []

    async def test_one_that_was_decided_waits_no_more(self) -> None:
        world, run = await a_held_world(10)
        digest = (await hold_of(world, run.id)).digest
        await decide_removals(world.services, WORKSPACE, G1, run.id, digest=digest, approve="all", by="admin-1")

        assert await waiting(world) == []

    async def test_who_was_not_decided_about_waits_on_a_new_list(self) -> None:
        world, run = await a_held_world(10)

        decision = await decide(world, run.id, approve=ids("u0", "u1"))

        assert await waiting(world) == [("g1", decision.id)]

    async def test_one_whose_people_came_back_waits_no_more_and_leaves_no_mark(self) -> None:
        world, _ = await a_held_world(10)
        join(world, *some(0, 6))
        await world.night()

        assert (await waiting(world), await marked(world)) == ([], [])

    async def test_a_mark_that_a_killed_run_has_left_is_taken_away_by_whoever_takes_it_over(self) -> None:
        world, _ = await a_held_world(10)
        join(world, *some(0, 6))

        async def die_at_the_mark(table: str, partition: str, _rows: object) -> None:
            if (table, partition) == ("Held", WORKSPACE):
                world.tables.before_write = None
                raise ConnectionResetError

        world.tables.before_write = die_at_the_mark
        with pytest.raises(ConnectionResetError):
            await world.night()
        assert await marked(world) == ["g1"]
        found = await world.services.states.state(WORKSPACE, G1)
        assert found is not None
        assert found.value.hold is None

        night = night_run_id(night_of(world.clock.now()), generation=1)
        order = SyncOrder(WORKSPACE, G1, world.clock.now() + timedelta(hours=1), night_of(world.clock.now()))
        await deliver_order(world.services, encode(order))

        assert (await run_of(world, night)).state is RunState.SUCCEEDED
        assert await marked(world) == []

    async def test_one_that_has_expired_waits_no_more_even_before_it_is_closed(self) -> None:
        world, _ = await a_held_world(10)
        world.clock.advance(timedelta(days=7))
        assert await waiting(world)
        world.clock.advance(timedelta(seconds=1))

        assert await waiting(world) == []
        await watch_over(world.services)
        assert await waiting(world) == []

    async def test_of_a_group_that_is_unlinked_none_waits_and_no_mark_is_left(self) -> None:
        world, _ = await a_held_world(10)
        await order_unlink(world.services, WORKSPACE, G1)
        await world.drain()

        assert (await waiting(world), await marked(world)) == ([], [])

    @pytest.mark.parametrize("limit", [1, 2, 3, 4, 5])
    async def test_every_list_comes_once_however_it_is_cut(self, limit: int) -> None:
        """One group's mark is out of date, and costs a place on its page."""
        others = {group: some(0, 10) for group in GROUPS[1:]}
        world = await a_synced_world(10, None, **others)
        for group in GROUPS:
            leave(world, *some(0, 6), group=group)
        await world.night()
        state = await world.services.states.state(WORKSPACE, GroupId("g3"))
        assert state is not None
        await world.services.states.save(WORKSPACE, GroupId("g3"), replace(state.value, hold=None), etag=state.etag)

        seen: list[str] = []
        after, more = None, True
        while more:
            found, after = await list_waiting(world.services, WORKSPACE, limit=limit, after=after)
            assert len(found) <= limit
            seen += [one.group.id for one in found]
            more = after is not None

        assert seen == ["g1", "g2", "g4", "g5"]

    async def test_one_page_of_a_thousand_lists_reads_one_page(self) -> None:
        world = World()
        for number in range(1000):
            await world.services.holds.mark_group(WORKSPACE, GroupId(f"g{number:04d}"))
        reads = 0

        async def count(*_: object) -> None:
            nonlocal reads
            reads += 1

        world.tables.before_read = count
        _, last = await list_waiting(world.services, WORKSPACE, limit=50)

        assert (reads, last) == (51, "g0049")


class TestPeople:
    async def test_each_is_shown_as_they_are_with_what_would_happen_and_why(self) -> None:
        world, run = await a_held_world(10)
        world.entra.users["u9"]["accountEnabled"] = False
        [newer] = await world.night()

        shown = {one.held.recipient: one for one in await people_on(world, newer.id)}

        assert len(shown) == 7
        one, other = shown[rid("u0")], shown[rid("u9")]
        assert one.person is not None
        assert one.person.values["email"] == "u0@example.com"
        assert (one.held.kind, one.held.verdict) == (HeldKind.REMOVAL, Verdict.UNDECIDED)
        assert (other.held.kind, other.held.reason) == (HeldKind.DEACTIVATION, "disabled-in-entra")
        assert run.id != newer.id

    @pytest.mark.parametrize(
        ("on_leave", "of_the_others"),
        [
            (OnLeaveLast.DEACTIVATE, HeldEffect.BECOMES_INACTIVE),
            (OnLeaveLast.DELETE, HeldEffect.IS_DELETED),
            (OnLeaveLast.KEEP, HeldEffect.LEAVES),
        ],
    )
    async def test_what_approving_does_is_told_and_then_done(
        self, on_leave: OnLeaveLast, of_the_others: HeldEffect
    ) -> None:
        """Two of those who go are in another group, and one who stays is disabled."""
        rulebook = Rulebook(options=SyncOptions(when_user_leaves_last_group=on_leave))
        world = await a_synced_world(10, rulebook, g2=some(0, 2))
        leave(world, *some(0, 6))
        world.entra.users["u9"]["accountEnabled"] = False
        run = next(run for run in await world.night() if run.counts.held)

        told = {one.held.recipient: one.effect for one in await people_on(world, run.id)}
        await decide(world, run.id, approve="all")

        assert told == {
            **{rid(user): HeldEffect.LEAVES for user in some(0, 2)},
            **{rid(user): of_the_others for user in some(2, 6)},
            rid("u9"): HeldEffect.BECOMES_INACTIVE,
        }
        assert told == {recipient: await _become(world, recipient) for recipient in told}

    async def test_the_list_tells_what_became_of_it(self) -> None:
        world, run = await a_held_world(10)

        async def state() -> HoldState:
            return (await show_held(world.services, WORKSPACE, G1, run.id, limit=1)).state

        assert await state() is HoldState.OPEN
        world.clock.advance(timedelta(days=8))
        assert await state() is HoldState.EXPIRED

    async def test_what_was_decided_about_each_is_shown(self) -> None:
        world, run = await a_held_world(10)
        await decide(world, run.id, approve=ids("u0"), reject=ids("u1"))

        verdicts = {one.held.recipient: one.held.verdict for one in await people_on(world, run.id)}

        assert (verdicts[rid("u0")], verdicts[rid("u1")]) == (Verdict.APPROVED, Verdict.REJECTED)

    async def test_who_was_deleted_since_has_no_name_any_more(self) -> None:
        world, run = await a_held_world(10)
        found = await world.services.people.people(WORKSPACE, [rid("u0")])
        stored = found[rid("u0")]
        gone = replace(stored.value, deleted=True, cards={}, values={})
        await world.services.people.write(WORKSPACE, [RecipientWrite(gone, stored.etag)])

        [first] = [one for one in await people_on(world, run.id) if one.held.recipient == rid("u0")]

        assert first.person is None

    @pytest.mark.parametrize("limit", [1, 2, 3, 5, 6, 7])
    async def test_everybody_comes_once_however_it_is_cut(self, limit: int) -> None:
        world, run = await a_held_world(10)
        seen: list[str] = []
        after, more = None, True
        while more:
            page = await show_held(world.services, WORKSPACE, G1, run.id, limit=limit, after=after)
            assert 0 < len(page.people) <= limit
            seen += [one.held.recipient for one in page.people]
            after, more = page.last, page.last is not None

        assert seen == sorted(rid(user) for user in some(0, 6))

    async def test_a_run_that_holds_nobody_has_no_list(self) -> None:
        world = await a_synced_world()

        for run in (await ask_for(world)).id, manual_run_id(world.clock.now(), request="none"):
            with pytest.raises(SyncRefused) as refused:
                await show_held(world.services, WORKSPACE, G1, run, limit=1)
            assert refused.value.code == "hold-not-found"
