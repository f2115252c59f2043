"""Show held removals: the lists of a workspace that wait for a decision, and who is on one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync_core.domain.errors import SyncRefused
from sync_core.domain.field_settings import EMAIL, NAME
from sync_core.domain.held_effect import effect_on
from sync_core.domain.holds import HoldState
from sync_core.domain.planning import Rules
from sync_core.ports import value_of
from sync_core.side_by_side import each

if TYPE_CHECKING:
    from sync_core.domain.directory import LinkedGroup, Recipient
    from sync_core.domain.held_effect import HeldEffect
    from sync_core.domain.holds import HeldPerson, Hold
    from sync_core.domain.ids import GroupId, RecipientId, RunId, WorkspaceId
    from sync_core.flows.services import Services

#  Three reads for each group.
_GROUPS_AT_A_TIME = 8


@dataclass(frozen=True, slots=True)
class WaitingList:
    """A list that waits for a decision, and the group whose people are on it."""

    group: LinkedGroup
    hold: Hold


@dataclass(frozen=True, slots=True)
class HeldOne:
    """*person*: as they are now; None where they were deleted since. *effect*: of approving, as things stand."""

    held: HeldPerson
    person: Recipient | None
    effect: HeldEffect

    @property
    def name(self) -> str:
        return "" if self.person is None else self.person.values.get(NAME, "")

    @property
    def email(self) -> str:
        return "" if self.person is None else self.person.values.get(EMAIL, "")


@dataclass(frozen=True, slots=True)
class HeldList:
    """Some of the people on a list. *state*: what has become of it by now; *last*: where to go on."""

    hold: Hold
    state: HoldState
    people: tuple[HeldOne, ...]
    last: RecipientId | None


async def list_waiting(
    services: Services, workspace: WorkspaceId, *, limit: int, after: GroupId | None = None
) -> tuple[list[WaitingList], GroupId | None]:
    """Return up to *limit* lists that wait, of the groups behind *after*, and where to go on, None at the end.

    There can be fewer, and more behind them: a group's mark says that it may have a list, its state that it has.
    """
    marked: list[GroupId] = []
    async for group in services.holds.marked(workspace, after=after, at_a_time=limit + 1):
        marked.append(group)
        if len(marked) > limit:
            break

    async def look(group: GroupId) -> WaitingList | None:
        return await _waiting(services, workspace, group)

    found = await each(look, marked[:limit], limit=_GROUPS_AT_A_TIME)
    return [one for one in found if one is not None], marked[limit - 1] if len(marked) > limit else None


async def show_held(
    services: Services,
    workspace: WorkspaceId,
    group: GroupId,
    run: RunId,
    *,
    limit: int,
    after: RecipientId | None = None,
) -> HeldList:
    """Return up to *limit* of the people on the list of *run*, behind *after*, in order of their ids.

    Raises:
        SyncRefused: ``hold-not-found``.
    """
    hold = value_of(await services.holds.hold(workspace, group, run))
    if hold is None:
        raise SyncRefused("hold-not-found", "This run holds nobody.")
    held: list[HeldPerson] = []
    people = services.holds.people(workspace, group, run, attempt=hold.attempt, after=after, at_a_time=limit + 1)
    async for one in people:
        held.append(one)
        if len(held) > limit:
            break
    shown = held[:limit]
    found = await services.people.people(workspace, [one.recipient for one in shown])
    rulebook = (await services.workspaces.rulebook(workspace)).value
    rules = Rules(group, rulebook.options, rulebook.settings, read_at=services.clock.now())
    listed = [_held_one(one, value_of(found.get(one.recipient)), rules) for one in shown]
    last = shown[-1].recipient if len(held) > limit else None
    return HeldList(hold, hold.state_at(services.clock.now()), tuple(listed), last)


async def _waiting(services: Services, workspace: WorkspaceId, group: GroupId) -> WaitingList | None:
    """Return the list of the group that can be decided about, if there is one."""
    state = value_of(await services.states.state(workspace, group))
    if state is None or state.hold is None:
        return None
    hold = value_of(await services.holds.hold(workspace, group, state.hold))
    if hold is None or hold.state_at(services.clock.now()) is not HoldState.OPEN:
        return None
    linked = value_of(await services.groups.group(workspace, group))
    return None if linked is None else WaitingList(linked, hold)


def _held_one(held: HeldPerson, person: Recipient | None, rules: Rules) -> HeldOne:
    there = None if person is None or person.deleted else person
    return HeldOne(held, there, effect_on(held, there, rules=rules))
