"""Freeze held removals as a list that a person decides about, and keep one open list per group.

The group's state points to that list: what it does not point to waits for nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sync_core.domain.errors import RowConflict
from sync_core.domain.holds import DECISION_TAKES, UNDECIDED_STATES, Hold, HoldState, decision_run_of, digest_of
from sync_core.domain.runs import Mode
from sync_core.flows.traced import traced
from sync_core.ports import Stored, value_of
from sync_core.telemetry.catalogue import SETTLE_HOLDS

if TYPE_CHECKING:
    from sync_core.domain.holds import Removal
    from sync_core.domain.ids import RunId
    from sync_core.flows.claimed_run import ClaimedRun
    from sync_core.flows.services import Services
    from sync_core.flows.take_out import TakenOut

_STILL_WAITS = "Removals that were held before still wait for your approval."
_ON_THE_WAY = "What was decided about held removals is still to be carried out."
_REPLACED = "An older list of held removals was replaced."
_OBSOLETE = "Removals that were held before do not wait any more."


@dataclass(frozen=True, slots=True)
class Settled:
    """*held*: how many wait on this run's own list. *about_older*: a sentence about an older one, if there is any."""

    held: int
    about_older: str = ""


async def people_waiting(services: Services, claimed: ClaimedRun) -> frozenset[Removal]:
    """Return who is on the group's list and not decided about."""
    order, found = claimed.order, await _pointed_to(services, claimed)
    if found is None or found.value.state not in UNDECIDED_STATES:
        return frozenset()
    hold = found.value
    people = services.holds.people(order.workspace, order.group, hold.run, attempt=hold.attempt)
    return frozenset([one.removal async for one in people])


@traced(SETTLE_HOLDS)
async def settle_holds(services: Services, claimed: ClaimedRun, taken: TakenOut, *, complete: bool) -> Settled:
    """Freeze what *taken* holds, and settle an older list.

    The people first, then the list as a whole, then the group's pointer: cut off in between, the run is taken over
    and freezes afresh. An older list stays where the read was not *complete*, which is no reason to forget anybody,
    and where it was decided and not carried out yet: its run is on the queue.
    """
    run = claimed.run.value
    if run.mode is Mode.PREVIEW:
        return await _freeze(services, claimed, taken, HoldState.PREVIEWED)
    older = await _pointed_to(services, claimed)
    if run.mode is Mode.SYNC and older is not None and await _is_on_the_way(services, claimed, older.value):
        return Settled(0, _ON_THE_WAY)
    if not complete and older is not None and older.value.state in UNDECIDED_STATES:
        return Settled(0, _STILL_WAITS)
    settled = await _freeze(services, claimed, taken, HoldState.OPEN)
    if older is not None and older.value.run != run.id:
        settled = await _settle_older(services, claimed, older, settled)
    await _point(services, claimed, run.id if settled.held else None)
    return settled


async def _point(services: Services, claimed: ClaimedRun, wanted: RunId | None) -> None:
    """Let the group's state point to the list of *wanted*, and its mark say that there may be one.

    Marked before, so that no list that waits is without a mark. Unmarked behind, by the ETag that the mark had while
    the lease was ours: what a later run has marked since stays.
    """
    order, before = claimed.order, claimed.lease.state.hold
    if wanted is not None:
        await services.holds.mark_group(order.workspace, order.group)
    mark = None
    if wanted is None and (before is not None or claimed.run.value.attempts > 1):
        mark = await services.holds.mark(order.workspace, order.group)
    if before != wanted or mark is not None:
        await claimed.lease.point_to_hold(wanted)
    if mark is not None:
        await services.holds.unmark_group(order.workspace, order.group, etag=mark)


async def _freeze(services: Services, claimed: ClaimedRun, taken: TakenOut, state: HoldState) -> Settled:
    order, run = claimed.order, claimed.run.value
    hold = Hold(
        run=run.id,
        attempt=run.attempt,
        digest=digest_of(taken.held),
        people=len(taken.held),
        why=taken.why,
        frozen_at=services.clock.now(),
        state=state if taken.held else HoldState.OBSOLETE,
    )
    if taken.held:
        await services.holds.freeze(order.workspace, order.group, run.id, attempt=run.attempt, people=taken.held)
    if taken.held or await _was_frozen_before(services, claimed):
        await services.holds.save(order.workspace, order.group, hold, etag=None)
    return Settled(len(taken.held))


async def _was_frozen_before(services: Services, claimed: ClaimedRun) -> bool:
    """Tell whether an earlier attempt of this run has left a list."""
    order, run = claimed.order, claimed.run.value
    return run.attempts > 1 and await services.holds.hold(order.workspace, order.group, run.id) is not None


async def _pointed_to(services: Services, claimed: ClaimedRun) -> Stored[Hold] | None:
    order, run = claimed.order, claimed.lease.state.hold
    return None if run is None else await services.holds.hold(order.workspace, order.group, run)


async def _is_on_the_way(services: Services, claimed: ClaimedRun, hold: Hold) -> bool:
    """Tell whether *hold* was decided about and the run that carries it out is still to come, or at work."""
    if hold.state is not HoldState.DECIDED or hold.decided_at is None:
        return False
    order, now = claimed.order, services.clock.now()
    run = value_of(await services.runs.run(order.workspace, order.group, decision_run_of(hold)))
    return now - hold.decided_at < DECISION_TAKES and (run is None or not run.is_over)


async def _settle_older(services: Services, claimed: ClaimedRun, older: Stored[Hold], settled: Settled) -> Settled:
    """Close an undecided older list, and say so."""
    state, sentence = (HoldState.REPLACED, _REPLACED) if settled.held else (HoldState.OBSOLETE, _OBSOLETE)
    if older.value.state in UNDECIDED_STATES:
        order = claimed.order
        try:
            await services.holds.save(
                order.workspace, order.group, replace(older.value, state=state), etag=older.etag
            )
        except RowConflict:
            #  It was decided at this very moment; its run will find what is planned by then.
            return settled
    elif older.value.state is not state:
        return settled
    return replace(settled, about_older=sentence)
