"""A schedule as the API shows it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from schedules_api.shapes.base import LEFT_OUT, Answer
from schedules_api.shapes.runs import LastRunAnswer
from schedules_api.shapes.schedule_bodies import CadenceName, DayName, day_name

if TYPE_CHECKING:
    from sync_core.flows.show_status import ScheduleStatus


class ScheduleAnswer(Answer):
    """*state*: ``paused``, ``paused-by-system``, ``not-run-yet``, or the state of the last run."""

    group_id: str
    group_name: str
    entra_group_id: str
    cadence: CadenceName
    day_of_week: DayName | None = LEFT_OUT
    enabled: bool
    in_words: str
    state: str
    paused_because: str | None = LEFT_OUT
    next_run: datetime | None
    last_run: LastRunAnswer | None
    revision: int


class SchedulesAnswer(Answer):
    schedules: list[ScheduleAnswer]
    continuation_token: str | None = LEFT_OUT


def schedule_answer(status: ScheduleStatus) -> ScheduleAnswer:
    schedule = status.schedule
    return ScheduleAnswer(
        group_id=status.group.id,
        group_name=status.group.name,
        entra_group_id=status.group.entra_id,
        cadence=schedule.cadence.kind,
        day_of_week=day_name(schedule.cadence),
        enabled=schedule.enabled,
        in_words=schedule.cadence.in_words,
        state=state_of(status),
        paused_because=status.paused_because or None,
        next_run=status.next_run,
        last_run=None if status.last_run is None else LastRunAnswer.model_validate(status.last_run),
        revision=schedule.revision,
    )


def state_of(status: ScheduleStatus) -> str:
    """Return the one word that a list shows for a schedule."""
    if not status.schedule.enabled:
        return "paused"
    if status.paused_because:
        return "paused-by-system"
    return "not-run-yet" if status.last_run is None else status.last_run.state.value
