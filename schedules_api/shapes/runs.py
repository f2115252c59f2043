"""A run as the API shows it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from schedules_api.shapes.base import LEFT_OUT, Answer
from sync_core.domain.runs import Phase, RunState, Trigger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync_core.domain.runs import Run


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
    continuation_token: str | None = LEFT_OUT


def runs_answer(runs: Sequence[Run], continuation_token: str | None) -> RunsAnswer:
    return RunsAnswer(runs=[RunAnswer.model_validate(run) for run in runs], continuation_token=continuation_token)
