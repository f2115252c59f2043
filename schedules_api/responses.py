"""What the API answers with: the shapes, as pydantic models, and how they are filled from our values."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from schedules_api.schedule_bodies import CadenceName, DayName, day_name
from sync_core.domain.runs import Phase, RunState, Trigger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync_core.domain.runs import Run
    from sync_core.flows.show_status import ScheduleStatus


def _is_none(value: object) -> bool:
    return value is None


#  Left out of the answer where there is nothing to say; every other field is always there, if only as null.
_LEFT_OUT = Field(default=None, exclude_if=_is_none)


class Answer(BaseModel):
    """The base of every shape: camelCase names, filled from our values' attributes."""

    model_config = ConfigDict(
        frozen=True, alias_generator=to_camel, validate_by_name=True, from_attributes=True, serialize_by_alias=True
    )


class CountsAnswer(Answer):
    read: int
    added: int
    updated: int
    removed: int
    refused: int
    held: int


class ReasonAnswer(Answer):
    code: str
    text: str


class ProofAnswer(Answer):
    pages: int
    users: int
    counted: int | None
    complete: bool
    others: dict[str, int]
    readings: int


class LastRunAnswer(Answer):
    run_id: Annotated[str, Field(validation_alias="id")]
    state: RunState
    started_at: datetime | None
    ended_at: datetime | None
    counts: CountsAnswer
    reason: ReasonAnswer | None


class ScheduleAnswer(Answer):
    """*state*: ``paused``, ``paused-by-system``, ``not-run-yet``, or the state of the last run."""

    group_id: str
    group_name: str
    entra_group_id: str
    cadence: CadenceName
    day_of_week: DayName | None = _LEFT_OUT
    enabled: bool
    in_words: str
    state: str
    paused_because: str | None = _LEFT_OUT
    next_run: datetime | None
    last_run: LastRunAnswer | None
    revision: int


class SchedulesAnswer(Answer):
    schedules: list[ScheduleAnswer]
    continuation_token: str | None = _LEFT_OUT


class RunAnswer(Answer):
    run_id: Annotated[str, Field(validation_alias="id")]
    state: RunState
    trigger: Trigger
    night: date | None
    phase: Phase | None
    counts: CountsAnswer
    proof: ProofAnswer | None
    reason: ReasonAnswer | None
    attempts: int
    queued_at: datetime | None
    started_at: datetime | None
    heartbeat: datetime | None
    ended_at: datetime | None


class RunsAnswer(Answer):
    runs: list[RunAnswer]
    continuation_token: str | None = _LEFT_OUT


class HealthAnswer(Answer):
    status: str
    version: str
    storage: str
    time: datetime


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


def runs_answer(runs: Sequence[Run], continuation_token: str | None) -> RunsAnswer:
    return RunsAnswer(runs=[RunAnswer.model_validate(run) for run in runs], continuation_token=continuation_token)


def state_of(status: ScheduleStatus) -> str:
    """Return the one word that a list shows for a schedule."""
    if not status.schedule.enabled:
        return "paused"
    if status.paused_because:
        return "paused-by-system"
    return "not-run-yet" if status.last_run is None else status.last_run.state.value
