"""Which word a list shows for a schedule."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.domain.eligibility import GONE, UNLINKING, Circumstances
from sync_core.domain.glance import NOTHING, Glance, RunMark
from sync_core.domain.runs import Reason, RunState, manual_run_id
from sync_core.domain.schedule_state import (
    AtWork,
    ScheduleState,
    is_ordered_tonight,
    must_be_asked,
    status_of,
    what_happens,
)
from sync_core.domain.workspaces import ConnectionStatus, Rulebook
from tests.builders import (
    DAILY,
    GROUP,
    MIDNIGHT,
    MONDAYS,
    NIGHT,
    RUN,
    WORKSPACE,
    a_connection,
    a_linked_group,
    a_night,
    a_rulebook,
    a_run_summary,
    a_schedule,
    a_workspace,
)

if TYPE_CHECKING:
    from sync_core.domain.runs import RunSummary
    from sync_core.domain.schedule import Schedule
    from sync_core.domain.schedule_state import ScheduleStatus

NOW = MIDNIGHT + timedelta(hours=1)
LEASE = timedelta(seconds=90)
DAY = timedelta(days=1)
MANUAL = manual_run_id(NOW, request="1")
WHY = Reason("consent-missing", "An administrator must consent.")
ENDED = a_run_summary(ended_at=MIDNIGHT + timedelta(minutes=2))


def around(**changes: Any) -> Circumstances:
    fine = Circumstances(a_linked_group(), a_workspace(), a_connection(), None, a_rulebook())
    return replace(fine, **changes)


def status(
    glance: Glance = NOTHING, *, schedule: Schedule | None = None, at_work: AtWork | None = None, **changes: Any
) -> ScheduleStatus:
    return status_of(around(**changes), schedule or a_schedule(), glance, at_work=at_work, now=NOW)


def ended(state: RunState, **changes: Any) -> RunSummary:
    return replace(ENDED, state=state, **changes)


def happens(glance: Glance, *, is_alive: bool = True, is_ordered: bool = False) -> AtWork | None:
    return what_happens(glance, is_alive=is_alive, is_ordered=is_ordered, now=NOW)


RUNNING = AtWork(ScheduleState.RUNNING, RunMark(MANUAL, NOW))
QUEUED = AtWork(ScheduleState.QUEUED)


class TestTheWord:
    def test_a_schedule_that_never_ran(self) -> None:
        assert status().state is ScheduleState.NOT_RUN_YET

    @pytest.mark.parametrize(
        ("run", "word"),
        [
            (RunState.SUCCEEDED, "succeeded"),
            (RunState.SUCCEEDED_WITH_WARNINGS, "succeeded-with-warnings"),
            (RunState.HELD, "needs-approval"),
            (RunState.FAILED, "failed"),
            (RunState.SKIPPED, "failed"),
        ],
    )
    def test_how_the_last_sync_ended(self, run: RunState, word: str) -> None:
        assert status(Glance(last=ended(run))).state == word

    def test_a_cancelled_sync_counts_for_nothing(self) -> None:
        cancelled = ended(RunState.CANCELLED, id=MANUAL)

        assert status(Glance(last=cancelled)).state is ScheduleState.NOT_RUN_YET
        assert status(Glance(last=cancelled, settled=ended(RunState.HELD))).state is ScheduleState.NEEDS_APPROVAL
        assert status(Glance(last=cancelled, settled=ENDED)).last_run == cancelled

    @pytest.mark.parametrize("at_work", [RUNNING, QUEUED])
    def test_what_happens_now_comes_before_how_the_last_sync_ended(self, at_work: AtWork) -> None:
        assert status(Glance(last=ended(RunState.FAILED)), at_work=at_work).state is at_work.state

    @pytest.mark.parametrize("at_work", [None, RUNNING])
    def test_paused_comes_before_everything_and_the_rest_is_shown_beside(self, at_work: AtWork | None) -> None:
        shown = status(Glance(last=ENDED), schedule=a_schedule(enabled=False), at_work=at_work)

        assert (shown.state, shown.last_run, shown.at_work) == (ScheduleState.PAUSED, ENDED, at_work)
        assert (shown.next_run, shown.reason) == (None, None)

    def test_whoever_paused_it_the_system_has_nothing_to_add(self) -> None:
        shown = status(schedule=a_schedule(enabled=False), workspace=a_workspace(plan="free"))

        assert (shown.state, shown.reason) == (ScheduleState.PAUSED, None)


class TestThePauseOfTheSystem:
    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"workspace": a_workspace(plan="free")}, "plan-required"),
            ({"workspace": a_workspace(plan="business")}, "daily-needs-enterprise"),
            ({"connection": None}, "not-connected"),
            ({"connection": a_connection(status=ConnectionStatus.PENDING)}, "not-connected"),
            ({"connection": a_connection(status=ConnectionStatus.DISCONNECTED)}, "not-connected"),
            ({"rulebook": Rulebook()}, "settings-not-confirmed"),
            ({"group": a_linked_group(is_gone=True)}, GONE.code),
            ({"group": a_linked_group(unlinking=True)}, UNLINKING.code),
        ],
    )
    def test_says_why_and_shows_no_next_run(self, changes: dict[str, Any], code: str) -> None:
        shown = status(Glance(last=ENDED), at_work=RUNNING, **changes)

        assert (shown.state, shown.next_run) == (ScheduleState.PAUSED_BY_SYSTEM, None)
        assert shown.reason is not None
        assert (shown.reason.code, shown.reason.text.endswith(".")) == (code, True)

    def test_a_weekly_schedule_goes_on_on_the_lesser_plan(self) -> None:
        shown = status(schedule=a_schedule(MONDAYS), workspace=a_workspace(plan="business"))

        assert (shown.state, shown.next_run) == (ScheduleState.NOT_RUN_YET, MIDNIGHT + 7 * DAY)

    def test_a_failed_connection_pauses_nothing(self) -> None:
        shown = status(
            Glance(last=ended(RunState.SKIPPED, reason=WHY)), connection=a_connection(status=ConnectionStatus.FAILED)
        )

        assert (shown.state, shown.reason, shown.next_run) == (ScheduleState.FAILED, WHY, MIDNIGHT + DAY)


class TestTheReason:
    def test_of_a_failure_is_that_of_its_run(self) -> None:
        assert status(Glance(last=ended(RunState.FAILED, reason=WHY))).reason == WHY

    def test_of_a_failure_behind_a_cancelled_run_is_still_told(self) -> None:
        shown = status(Glance(last=ended(RunState.CANCELLED), settled=ended(RunState.FAILED, reason=WHY)))

        assert (shown.state, shown.reason) == (ScheduleState.FAILED, WHY)

    @pytest.mark.parametrize("run", [RunState.SUCCEEDED_WITH_WARNINGS, RunState.HELD])
    def test_of_anything_else_stands_with_its_run_alone(self, run: RunState) -> None:
        assert status(Glance(last=ended(run, reason=WHY))).reason is None

    def test_of_an_old_failure_is_no_reason_for_what_happens_now(self) -> None:
        assert status(Glance(last=ended(RunState.FAILED, reason=WHY)), at_work=RUNNING).reason is None


class TestWhatHappens:
    def test_nothing(self) -> None:
        assert happens(Glance(last=ENDED)) is None

    def test_a_run_that_is_marked_and_alive_is_running(self) -> None:
        assert happens(Glance(running=RunMark(MANUAL, NOW))) == RUNNING

    def test_a_run_whose_process_died_waits_to_be_taken_up(self) -> None:
        mark = RunMark(RUN, NOW - timedelta(minutes=5))

        assert happens(Glance(running=mark), is_alive=False) == AtWork(ScheduleState.QUEUED, mark)

    def test_a_run_that_was_asked_for_is_queued(self) -> None:
        mark = RunMark(MANUAL, NOW)

        assert happens(Glance(last=ENDED, queued=mark)) == AtWork(ScheduleState.QUEUED, mark)

    def test_what_works_comes_before_what_waits(self) -> None:
        both = Glance(running=RunMark(RUN, NOW), queued=RunMark(MANUAL, NOW))

        assert happens(both, is_ordered=True) == AtWork(ScheduleState.RUNNING, RunMark(RUN, NOW))

    def test_an_order_of_the_night_is_queued_without_a_record(self) -> None:
        assert happens(Glance(last=ENDED), is_ordered=True) == QUEUED

    @pytest.mark.parametrize("name", ["queued", "running"])
    def test_a_mark_that_came_behind_the_end_of_its_run_means_nothing(self, name: str) -> None:
        late: dict[str, Any] = {name: RunMark(ENDED.id, MIDNIGHT + timedelta(minutes=1))}

        assert happens(Glance(last=ENDED, **late)) is None

    def test_a_run_that_was_reopened_is_running_again(self) -> None:
        reopened = RunMark(ENDED.id, MIDNIGHT + timedelta(minutes=30))

        assert happens(Glance(last=ENDED, running=reopened)) == AtWork(ScheduleState.RUNNING, reopened)

    @pytest.mark.parametrize(("age", "believed"), [(DAY, True), (DAY + timedelta(seconds=1), False)])
    @pytest.mark.parametrize("name", ["queued", "running"])
    def test_no_mark_is_believed_for_ever(self, name: str, age: timedelta, believed: bool) -> None:
        old: dict[str, Any] = {name: RunMark(RUN, NOW - age)}

        found = happens(Glance(**old), is_alive=False)

        assert (found is not None) is believed


class TestWhoIsAsked:
    @pytest.mark.parametrize(("age", "asked"), [(timedelta(), False), (LEASE, False), (LEASE * 2, True)])
    def test_only_a_run_that_is_older_than_a_lease(self, age: timedelta, asked: bool) -> None:
        marked = Glance(running=RunMark(RUN, NOW - age))

        assert must_be_asked(marked, lease=LEASE, now=NOW) is asked

    def test_nobody_whose_mark_means_nothing_any_more(self) -> None:
        assert not must_be_asked(NOTHING, lease=LEASE, now=NOW)
        assert not must_be_asked(Glance(last=ENDED, running=RunMark(ENDED.id, MIDNIGHT)), lease=LEASE, now=NOW)
        assert not must_be_asked(Glance(running=RunMark(RUN, NOW - 2 * DAY)), lease=LEASE, now=NOW)


class TestTonightsOrder:
    NIGHT = a_night(enqueued={"daily": 1}, slot="daily", after=(WORKSPACE, GROUP), completed_at=MIDNIGHT)
    OLD = a_schedule(DAILY, changed_at=MIDNIGHT - DAY)

    def ordered(self, **changes: Any) -> bool:
        given: dict[str, Any] = {"night": self.NIGHT, "schedule": self.OLD, "glance": NOTHING, "now": NOW} | changes
        return is_ordered_tonight(
            given["night"], (WORKSPACE, GROUP), given["schedule"], given["glance"], now=given["now"]
        )

    def test_waits_until_its_run_has_ended(self) -> None:
        assert self.ordered()
        assert self.ordered(glance=Glance(night=NIGHT - DAY))
        assert not self.ordered(glance=Glance(night=NIGHT))

    def test_waits_behind_a_run_by_hand_that_was_quicker(self) -> None:
        assert self.ordered(glance=Glance(last=a_run_summary(id=MANUAL, ended_at=NOW)))

    def test_waits_until_it_is_good_no_more(self) -> None:
        assert self.ordered(now=MIDNIGHT + timedelta(hours=20))
        assert not self.ordered(now=MIDNIGHT + timedelta(hours=20, seconds=1))

    def test_is_there_only_for_what_was_due(self) -> None:
        assert self.ordered(schedule=replace(self.OLD, cadence=MONDAYS))
        assert not self.ordered(schedule=replace(self.OLD, cadence=replace(MONDAYS, day=3)))

    def test_is_not_there_for_what_was_scheduled_since(self) -> None:
        assert not self.ordered(schedule=replace(self.OLD, changed_at=NOW))

    def test_is_not_there_before_it_was_sent(self) -> None:
        assert not self.ordered(night=None)
        assert not self.ordered(night=a_night())

    def test_is_not_there_for_what_is_paused(self) -> None:
        assert not self.ordered(schedule=replace(self.OLD, enabled=False))
