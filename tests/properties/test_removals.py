"""Whatever is lost, miscounted, killed and decided: nobody goes who is there, unproved, unasked or unheard."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync_core.domain.directory import MemberState
from sync_core.domain.holds import HeldKind, HoldState
from sync_core.domain.ids import EntraUserId, GroupId, recipient_of
from sync_core.domain.options import RemovalGuard, SyncOptions
from sync_core.domain.runs import RunState
from sync_core.domain.workspaces import Rulebook
from sync_core.flows.decide_removals import decide_removals
from sync_core.flows.set_up_workspace import confirm_rules
from tests.fakes.world import WORKSPACE, World
from tests.properties.rough_nights import kills, rough_night
from tests.properties.tenants import GROUPS, USERS, happen, happenings, tenants, user_ids

if TYPE_CHECKING:
    from sync_core.domain.holds import Hold
    from sync_core.domain.runs import Run
    from tests.fakes.memory_entra import MemoryEntra

#  Small groups need a small guard.
PERCENT, MINIMUM, MAXIMUM = 30, 2, 3
GUARDED = Rulebook(options=SyncOptions(removal_guard=RemovalGuard(percent=PERCENT, minimum=MINIMUM, maximum=MAXIMUM)))
UNGUARDED = Rulebook(options=SyncOptions(removal_guard=RemovalGuard(enabled=False)))

patient = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])

#  What is decided in the morning about every list that waits: who is approved and who is rejected; the rest wait.
decisions = st.dictionaries(st.sampled_from(USERS), st.sampled_from(["approve", "reject"]), max_size=8)
nights = st.tuples(
    st.lists(happenings, max_size=8),
    st.just(set[str]()) | st.just(set[str]()) | st.sets(user_ids, max_size=2),
    st.sampled_from([0, 0, 0, 0, 1, -1]),
    kills,
    st.booleans(),
    decisions,
)


def _present(entra: MemoryEntra, group: str) -> set[str]:
    """Return who belongs into the group, as Entra really has it."""
    users = {one["id"] for one in entra.groups[group]["members"]} & entra.users.keys()
    return {user for user in users if entra.users[user]["userType"] != "Guest"}


def _is_too_many(leaving: int, members: int) -> bool:
    return leaving >= members or leaving > MAXIMUM or (leaving >= MINIMUM and leaving * 100 > PERCENT * members)


async def _taken_out(world: World, group: str, run: Run) -> tuple[set[str], set[str]]:
    """Return whom the run removed and whom it deactivated, from its journal."""
    removed, deactivated = set(), set()
    async for page in world.services.journal.pages(WORKSPACE, GroupId(group), run.id):
        for entry in page.entries:
            if entry.changes.get(f"cards.{group}", [None, True])[1] is None:
                removed.add(str(entry.entra_id))
            elif entry.changes.get("status", [None])[-1] == "inactive" and entry.changes["status"][0] == "active":
                deactivated.add(str(entry.entra_id))
    return removed, deactivated


async def _members(world: World) -> dict[str, set[str]]:
    return {group: await world.members(group) for group in GROUPS}


async def _waiting(world: World, group: str) -> Hold | None:
    state = await world.services.states.state(WORKSPACE, GroupId(group))
    if state is None or state.value.hold is None:
        return None
    found = await world.services.holds.hold(WORKSPACE, GroupId(group), state.value.hold)
    return found.value if found is not None and found.value.state is HoldState.OPEN else None


async def _decide(world: World, group: str, verdicts: dict[str, str]) -> None:
    """Decide about the list that waits, carry it out, and check that nobody went who was not approved."""
    hold = await _waiting(world, group)
    if hold is None:
        return
    people = world.services.holds.people(WORKSPACE, GroupId(group), hold.run, attempt=hold.attempt)
    listed = {(str(one.entra_id), one.kind) async for one in people}
    named = {verdict: {user for user, _ in listed if verdicts.get(user) == verdict} for verdict in verdicts.values()}
    approved, rejected = named.get("approve", set()), named.get("reject", set())
    if not approved | rejected:
        return
    run = await decide_removals(
        world.services,
        WORKSPACE,
        GroupId(group),
        hold.run,
        digest=hold.digest,
        approve={recipient_of(EntraUserId(user)) for user in approved},
        reject={recipient_of(EntraUserId(user)) for user in rejected},
        by="admin-1",
    )
    await world.drain()
    found = await world.services.runs.run(WORKSPACE, GroupId(group), run.id)
    assert found is not None
    removed, deactivated = await _taken_out(world, group, found.value)
    assert {(user, HeldKind.REMOVAL) for user in removed} <= listed
    assert {(user, HeldKind.DEACTIVATION) for user in deactivated} <= listed
    assert removed | deactivated <= approved
    assert not removed & _present(world.entra, group)


async def _check(world: World, group: str, run: Run, before: dict[str, set[str]]) -> None:
    removed, deactivated = await _taken_out(world, group, run)
    assert not removed & _present(world.entra, group), "taken out though in the group"
    if removed:
        assert run.proof is not None
        assert run.proof.complete, "taken out by a read that was not proved"
    #  Somebody new to the group can be deactivated by its run: they count in the group as it is with them.
    from_before = (removed | deactivated) & before[group]
    in_all = before[group] | await world.members(group)
    assert not from_before or not _is_too_many(len(from_before), len(before[group])), "taken out beyond the guard"
    assert not deactivated or not _is_too_many(len(deactivated), len(in_all)), "deactivated beyond the guard"
    if run.state is RunState.HELD:
        assert await _waiting(world, group) is not None, "held, and nobody can decide"
    hold = await _waiting(world, group)
    if hold is not None:
        people = world.services.holds.people(WORKSPACE, GroupId(group), hold.run, attempt=hold.attempt)
        assert not {str(one.entra_id) async for one in people} & removed, "taken out while waiting for a decision"


@patient
@given(tenants(), st.lists(nights, min_size=1, max_size=5))
def test_a_run_takes_out_within_the_guard_and_with_a_proof_or_holds_and_a_decision_takes_whom_it_approved(
    entra: MemoryEntra,
    history: list[
        tuple[list[tuple[str, str, str, str | None]], set[str], int, tuple[int, bool], bool, dict[str, str]]
    ],
) -> None:
    async def live() -> None:
        world = await World(entra).set_up(GUARDED)
        for number, (happened, lost, miscount, kill, twice, verdicts) in enumerate(history):
            for one in happened:
                happen(entra, one, number=number)
            #  A count that errs by just as many as were lost proves what is not so; nobody could tell.
            entra.lose, entra.miscount = lost, max(miscount, 0) if lost else miscount
            before = await _members(world)
            runs = await rough_night(world, kill=kill, twice=twice)
            for group, run in zip(GROUPS, runs, strict=True):
                await _check(world, group, run, before)
            for group in GROUPS:
                await _decide(world, group, verdicts)
        await _check_that_nobody_is_forgotten(world)

    asyncio.run(live())


async def _check_that_nobody_is_forgotten(world: World) -> None:
    """Without a guard and without trouble, the next night leaves only those in who stay by decision."""
    world.entra.lose, world.entra.miscount = set(), 0
    await confirm_rules(world.services, WORKSPACE, UNGUARDED)
    await rough_night(world)
    for group in GROUPS:
        index = world.services.members.index(WORKSPACE, GroupId(group), spread=False)
        kept = {str(one.entra_id) async for one in index if one.state is MemberState.KEPT}
        assert await world.members(group) - kept == _present(world.entra, group)
        assert await _waiting(world, group) is None
