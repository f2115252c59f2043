"""Decide what a delivery of an order does, and claim the run where there is work to do.

A run lives as long as the group's lease does: there is no second sign of life that could contradict it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sync_core.domain.eligibility import Circumstances, why_not
from sync_core.domain.errors import RowConflict, TryAgainLater
from sync_core.domain.runs import Phase, RunState
from sync_core.flows.close_run import close_run
from sync_core.flows.lease import Lease, take_lease
from sync_core.flows.record_run import record_end
from sync_core.ports import Stored, etag_of, value_of

if TYPE_CHECKING:
    from sync_core.domain.directory import LinkedGroup
    from sync_core.domain.ids import TenantId
    from sync_core.domain.orders import SyncOrder
    from sync_core.domain.runs import Run
    from sync_core.domain.workspaces import Rulebook
    from sync_core.flows.services import Services


@dataclass(slots=True)
class ClaimedRun:
    """A run that is ours to work on, with everything it was decided on. *run* moves on as the run does.

    *doubtful*: journal pages whose transaction was refused, which may have landed all the same: the storage
    client repeats a request whose answer was lost, and the repeat finds what the first one wrote.
    """

    order: SyncOrder
    group: LinkedGroup
    tenant: TenantId
    rulebook: Rulebook
    lease: Lease
    run: Stored[Run]
    doubtful: set[str] = field(default_factory=set)


async def claim_run(services: Services, order: SyncOrder) -> ClaimedRun | None:
    """Claim the order's run; None where there is nothing to do: a repeat, a skipped run, a group no longer linked.

    Raises:
        TryAgainLater: another run of the group is at work, or this one is, in another delivery.
    """
    around = await _circumstances(services, order)
    if around is None:
        services.log.info("order_without_group", workspace=order.workspace, group=order.group)
        return None
    first = order.new_run(generation=around.group.generation)
    found = await services.runs.run(order.workspace, order.group, first.id)
    run = first if found is None else found.value
    if run.is_over and not _is_reopened(run, order):
        services.log.info("order_repeated", workspace=order.workspace, group=order.group, run=run.id)
        return None
    started = run.started_at is not None
    ending = why_not(order, around, now=services.clock.now(), started=started)
    if ending is not None and not started:
        await record_end(services, order, run, ending, etag=etag_of(found))
        return None
    attempt = services.new_token()
    lease = await take_lease(services, order.workspace, order.group, run=run.id, attempt=attempt)
    claimed = await _claim_under_lease(services, order, around, lease, first)
    if claimed is not None and ending is not None:
        #  A started run has changed people, and another delivery may be at work on it: only its claimer ends it.
        await close_run(services, claimed, ending, claimed.run.value.counts)
        return None
    return claimed


async def _claim_under_lease(
    services: Services, order: SyncOrder, around: Circumstances, lease: Lease, first: Run
) -> ClaimedRun | None:
    """Claim by ETag. The row is read again: it may have been finished between the first look and the lease."""
    found = await services.runs.run(order.workspace, order.group, first.id)
    run = first if found is None else found.value
    if run.is_over and not _is_reopened(run, order):
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


async def _circumstances(services: Services, order: SyncOrder) -> Circumstances | None:
    group = await services.groups.group(order.workspace, order.group)
    if group is None:
        return None
    workspace = await services.workspaces.workspace(order.workspace)
    connection = await services.workspaces.connection(order.workspace)
    schedule = await services.schedules.schedule(order.workspace, order.group)
    rulebook = await services.workspaces.rulebook(order.workspace)
    return Circumstances(
        group=group.value,
        workspace=value_of(workspace),
        connection=value_of(connection),
        schedule=value_of(schedule),
        rulebook=rulebook.value,
    )


def _is_reopened(run: Run, order: SyncOrder) -> bool:
    return order.redrive and run.state is RunState.FAILED
