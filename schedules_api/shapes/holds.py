"""Held removals as the API shows them, and how they are decided about."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter, model_validator

from schedules_api.shapes.base import LEFT_OUT, Answer, Body, needed
from schedules_api.shapes.runs import ReasonAnswer
from schedules_api.shapes.timeline import reason_answer
from sync_core.domain.held_effect import HeldEffect
from sync_core.domain.holds import HeldKind, HoldState, Verdict
from sync_core.domain.ids import RecipientId, is_id

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from sync_core.flows.show_holds import HeldList, HeldOne, WaitingList

#  More would not fit into a body; of a longer list, "all" goes for everybody but those on the other side.
_MOST_NAMED = 5000

_Ids = Annotated[
    list[Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,64}$")]],
    Field(min_length=1, max_length=_MOST_NAMED),
]


def _checked(choice: object) -> object:
    """Name the field once, where a list of two shapes would name each of them."""
    named = choice if isinstance(choice, list) and 0 < len(choice) <= _MOST_NAMED else ()
    if choice != "all" and not (named and all(isinstance(one, str) and is_id(one) for one in named)):
        raise needed(f'must be "all" or a list of 1 to {_MOST_NAMED} recipient ids')
    return choice


_Choice = Annotated[Literal["all"] | _Ids, BeforeValidator(_checked)]


def _at_least_one(schema: dict[str, Any]) -> None:
    """Say in *schema* what its default values cannot."""
    schema["anyOf"] = [{"required": ["approve"]}, {"required": ["reject"]}]
    for described in schema["properties"].values():
        described.pop("default", None)


_NOT_GIVEN: Any = Field(default=())


class Decision(Body):
    """Who is approved to go and who is rejected, of exactly the list with this digest; whoever is neither waits on.

    ``all`` stands for everybody whom the other side does not name.
    """

    model_config = ConfigDict(json_schema_extra=_at_least_one)

    digest: Annotated[str, Field(pattern="^[0-9a-f]{32}$", description="As the list was shown.")]
    approve: Annotated[_Choice, Field(description="They are taken out, or become inactive.")] = _NOT_GIVEN
    reject: Annotated[_Choice, Field(description="They stay, until Entra shows them again.")] = _NOT_GIVEN

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if not self.model_fields_set & {"approve", "reject"}:
            raise needed("must name approve, reject or both")
        return self


DECISION = TypeAdapter(Decision)


def people_of(choice: str | list[str]) -> Literal["all"] | AbstractSet[RecipientId]:
    return "all" if choice == "all" else frozenset(RecipientId(one) for one in choice)


class WaitingListAnswer(Answer):
    """A list that waits for a decision."""

    group_id: str
    group_name: str
    run_id: str
    people: Annotated[int, Field(description="How many are on the list.")]
    why: Annotated[str, Field(description="Why they are held, for people.")]
    digest: Annotated[str, Field(description="Names exactly this list, for the decision.")]
    frozen_at: datetime
    expires_at: datetime


class WaitingListsAnswer(Answer):
    """In order of the groups' ids. *continuationToken*: there may be more, also behind a short or an empty page."""

    holds: list[WaitingListAnswer]
    continuation_token: str | None = LEFT_OUT


class HeldPersonAnswer(Answer):
    """One person on a list. *kind*: what would happen to them."""

    recipient_id: str
    entra_user_id: str
    name: Annotated[str, Field(description="Empty: deleted since.")]
    email: str
    kind: HeldKind
    effect: Annotated[
        HeldEffect,
        Field(
            description="What approving does as things stand. `leaves`: the group, other groups hold them. "
            "`becomes-inactive`, `is-deleted`: no other group does, or Entra has disabled them. `none`: they stay as "
            "they are, by the sync options or because the card was given by hand."
        ),
    ]
    reason: ReasonAnswer
    verdict: Verdict


class HeldAnswer(Answer):
    """The list of one run, and some of its people in order of their ids."""

    run_id: str
    state: Annotated[
        HoldState,
        Field(
            description="`open`: it can be decided about. `replaced`: a newer run froze another list. `obsolete`: "
            "nobody was to go any more. `previewed`: a preview's; a sync would hold these people."
        ),
    ]
    total: Annotated[int, Field(description="How many are on the list.")]
    why: str
    digest: str
    frozen_at: datetime
    expires_at: datetime
    decided_by: Annotated[str | None, Field(description="The object id of who decided.")]
    decided_at: datetime | None
    people: list[HeldPersonAnswer]
    continuation_token: str | None = LEFT_OUT


def waiting_list_answer(waiting: WaitingList) -> WaitingListAnswer:
    hold = waiting.hold
    return WaitingListAnswer(
        group_id=waiting.group.id,
        group_name=waiting.group.name,
        run_id=hold.run,
        people=hold.people,
        why=hold.why,
        digest=hold.digest,
        frozen_at=hold.frozen_at,
        expires_at=hold.expires_at,
    )


def held_answer(found: HeldList, continuation_token: str | None) -> HeldAnswer:
    hold = found.hold
    return HeldAnswer(
        run_id=hold.run,
        state=found.state,
        total=hold.people,
        why=hold.why,
        digest=hold.digest,
        frozen_at=hold.frozen_at,
        expires_at=hold.expires_at,
        decided_by=hold.decided_by or None,
        decided_at=hold.decided_at,
        people=[_person_answer(one) for one in found.people],
        continuation_token=continuation_token,
    )


def _person_answer(one: HeldOne) -> HeldPersonAnswer:
    return HeldPersonAnswer(
        recipient_id=one.held.recipient,
        entra_user_id=one.held.entra_id,
        name=one.name,
        email=one.email,
        kind=one.held.kind,
        effect=one.effect,
        reason=reason_answer(one.held.reason),
        verdict=one.held.verdict,
    )
