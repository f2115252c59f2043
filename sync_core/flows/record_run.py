"""Keep a run's record: progress while it works, its end, and the summary that lists show."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sync_core.domain.cancelling import refuse_cancelled
from sync_core.domain.eligibility import QUIET_SKIPS, Ending
from sync_core.domain.errors import LeaseLost, RowConflict, TryAgainLater
from sync_core.domain.events import RUN_FAILED, RUN_HELD, ChangeEvent
from sync_core.domain.runs import Mode, Run, RunState
from sync_core.flows.measure_run import measure_run, seconds_of
from sync_core.flows.note_work import note_over, note_put_off
from sync_core.ports import Stored

if TYPE_CHECKING:
    from sync_core.domain.entra import ReadProof
    from sync_core.domain.orders import SyncOrder
    from sync_core.domain.runs import Counts, Phase, Reason
    from sync_core.flows.claimed_run import ClaimedRun
    from sync_core.flows.services import Services


async def record_end(services: Services, order: SyncOrder, run: Run, ending: Ending, *, etag: str | None) -> Run:
    """Store how the run ended, in its record and in the group's summary; tell the platform where somebody must look.

    The record last: a crash in between leaves a run that is ended once more, never a list that lags behind. Of a
    preview only its record tells: lists go on showing the last run that did something.

    Raises:
        TryAgainLater: the record was changed by somebody else meanwhile; look again.
    """
    ended = run.ended(ending.state, at=services.clock.now(), reason=ending.reason)
    is_news = not _is_quiet(ending)
    if run.mode is not Mode.PREVIEW and is_news:
        await _tell(services, order, ended)
    await note_over(services, order.workspace, order.group, ended, is_news=is_news)
    ended = await _save_end(services, order, ended, before=run, etag=etag)
    measure_run(services, ended)
    services.log.info(
        "run_ended",
        workspace=order.workspace,
        group=order.group,
        run=run.id,
        state=ended.state.value,
        reason=ended.reason.code if ended.reason else "",
        mode=ended.mode.value,
        trigger=ended.trigger.value,
        seconds=seconds_of(ended),
        read=ended.counts.read,
        added=ended.counts.added,
        updated=ended.counts.updated,
        removed=ended.counts.removed,
        refused=ended.counts.refused,
        held=ended.counts.held,
    )
    return ended


async def _save_end(services: Services, order: SyncOrder, ended: Run, *, before: Run, etag: str | None) -> Run:
    """Store *ended*; a wish to cancel the run that came since it was read as *before* came too late, and is kept."""
    try:
        await services.runs.save(order.workspace, order.group, ended, etag=etag)
    except RowConflict as exc:
        found = await services.runs.run(order.workspace, order.group, ended.id)
        if found is not None and found.value == ended:
            return ended  # our own write, repeated by the storage client because its answer was lost
        if found is None or not _is_only_asked_to_cancel(found.value, replace(before, counts=found.value.counts)):
            raise TryAgainLater("the run's record was changed meanwhile", after=services.lease) from exc
        wished = ended.cancel_asked(found.value.cancel_asked_at)
        return await _save_end(services, order, wished, before=found.value, etag=found.etag)
    return ended


def _is_only_asked_to_cancel(found: Run, stored: Run) -> bool:
    """Tell whether nothing but a wish to cancel the run has come to what we had *stored*."""
    return found == stored.cancel_asked(found.cancel_asked_at)


def _is_quiet(ending: Ending) -> bool:
    return ending.state is RunState.SKIPPED and ending.reason is not None and ending.reason.code in QUIET_SKIPS


async def _tell(services: Services, order: SyncOrder, run: Run) -> None:
    """Tell the platform of a run that somebody should look at; a repeat has the same event id."""
    kind = {RunState.HELD: RUN_HELD, RunState.FAILED: RUN_FAILED}.get(run.state)
    if kind is not None:
        code = "" if run.reason is None else run.reason.code
        data = {"group": order.group, "run": run.id, "code": code, "held": run.counts.held}
        now = services.clock.now()
        event = ChangeEvent(f"{kind}/{order.group}/{run.id}", kind, order.workspace, run.id, now, data)
        await services.events.publish([event])


async def record_progress(
    services: Services, claimed: ClaimedRun, *, phase: Phase, counts: Counts, proof: ReadProof | None
) -> None:
    """Say how far the run is.

    Raises:
        LeaseLost: somebody else has claimed the run, or ended it.
        SyncRefused: ``cancelled``: somebody has asked it to stop.
    """
    run = claimed.run.value
    await _save(
        services,
        claimed,
        replace(run, phase=phase, counts=counts, proof=proof or run.proof, heartbeat=services.clock.now()),
    )
    refuse_cancelled(claimed.run.value)


async def record_retrying(services: Services, claimed: ClaimedRun, *, reason: Reason) -> None:
    """Say that the run goes on in a later delivery, and let go of the group."""
    await _save(services, claimed, replace(claimed.run.value, state=RunState.RETRYING, reason=reason))
    await note_put_off(services, claimed.order.workspace, claimed.order.group, claimed.run.value)
    await claimed.lease.release()


async def _save(services: Services, claimed: ClaimedRun, run: Run) -> None:
    """Store the record of a run that is ours, with the wish to cancel it where somebody has left one there.

    Raises:
        LeaseLost: somebody else has claimed the run, or ended it.
    """
    order = claimed.order
    try:
        etag = await services.runs.save(order.workspace, order.group, run, etag=claimed.run.etag)
    except RowConflict as exc:
        found = await services.runs.run(order.workspace, order.group, run.id)
        if found is None or not any(_is_only_asked_to_cancel(found.value, one) for one in (run, claimed.run.value)):
            raise LeaseLost("the run's record was changed by somebody else") from exc
        wished = run.cancel_asked(found.value.cancel_asked_at)
        claimed.run = found
        if found.value != wished:
            await _save(services, claimed, wished)
        #  Else it is our own write, repeated by the storage client because its answer was lost.
        return
    claimed.run = Stored(run, etag)
