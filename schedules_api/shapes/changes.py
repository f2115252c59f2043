"""What a run changed, as the API shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, cast

from pydantic import Field

from schedules_api.shapes.base import LEFT_OUT, Answer, PageQuery
from schedules_api.shapes.runs import ReasonAnswer
from schedules_api.shapes.timeline import AlteredAnswer, altered_answers, reason_answer

if TYPE_CHECKING:
    from sync_core.flows.name_people import NamedEntry

Kind = Literal["added", "updated", "removed", "refused", "kept", "outdated"]


class ChangesQuery(PageQuery):
    kind: Annotated[Kind | None, Field(description="Only changes of this kind.")] = None
    format: Annotated[
        Literal["json", "csv"] | None,
        Field(description="In which form, whatever `Accept` says: for a link in a browser."),
    ] = None


class ChangeAnswer(Answer):
    """What became of one person in the run."""

    recipient_id: str
    entra_user_id: str | None
    name: Annotated[str, Field(description="Empty: the person was deleted, and this change does not name them.")]
    email: str
    kind: Annotated[
        Kind,
        Field(
            description="`refused`: could not be taken in as Entra has them. `kept`: stays by a decision. "
            "`outdated`: was to be taken out or put back, but things have changed since."
        ),
    ]
    reason: ReasonAnswer
    altered: list[AlteredAnswer]
    revision: Annotated[int | None, Field(description="Of the person, by this change; null: nothing was changed.")]
    by: Annotated[str | None, Field(description="The object id of who asked for it, null where nobody did.")]


class ChangesAnswer(Answer):
    """In the order in which they were made."""

    changes: list[ChangeAnswer]
    continuation_token: str | None = LEFT_OUT


def change_answer(named: NamedEntry) -> ChangeAnswer:
    entry = named.entry
    return ChangeAnswer(
        recipient_id=entry.recipient,
        entra_user_id=entry.entra_id,
        name=named.name,
        email=named.email,
        kind=cast("Kind", entry.kind),
        reason=reason_answer(entry.reason),
        altered=altered_answers(entry.changes),
        revision=entry.revision or None,
        by=entry.by or None,
    )
