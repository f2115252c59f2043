"""People as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, TypeAdapter, model_validator

from schedules_api.shapes.base import LEFT_OUT, Answer, Body, PageQuery, needed
from schedules_api.shapes.runs import ReasonAnswer
from schedules_api.shapes.timeline import AlteredAnswer, altered_answers, reason_answer
from sync_core.domain.directory import CardState, InactiveBecause, Origin, Status
from sync_core.domain.editing import LONGEST_VALUE
from sync_core.domain.email import LONGEST as LONGEST_ADDRESS
from sync_core.domain.field_settings import EMAIL, VALUES_OF_FIELD
from sync_core.domain.holds import HeldKind
from sync_core.domain.on_demand import Scope, StepName, StepState
from sync_core.domain.outlines import PeopleSearch
from sync_core.domain.standing import Place, ValueState

if TYPE_CHECKING:
    from sync_core.domain.on_demand import PersonSync
    from sync_core.domain.outlines import Outline
    from sync_core.domain.standing import GroupStanding, Standing

_Value = Annotated[str, Field(max_length=LONGEST_VALUE)] | None
#  As long as what a custom field may be called; which names there are is the workspace's own to say.
_Name = Annotated[str, Field(pattern="^[A-Za-z][A-Za-z0-9_]{0,39}$")]
_BUILT_IN = [name for names in VALUES_OF_FIELD.values() for name in names]
_Values = Annotated[
    dict[_Name, _Value],
    Field(
        max_length=40,
        description=f"By field: {', '.join(_BUILT_IN)}, and the workspace's own custom fields. Each is one line of "
        "printable characters; null or blank empties it.",
        examples=[{"jobTitle": "Analyst", "mobilePhone": None}],
        json_schema_extra={
            "additionalProperties": False,
            "properties": {name: {"type": ["string", "null"], "maxLength": LONGEST_VALUE} for name in _BUILT_IN}
            | {EMAIL: {"type": ["string", "null"], "maxLength": LONGEST_ADDRESS, "format": "email"}},
        },
    ),
]


def _at_least_one(schema: dict[str, Any]) -> None:
    """Say in *schema* what its default values cannot: what is not named stays, and something must be."""
    schema["minProperties"] = 1
    for described in schema["properties"].values():
        described.pop("default", None)


_NOT_GIVEN: Any = Field(default=None)


class RecipientsQuery(PageQuery):
    """Whom the list is to show."""

    search: Annotated[
        str,
        Field(
            max_length=LONGEST_ADDRESS,
            pattern=r"^[^\x00-\x1f\x7f]*$",
            description="Words that stand in the name or the e-mail address, in any case of letters. A whole e-mail "
            "address, recipient id or Entra object id finds that person alone, and at once.",
            examples=["ada"],
        ),
    ] = ""
    status: Annotated[Status | None, Field(description="Only people of this status.")] = None
    origin: Annotated[Origin | None, Field(description="Only people who were made so.")] = None

    @property
    def wanted(self) -> PeopleSearch:
        return PeopleSearch(self.search, self.status, self.origin)


class NewRecipient(Body):
    """A person to make by hand; the e-mail address is needed, and belongs to nobody else in the workspace."""

    values: Annotated[_Values, Field(json_schema_extra={"required": [EMAIL]})]


class RecipientChange(Body):
    """What to change of a person: at least one of the two."""

    model_config = ConfigDict(json_schema_extra=_at_least_one)

    values: _Values = _NOT_GIVEN
    status: Literal["active", "inactive"] = _NOT_GIVEN

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if not self.model_fields_set:
            raise needed("must name values, status or both")
        return self

    @property
    def wanted_status(self) -> Status | None:
        return Status(self.status) if "status" in self.model_fields_set else None


class PersonSyncOrder(Body):
    """*scope*: ``info``: values and status; ``cards``: the cards, Entra is not asked; ``full``: both."""

    scope: Literal["info", "cards", "full"]

    @property
    def wanted(self) -> Scope:
        return Scope(self.scope)


NEW_RECIPIENT = TypeAdapter(NewRecipient)
RECIPIENT_CHANGE = TypeAdapter(RecipientChange)
PERSON_SYNC_ORDER = TypeAdapter(PersonSyncOrder)


class RecipientSummaryAnswer(Answer):
    """A person as the list shows them. *cards*: how many they have, one for each group that holds them."""

    recipient_id: Annotated[str, Field(validation_alias="id")]
    name: str
    email: str
    status: Status
    inactive_because: InactiveBecause | None
    origin: Origin
    entra_user_id: Annotated[str | None, Field(validation_alias="entra_id")]
    cards: int
    revision: int


class RecipientsAnswer(Answer):
    """*continuationToken*: there is more to look through, also behind a short or an empty page."""

    recipients: list[RecipientSummaryAnswer]
    continuation_token: str | None = LEFT_OUT


class ValueAnswer(Answer):
    """One value. *decidedBy*: what sets it, or keeps it from being set; *onCards*: what the person's cards show."""

    value: str | None
    on_cards: str | None
    decided_by: ValueState
    editable: bool


