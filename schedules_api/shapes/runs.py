"""A run as the API shows it, and how one is asked for."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, TypeAdapter, computed_field

from schedules_api.shapes.base import LEFT_OUT, Answer, Body
from sync_core.domain.runs import Mode, Phase, RunState, Trigger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync_core.domain.runs import Run


class NewRun(Body):
    """*mode*: ``sync`` changes people; ``preview`` tells what a sync would change now, and changes nobody."""

    mode: Literal["sync", "preview"]

    @property
    def wanted(self) -> Mode:
        return Mode(self.mode)


NEW_RUN = TypeAdapter(NewRun)


class CountsAnswer(Answer):
    """People of one run. Of a preview: as many as a sync would have added, updated and removed."""

    read: Annotated[int, Field(description="User accounts that Entra showed.")]
    added: int
    updated: int
    removed: int
    refused: Annotated[int, Field(description="Could not be taken in as Entra has them; the changes say why.")]
    held: Annotated[int, Field(description="Wait for a decision.")]


class ReasonAnswer(Answer):
    code: Annotated[str, Field(description="Never changes its meaning.", examples=["removals-held"])]
    text: Annotated[str, Field(description="For people; tells the fix where there is one.")]


class ProofAnswer(Answer):
    """How it is known that Entra showed everybody; without that, nobody is taken out."""

    pages: int
    users: int
    counted: Annotated[int | None, Field(description="How many users Entra counts in the group.")]
    complete: bool
    others: Annotated[dict[str, int], Field(description="Members that are no users, by type.")]
    readings: int


class LastRunAnswer(Answer):
    run_id: Annotated[str, Field(validation_alias="id")]
    state: RunState
    started_at: datetime | None
    ended_at: datetime | None
    counts: CountsAnswer
    reason: ReasonAnswer | None


class RunAnswer(Answer):
    """A run. All times are UTC; the counts of one at work are as of its last sign of life."""

    run_id: Annotated[str, Field(validation_alias="id", examples=["20261123T000000Z-night-1"])]
    state: Annotated[
        RunState,
        Field(
            description="`held`: it went through but for removals, which wait for a decision. `retrying`: it goes on "
            "by itself when what was in its way is over."
        ),
    ]
    mode: Annotated[
        Mode,
        Field(
            description="`preview`: nobody was changed. `decision`: a sync that carries out what was decided about "
            "held removals. `undo`: puts back what the run `about` changed. `unlink`: ends the group's link."
        ),
    ]
    about: Annotated[
        str | None, Field(description="The run that was decided about, or that is undone.", examples=[None])
    ]
    trigger: Trigger
    night: date | None
    phase: Phase | None
    counts: CountsAnswer
    proof: ProofAnswer | None
    reason: ReasonAnswer | None
    attempts: Annotated[int, Field(description="How often it was begun: once, but for trouble.")]
    queued_at: datetime | None
    started_at: datetime | None
    heartbeat: Annotated[datetime | None, Field(description="Its last sign of life.")]
    ended_at: datetime | None
    cancel_asked_at: Annotated[
        datetime | None, Field(description="Somebody has cancelled it; it stops soon, or was as good as over.")
    ]

    @computed_field(description="From its start to its end.")  # type: ignore[prop-decorator]  # pydantic's own way
    @property
    def duration_seconds(self) -> float | None:
        if self.started_at is None or self.ended_at is None:
            return None
        return (self.ended_at - self.started_at).total_seconds()


class RunsAnswer(Answer):
    runs: list[RunAnswer]
    continuation_token: str | None = LEFT_OUT


def runs_answer(runs: Sequence[Run], continuation_token: str | None) -> RunsAnswer:
    return RunsAnswer(runs=[RunAnswer.model_validate(run) for run in runs], continuation_token=continuation_token)
