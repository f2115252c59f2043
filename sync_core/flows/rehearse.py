"""Rehearse syncs: the engine of a run over services that store nothing at all, not even a record or a lease.

A preview (see `preview`) is a run that people can look up; a rehearsal only counts.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sync_core.domain.orders import SyncOrder
from sync_core.domain.runs import RunState, manual_run_id
from sync_core.flows.claimed_run import ClaimedRun
from sync_core.flows.lease import take_lease
from sync_core.flows.preview import recording
from sync_core.flows.sync_group import sync_group
from sync_core.ports import Stored
from sync_core.telemetry import NO_TELEMETRY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync_core import ports
    from sync_core.domain.directory import LinkedGroup, Recipient
    from sync_core.domain.effect import Forecast, Tally
    from sync_core.domain.holds import HeldPerson
    from sync_core.domain.ids import GroupId, RecipientId, RunId, TenantId, WorkspaceId
    from sync_core.domain.journal import JournalPage
    from sync_core.domain.state import GroupState
    from sync_core.domain.workspaces import Rulebook
    from sync_core.flows.services import Services

#  Its name in the pages of the journal that is only counted.
_ATTEMPT = "001rehearsal"


class Rehearsal:
    """Syncs of several groups under the same rules, one after another as in a night: each finds what the last did."""

    def __init__(self, services: Services, workspace: WorkspaceId, tenant: TenantId, rules: Rulebook) -> None:
        self._services = replace(
            recording(services),
            runs=_UntouchedRuns(services.runs),
            states=_FreeStates(services.states),
            telemetry=NO_TELEMETRY,
        )
        self._workspace = workspace
        self._tenant = tenant
        self._rules = rules

    async def sync(self, group: LinkedGroup, tally: Tally, *, entra: ports.Entra) -> Forecast:
        """Count in *tally* what a sync of *group* would do now.

        Raises:
            SyncRefused, TryAgainLater, LeaseLost: as `sync_group`.
        """
        services = replace(
            self._services,
            journal=_CountedJournal(self._services.journal, tally),
            holds=_CountedHolds(self._services.holds, tally),
            entra=entra,
        )
        ending, counts = await sync_group(services, await self._claim(services, group))
        return tally.forecast(counts, ending.state, ending.reason)

    async def people(self, recipients: Sequence[RecipientId]) -> dict[RecipientId, Recipient]:
        """Return those of *recipients* who exist, as the syncs would leave them."""
        found = await self._services.people.people(self._workspace, recipients)
        return {recipient: stored.value for recipient, stored in found.items()}

    async def _claim(self, services: Services, group: LinkedGroup) -> ClaimedRun:
        now = services.clock.now()
        run = manual_run_id(now, request=services.new_token())
        order = SyncOrder(self._workspace, group.id, now, run=run, generation=group.generation)
        lease = await take_lease(
            services, self._workspace, group.id, run=run, attempt=_ATTEMPT, generation=group.generation
        )
        record = replace(
            order.new_run(generation=group.generation),
            state=RunState.RUNNING,
            attempt=_ATTEMPT,
            attempts=1,
            started_at=now,
        )
        return ClaimedRun(order, group, self._tenant, self._rules, lease, Stored(record, ""))


class _UntouchedRuns:
    def __init__(self, real: ports.Runs) -> None:
        self.run = real.run
        self.newest_first = real.newest_first
        self.since = real.since
        self.older_than = real.older_than

    async def save(self, *_: object, **__: object) -> str:
        return ""

    async def delete(self, *_: object, **__: object) -> None:
        """Keep the record."""


class _FreeStates:
    """What runs hand on to each other, but for the lease: a rehearsal waits for nobody and nobody for it."""

    def __init__(self, real: ports.GroupStates) -> None:
        self._real = real
        self.all = real.all

    async def state(self, workspace: WorkspaceId, group: GroupId) -> Stored[GroupState] | None:
        found = await self._real.state(workspace, group)
        return found and Stored(replace(found.value, run=None, attempt="", lease_until=None, order=""), found.etag)

    async def save(self, *_: object, **__: object) -> str:
        return ""


class _CountedJournal:
    def __init__(self, real: ports.Journal, tally: Tally) -> None:
        self._tally = tally
        self.summaries = real.summaries
        self.page = real.page
        self.pages = real.pages

    async def write(
        self,
        workspace: WorkspaceId,  # noqa: ARG002
        group: GroupId,  # noqa: ARG002
        run: RunId,  # noqa: ARG002
        pages: Sequence[JournalPage],
    ) -> None:
        for page in pages:
            for entry in page.entries:
                self._tally.take(entry)

    async def drop(self, *_: object, **__: object) -> None:
        """Nothing was written."""

    async def erase(self, *_: object, **__: object) -> int:
        return 0


class _CountedHolds:
    """Lists as they are; whoever would be frozen on a new one is counted."""

    def __init__(self, real: ports.Holds, tally: Tally) -> None:
        self._tally = tally
        self.hold = real.hold
        self.people = real.people
        self.person = real.person
        self.mark = real.mark
        self.marked = real.marked

    async def save(self, *_: object, **__: object) -> str:
        return ""

    async def freeze(self, *_: object, attempt: str, people: Sequence[HeldPerson]) -> None:  # noqa: ARG002 (no list)
        for person in people:
            self._tally.hold(person)

    async def decide(self, *_: object, **__: object) -> str:
        return ""

    async def erase(self, *_: object, **__: object) -> int:
        return 0

    async def mark_group(self, *_: object, **__: object) -> None:
        """Leave it to a real run to say that somebody waits."""

    async def unmark_group(self, *_: object, **__: object) -> None:
        """Leave it to a real run to say that nobody waits any more."""
