"""Nights in which processes are killed and orders are delivered more than once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from sync_core.adapters.queues.orders import GROUP_SYNCS
from sync_core.domain.schedule import midnight_of, night_of
from sync_core.flows.deliver_order import deliver_order
from sync_core.flows.enqueue_due import enqueue_due

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sync_core.domain.runs import Run
    from tests.fakes.world import World

#  How long the queue hides a message whose receiver was killed.
_HIDDEN = timedelta(minutes=10)

#  At which storage write of a night the process is killed, and whether that write was carried out. A night makes
#  some 30 to 90, so that most of these hit something; 0 kills nobody.
kills = st.tuples(st.just(0) | st.integers(1, 90), st.booleans())


class Killed(BaseException):
    """The process is gone: no handler of the product's may see it and tidy up."""


class _Assassin:
    def __init__(self, target: int) -> None:
        self._left = target

    async def __call__(self, *_: object) -> None:
        self._left -= 1
        if self._left == 0:
            raise Killed


async def rough_night(world: World, *, kill: tuple[int, bool] = (0, False), twice: bool = False) -> list[Run]:
    """Live through the next night as the platform does: who is killed starts again. *twice*: orders come so."""
    tonight = night_of(world.clock.now()) + timedelta(days=1)
    world.clock.move_to(midnight_of(tonight))
    target, stored = kill
    setattr(world.tables, "after_write" if stored else "before_write", _Assassin(target))
    while await _is_killed(lambda: enqueue_due(world.services)):
        pass
    if twice:
        for message in world.queue.messages(GROUP_SYNCS):
            await world.queue.send(GROUP_SYNCS, message.text)
    while messages := world.queue.messages(GROUP_SYNCS):
        world.clock.move_to(max(world.clock.now(), min(message.visible_at for message in messages)))
        text = world.queue.receive(GROUP_SYNCS)
        if text is not None and await _is_killed(lambda text=text: deliver_order(world.services, text)):  # type: ignore[misc]
            await world.queue.send(GROUP_SYNCS, text, delay=_HIDDEN)
    world.tables.before_write = world.tables.after_write = None
    return await world.runs_of(tonight)


async def _is_killed(work: Callable[[], Awaitable[object]]) -> bool:
    try:
        await work()
    except BaseException as died:
        while isinstance(died, BaseExceptionGroup):
            [died] = died.exceptions
        if not isinstance(died, Killed):
            raise
        return True
    return False