class CardAnswer(Answer):
    """A card. *version* rises with each change of what it shows."""

    version: int
    state: CardState
    origin: Origin


class GroupStandingAnswer(Answer):
    """A group that has something to say of the person. *groupName*: null where the group is not linked any more.

    *reason*: why the person was refused or kept, or a part of an update left out. *held*: what waits for a decision.
    *lookedAtNext*: the next sync looks at the person whether or not Entra says something new.
    """

    group_id: str
    group_name: str | None
    place: Place
    card: CardAnswer | None
    reason: ReasonAnswer | None
    held: HeldKind | None
    looked_at_next: bool


class RecipientAnswer(Answer):
    """A person. *takenIn*: false for somebody in Entra whom no sync could take in; *groups* tells why.

    *readAt*: when the read of Entra began that the values come from. *allGroupsSeen*: false where there are so many
    linked groups that, beside those that gave a card, only the first were looked into.
    """

    recipient_id: str
    taken_in: bool
    status: Status | None
    inactive_because: InactiveBecause | None
    origin: Origin | None
    entra_user_id: str | None
    enabled_in_entra: bool | None
    read_at: datetime | None
    values: dict[str, ValueAnswer]
    groups: list[GroupStandingAnswer]
    all_groups_seen: bool
    revision: int


class StepAnswer(Answer):
    """A step of a sync of one person. *code*: stable, where there is something to act on."""

    name: StepName
    state: StepState
    text: str
    code: str | None
    altered: list[AlteredAnswer]


class PersonSyncAnswer(Answer):
    """*failed*: a step could not be done; *recipient*: the person behind it all."""

    failed: bool
    steps: list[StepAnswer]
    recipient: RecipientAnswer


def summary_answer(person: Outline) -> RecipientSummaryAnswer:
    return RecipientSummaryAnswer.model_validate(person)


def recipient_answer(found: Standing) -> RecipientAnswer:
    person = found.person
    return RecipientAnswer(
        recipient_id=found.recipient,
        taken_in=person is not None,
        status=None if person is None else person.status,
        inactive_because=None if person is None else person.inactive_because,
        origin=None if person is None else person.origin,
        entra_user_id=None if person is None else person.entra_id,
        enabled_in_entra=None if person is None else person.enabled_in_entra,
        read_at=None if person is None else person.read_at,
        values=_values(found),
        groups=[_group(group) for group in found.groups],
        all_groups_seen=found.complete,
        revision=0 if person is None else person.revision,
    )


def sync_answer(result: PersonSync, after: Standing) -> PersonSyncAnswer:
    steps = [
        StepAnswer(
            name=step.name,
            state=step.state,
            text=step.text,
            code=step.code or None,
            altered=altered_answers(step.changes),
        )
        for step in result.steps
    ]
    return PersonSyncAnswer(failed=result.failed, steps=steps, recipient=recipient_answer(after))


def _values(found: Standing) -> dict[str, ValueAnswer]:
    if found.person is None:
        return {}
    values, shown = found.person.values, found.person.card_content if found.person.cards else {}
    return {
        name: ValueAnswer(
            value=values.get(name), on_cards=shown.get(name), decided_by=state, editable=state.is_editable
        )
        for name, state in found.values.items()
    }


def _group(group: GroupStanding) -> GroupStandingAnswer:
    return GroupStandingAnswer(
        group_id=group.group,
        group_name=group.name or None,
        place=group.place,
        card=None if group.card is None else CardAnswer.model_validate(group.card),
        reason=reason_answer(group.reason) if group.reason else None,
        held=group.held,
        looked_at_next=group.looked_at_next,
    )
