"""What becomes of a group's short story when a run ends."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sync_core.domain.glance import NOTHING, Glance, RunMark, summary_of
from sync_core.domain.runs import SYNCED_STATES, Mode, Reason, Run, RunState, manual_run_id, night_run_id
from tests.builders import MIDNIGHT, NIGHT, RUN, a_run, a_run_summary

MORNING = MIDNIGHT + timedelta(hours=9)
MANUAL = manual_run_id(MORNING, request="1")
ENDED = [state for state in RunState if a_run(state=state).is_over]


def ended(state: RunState = RunState.SUCCEEDED, **changes: object) -> Run:
    return a_run(**changes).ended(state, at=MORNING, reason=Reason("why", "Because."))


def test_a_run_that_is_news_is_the_last_one() -> None:
    run = ended(RunState.FAILED)

    assert NOTHING.after(run, is_news=True).last == summary_of(run)


def test_a_run_that_is_no_news_leaves_the_last_one_and_is_at_work_no_more() -> None:
    before = Glance(last=a_run_summary(), queued=RunMark(MANUAL, MORNING), running=RunMark(MANUAL, MORNING))

    after = before.after(ended(id=MANUAL, night=None), is_news=False)

    assert after == Glance(last=a_run_summary())


def test_an_older_run_does_not_hide_a_newer_one() -> None:
    newer = a_run_summary(id=MANUAL)
    before = Glance(last=newer, running=RunMark(RUN, MIDNIGHT))

    after = before.after(ended(RunState.FAILED), is_news=True)

    assert (after.last, after.running) == (newer, None)


def test_what_another_run_marked_stays() -> None:
    other = RunMark(MANUAL, MORNING)

    after = Glance(queued=other, running=other).after(ended(), is_news=True)

    assert (after.queued, after.running) == (other, other)


@pytest.mark.parametrize("state", ENDED)
def test_only_a_sync_that_went_through_is_a_success(state: RunState) -> None:
    before = Glance(succeeded_at=MIDNIGHT)

    after = before.after(ended(state), is_news=True)

    assert after.succeeded_at == (MORNING if state in SYNCED_STATES else MIDNIGHT)


@pytest.mark.parametrize("is_news", [True, False])
def test_the_night_of_a_run_is_remembered_news_or_not(is_news: bool) -> None:
    assert NOTHING.after(ended(), is_news=is_news).night == NIGHT


def test_a_run_by_hand_and_one_of_an_older_night_leave_the_last_night() -> None:
    before = Glance(night=NIGHT)
    older = ended(id=night_run_id(NIGHT - timedelta(days=1), generation=1), night=NIGHT - timedelta(days=1))

    assert before.after(ended(id=MANUAL, night=None), is_news=True).night == NIGHT
    assert before.after(older, is_news=True).night == NIGHT


def test_behind_a_cancelled_run_the_one_before_it_counts() -> None:
    first = NOTHING.after(ended(), is_news=True)

    cancelled = first.after(ended(RunState.CANCELLED, id=MANUAL, night=None), is_news=True)
    again = cancelled.after(ended(RunState.CANCELLED, id=MANUAL, night=None), is_news=True)

    assert cancelled.last is not None
    assert cancelled.last.state is RunState.CANCELLED
    assert cancelled.outcome == again.outcome == first.last


def test_the_next_run_that_is_not_cancelled_counts_for_itself() -> None:
    cancelled = NOTHING.after(ended(), is_news=True).after(ended(RunState.CANCELLED), is_news=True)
    failed = ended(RunState.FAILED, id=MANUAL, night=None, mode=Mode.DECISION)

    after = cancelled.after(failed, is_news=True)

    assert (after.outcome, after.settled) == (summary_of(failed), None)
