"""What saving sync options would change, as the API is asked for it and tells it."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, TypeAdapter

from schedules_api.shapes.base import LEFT_OUT, Answer
from schedules_api.shapes.runs import CountsAnswer, ReasonAnswer
from schedules_api.shapes.sync_options import SyncOptionsBody
from schedules_api.shapes.timeline import AlteredAnswer, altered_answers, reason_answer
from sync_core.domain.effect import SAMPLE
from sync_core.domain.ids import GroupId
from sync_core.domain.runs import RunState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sync_core.domain.effect import Forecast
    from sync_core.flows.show_effect import Effect, GroupEffect, SampledPerson

#  The platform ends a request after 230 seconds (learn.microsoft.com, "Azure Functions scale and hosting").
LONGEST, _USUAL = timedelta(seconds=200), 20
_MOST_GROUPS = 200

_Id = Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,64}$")]

_BESIDE_COUNTS = ("deactivated", "reactivated", "deleted", "cards")


class EffectBody(SyncOptionsBody):
    """The document that would be saved, and which groups to look at."""

    group_ids: Annotated[
        list[_Id] | None,
        Field(
            min_length=1,
            max_length=_MOST_GROUPS,
            description="Null or left out: all linked groups.",
            examples=[["sales"]],
        ),
    ] = None
    seconds: Annotated[
        int,
        Field(
            ge=1,
            le=LONGEST.seconds,
            description="How long it may take; then the answer has the groups that are ready.",
        ),
    ] = _USUAL

    @property
    def groups(self) -> list[GroupId] | None:
        return None if self.group_ids is None else [GroupId(group) for group in self.group_ids]

    @property
    def within(self) -> timedelta:
        return timedelta(seconds=self.seconds)


class EffectCountsAnswer(CountsAnswer):
    """People whom a sync would read, add, update and so on. A change of somebody in several groups is counted once.

    *refused*: could not be taken in. *held*: would wait for an approval, so they are not among *removed*.
    *deactivated*, *reactivated*, *deleted*: counted also by what becomes of them in the group. *cards*: made,
    changed, paused, resumed or ended, in whatever group.
    """

    deactivated: int
    reactivated: int
    deleted: int
    cards: int


class ForecastAnswer(Answer):
    """What the next sync of a group would come to. *state* and *reason*: as its record would say."""

    counts: EffectCountsAnswer
    state: RunState
    reason: ReasonAnswer | None


class DifferenceAnswer(Answer):
    """What saving changes: people and cards to whom the two syncs would not do the same."""

    people: int
    cards: int


class SampledPersonAnswer(Answer):
    """Somebody for whom saving makes a difference. *name*, *email*: as they would be then."""

    recipient_id: str
    entra_id: str | None
    name: str | None
    email: str | None
    kind: Annotated[
        str,
        Field(
            description="`added`, `updated`, `removed`; `refused` or `kept`: nothing changes, see *reason*; "
            "`held-removal` or `held-deactivation`: would wait for an approval.",
            examples=["updated"],
        ),
    ]
    reason: ReasonAnswer
    altered: list[AlteredAnswer]


class GroupEffectAnswer(Answer):
    group_id: str
    group_name: Annotated[str | None, Field(description="Null where there is no such linked group.")]
    with_this_document: Annotated[ForecastAnswer | None, Field(description="Null where there is a *problem*.")]
    with_present_options: Annotated[
        ForecastAnswer | None,
        Field(description="What the next sync does anyway. Null as well where nothing was ever saved."),
    ]
    difference: DifferenceAnswer
    sample: Annotated[
        list[SampledPersonAnswer],
        Field(max_length=SAMPLE, description="Some of those whom saving changes something for."),
    ]
    problem: Annotated[
        ReasonAnswer | None,
        Field(
            description="Why nothing can be told of the group: `out-of-time`, `unlinked`, `unlinking`, `group-gone` "
            "or what else a sync would fail for."
        ),
    ]


class TotalsAnswer(Answer):
    """Of the groups of this answer. People of *difference* are counted once, however many groups they are in."""

    with_this_document: EffectCountsAnswer
    with_present_options: Annotated[
        EffectCountsAnswer | None,
        Field(description="Null where nothing was ever saved, or where of none of the groups anything can be told."),
    ]
    difference: DifferenceAnswer


class EffectAnswer(Answer):
    """What the next sync of each group would do if the document were saved, beside what it does if it is not.

    Computed by the engine that syncs, on what Entra ID says now; nothing is stored. Groups come in the order of their
    ids, and as in a night each finds what those before it in the same answer did: somebody who is in several groups
    is updated in the first of them. The whole of a night is thus told by one answer; answers that go on behind a
    *continuationToken* begin with people as they are stored.
    """

    complete: Annotated[bool, Field(description="Whether there are no more groups.")]
    totals: TotalsAnswer
    groups: list[GroupEffectAnswer]
    continuation_token: str | None = LEFT_OUT


EFFECT = TypeAdapter(EffectBody)


def effect_answer(effect: Effect, continuation_token: str | None) -> EffectAnswer:
    present = [one.present for one in effect.groups if one.present is not None]
    return EffectAnswer(
        complete=effect.complete,
        totals=TotalsAnswer(
            with_this_document=_total(one.candidate for one in effect.groups if one.candidate is not None),
            with_present_options=_total(present) if present else None,
            difference=DifferenceAnswer(
                people=effect.people, cards=sum(one.difference.cards for one in effect.groups)
            ),
        ),
        groups=[_group_answer(one) for one in effect.groups],
        continuation_token=continuation_token,
    )


def _group_answer(effect: GroupEffect) -> GroupEffectAnswer:
    return GroupEffectAnswer(
        group_id=effect.group,
        group_name=effect.name or None,
        with_this_document=_forecast(effect.candidate),
        with_present_options=_forecast(effect.present),
        difference=DifferenceAnswer(people=len(effect.difference.people), cards=effect.difference.cards),
        sample=[_sampled(person) for person in effect.sample],
        problem=None if effect.problem is None else ReasonAnswer.model_validate(effect.problem),
    )


def _sampled(person: SampledPerson) -> SampledPersonAnswer:
    entry = person.entry
    return SampledPersonAnswer(
        recipient_id=entry.recipient,
        entra_id=entry.entra_id,
        name=person.name or None,
        email=person.email or None,
        kind=entry.kind,
        reason=reason_answer(entry.reason),
        altered=altered_answers(entry.changes),
    )


def _forecast(forecast: Forecast | None) -> ForecastAnswer | None:
    if forecast is None:
        return None
    reason = None if forecast.reason is None else ReasonAnswer.model_validate(forecast.reason)
    return ForecastAnswer(counts=EffectCountsAnswer(**_counted(forecast)), state=forecast.state, reason=reason)


def _total(forecasts: Iterable[Forecast]) -> EffectCountsAnswer:
    total = Counter(dict.fromkeys(EffectCountsAnswer.model_fields, 0))
    for forecast in forecasts:
        total.update(_counted(forecast))
    return EffectCountsAnswer(**total)


def _counted(forecast: Forecast) -> dict[str, int]:
    return asdict(forecast.counts) | {name: getattr(forecast, name) for name in _BESIDE_COUNTS}
