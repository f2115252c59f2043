"""Count a run that has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.domain.runs import Mode
from sync_core.telemetry.catalogue import CHANGES, HELD, RUN_DURATION, RUNS

if TYPE_CHECKING:
    from sync_core.domain.runs import Run
    from sync_core.flows.services import Services

_KINDS = ("added", "updated", "removed", "refused")


def measure_run(services: Services, run: Run) -> None:
    """Count the run, how long it took and whom it changed; a preview changes nobody."""
    telemetry, state, mode = services.telemetry, run.state.value, run.mode.value
    reason = "none" if run.reason is None else run.reason.code
    telemetry.count(RUNS, state=state, mode=mode, trigger=run.trigger.value, reason=reason)
    seconds = seconds_of(run)
    if seconds is not None:
        telemetry.measure(RUN_DURATION, seconds, state=state, mode=mode)
    if run.mode is not Mode.PREVIEW:
        for kind in _KINDS:
            telemetry.count(CHANGES, getattr(run.counts, kind), kind=kind, mode=mode)
        telemetry.count(HELD, run.counts.held)


def seconds_of(run: Run) -> float | None:
    """Return how long the run took, over all its attempts; None for one that never started."""
    if run.started_at is None or run.ended_at is None:
        return None
    return (run.ended_at - run.started_at).total_seconds()
