"""Linked groups as the API shows and takes them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, TypeAdapter

from schedules_api.shapes.base import LEFT_OUT, Answer, Body, PageQuery
from schedules_api.shapes.entra_groups import LONGEST_SEARCH, NO_CONTROLS
from schedules_api.shapes.runs import LastRunAnswer, RunAnswer
from sync_core.domain.ids import EntraGroupId, GroupId

if TYPE_CHECKING:
    from sync_core.domain.unlinking import UnlinkEffect
    from sync_core.flows.show_groups import GroupStatus

_OBJECT_ID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"


class GroupsQuery(PageQuery):
    """Which linked groups to show."""

    search: Annotated[
        str,
        Field(
            max_length=LONGEST_SEARCH,
            pattern=NO_CONTROLS,
            description="Words that stand in name or description, in any case of letters.",
            examples=["sales"],
        ),
    ] = ""


class NewLink(Body):
    """An Entra group to link to a group of the workspace."""

    entra_group_id: Annotated[
        str,
        Field(
            pattern=_OBJECT_ID,
            description="The group's object id in Entra ID.",
            examples=["b1c7d3d2-6a0f-4e0b-8c43-2b9c0d9a7e55"],
        ),
    ]
    group_id: Annotated[
        Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,64}$")] | None,
        Field(
            description="The workspace's group; left out, it gets an id that follows from the Entra group's.",
            examples=["sales"],
        ),
    ] = None

    @property
    def entra_group(self) -> EntraGroupId:
        return EntraGroupId(self.entra_group_id)

    @property
    def group(self) -> GroupId | None:
        return None if self.group_id is None else GroupId(self.group_id)


NEW_LINK = TypeAdapter(NewLink)


class GroupAnswer(Answer):
    """A linked group. *members*: as its last sync counted them.

    *missingFromEntraSince*: the night in which Entra first said that there is no such group; *goneFromEntra*: another
    night has confirmed it. *unlinking*: its link is being ended. *hasSchedule*: be it on or paused.
    """

    group_id: str
    entra_group_id: str
    name: str
    description: str
    members: int
    missing_from_entra_since: date | None
    gone_from_entra: bool
    unlinking: bool
    has_schedule: bool
    last_run: LastRunAnswer | None


class UnlinkEffectAnswer(Answer):
    """What unlinking does to people and cards, as things stand. Not *exact*: each number is the most it can be.

    *cardsEnd*: cards of this group that end; of these people, *becomeInactive* and *deleted* are in no other group.
    *cardsStay*: by the sync options, or given by hand. *text*: all of it in a sentence.
    """

    exact: bool
    cards_end: int
    cards_stay: int
    become_inactive: Annotated[int, Field(validation_alias="deactivated")]
    deleted: int
    text: Annotated[str, Field(validation_alias="in_words")]


class GroupDetailAnswer(GroupAnswer):
    """One linked group, with what unlinking it would do."""

    unlink_effect: UnlinkEffectAnswer


class UnlinkAnswer(RunAnswer):
    """The run that unlinks the group, and what it will do: as things stood when it was asked for."""

    effect: UnlinkEffectAnswer


class GroupsAnswer(Answer):
    """*continuationToken*: there is more to look through, also behind a short or an empty page."""

    groups: list[GroupAnswer]
    continuation_token: str | None = LEFT_OUT


def group_answer(status: GroupStatus) -> GroupAnswer:
    group, last = status.group, status.last_run
    return GroupAnswer(
        group_id=group.id,
        entra_group_id=group.entra_id,
        name=group.name,
        description=group.description,
        members=group.members,
        missing_from_entra_since=group.missing_since,
        gone_from_entra=group.is_gone,
        unlinking=group.unlinking,
        has_schedule=status.has_schedule,
        last_run=None if last is None else LastRunAnswer.model_validate(last),
    )


def group_detail_answer(status: GroupStatus, effect: UnlinkEffect) -> GroupDetailAnswer:
    return GroupDetailAnswer(**dict(group_answer(status)), unlink_effect=_effect_answer(effect))


def unlink_answer(run: RunAnswer, effect: UnlinkEffect) -> UnlinkAnswer:
    #  Not validated again: the run's names in here are not those that it is read by.
    return UnlinkAnswer.model_construct(**dict(run), effect=_effect_answer(effect))


def _effect_answer(effect: UnlinkEffect) -> UnlinkEffectAnswer:
    return UnlinkEffectAnswer.model_validate(effect)
