"""Answer "why?" about one person: what happened to them, and what holds or hinders them now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync_core.domain.errors import SyncRefused
from sync_core.domain.holds import HeldKind, HoldState
from sync_core.domain.journal import PEOPLE, JournalEntry, place_of
from sync_core.domain.runs import time_of
from sync_core.domain.standing import GroupStanding, Place, Standing, values_standing
from sync_core.ports import value_of
from sync_core.side_by_side import each

if TYPE_CHECKING:
    from datetime import datetime

    from sync_core.domain.directory import LinkedGroup, Recipient
    from sync_core.domain.ids import GroupId, RecipientId, RunId, WorkspaceId
    from sync_core.domain.state import GroupState
    from sync_core.flows.services import Services

_READS_AT_A_TIME = 8


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One change. *mark* names it, for the next page. *group*: None where no group's run made it.

    *at*: when the run was due or asked for, aware UTC. *entry*: None where the run's journal has expired.
    """

    mark: str
    group: GroupId | None
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
    held = value_of((await services.people.people(workspace, [recipient])).get(recipient))
    if held is None:
        raise SyncRefused("recipient-not-found", "There is no such person in the workspace.")
    marks = list(reversed(held.runs))
    if after is not None:
        #  A mark that is not remembered any more was older than those that are.
        marks = marks[marks.index(after) + 1 :] if after in marks else []

    async def look_up(mark: str) -> TimelineEntry:
        group, run, name = place_of(mark)
        page = await services.journal.page(workspace, group, run, name)
        entries = () if page is None else page.entries
        entry = next((one for one in entries if one.recipient == recipient), None)
        return TimelineEntry(mark, None if group == PEOPLE else group, run, time_of(run), entry)

    return await each(look_up, marks[:limit], limit=_READS_AT_A_TIME)


async def standing(services: Services, workspace: WorkspaceId, recipient: RecipientId) -> Standing:
    """Return how the person stands now, in every linked group and value by value.

    Somebody who could not be taken in anywhere is no recipient yet, but has a standing.

    Raises:
        SyncRefused: ``recipient-not-found``: no group knows of such a person either.
    """
    held = value_of((await services.people.people(workspace, [recipient])).get(recipient))
    linked = [group async for group, _ in services.groups.all(workspace)]

    async def look(group: LinkedGroup) -> GroupStanding:
        return await _in_group(services, workspace, group, recipient, held)

    groups = tuple(await each(look, linked, limit=_READS_AT_A_TIME))
    if held is None and all(one.place is Place.OUTSIDE for one in groups):
        raise SyncRefused("recipient-not-found", "There is no such person in the workspace.")
    rulebook = (await services.workspaces.rulebook(workspace)).value
    values = {} if held is None or held.deleted else values_standing(held, rulebook.settings)
    return Standing(recipient, held, groups, values)


async def _in_group(
    services: Services, workspace: WorkspaceId, group: LinkedGroup, recipient: RecipientId, held: Recipient | None
) -> GroupStanding:
    state = value_of(await services.states.state(workspace, group.id))
    member = None
    if state is not None and state.spread is not None:
        member = await services.members.row(workspace, group.id, recipient, spread=state.spread)
    card = None if held is None else held.cards.get(group.id)
    waits = await _held(services, workspace, group.id, state, recipient)
    return GroupStanding.of(group, card=card, member=member, held=waits)


async def _held(
    services: Services, workspace: WorkspaceId, group: GroupId, state: GroupState | None, recipient: RecipientId
) -> HeldKind | None:
    """Return what waits for a decision about the person, None for nothing."""
    if state is None or state.hold is None:
        return None
    hold = value_of(await services.holds.hold(workspace, group, state.hold))
    if hold is None or hold.state is not HoldState.OPEN:
        return None
    async for person in services.holds.people(workspace, group, state.hold, attempt=hold.attempt):
        if person.recipient >= recipient:
            return person.kind if person.recipient == recipient else None
    return None
