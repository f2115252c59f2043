"""What happened to one person, as the API tells it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from schedules_api.shapes.base import LEFT_OUT, Answer
from schedules_api.shapes.runs import ReasonAnswer
from sync_core.domain.directory import CardState
from sync_core.domain.planning import ChangeKind
from sync_core.domain.reasons import in_words, reason_code

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sync_core.flows.explain_person import TimelineEntry


class CardVersionAnswer(Answer):
    version: int
    state: CardState


Value = str | bool | CardVersionAnswer | None


class AlteredAnswer(Answer):
    """One value before and after. Null: there was none, or there is none any more."""

    path: Annotated[
        str,
        Field(
            description="`values.` and a field, `shown.` and a field that the cards go on showing, `cards.` and a "
            "group, `status`, `inactiveBecause`, `entraId` or `deleted`.",
            examples=["values.jobTitle"],
        ),
    ]
    old: Value
    new: Value


class TimelineEntryAnswer(Answer):
    """One change of a person."""

    at: Annotated[datetime, Field(description="When the run was due or asked for, UTC.")]
    run_id: str
    group_id: Annotated[str | None, Field(description="Null: done by hand or on demand, by no group's run.")]
    group_name: Annotated[str | None, Field(description="Null as well where the group is not linked any more.")]
    kind: Annotated[
        ChangeKind | None, Field(description="Null: the run's history has expired; only that it was is known.")
    ]
    reason: ReasonAnswer | None
    altered: list[AlteredAnswer]
    by: Annotated[str | None, Field(description="The object id of who asked for it, null where nobody did.")]
    revision: Annotated[int | None, Field(description="Of the person, by this change.")]


class TimelineAnswer(Answer):
    entries: list[TimelineEntryAnswer]
    continuation_token: str | None = LEFT_OUT


def entry_answer(told: TimelineEntry) -> TimelineEntryAnswer:
    entry = told.entry
    return TimelineEntryAnswer(
        at=told.at,
        run_id=told.run,
        group_id=told.group,
        group_name=told.group_name or None,
        kind=None if entry is None else ChangeKind(entry.kind),
        reason=None if entry is None else reason_answer(entry.reason),
        altered=[] if entry is None else altered_answers(entry.changes),
        by=None if entry is None else entry.by or None,
        revision=None if entry is None else entry.revision or None,
    )


def reason_answer(reason: str) -> ReasonAnswer:
    return ReasonAnswer(code=reason_code(reason), text=in_words(reason))


def altered_answers(changes: Mapping[str, Sequence[Any]]) -> list[AlteredAnswer]:
    return [AlteredAnswer(path=path, old=_value(old), new=_value(new)) for path, (old, new) in changes.items()]


def _value(value: Any) -> Value:
    """Return a journal's value; it writes a card as its version and its state."""
    if isinstance(value, list):
        version, state = value
        return CardVersionAnswer(version=version, state=state)
    return value  # type: ignore[no-any-return]  # text or a flag, as `differences` makes them
