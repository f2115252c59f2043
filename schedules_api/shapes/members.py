"""A group's members as the API shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schedules_api.shapes.base import LEFT_OUT, Answer
from schedules_api.shapes.recipients import CardAnswer
from schedules_api.shapes.runs import ReasonAnswer
from schedules_api.shapes.timeline import reason_answer
from sync_core.domain.directory import InactiveBecause, Status
from sync_core.domain.field_settings import EMAIL, NAME
from sync_core.domain.standing import Place

if TYPE_CHECKING:
    from sync_core.flows.list_members import ListedMember


class MemberAnswer(Answer):
    """Somebody of the group. *place*: what they are in it; *reason*: why they could not be taken in, or stay.

    *name*, *email* and *status* are null for somebody who could not be taken in, and is no recipient yet.
    """

    recipient_id: str
    entra_user_id: str
    name: str | None
    email: str | None
    status: Status | None
    inactive_because: InactiveBecause | None
    place: Place
    reason: ReasonAnswer | None
    card: CardAnswer | None


class MembersAnswer(Answer):
    members: list[MemberAnswer]
    continuation_token: str | None = LEFT_OUT


def member_answer(listed: ListedMember) -> MemberAnswer:
    person, standing = listed.person, listed.standing
    return MemberAnswer(
        recipient_id=listed.member.recipient,
        entra_user_id=listed.member.entra_id,
        name=None if person is None else person.values.get(NAME),
        email=None if person is None else person.values.get(EMAIL),
        status=None if person is None else person.status,
        inactive_because=None if person is None else person.inactive_because,
        place=standing.place,
        reason=reason_answer(standing.reason) if standing.reason else None,
        card=None if standing.card is None else CardAnswer.model_validate(standing.card),
    )
