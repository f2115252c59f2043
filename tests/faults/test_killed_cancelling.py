"""A cancel is honoured whoever dies beside it: the run, the request, or both; nothing is lost or counted twice."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sync_core.adapters.queues.orders import GROUP_SYNCS
from sync_core.domain.runs import Mode, RunState
from sync_core.flows.cancel_run import cancel_run
from sync_core.flows.deliver_order import deliver_order
from sync_core.flows.start_run import start_run
from tests.fakes.world import WORKSPACE, World, a_user
from tests.faults.second_night import Killed
from tests.properties.tenants import directory_as_model
from tests.unit.flows.held_worlds import G1, UNGUARDED, a_synced_world, ask_for, join, journal, leave, run_of

if TYPE_CHECKING:
    from sync_core.domain.ids import RunId

#  How long the queue hides a message whose receiver was killed.
_HIDDEN = timedelta(minutes=10)


class _Afternoon:
    """A run that is cancelled while it stores people, and a kill at the *target*-th write of either."""

    def __init__(self, world: World, run: RunId, *, moment: str, target: int) -> None:
        self.world = world
        self.run = run
        self.writes = 0
        self._moment = moment
        self._target = target
        self._asked = False
        world.tables.before_write = self._before
        world.tables.after_write = self._after

    async def _before(self, table: str, *_: object) -> None:
        if table == "Recipients" and not self._asked:
            self._asked = True
            await self.ask()
        self.writes += 1
        self._kill("before_write")

    async def _after(self, *_: object) -> None:
        self._kill("after_write")

    def _kill(self, moment: str) -> None:
        if moment == self._moment and self.writes == self._target:
            self._target = 0
            raise Killed

    async def ask(self) -> None:
        """Cancel; whoever was cut off asks again."""
        try:
            await cancel_run(self.world.services, WORKSPACE, G1, self.run, by="admin-1")
        except Killed:
            await cancel_run(self.world.services, WORKSPACE, G1, self.run, by="admin-1")

    async def live(self) -> None:
        while messages := self.world.queue.messages(GROUP_SYNCS):
            self.world.clock.move_to(max(self.world.clock.now(), min(one.visible_at for one in messages)))
            text = self.world.queue.receive(GROUP_SYNCS)
            if text is not None:
                try:
                    await deliver_order(self.world.services, text)
                except BaseException as died:  # noqa: BLE001 (a kill is no Exception)
                    _expect_kill(died)
                    await self.world.queue.send(GROUP_SYNCS, text, delay=_HIDDEN)


def _expect_kill(died: BaseException) -> None:
    while isinstance(died, BaseExceptionGroup):
        [died] = died.exceptions
    if not isinstance(died, Killed):
        raise died


async def _with_work() -> World:
    """Somebody joined, somebody changed, somebody left, somebody was disabled."""
    world = await a_synced_world(6, UNGUARDED)
    world.clock.advance(timedelta(hours=9))
    world.entra.users["new"] = a_user("new")
    join(world, "new")
    world.entra.users["u1"]["jobTitle"] = "Analyst"
    world.entra.users["u2"]["accountEnabled"] = False
    leave(world, "u0")
    return world


async def _afternoon(moment: str, target: int) -> _Afternoon:
    world = await _with_work()
    run = await start_run(world.services, WORKSPACE, G1, mode=Mode.SYNC)
    afternoon = _Afternoon(world, run.id, moment=moment, target=target)
    await afternoon.live()
    world.tables.before_write = world.tables.after_write = None
    return afternoon


async def _synced() -> object:
    world = await _with_work()
    await ask_for(world)
    return directory_as_model(await world.recipients())


@pytest.mark.parametrize("moment", ["before_write", "after_write"])
async def test_a_cancelled_run_that_is_killed_at_any_write_ends_cancelled(moment: str) -> None:
    """Nobody is taken out or deactivated; what it counts is what its journal tells; the next run does the rest."""
    whole = await _synced()
    undisturbed = await _afternoon(moment, 0)

    for target in range(1, undisturbed.writes + 1):
        afternoon = await _afternoon(moment, target)
        where = f"killed {moment} {target} of {undisturbed.writes}"
        world, ended = afternoon.world, await run_of(afternoon.world, afternoon.run)
        changed = [one for one in await journal(world, afternoon.run) if one.revision]
        people = await world.recipients()

        assert ended.state is RunState.CANCELLED, where
        assert (ended.counts.added + ended.counts.updated, ended.counts.removed) == (len(changed), 0), where
        assert {f"u{number}" for number in range(6)} <= await world.members("g1"), where
        assert people["u2"].status.value == "active", where
        assert world.poison() == [], where
        await ask_for(world)
        assert directory_as_model(await world.recipients()) == whole, where


@pytest.mark.parametrize("moment", ["before_write", "after_write"])
async def test_a_cancel_that_is_killed_before_the_run_began_is_completed_by_asking_again(moment: str) -> None:
    for target in (1, 2):
        world = await _with_work()
        run = await start_run(world.services, WORKSPACE, G1, mode=Mode.SYNC)
        afternoon = _Afternoon(world, run.id, moment=moment, target=target)
        await afternoon.ask()
        await afternoon.live()

        assert (await run_of(world, run.id)).state is RunState.CANCELLED
        assert await world.members("g1") == {f"u{number}" for number in range(6)}
