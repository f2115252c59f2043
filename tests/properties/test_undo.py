"""Whatever a night did, undoing it gives the directory from before it; what has changed since is not touched."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync_core.domain.directory import CardState, InactiveBecause, Status
from sync_core.domain.ids import GroupId
from sync_core.domain.options import OnDisabled, OnLeaveLast, RemovalGuard, SyncOptions
from sync_core.domain.workspaces import Rulebook
from sync_core.flows.undo_run import order_undo
from tests.fakes.world import WORKSPACE, World
from tests.properties.tenants import GROUPS, happen, happenings, tenants

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sync_core.domain.directory import Recipient
    from sync_core.domain.runs import Run
    from tests.fakes.memory_entra import MemoryEntra

Happened = list[tuple[str, str, str, "str | None"]]
happened = st.lists(happenings, max_size=6)
patient = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

rulebooks = st.builds(
    lambda **options: Rulebook(options=SyncOptions(removal_guard=RemovalGuard(enabled=False), **options)),
    update_cards=st.booleans(),
    when_user_leaves_last_group=st.sampled_from(OnLeaveLast),
    when_user_disabled=st.sampled_from(OnDisabled),
)


async def a_night(world: World, happens: Happened, *, number: int) -> list[tuple[GroupId, Run]]:
    """Let things happen and the night come; return its runs in the order in which they worked."""
    for one in happens:
        happen(world.entra, one, number=number)
    runs = await world.night()
    world.clock.advance(timedelta(hours=1))
    return [(GroupId(group), run) for group, run in zip(GROUPS, runs, strict=True)]


async def undone(world: World, runs: Sequence[tuple[GroupId, Run]]) -> list[tuple[GroupId, Run]]:
    """Undo *runs*, the last first; return the undos in the order in which they worked."""
    undos = []
    for group, run in reversed(runs):
        if not run.counts.added + run.counts.updated + run.counts.removed:
            continue
        ordered = await order_undo(world.services, WORKSPACE, group, run.id)
        world.clock.advance(timedelta(hours=1))
        await world.drain()
        found = await world.services.runs.run(WORKSPACE, group, ordered.id)
        assert found is not None
        assert found.value.is_over
        undos.append((group, found.value))
    return undos


def as_seen(people: Mapping[str, Recipient]) -> dict[str, Any]:
    """Return what can be seen of people but for the versions of their cards."""
    return {
        key: (
            dict(person.values),
            dict(person.card_content) if person.cards else None,
            (person.status, person.inactive_because),
            {group: card.state for group, card in person.cards.items()},
        )
        for key, person in people.items()
    }


def check_versions(before: Mapping[str, Recipient], now: Mapping[str, Recipient]) -> None:
    for key, person in now.items():
        for group, card in person.cards.items():
            assert card.version >= before[key].cards[group].version


@patient
@given(tenants(), rulebooks, st.lists(happened, max_size=2), happened)
def test_a_night_that_is_undone_never_was_and_can_be_brought_back(
    entra: MemoryEntra, rulebook: Rulebook, history: list[Happened], tonight: Happened
) -> None:
    async def live() -> None:
        world = await World(entra).set_up(rulebook)
        for number, happens in enumerate(history):
            await a_night(world, happens, number=number)
        before = await world.recipients()
        runs = await a_night(world, tonight, number=len(history))
        made = await world.recipients()
        undos = await undone(world, runs)

        assert [undo.state for _, undo in undos] == ["succeeded"] * len(undos)
        assert as_seen(await world.recipients()) == as_seen(before)
        check_versions(before, await world.recipients())

        again = await undone(world, undos)

        assert [undo.state for _, undo in again] == ["succeeded"] * len(again)
        assert as_seen(await world.recipients()) == as_seen(made)
        check_versions(made, await world.recipients())

    asyncio.run(live())


@patient
@given(tenants(), rulebooks, happened, happened)
def test_the_next_night_does_again_what_was_undone(
    entra: MemoryEntra, rulebook: Rulebook, first: Happened, second: Happened
) -> None:
    """No fingerprint lets a run pass over somebody whom an undo has touched."""

    async def live() -> None:
        world = await World(entra).set_up(rulebook)
        await a_night(world, first, number=0)
        runs = await a_night(world, second, number=1)
        made = await world.recipients()
        await undone(world, runs)
        await a_night(world, [], number=2)
        now = await world.recipients()

        assert {key: (one.values, one.status, set(one.cards)) for key, one in now.items()} == {
            key: (one.values, one.status, set(one.cards)) for key, one in made.items()
        }

    asyncio.run(live())


@patient
@given(tenants(), rulebooks, st.tuples(happened, happened, happened), st.permutations(range(len(GROUPS))))
def test_an_undo_touches_only_what_is_unchanged_since(
    entra: MemoryEntra, rulebook: Rulebook, history: tuple[Happened, Happened, Happened], order: list[int]
) -> None:
    """Of people who were there all the time, whichever group's run is undone first."""

    async def live() -> None:
        world = await World(entra).set_up(rulebook)
        first, second, third = history
        await a_night(world, first, number=0)
        before = await world.recipients()
        runs = await a_night(world, second, number=1)
        made = await world.recipients()
        await a_night(world, third, number=2)
        later = await world.recipients()
        await undone(world, [runs[place] for place in order])
        now = await world.recipients()

        for key in before.keys() & made.keys() & later.keys():
            snapshots = [facts(people[key]) for people in (before, made, later, now)]
            for path in set().union(*snapshots):
                was, became, has_become, is_ = (snapshot.get(path) for snapshot in snapshots)
                assert is_ == (was if has_become == became else has_become), path
        for person in now.values():
            check_sound(person, rulebook.options)

    asyncio.run(live())


def facts(person: Recipient) -> dict[str, str]:
    return {**person.values, **dict.fromkeys(person.cards, "member")}


def check_sound(person: Recipient, options: SyncOptions) -> None:
    """Check that status, reason, groups and cards of a person do not contradict each other."""
    state = CardState.ACTIVE if person.status is Status.ACTIVE else CardState.PAUSED

    assert {card.state for card in person.cards.values()} <= {state}
    assert (person.status is Status.ACTIVE) == (person.inactive_because is None)
    if person.cards:
        assert person.inactive_because is not InactiveBecause.LEFT
    elif options.when_user_leaves_last_group is OnLeaveLast.DEACTIVATE:
        assert person.status is Status.INACTIVE
