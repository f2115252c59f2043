"""Killed at any storage call, a night that holds people and a run that carries out a decision end as undisturbed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.adapters.queues.orders import GROUP_SYNCS
from sync_core.domain.journal import OUTDATED
from sync_core.domain.runs import RunState
from sync_core.domain.schedule import midnight_of, night_of
from sync_core.flows.decide_removals import decide_removals
from sync_core.flows.deliver_order import deliver_order
from sync_core.flows.enqueue_due import enqueue_due
from sync_core.flows.show_holds import list_waiting
from tests.fakes.world import WORKSPACE, World, a_user
from tests.faults.second_night import Killed
from tests.faults.test_killed_anywhere import Assassin
from tests.properties.tenants import directory_as_model
from tests.unit.flows.held_worlds import (
    G1,
    a_held_world,
    held_ids,
    hold_of,
    ids,
    join,
    journal,
    leave,
    open_lists,
    some,
    told,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sync_core.domain.ids import RunId
    from sync_core.domain.runs import Run

    Act = Callable[[World], Awaitable[None]]

#  How long the queue hides a message whose receiver was killed.
_HIDDEN = timedelta(minutes=10)


async def _survive(world: World, act: Act) -> None:
    """Do it; what is killed is done again, as the platform and the people who ask do."""
    try:
        await act(world)
    except BaseException as died:  # noqa: BLE001 (a kill is no Exception)
        _expect_kill(died)
        await act(world)
    while messages := world.queue.messages(GROUP_SYNCS):
        world.clock.move_to(max(world.clock.now(), min(message.visible_at for message in messages)))
        text = world.queue.receive(GROUP_SYNCS)
        if text is not None:
            try:
                await deliver_order(world.services, text)
            except BaseException as died:  # noqa: BLE001 (a kill is no Exception)
                _expect_kill(died)
                await world.queue.send(GROUP_SYNCS, text, delay=_HIDDEN)


def _expect_kill(died: BaseException) -> None:
    if isinstance(died, BaseExceptionGroup):
        [died] = died.exceptions
    if not isinstance(died, Killed):
        raise died


async def _outcome(world: World) -> dict[str, Any]:
    """Return all that people can see of it: notes as a set, as one can be told twice, the rest exactly."""
    runs = [run async for run in world.services.runs.newest_first(WORKSPACE, G1)]
    entries = {run.id: await journal(world, run.id) for run in runs}
    changes = {
        run: sorted((one.recipient, one.kind, one.revision) for one in found if one.changes or one.kind == OUTDATED)
        for run, found in entries.items()
    }
    notes = {
        run: {(one.recipient, one.kind, one.reason) for one in found if not one.changes}
        for run, found in entries.items()
    }
    state = await world.services.states.state(WORKSPACE, G1)
    assert state is not None
    return {
        "directory": directory_as_model(await world.recipients()),
        "index": sorted((row.key, *sorted(map(str, row.cells.items()))) for row in world.tables.rows("Members")),
        "runs": [(run.id, run.mode, run.state, _why(run), run.counts) for run in runs],
        "changes": changes,
        "notes": notes,
        "open": await open_lists(world),
        "waiting": [one.hold.run for one in (await list_waiting(world.services, WORKSPACE, limit=10))[0]],
        "marked": [group async for group in world.services.holds.marked(WORKSPACE)],
        "pointer": state.value.hold,
        "lists": [
            (run.id, hold.value.state, hold.value.digest, await held_ids(world, run.id))
            for run in runs
            if (hold := await world.services.holds.hold(WORKSPACE, G1, run.id)) is not None
        ],
        "told": {event["id"] for event in told(world)},
    }


def _why(run: Run) -> str:
    """Return the run's reason; a takeover may not know any more that it has replaced an older list."""
    return "" if run.reason is None else run.reason.text.removesuffix(" An older list of held removals was replaced.")


async def _before_a_held_night() -> World:
    """Six of ten wait since last night; tonight one of them is back, another leaves, one joins and one changes."""
    world, _ = await a_held_world(10, left=6)
    join(world, "u0")
    leave(world, "u9")
    world.entra.users["new"] = a_user("new")
    join(world, "new")
    world.entra.users["u7"]["jobTitle"] = "Analyst"
    world.entra.users["u8"]["accountEnabled"] = False
    world.clock.move_to(midnight_of(night_of(world.clock.now()) + timedelta(days=1)))
    return world


async def _a_night(world: World) -> None:
    await enqueue_due(world.services)


async def _before_a_decision() -> World:
    """Removals and deactivations wait; one of those who will be approved is back in the group by then."""
    world, _ = await a_held_world(12, left=5)
    for user in some(5, 8):
        world.entra.users[user]["accountEnabled"] = False
    await world.night()
    join(world, "u0")
    world.entra.users["u11"]["jobTitle"] = "Analyst"
    world.clock.advance(timedelta(hours=9))
    return world


async def _a_decision(world: World) -> None:
    """Approve four, of whom one is back; reject two; leave the rest for later."""
    run = await _newest_held(world)
    await decide_removals(
        world.services,
        WORKSPACE,
        G1,
        run,
        digest=(await hold_of(world, run)).digest,
        approve=ids("u0", "u1", "u2", "u5"),
        reject=ids("u3", "u6"),
        by="admin-1",
    )


async def _newest_held(world: World) -> RunId:
    held = [run.id async for run in world.services.runs.newest_first(WORKSPACE, G1) if run.state is RunState.HELD]
    return held[0]


@pytest.mark.parametrize("moment", ["before_write", "after_write"])
@pytest.mark.parametrize(
    ("before", "act"),
    [
        pytest.param(_before_a_held_night, _a_night, id="a held night"),
        pytest.param(_before_a_decision, _a_decision, id="a decision"),
    ],
)
async def test_killed_at_any_write_it_ends_as_if_nothing_had_happened(
    before: Callable[[], Awaitable[World]], act: Act, moment: str
) -> None:
    world = await before()
    world.tables.before_write = counter = Assassin(0)
    await _survive(world, act)
    expected = await _outcome(world)

    for target in range(1, counter.writes + 1):
        world = await before()
        setattr(world.tables, moment, Assassin(target))
        await _survive(world, act)

        assert await _outcome(world) == expected, f"killed {moment} {target} of {counter.writes}"
