"""Show what saving other field settings and sync options would change, group by group, before they are saved."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from sync_core.domain.effect import Difference, Tally
from sync_core.domain.eligibility import UNLINKED, link_reason, sync_reason
from sync_core.domain.errors import EntraRefused, LeaseLost, SyncRefused, TryAgainLater
from sync_core.domain.field_settings import EMAIL, NAME
from sync_core.domain.runs import Mode, Reason
from sync_core.flows.entra_once import EntraOnce
from sync_core.flows.rehearse import Rehearsal
from sync_core.ports import value_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from sync_core.domain.directory import LinkedGroup
    from sync_core.domain.effect import Forecast
    from sync_core.domain.ids import GroupId, TenantId, WorkspaceId
    from sync_core.domain.journal import JournalEntry
    from sync_core.domain.workspaces import Rulebook
    from sync_core.flows.services import Services

OUT_OF_TIME = "out-of-time"

_OUT_OF_TIME = Reason(
    OUT_OF_TIME,
    "The group could not be computed in the time given. Give it more, or save and start a preview of the group.",
)


@dataclass(frozen=True, slots=True)
class SampledPerson:
    """Somebody to look at, as they would be *name*d and addressed then."""

    entry: JournalEntry
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class GroupEffect:
    """What the next sync of a group would do with the candidate, and with the *present* rules (None: none saved).

    *difference*: what saving the candidate changes, and some of those people. *problem*: why it cannot be told.
    """

    group: GroupId
    name: str = ""
    candidate: Forecast | None = None
    present: Forecast | None = None
    difference: Difference = field(default_factory=Difference)
    sample: tuple[SampledPerson, ...] = ()
    problem: Reason | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """*complete*: there are no more groups to ask for, behind the last of these."""

    groups: tuple[GroupEffect, ...]
    complete: bool

    @property
    def people(self) -> int:
        """How many people saving makes a difference to, each counted once."""
        return len(frozenset[int]().union(*(one.difference.people for one in self.groups)))


async def show_effect(
    services: Services,
    workspace: WorkspaceId,
    candidate: Rulebook,
    *,
    groups: Sequence[GroupId] | None = None,
    after: GroupId | None = None,
    limit: int = 50,
    within: timedelta = timedelta(seconds=20),
) -> Effect:
    """Return the effect of *candidate* on up to *limit* groups behind *after*, in order of their ids; store nothing.

    *groups*: which ones to look at; None: all that are linked. As in a night, each group finds what the groups before
    it did to the people whom they share. *within*: when the time is up, the answer has what is ready; a first group
    that takes longer is told of as a problem, so that asking on always gets somewhere.

    Raises:
        SyncRefused: ``plan-required``, ``not-connected``; ``connection-failed``: Entra refuses us.
        TryAgainLater: Entra or storage is out of reach, and no group is ready.
    """
    comparison = await _Comparison.begin(services, workspace, candidate)
    now = asyncio.get_running_loop().time
    until, ready = now() + within.total_seconds(), list[GroupEffect]()
    async for group, linked in _wanted(services, workspace, groups, after=after, limit=limit):
        if len(ready) == limit or (ready and now() >= until):
            return Effect(tuple(ready), complete=False)
        effect = await _in_time(comparison, group, linked, until=until, first=not ready)
        if effect is None:
            return Effect(tuple(ready), complete=False)
        ready.append(effect)
    return Effect(tuple(ready), complete=True)


async def _in_time(
    comparison: _Comparison, group: GroupId, linked: LinkedGroup | None, *, until: float, first: bool
) -> GroupEffect | None:
    """Return the effect on one group; None where the group has to wait for another answer."""
    try:
        async with asyncio.timeout_at(until) as timer:
            return await comparison.of(group, linked)
    except TryAgainLater:
        if first:
            raise
    except TimeoutError:
        if not timer.expired():
            raise
        if first:
            return _not_told(group, linked, _OUT_OF_TIME)
    return None


async def _wanted(
    services: Services, workspace: WorkspaceId, groups: Sequence[GroupId] | None, *, after: GroupId | None, limit: int
) -> AsyncIterator[tuple[GroupId, LinkedGroup | None]]:
    if groups is None:
        async for linked, _ in services.groups.all(workspace, after=after, at_a_time=limit + 1):
            yield linked.id, linked
    else:
        for group in sorted(set(groups)):
            if after is None or group > after:
                yield group, value_of(await services.groups.group(workspace, group))


class _Comparison:
    """Rehearses groups under the candidate and, where rules were saved, under those, on one reading of Entra."""

    def __init__(self, services: Services, candidate: Rehearsal, present: Rehearsal | None) -> None:
        self._services = services
        self._candidate = candidate
        self._present = present

    @classmethod
    async def begin(cls, services: Services, workspace: WorkspaceId, candidate: Rulebook) -> _Comparison:
        tenant = await _tenant(services, workspace)
        saved = (await services.workspaces.rulebook(workspace)).value
        present = None if saved.confirmed_at is None else Rehearsal(services, workspace, tenant, saved)
        return cls(services, Rehearsal(services, workspace, tenant, candidate), present)

    async def of(self, group: GroupId, linked: LinkedGroup | None) -> GroupEffect:
        problem = UNLINKED if linked is None else link_reason(linked, Mode.SYNC)
        if linked is None or problem is not None:
            return _not_told(group, linked, problem or UNLINKED)
        try:
            return await self._compare(linked)
        except EntraRefused as refused:
            raise SyncRefused("connection-failed", refused.reason) from refused
        except SyncRefused as refused:
            return _not_told(group, linked, Reason(refused.code, refused.reason))
        except LeaseLost:
            return _not_told(group, linked, UNLINKED)

    async def _compare(self, group: LinkedGroup) -> GroupEffect:
        once, beside, present = EntraOnce(self._services.entra), None, None
        if self._present is not None:
            beside = Tally()
            present = await self._present.sync(group, beside, entra=once.listener())
        tally = Tally(beside=beside)
        candidate = await self._candidate.sync(group, tally, entra=once.listener())
        return GroupEffect(group.id, group.name, candidate, present, tally.difference(), await self._sample(tally))

    async def _sample(self, tally: Tally) -> tuple[SampledPerson, ...]:
        people = await self._candidate.people(list(tally.sample))
        values = {recipient: person.values for recipient, person in people.items()}
        return tuple(
            SampledPerson(entry, values.get(recipient, {}).get(NAME, ""), values.get(recipient, {}).get(EMAIL, ""))
            for recipient, entry in tally.sample.items()
        )


async def _tenant(services: Services, workspace: WorkspaceId) -> TenantId:
    connection = value_of(await services.workspaces.connection(workspace))
    reason = sync_reason(value_of(await services.workspaces.workspace(workspace)), connection)
    if reason is not None:
        raise SyncRefused(reason.code, reason.text)
    if connection is None:
        raise ValueError("nothing is said against a workspace without a connection")
    return connection.tenant


def _not_told(group: GroupId, linked: LinkedGroup | None, problem: Reason) -> GroupEffect:
    return GroupEffect(group, "" if linked is None else linked.name, problem=problem)
