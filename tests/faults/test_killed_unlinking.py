"""An unlink whose process is killed at any write is completed, whoever finds it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sync_core.adapters.queues.orders import GROUP_SYNCS
from sync_core.domain.ids import GroupId
from sync_core.domain.options import RemovalGuard, SyncOptions
from sync_core.domain.runs import Mode, RunState
from sync_core.domain.workspaces import Rulebook
from sync_core.flows.deliver_order import deliver_order
from sync_core.flows.unlink_group import order_unlink
from sync_core.flows.watch_over import watch_over
from tests.fakes.world import WORKSPACE, World, a_group, a_tenant, a_user
from tests.properties.tenants import directory_as_model

G1 = GroupId("g1")
UNGUARDED = Rulebook(options=SyncOptions(removal_guard=RemovalGuard(enabled=False)))

#  How long the queue hides a message whose receiver was killed.
_HIDDEN = timedelta(minutes=10)


class Killed(BaseException):
    """The process is gone: no handler of the product's may see it and tidy up."""


class Assassin:
    """Kills at the *target*-th storage write, before or after it was carried out."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.writes = 0

    async def __call__(self, *_: object) -> None:
        self.writes += 1
        if self.writes == self.target:
            raise Killed


async def _before() -> World:
    """A world after a night, some people in both groups; the first is to be unlinked."""
    users = [a_user(f"u{number}") for number in range(6)]
    world = World(a_tenant(users, [a_group("g1", *(f"u{n}" for n in range(6))), a_group("g2", "u0", "u1")]))
    await world.set_up(UNGUARDED)
    await world.night()
    world.clock.advance(timedelta(hours=9))
    return world


def _expect_kill(died: BaseException) -> None:
    if isinstance(died, BaseExceptionGroup):
        [died] = died.exceptions
    if not isinstance(died, Killed):
        raise died


async def _unlink(world: World, *, asks_again: bool) -> None:
    """Unlink as a person and the platform do: a killed request is asked again, a killed delivery comes again."""
    try:
        await order_unlink(world.services, WORKSPACE, G1)
    except BaseException as died:  # noqa: BLE001 (a kill is no Exception)
        _expect_kill(died)
        if asks_again:
            await order_unlink(world.services, WORKSPACE, G1)
    while messages := world.queue.messages(GROUP_SYNCS):
        world.clock.move_to(max(world.clock.now(), min(message.visible_at for message in messages)))
        text = world.queue.receive(GROUP_SYNCS)
        if text is not None:
            try:
                await deliver_order(world.services, text)
            except BaseException as died:  # noqa: BLE001 (a kill is no Exception)
                _expect_kill(died)
                await world.queue.send(GROUP_SYNCS, text, delay=_HIDDEN)


async def _outcome(world: World) -> object:
    """Return what is left an hour later: a lease that died with its process is nobody's by then."""
    world.clock.advance(timedelta(hours=1))
    await watch_over(world.services)
    await world.drain()
    services = world.services
    runs = [run async for run in services.runs.newest_first(WORKSPACE, G1)]
    unlinks = [run for run in runs if run.mode is Mode.UNLINK and run.state is RunState.SUCCEEDED]
    entries = [
        entry.recipient
        for run in unlinks
        async for page in services.journal.pages(WORKSPACE, G1, run.id)
        for entry in page.entries
    ]
    schedule = await services.schedules.schedule(WORKSPACE, G1)
    return (
        directory_as_model(await world.recipients()),
        [run.state for run in runs if not run.is_over],
        [run.counts for run in unlinks],
        sorted(entries),
        await services.groups.group(WORKSPACE, G1),
        [row.key for row in world.tables.rows("Members") if row.partition == "acme|g1"],
        schedule is not None and schedule.value.deleted,
        [row.cells["run"] for row in world.tables.rows("SyncState")],
        world.poison(),
    )


async def _undisturbed() -> tuple[object, int]:
    world = await _before()
    world.tables.before_write = counter = Assassin(0)
    await _unlink(world, asks_again=False)
    return await _outcome(world), counter.writes


@pytest.mark.parametrize("moment", ["before_write", "after_write"])
async def test_an_unlink_killed_at_any_write_ends_as_if_nothing_had_happened(moment: str) -> None:
    """Nobody keeps a card, nobody is counted twice, no run stays open and the link is gone."""
    expected, writes = await _undisturbed()

    for target in range(1, writes + 1):
        world = await _before()
        setattr(world.tables, moment, Assassin(target))
        await _unlink(world, asks_again=True)

        assert await _outcome(world) == expected, f"killed {moment} {target} of {writes}"


@pytest.mark.parametrize("moment", ["before_write", "after_write"])
async def test_nobody_has_to_ask_again_for_an_unlink_whose_order_was_sent(moment: str) -> None:
    """The order goes first; every write comes behind it."""
    expected, writes = await _undisturbed()

    for target in range(1, writes + 1):
        world = await _before()
        setattr(world.tables, moment, Assassin(target))
        await _unlink(world, asks_again=False)

        assert await _outcome(world) == expected, f"killed {moment} {target} of {writes}"


@pytest.mark.parametrize("moment", ["before_write", "after_write"])
async def test_the_hourly_watch_completes_an_unlink_whose_message_was_lost(moment: str) -> None:
    """A message whose every delivery is killed leaves the queue in the end."""
    expected, writes = await _undisturbed()

    for target in range(1, writes + 1):
        world = await _before()
        setattr(world.tables, moment, Assassin(target))
        try:
            await order_unlink(world.services, WORKSPACE, G1)
            text = world.queue.receive(GROUP_SYNCS)
            assert text is not None
            await deliver_order(world.services, text)
        except BaseException as died:  # noqa: BLE001 (a kill is no Exception)
            _expect_kill(died)
        while world.queue.receive(GROUP_SYNCS) is not None:
            pass
        if not (await _marked(world)):
            continue
        world.clock.advance(timedelta(hours=1))
        await watch_over(world.services)
        await world.drain()

        assert await _outcome(world) == expected, f"killed {moment} {target} of {writes}"


async def _marked(world: World) -> bool:
    found = await world.services.groups.group(WORKSPACE, G1)
    return found is None or found.value.unlinking
