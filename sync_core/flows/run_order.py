"""Carry out one order: claim its run, do the work of its mode, close it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.domain.cancelling import CANCELLED
from sync_core.domain.eligibility import UNLINKING, Ending
from sync_core.domain.errors import EntraRefused, GroupGone, LeaseLost, SyncError, SyncRefused, TryAgainLater
from sync_core.domain.runs import Mode, Reason, RunState
from sync_core.flows.claim_run import claim_run
from sync_core.flows.close_run import close_run
from sync_core.flows.connection_health import note_refused
from sync_core.flows.group_presence import note_missing
from sync_core.flows.note_work import note_running
from sync_core.flows.preview import recording
from sync_core.flows.record_run import record_retrying
from sync_core.flows.sync_group import sync_group
from sync_core.flows.undo_run import undo_run
from sync_core.flows.unlink_group import unlink_group

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from sync_core.domain.orders import SyncOrder
    from sync_core.domain.runs import Counts
    from sync_core.flows.claimed_run import ClaimedRun
    from sync_core.flows.services import Services

    Work = Callable[[Services, ClaimedRun], Awaitable[tuple[Ending, Counts]]]

_WORK: Mapping[Mode, Work] = {
    Mode.SYNC: sync_group,
    Mode.PREVIEW: sync_group,
    Mode.DECISION: sync_group,
    Mode.UNDO: undo_run,
    Mode.UNLINK: unlink_group,
}


#  Refusals that mean no failure: somebody wants the run to end here.
_MAKES_WAY = frozenset({UNLINKING.code, CANCELLED})


async def run_order(services: Services, order: SyncOrder) -> None:
    """Carry out *order*; a repeat of an order that was carried out changes nothing.

    Raises:
        TryAgainLater: deliver the order again after the delay it names; nothing that was done is lost.
    """
    claimed = await claim_run(services, order)
    if claimed is None:
        return
    run = claimed.run.value
    services.telemetry.note(run=run.id, attempt=run.attempts)
    if order.mode is Mode.PREVIEW:
        services = recording(services)
    try:
        await note_running(services, order.workspace, order.group, claimed.run.value)
        ending, counts = await _WORK[order.mode](services, claimed)
    except SyncRefused as refused:
        ending, counts = await _refused(services, claimed, refused), claimed.run.value.counts
    except LeaseLost as exc:
        raise TryAgainLater("another run has taken the group over", after=services.lease) from exc
    except TryAgainLater as later:
        await _let_go(services, claimed, Reason("try-again", later.reason))
        raise
    except Exception as exc:
        #  Nobody expected it, so the host delivers again. Let go first: the next delivery need not wait for us.
        await _let_go(services, claimed, Reason("unexpected", type(exc).__name__))
        raise
    await close_run(services, claimed, ending, counts)


async def _refused(services: Services, claimed: ClaimedRun, refused: SyncRefused) -> Ending:
    """Remember what the refusal says of the tenant or the group; return how the run ends."""
    if isinstance(refused, EntraRefused):
        await note_refused(services, claimed.order.workspace, refused)
    if isinstance(refused, GroupGone):
        await note_missing(services, claimed)
    state = RunState.CANCELLED if refused.code in _MAKES_WAY else RunState.FAILED
    return Ending(state, Reason(refused.code, refused.reason))


async def _let_go(services: Services, claimed: ClaimedRun, reason: Reason) -> None:
    """Say that the run goes on later, if it still is ours to say. A failure to do so does not hide why we stop."""
    try:
        await record_retrying(services, claimed, reason=reason)
    except SyncError as exc:
        services.log.warning(
            "run_not_let_go",
            workspace=claimed.order.workspace,
            group=claimed.order.group,
            run=claimed.run.value.id,
            reason=type(exc).__name__,
        )
