"""What a cancel does to a run's record, in every state and mode."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from sync_core.domain.cancelling import CANCELLED, cancelled_reason, refuse_cancelled, with_cancel_asked
from sync_core.domain.errors import SyncRefused
from sync_core.domain.runs import OPEN_STATES, Mode, Reason, RunState
from tests.builders import MIDNIGHT, a_run

LATER = MIDNIGHT + timedelta(minutes=1)


@pytest.mark.parametrize("mode", [Mode.SYNC, Mode.PREVIEW, Mode.UNDO])
def test_a_run_that_has_not_begun_is_over_at_once(mode: Mode) -> None:
    run = with_cancel_asked(a_run(state=RunState.QUEUED, mode=mode, started_at=None), at=LATER)

    assert run.reason is not None
    assert (run.state, run.ended_at, run.reason.code) == (RunState.CANCELLED, LATER, CANCELLED)
    assert "nothing was changed" in run.reason.text


@pytest.mark.parametrize("state", [RunState.RUNNING, RunState.RETRYING])
def test_a_run_that_has_begun_is_asked_and_stays_as_it_is(state: RunState) -> None:
    run = a_run(state=state, started_at=MIDNIGHT)

    assert with_cancel_asked(run, at=LATER) == replace(run, cancel_asked_at=LATER)


def test_the_first_wish_counts() -> None:
    asked = with_cancel_asked(a_run(started_at=MIDNIGHT), at=LATER)

    assert with_cancel_asked(asked, at=LATER + timedelta(minutes=1)) == asked


@pytest.mark.parametrize("state", [state for state in RunState if state not in OPEN_STATES])
def test_a_run_that_is_over_cannot_be_cancelled(state: RunState) -> None:
    run = a_run(started_at=MIDNIGHT).ended(state, at=LATER, reason=Reason("unlinked", "The group was unlinked."))

    with pytest.raises(SyncRefused) as refused:
        with_cancel_asked(run, at=LATER)

    assert refused.value.code == "run-over"


def test_a_run_that_was_cancelled_is_the_same_when_asked_again() -> None:
    reason = cancelled_reason(Mode.SYNC, started=True)
    run = a_run(started_at=MIDNIGHT).ended(RunState.CANCELLED, at=LATER, reason=reason)

    assert with_cancel_asked(run, at=LATER + timedelta(minutes=1)) is run


@pytest.mark.parametrize("mode", [Mode.DECISION, Mode.UNLINK])
@pytest.mark.parametrize("state", sorted(OPEN_STATES))
def test_what_may_not_be_done_by_half_goes_through(mode: Mode, state: RunState) -> None:
    with pytest.raises(SyncRefused) as refused:
        with_cancel_asked(a_run(state=state, mode=mode), at=LATER)

    assert refused.value.code == "not-cancellable"


def test_only_a_run_that_was_asked_to_stops() -> None:
    refuse_cancelled(a_run(started_at=MIDNIGHT))

    with pytest.raises(SyncRefused) as refused:
        refuse_cancelled(a_run(started_at=MIDNIGHT, cancel_asked_at=LATER))

    assert refused.value.code == CANCELLED
