"""Which runs can be cancelled, and what a cancelled one tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.domain.errors import SyncRefused
from sync_core.domain.runs import Mode, Reason, RunState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sync_core.domain.runs import Run

CANCELLED = "cancelled"

#  Half of a decision would leave those who were to stay without their mark, and the next night could take them out.
#  Half of an unlink would leave a group that is neither linked nor free.
_GOES_THROUGH: Mapping[Mode, str] = {
    Mode.DECISION: "What was decided about held removals is carried out as a whole; undo it when it is over.",
    Mode.UNLINK: "The end of a link cannot be cancelled; link the group again when it is over.",
}

_BEFORE_IT_BEGAN = "Cancelled before it began; nothing was changed."

_AT_WORK: Mapping[Mode, str] = {
    Mode.PREVIEW: "Cancelled, so what it shows is not all of it. Nothing was changed.",
    Mode.UNDO: "Cancelled. Who was put back by then stays so; the others are as the run had left them.",
}
_SYNC_AT_WORK = (
    "Cancelled. What it had changed by then stays and can be undone; whoever was still to be changed or taken out "
    "was left alone, until the next sync."
)


def cancelled_reason(mode: Mode, *, started: bool) -> Reason:
    """Return what a run tells that was cancelled, before or after it *started*."""
    return Reason(CANCELLED, _AT_WORK.get(mode, _SYNC_AT_WORK) if started else _BEFORE_IT_BEGAN)


def refuse_cancelled(run: Run) -> None:
    """Stop a run at work that somebody has cancelled.

    Raises:
        SyncRefused: ``cancelled``.
    """
    if run.cancel_asked_at is not None:
        reason = cancelled_reason(run.mode, started=True)
        raise SyncRefused(reason.code, reason.text)


def with_cancel_asked(run: Run, *, at: datetime) -> Run:
    """Return the run's record as it must be once somebody has cancelled it; the same one where they had before.

    A run that has not begun ends at once. One that has begun is asked to stop, and ends itself.

    Raises:
        SyncRefused: ``run-over``, or ``not-cancellable``: a run that carries out a decision or ends a link.
    """
    if run.state is RunState.CANCELLED and run.reason is not None and run.reason.code == CANCELLED:
        return run
    if run.is_over:
        raise SyncRefused("run-over", "This run is over; there is nothing left to cancel.")
    if run.mode in _GOES_THROUGH:
        raise SyncRefused("not-cancellable", _GOES_THROUGH[run.mode])
    if run.started_at is None:
        return run.cancel_asked(at).ended(RunState.CANCELLED, at=at, reason=cancelled_reason(run.mode, started=False))
    return run.cancel_asked(at)
