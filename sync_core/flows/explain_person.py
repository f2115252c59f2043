"""Answer "why?" about one person: what happened to them, and what holds or hinders them now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync_core.domain.holds import HeldKind, HoldState
from sync_core.domain.journal import PEOPLE, JournalEntry, place_of
from sync_core.domain.presence import known
from sync_core.domain.runs import time_of
from sync_core.domain.standing import GroupStanding, Standing, values_standing
from sync_core.ports import value_of
from sync_core.side_by_side import each

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from sync_core.domain.directory import Card, LinkedGroup, Recipient
    from sync_core.domain.ids import GroupId, RecipientId, RunId, WorkspaceId
    from sync_core.domain.state import GroupState
    from sync_core.flows.services import Services

_READS_AT_A_TIME = 16

MOST_GROUPS_LOOKED_INTO = 200
"""So many groups are asked about a person beside those that gave a card; each costs two reads."""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One change. *mark* names it, for the next page. *group*: None where no group's run made it.

    *group_name*: empty where the group is not linked any more. *at*: when the run was due or asked for, aware UTC.
    *entry*: None where the run's journal has expired.
    """

    mark: str
    group: GroupId | None
    group_name: str
    run: RunId
    at: datetime
    entry: JournalEntry | None


async def timeline(
    services: Services, workspace: WorkspaceId, recipient: RecipientId, *, limit: int, after: str | None = None
) -> list[TimelineEntry]:
    """Return up to *limit* changes of the person, newest first, behind the one whose mark is *after*.

    Of the last 50; of a deleted person too.

    Raises:
        SyncRefused: ``recipient-not-found``.
    """
    marks = list(reversed(known(await _held(services, workspace, recipient)).runs))
    if after is not None:
        #  A mark that is not remembered any more was older than those that are.
        marks = marks[marks.index(after) + 1 :] if after in marks else []
    shown = marks[:limit]
    groups = {place_of(mark)[0] for mark in shown} - {PEOPLE}
    linked = await _linked(services, workspace, sorted(groups))
    names = {group: found.name for group, found in linked.items()}

    async def look_up(mark: str) -> TimelineEntry:
        group, run, name = place_of(mark)
        page = await services.journal.page(workspace, group, run, name)
        entries = () if page is None else page.entries
        entry = next((one for one in entries if one.recipient == recipient), None)
        whose = None if group == PEOPLE else group
        return TimelineEntry(mark, whose, names.get(group, ""), run, time_of(run), entry)

    return await each(look_up, shown, limit=_READS_AT_A_TIME)


async def standing(services: Services, workspace: WorkspaceId, recipient: RecipientId) -> Standing:
    """Return how the person stands now, value by value and in every group that has anything to say of them.

    Beside the groups that gave a card, the first `MOST_GROUPS_LOOKED_INTO` linked ones are looked into. Somebody who
    could not be taken in anywhere is no recipient yet, but has a standing.

    Raises:
        SyncRefused: ``recipient-not-found``: none of these groups knows of such a person either.
    """
    held = await _held(services, workspace, recipient)
    cards = {} if held is None else held.cards
    linked = await _linked(services, workspace, sorted(cards))
    others, complete = await _others(services, workspace, besides=cards.keys())

    async def look(group: LinkedGroup) -> GroupStanding:
        return await _in_group(services, workspace, group, recipient, card=cards.get(group.id))

    found = await each(look, [*linked.values(), *others], limit=_READS_AT_A_TIME)
    found += [GroupStanding.unlinked(group, card=card) for group, card in cards.items() if group not in linked]
    groups = tuple(sorted((one for one in found if one.says_something), key=lambda one: one.group))
    if not groups:
        known(held)
    rulebook = (await services.workspaces.rulebook(workspace)).value
    values = {} if held is None or held.deleted else values_standing(held, rulebook.settings)
    return Standing(recipient, held, groups, values, complete)


async def _held(services: Services, workspace: WorkspaceId, recipient: RecipientId) -> Recipient | None:
    return value_of((await services.people.people(workspace, [recipient])).get(recipient))


async def _linked(
    services: Services, workspace: WorkspaceId, groups: Sequence[GroupId]
) -> dict[GroupId, LinkedGroup]:
    """Return those of *groups* that are linked."""

    async def look(group: GroupId) -> LinkedGroup | None:
        return value_of(await services.groups.group(workspace, group))

    found = await each(look, groups, limit=_READS_AT_A_TIME)
    return {group.id: group for group in found if group is not None}


async def _others(
    services: Services, workspace: WorkspaceId, *, besides: AbstractSet[GroupId]
) -> tuple[list[LinkedGroup], bool]:
    """Return the first linked groups *besides* some, and whether these are all."""
    others: list[LinkedGroup] = []
    async for group, _ in services.groups.all(workspace, at_a_time=MOST_GROUPS_LOOKED_INTO + 1):
        if group.id not in besides:
            if len(others) == MOST_GROUPS_LOOKED_INTO:
                return others, False
            others.append(group)
    return others, True


async def _in_group(
    services: Services, workspace: WorkspaceId, group: LinkedGroup, recipient: RecipientId, *, card: Card | None
) -> GroupStanding:
    state = value_of(await services.states.state(workspace, group.id))
    member = None
    if state is not None and state.spread is not None:
        member = await services.members.row(workspace, group.id, recipient, spread=state.spread)
    waits = await _waits(services, workspace, group.id, state, recipient)
    return GroupStanding.of(group, card=card, member=member, held=waits)


async def _waits(
    services: Services, workspace: WorkspaceId, group: GroupId, state: GroupState | None, recipient: RecipientId
) -> HeldKind | None:
    """Return what waits for a decision about the person, None for nothing."""
    if state is None or state.hold is None:
        return None
    hold = value_of(await services.holds.hold(workspace, group, state.hold))
    if hold is None or hold.state is not HoldState.OPEN:
        return None
    person = await services.holds.person(workspace, group, state.hold, recipient, attempt=hold.attempt)
    return None if person is None else person.kind
