"""The one word that a list shows for a schedule, and what it is decided from.

Who or what keeps a schedule from running comes first: ``paused`` by a person, ``paused-by-system`` with the reason;
its last sync is shown beside. Then what happens now: ``running``, and ``queued`` for whatever waits for its turn: a
sync that somebody asked for, an order that the night has sent, a sync that was put off or whose process was killed
and that goes on by itself. Only then how the last sync ended. One that was skipped because something was missing
counts as ``failed``, with that reason: nobody was synced. One that was cancelled counts for nothing: the word is that
of the sync before it.

A mark that a run left at work is believed while the group's lease bears it out, and for a day at the most: no order
lives longer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from sync_core.domain.eligibility import why_paused
from sync_core.domain.nights import not_after
from sync_core.domain.runs import RunState
from sync_core.domain.schedule import next_run

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sync_core.domain.directory import LinkedGroup
    from sync_core.domain.eligibility import Circumstances
    from sync_core.domain.glance import Glance, RunMark
    from sync_core.domain.ids import GroupId, WorkspaceId
    from sync_core.domain.nights import Night
    from sync_core.domain.runs import Reason, RunSummary
    from sync_core.domain.schedule import Schedule

_LONGEST = timedelta(days=1)


class ScheduleState(StrEnum):
    NOT_RUN_YET = "not-run-yet"
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    SUCCEEDED_WITH_WARNINGS = "succeeded-with-warnings"
    FAILED = "failed"
    NEEDS_APPROVAL = "needs-approval"
    PAUSED = "paused"
    PAUSED_BY_SYSTEM = "paused-by-system"


_ENDED: Mapping[RunState, ScheduleState] = {
    RunState.SUCCEEDED: ScheduleState.SUCCEEDED,
    RunState.SUCCEEDED_WITH_WARNINGS: ScheduleState.SUCCEEDED_WITH_WARNINGS,
    RunState.HELD: ScheduleState.NEEDS_APPROVAL,
    RunState.FAILED: ScheduleState.FAILED,
    RunState.SKIPPED: ScheduleState.FAILED,
}


@dataclass(frozen=True, slots=True)
class AtWork:
    """What happens to a group now: *state* is ``running`` or ``queued``. *mark*: None where no record tells more."""

    state: ScheduleState
    mark: RunMark | None = None


@dataclass(frozen=True, slots=True)
class ScheduleStatus:
    """A schedule as people see it. All times are aware UTC.

    *reason*: why it is paused by the system, or why its last sync failed. *next_run*: computed, None while it is
    paused. *at_work*: the sync that waits or works, also of a schedule that is paused.
    """

    group: LinkedGroup
    schedule: Schedule
    state: ScheduleState
    reason: Reason | None
    next_run: datetime | None
    last_run: RunSummary | None
    last_success_at: datetime | None
    at_work: AtWork | None


def status_of(
    around: Circumstances, schedule: Schedule, glance: Glance, *, at_work: AtWork | None, now: datetime
) -> ScheduleStatus:
    """Return how *schedule* stands. *at_work*: of `what_happens`."""
    paused = why_paused(around, schedule) if schedule.enabled else None
    state = _state_of(schedule, paused, glance, at_work)
    is_on = schedule.enabled and paused is None
    return ScheduleStatus(
        around.group,
        schedule,
        state,
        _reason_of(state, paused, glance),
        next_run(schedule.cadence, now=now) if is_on else None,
        glance.last,
        glance.succeeded_at,
        at_work,
    )


def what_happens(glance: Glance, *, is_alive: bool, is_ordered: bool, now: datetime) -> AtWork | None:
    """Return what happens to a group now, None for nothing.

    *is_alive*: the run that is marked as running holds the group's lease. *is_ordered*: of `is_ordered_tonight`.
    """
    running = _believed(glance.running, glance, now=now)
    if running is not None:
        return AtWork(ScheduleState.RUNNING if is_alive else ScheduleState.QUEUED, running)
    queued = _believed(glance.queued, glance, now=now)
    if queued is not None:
        return AtWork(ScheduleState.QUEUED, queued)
    return AtWork(ScheduleState.QUEUED) if is_ordered else None


def must_be_asked(glance: Glance, *, lease: timedelta, now: datetime) -> bool:
    """Tell whether only the group's lease can say if a run that is marked as running still does.

    Until a first *lease* has passed, it holds that one.
    """
    running = _believed(glance.running, glance, now=now)
    return running is not None and now - running.since > lease


def is_ordered_tonight(
    night: Night | None, place: tuple[WorkspaceId, GroupId], schedule: Schedule, glance: Glance, *, now: datetime
) -> bool:
    """Tell whether *night*, tonight's, has sent the group's order, and no run has come of it yet.

    A schedule that was changed since is left out: whether its slot was on in time cannot be told.
    """
    if night is None or not schedule.is_on or (glance.night is not None and glance.night >= night.night):
        return False
    is_older = schedule.changed_at is None or schedule.changed_at <= night.started_at
    is_valid = now <= not_after(night.night, sent_at=night.completed_at or now)
    return is_older and is_valid and night.has_ordered(schedule.cadence.slot, *place)


def _state_of(schedule: Schedule, paused: Reason | None, glance: Glance, at_work: AtWork | None) -> ScheduleState:
    if not schedule.enabled:
        return ScheduleState.PAUSED
    if paused is not None:
        return ScheduleState.PAUSED_BY_SYSTEM
    if at_work is not None:
        return at_work.state
    return ScheduleState.NOT_RUN_YET if glance.outcome is None else _ENDED[glance.outcome.state]


def _reason_of(state: ScheduleState, paused: Reason | None, glance: Glance) -> Reason | None:
    if state is ScheduleState.FAILED and glance.outcome is not None:
        return glance.outcome.reason
    return paused


def _believed(mark: RunMark | None, glance: Glance, *, now: datetime) -> RunMark | None:
    """Return *mark* unless its run has ended since, or it is too old to mean anything.

    A process that was held up can leave its mark behind the end that another one has recorded.
    """
    if mark is None or now - mark.since > _LONGEST:
        return None
    last = glance.last
    has_ended = last is not None and last.id == mark.run and last.ended_at is not None and last.ended_at >= mark.since
    return None if has_ended else mark
