"""Freeze held removals as a list that a person decides about, and keep one open list per group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.domain.holds import Hold, HoldState, digest_of
from sync_core.domain.runs import Mode
from sync_core.flows.end_hold import end_hold

if TYPE_CHECKING:
    from sync_core.domain.ids import RunId
    from sync_core.flows.claim_run import ClaimedRun
    from sync_core.flows.services import Services
    from sync_core.flows.take_out import TakenOut


async def settle_holds(services: Services, claimed: ClaimedRun, taken: TakenOut, *, complete: bool) -> str:
    """Freeze what *taken* holds and settle an older list; return a sentence about the older one, if there is any.

    The people first, then the list as a whole, then the group's pointer: cut off in between, the run is taken over
    and freezes afresh. A list that was decided and not carried out yet stays: its run is on the queue.
    """
    if claimed.run.value.mode is Mode.PREVIEW:
        if taken.held:
            await _freeze(services, claimed, taken, HoldState.PREVIEWED)
        return ""
    older = claimed.lease.state.hold
    run = claimed.run.value
    if run.mode is Mode.SYNC and await _is_on_the_way(services, claimed, older):
        return "What was decided about held removals is still to be carried out."
    if taken.held:
        await _freeze(services, claimed, taken, HoldState.OPEN)
        await claimed.lease.point_to_hold(run.id)
        return await _close_older(services, claimed, older, HoldState.REPLACED)
    if older is None or not complete:
        return ""
    await claimed.lease.point_to_hold(None)
    sentence = await _close_older(services, claimed, older, HoldState.OBSOLETE)
    return sentence and "Removals that were held before are not wanted any more."


async def _freeze(services: Services, claimed: ClaimedRun, taken: TakenOut, state: HoldState) -> None:
    order, run = claimed.order, claimed.run.value
    await services.holds.freeze(order.workspace, order.group, run.id, attempt=run.attempt, people=taken.held)
    hold = Hold(
        run=run.id,
        attempt=run.attempt,
        digest=digest_of(taken.held),
        people=len(taken.held),
        why=taken.why,
        frozen_at=services.clock.now(),
        state=state,
    )
    await services.holds.save(order.workspace, order.group, hold, etag=None)


async def _is_on_the_way(services: Services, claimed: ClaimedRun, older: RunId | None) -> bool:
    if older is None or older == claimed.run.value.id:
        return False
    found = await services.holds.hold(claimed.order.workspace, claimed.order.group, older)
    return found is not None and found.value.state is HoldState.DECIDED


async def _close_older(services: Services, claimed: ClaimedRun, older: RunId | None, state: HoldState) -> str:
    """Close an undecided older list; return a sentence if there was one."""
    order = claimed.order
    if older is None or older == claimed.run.value.id:
        return ""
    #  One that is decided at this very moment stays: its run will find what is planned by then.
    ended = await end_hold(services, order.workspace, order.group, older, state)
    return "An older list of held removals was replaced." if ended else ""
