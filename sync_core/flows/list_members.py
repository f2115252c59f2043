"""List a group's members with their cards, page by page, however many there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync_core.domain.standing import GroupStanding
from sync_core.flows.show_groups import require_group
from sync_core.ports import MAX_ROWS_PER_READ, value_of

if TYPE_CHECKING:
    from sync_core.domain.directory import Member, Recipient
    from sync_core.domain.ids import GroupId, RecipientId, WorkspaceId
    from sync_core.flows.services import Services


@dataclass(frozen=True, slots=True)
class ListedMember:
    """*person*: None where they could not be taken in, and are no recipient."""

    member: Member
    person: Recipient | None
    standing: GroupStanding


async def list_members(
    services: Services, workspace: WorkspaceId, group: GroupId, *, limit: int, after: RecipientId | None = None
) -> tuple[list[ListedMember], RecipientId | None]:
    """Return up to *limit* members behind *after*, in an order that never changes, and behind whom to go on.

    Whoever syncs know of in the group: members, those who could not be taken in, those who stay by a decision.

    Raises:
        SyncRefused: ``group-not-linked``.
    """
    linked = await require_group(services, workspace, group)
    found = await members_behind(services, workspace, group, after=after, at_most=limit + 1)
    shown = found[:limit]
    people = await services.people.people(workspace, [member.recipient for member in shown])

    def listed(member: Member) -> ListedMember:
        held = value_of(people.get(member.recipient))
        person = None if held is None or held.deleted else held
        card = None if person is None else person.cards.get(group)
        return ListedMember(member, person, GroupStanding.of(linked, card=card, member=member, held=None))

    return [listed(member) for member in shown], shown[-1].recipient if len(found) > limit else None


async def members_behind(
    services: Services, workspace: WorkspaceId, group: GroupId, *, after: RecipientId | None, at_most: int
) -> list[Member]:
    """Return up to *at_most* rows of the group's member index; none where the group was never read."""
    state = value_of(await services.states.state(workspace, group))
    if state is None or state.spread is None:
        return []
    found: list[Member] = []
    rows = services.members.in_order(
        workspace, group, spread=state.spread, after=after, at_a_time=min(at_most, MAX_ROWS_PER_READ)
    )
    async for member in rows:
        found.append(member)
        if len(found) == at_most:
            break
    return found
