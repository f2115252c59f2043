"""Decide what a delivery of an order does, and claim the run where there is work to do.

A run lives as long as the group's lease does: there is no second sign of life that could contradict it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sync_core.domain.cancelling import cancelled_reason
from sync_core.domain.eligibility import UNLINKED, Ending, why_not
from sync_core.domain.errors import RowConflict, TryAgainLater
from sync_core.domain.orders import encode
from sync_core.domain.runs import Mode, Phase, RunState
from sync_core.flows.circumstances import circumstances
from sync_core.flows.claimed_run import ClaimedRun
from sync_core.flows.close_run import close_run, end_started_run
from sync_core.flows.connection_health import ending_of_failed
from sync_core.flows.lease import Lease, take_lease
from sync_core.flows.record_run import record_end
from sync_core.flows.traced import traced
from sync_core.ports import Stored, etag_of
from sync_core.telemetry.catalogue import CLAIM_RUN

if TYPE_CHECKING:
    from sync_core.domain.eligibility import Circumstances
    from sync_core.domain.ids import RunId
    from sync_core.domain.orders import SyncOrder
    from sync_core.domain.runs import Run
    from sync_core.flows.services import Services


@traced(CLAIM_RUN)
async def claim_run(services: Services, order: SyncOrder) -> ClaimedRun | None:
    """Claim the order's run; None where there is nothing to do: a repeat, a skipped run, a group no longer linked.

    Raises:
        TryAgainLater: another run of the group is at work, or this one is, in another delivery.
    """
    around = await circumstances(services, order.workspace, order.group)
    if around is None:
        await _end_without_group(services, order)
        return None
    first = order.new_run(generation=around.group.generation)
    found = await services.runs.run(order.workspace, order.group, first.id)
    run = first if found is None else found.value
    if run.is_over and not _is_reopened(run, order, around):
        services.log.info("order_repeated", workspace=order.workspace, group=order.group, run=run.id)
        return None
    started = run.started_at is not None
    ending = _cancelled(run) or why_not(order, around, now=services.clock.now(), started=started)
    if ending is None and not started:
        ending = await ending_of_failed(services, order)
    if ending is not None and not started:
        await record_end(services, order, run, ending, etag=etag_of(found))
        return None
    lease = await take_lease(
        services,
        order.workspace,
        order.group,
        run=run.id,
        #  Begins with its number, so that the journal's pages sort in the order in which they were written.
        attempt=f"{run.attempts + 1:03d}{services.new_token()}",
        generation=around.group.generation,
        order=encode(order),
        ends_link=order.mode is Mode.UNLINK,
    )
    claimed = await _claim_under_lease(services, order, around, lease, first)
    if claimed is not None and ending is not None:
        #  A started run has changed people, and another delivery may be at work on it: only its claimer ends it.
        await close_run(services, claimed, ending, claimed.run.value.counts)
        return None
    return claimed


def _cancelled(run: Run) -> Ending | None:
    """Return how a run ends that was asked to stop and did not live to do so."""
    if run.is_over or run.cancel_asked_at is None:
        return None
    return Ending(RunState.CANCELLED, cancelled_reason(run.mode, started=True))


async def _end_without_group(services: Services, order: SyncOrder) -> None:
    """End what was asked for when the group was still linked."""
    services.log.info("order_without_group", workspace=order.workspace, group=order.group)
    found = None if order.run is None else await services.runs.run(order.workspace, order.group, order.run)
    if found is not None and not found.value.is_over:
        await _let_attempt_end(services, order, found.value.id)
        state = RunState.SKIPPED if found.value.started_at is None else RunState.CANCELLED
        await end_started_run(services, order, found, Ending(state, UNLINKED))


async def _let_attempt_end(services: Services, order: SyncOrder, run: RunId) -> None:
    """Wait for an attempt that still works: what it stores must not slip past the count of the run's journal.

    Raises:
        TryAgainLater: it is at work.
    """
    found = await services.states.state(order.workspace, order.group)
    left = None if found is None else found.value.lease_left(now=services.clock.now())
    if found is not None and found.value.run == run and left is not None:
        raise TryAgainLater("another delivery works on this run", after=left)


async def _claim_under_lease(
    services: Services, order: SyncOrder, around: Circumstances, lease: Lease, first: Run
) -> ClaimedRun | None:
    """Claim by ETag. The row is read again: it may have been finished between the first look and the lease."""
    found = await services.runs.run(order.workspace, order.group, first.id)
    run = first if found is None else found.value
    if run.is_over and not _is_reopened(run, order, around):
        await lease.release()
        return None
    claimed = replace(
        run,
        state=RunState.RUNNING,
        phase=Phase.READING,
        attempt=lease.state.attempt,
        attempts=run.attempts + 1,
        started_at=run.started_at or services.clock.now(),
        heartbeat=services.clock.now(),
        ended_at=None,
        reason=None,
        #  Who reopens a run wants it, whatever somebody wished before it was over.
        cancel_asked_at=None if run.is_over else run.cancel_asked_at,
    )
    etag = await _save_claim(services, order, claimed, etag=etag_of(found))
    if etag is None:
        await lease.release()
        raise TryAgainLater("the run was claimed by another delivery", after=services.lease)
    return ClaimedRun(order, around.group, around.tenant, around.rulebook, lease, Stored(claimed, etag))


async def _save_claim(services: Services, order: SyncOrder, claimed: Run, *, etag: str | None) -> str | None:
    """Return the new ETag, or None where the claim is somebody else's."""
    try:
        return await services.runs.save(order.workspace, order.group, claimed, etag=etag)
    except RowConflict:
        found = await services.runs.run(order.workspace, order.group, claimed.id)
        #  With our own token it is our own write, whose answer was lost and which the storage client repeated.
        return found.etag if found is not None and found.value.attempt == claimed.attempt else None


def _is_reopened(run: Run, order: SyncOrder, around: Circumstances) -> bool:
    """Tell whether the order makes a run go on that is over."""
    if order.mode is Mode.UNLINK and run.state is RunState.SUCCEEDED:
        #  The link itself ends last: while it is there, the run was cut off behind its own record.
        return run.generation == around.group.generation
    return order.redrive and run.state is RunState.FAILED
