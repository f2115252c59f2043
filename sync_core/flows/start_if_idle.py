"""Start a run only where none of the group's is under way; of two who ask at once, one starts it.

Who starts notes the order on the group's state by ETag, before it is sent: the other finds the state changed and the
note in it. Whoever finds a note without its run, because its writer was cut off or has not come so far, places that
order himself: there is one run for it, however often it is sent.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sync_core.domain.errors import RowConflict, RunActive, TryAgainLater
from sync_core.domain.orders import decode, encode
from sync_core.domain.runs import RunState
from sync_core.domain.state import GroupState
from sync_core.flows.start_run import PATIENCE, order_for, place_order
from sync_core.ports import etag_of

if TYPE_CHECKING:
    from sync_core.domain.ids import GroupId, WorkspaceId
    from sync_core.domain.orders import SyncOrder
    from sync_core.domain.runs import Mode, Run
    from sync_core.flows.services import Services
    from sync_core.ports import Stored

#  Longer than any order waits for its turn, so that older records that are not over have nobody who works on them.
_LOOK_BACK = timedelta(days=2)

#  Each conflict means that somebody else has started a run or ended one.
_ROUNDS = 8
_SOON = timedelta(seconds=5)


async def start_if_idle(services: Services, workspace: WorkspaceId, group: GroupId, *, mode: Mode) -> Run:
    """Order a run and return it, queued. A night's order that waits on the queue does not stand in its way.

    Raises:
        RunActive: a run is queued by hand, at work, or waits to be tried again.
        SyncRefused: as `start_run.order_for`.
        TryAgainLater: the group's state kept changing.
    """
    order = await order_for(services, workspace, group, mode=mode)
    for _ in range(_ROUNDS):
        found = await services.states.state(workspace, group)
        active = await _active_run(services, order, found)
        if active is not None:
            raise RunActive(active, f"Run {active.id} of this group is under way: wait for it, or cancel it.")
        if await _is_noted(services, order, found):
            return await place_order(services, order)
    raise TryAgainLater("the group's state keeps changing", after=_SOON)


async def _active_run(services: Services, order: SyncOrder, found: Stored[GroupState] | None) -> Run | None:
    at_work = None if found is None else await _at_work(services, order, found.value)
    if at_work is not None:
        return at_work
    if found is not None and found.value.asked:
        asked = decode(found.value.asked)
        if asked.generation == order.generation and await _is_still_to_be_placed(services, asked):
            return await place_order(services, asked)
    now = services.clock.now()
    async for run in services.runs.since(order.workspace, order.group, now - _LOOK_BACK):
        if not run.is_over and not _was_never_delivered(run, services):
            return run
    return None


async def _at_work(services: Services, order: SyncOrder, state: GroupState) -> Run | None:
    """Return the run that holds the group's lease; one that has just taken it may have no record yet."""
    if state.run is None or state.lease_left(now=services.clock.now()) is None:
        return None
    found = await services.runs.run(order.workspace, order.group, state.run)
    if found is not None:
        return found.value if not found.value.is_over else None
    if not state.order:
        return None
    return replace(decode(state.order).new_run(generation=state.generation), state=RunState.RUNNING)


async def _is_still_to_be_placed(services: Services, asked: SyncOrder) -> bool:
    if asked.run is None or asked.not_after < services.clock.now():
        return False
    return await services.runs.run(asked.workspace, asked.group, asked.run) is None


def _was_never_delivered(run: Run, services: Services) -> bool:
    """Tell whether the run has waited for so long that its order would not start it any more."""
    if run.state is not RunState.QUEUED or run.queued_at is None:
        return False
    return services.clock.now() - run.queued_at > PATIENCE


async def _is_noted(services: Services, order: SyncOrder, found: Stored[GroupState] | None) -> bool:
    """Note *order* on the group's state as it was found; False where somebody has changed it since."""
    state = GroupState(generation=order.generation or 1) if found is None else found.value
    noted = replace(state, asked=encode(order))
    try:
        await services.states.save(order.workspace, order.group, noted, etag=etag_of(found))
    except RowConflict:
        now_there = await services.states.state(order.workspace, order.group)
        #  Our own write, repeated by the storage client because its answer was lost.
        return now_there is not None and now_there.value.asked == noted.asked
    return True
