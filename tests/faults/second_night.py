"""A night with one of everything to do, lived through as the platform does, for faults to happen in."""

from __future__ import annotations

from datetime import timedelta

from sync_core.adapters.queues.orders import GROUP_SYNCS
from sync_core.domain.ids import GroupId
from sync_core.domain.options import RemovalGuard, SyncOptions
from sync_core.domain.schedule import midnight_of, night_of
from sync_core.domain.workspaces import Rulebook
from sync_core.flows.deliver_order import deliver_order
from sync_core.flows.enqueue_due import enqueue_due
from tests.fakes.world import WORKSPACE, World, a_group, a_tenant, a_user
from tests.properties.tenants import directory_as_model

UNGUARDED = Rulebook(options=SyncOptions(removal_guard=RemovalGuard(enabled=False)))

#  How long the queue hides a message whose receiver was killed.
_HIDDEN = timedelta(minutes=10)


class Killed(BaseException):
    """The process is gone: no handler of the product's may see it and tidy up."""


async def lived_one_night() -> World:
    """A world whose second night has one of everything to do: join, leave, change, disable, a moved address."""
    users = [a_user(f"u{number}") for number in range(8)]
    world = World(a_tenant(users, [a_group("g1", *(f"u{number}" for number in range(6))), a_group("g2", "u0", "u6")]))
    await world.set_up(UNGUARDED)
    await world.night()
    world.entra.groups["g1"] = a_group("g1", "u0", "u1", "u2", "u3", "u6", "u7")
    world.entra.users["u1"]["jobTitle"] = "Analyst"
    world.entra.users["u2"]["accountEnabled"] = False
    world.entra.users["u1"]["mail"] = "u3@example.com"
    world.entra.users["u3"]["mail"] = "new@example.com"
    return world


async def second_night(world: World) -> None:
    """Live through the night as the platform does: what was killed is fired, or delivered, again."""
    tonight = night_of(world.clock.now()) + timedelta(days=1)
    world.clock.move_to(midnight_of(tonight))
    try:
        await enqueue_due(world.services)
    except BaseException as died:  # noqa: BLE001 (a kill is no Exception)
        _expect_kill(died)
        await enqueue_due(world.services)
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
    """Pass over the kill itself, also where a task group wraps it; anything else is a fault of the product's."""
    if isinstance(died, BaseExceptionGroup):
        [died] = died.exceptions
    if not isinstance(died, Killed):
        raise died


async def outcome(world: World) -> tuple[object, object]:
    runs = await world.runs_of(night_of(world.clock.now()))
    journal = [
        sum([len(page.entries) async for page in world.services.journal.pages(WORKSPACE, GroupId(group), run.id)])
        for group, run in zip(sorted(world.entra.groups), runs, strict=True)
    ]
    ended = [(run.id, run.state.value, entries, run.counts) for run, entries in zip(runs, journal, strict=True)]
    return directory_as_model(await world.recipients()), ended
