"""The tenant's groups as the API shows them to those who want to link some."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from schedules_api.shapes.base import LEFT_OUT, Answer, PageQuery
from sync_core.domain.entra import GroupKind

if TYPE_CHECKING:
    from sync_core.flows.find_entra_groups import LinkableGroup

LONGEST_SEARCH = 200
NO_CONTROLS = r"^[^\x00-\x1f\x7f-\x9f]*$"


class EntraGroupsQuery(PageQuery):
    """Which of the tenant's groups to show."""

    search: Annotated[
        str,
        Field(
            max_length=LONGEST_SEARCH,
            pattern=NO_CONTROLS,
            description="Words with which words of the group's name begin; none: every group.",
            examples=["sales"],
        ),
    ] = ""


class EntraGroupAnswer(Answer):
    """A group of the tenant. *dynamic*: a rule decides who is in it. *linkedTo*: a group here, null for none."""

    entra_group_id: str
    name: str
    description: str
    mail: str | None
    kind: GroupKind
    dynamic: bool
    linked_to: str | None


class EntraGroupsAnswer(Answer):
    """*continuationToken*: good for the same search and limit; an empty page can have one, too."""

    groups: list[EntraGroupAnswer]
    continuation_token: str | None = LEFT_OUT


def entra_group_answer(found: LinkableGroup) -> EntraGroupAnswer:
    group = found.group
    return EntraGroupAnswer(
        entra_group_id=group.id,
        name=group.name,
        description=group.description,
        mail=group.mail or None,
        kind=group.kind,
        dynamic=group.dynamic,
        linked_to=found.linked_to,
    )
