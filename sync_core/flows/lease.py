"""The lease on a group: one run at a time, and a sign of life while it works."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sync_core.domain.cancelling import refuse_cancelled
from sync_core.domain.eligibility import UNLINKING
from sync_core.domain.errors import LeaseLost, RowConflict, SyncRefused, TryAgainLater
from sync_core.domain.state import GroupState
from sync_core.ports import Stored

if TYPE_CHECKING:
    from datetime import datetime

    from sync_core.domain.ids import GroupId, RunId, WorkspaceId
    from sync_core.flows.services import Services


_AT_ONCE = timedelta()

#  Two deliveries that reached for the lease at the same moment: the loser looks again soon.
_SOON = timedelta(seconds=5)


async def take_lease(
    services: Services,
    workspace: WorkspaceId,
    group: GroupId,
    *,
    run: RunId,
    attempt: str,
    generation: int,
    order: str = "",
    ends_link: bool = False,
) -> Lease:
    """Take the group's lease, from nobody or from a run that has stopped giving signs of life.

    *generation*: of the link; what runs of an older link left in the row is forgotten. *order*: the queue message
    to send again if this run is never heard of again. *ends_link*: the run goes on while the group is unlinked.

    Raises:
        TryAgainLater: another run holds it; *after* is when that one's sign of life runs out.
    """
    now = services.clock.now()
    found = await services.states.state(workspace, group)
    before = GroupState(generation=generation) if found is None else found.value
    left = before.lease_left(now=now)
    if left is not None:
        raise TryAgainLater("another run of this group is working", after=left + _SOON)
    if before.generation != generation:
        before = GroupState(generation=generation)
    state = replace(before, run=run, attempt=attempt, lease_until=now + services.lease, order=order)
    try:
        etag = await services.states.save(workspace, group, state, etag=None if found is None else found.etag)
    except RowConflict as exc:
        now_there = await services.states.state(workspace, group)
        if now_there is None or now_there.value.attempt != attempt:
            raise TryAgainLater("another run of this group was faster", after=_SOON) from exc
        etag = now_there.etag  # our own write, repeated by the storage client because its answer was lost
    return Lease(services, workspace, group, Stored(state, etag), ends_link=ends_link)


class Lease:
    """A group's lease in our hands. Its row is written by ETag, so that two holders cannot both believe in it."""

    def __init__(
        self,
        services: Services,
        workspace: WorkspaceId,
        group: GroupId,
        held: Stored[GroupState],
        *,
        ends_link: bool,
    ) -> None:
        self._services = services
        self._ends_link = ends_link
        self._workspace = workspace
        self._group = group
        self._held = held
        self._kept_at = services.clock.now()
        self.taken_at = self._kept_at

    @property
    def state(self) -> GroupState:
        return self._held.value

    async def keep(self) -> bool:
        """Renew the lease when a third of it has passed; tell whether it was renewed.

        Raises:
            LeaseLost, SyncRefused, TryAgainLater: as `renew`.
        """
        self._check_run_time()
        if self._services.clock.now() - self._kept_at < self._services.lease / 3:
            return False
        await self.renew()
        return True

    async def renew(self) -> None:
        """Renew the lease now, and look whether the group is still linked as it was and the run still wanted.

        Raises:
            LeaseLost: it is somebody else's now, or the group has another link.
            SyncRefused: ``unlinking``: the group's link is being ended, and the run must make way for that;
                ``cancelled``: somebody has cancelled the run.
            TryAgainLater: the run has worked so long that the host would soon end it.
        """
        self._check_run_time()
        await self._save(replace(self.state, lease_until=self._until()))
        self._kept_at = self._services.clock.now()
        linked = await self._services.groups.group(self._workspace, self._group)
        if linked is None or linked.value.generation != self.state.generation:
            raise LeaseLost("the group was unlinked")
        if linked.value.unlinking and not self._ends_link:
            raise SyncRefused(UNLINKING.code, UNLINKING.text)
        await self._refuse_if_cancelled()

    async def _refuse_if_cancelled(self) -> None:
        if self.state.run is None or self._ends_link:
            return
        found = await self._services.runs.run(self._workspace, self._group, self.state.run)
        if found is not None:
            refuse_cancelled(found.value)

    def _check_run_time(self) -> None:
        if self._services.clock.now() - self.taken_at > self._services.run_time:
            raise TryAgainLater("the run goes on in a new delivery", after=_AT_ONCE)

    async def choose_spread(self, *, spread: bool) -> None:
        """Remember how the group's member index lies, before its first row is written."""
        await self._save(replace(self.state, spread=spread, lease_until=self._until()))

    async def point_to_hold(self, run: RunId | None) -> None:
        """Remember which run's held removals wait for a decision, None for nobody's."""
        await self._save(replace(self.state, hold=run, lease_until=self._until()))

    async def release(self) -> None:
        """Give the lease back; one that is lost already is left to its new holder."""
        await self._give_back(replace(self.state, run=None, attempt="", lease_until=None, order=""))

    async def forget(self) -> None:
        """Give the lease back, and with it all that the runs of an ended link had to hand on."""
        await self._give_back(GroupState(generation=self.state.generation))

    async def _give_back(self, state: GroupState) -> None:
        try:
            await self._save(state)
        except LeaseLost:
            self._services.log.warning("lease_lost_before_release", workspace=self._workspace, group=self._group)

    def _until(self) -> datetime:
        return self._services.clock.now() + self._services.lease

    async def _save(self, state: GroupState) -> None:
        states = self._services.states
        try:
            etag = await states.save(self._workspace, self._group, state, etag=self._held.etag)
        except RowConflict as exc:
            found = await states.state(self._workspace, self._group)
            if found is None or found.value.attempt != self.state.attempt:
                raise LeaseLost("another run has taken the group over") from exc
            #  Who asks for a run notes it here.
            wanted, self._held = replace(state, asked=found.value.asked), found
            if found.value != wanted:
                await self._save(wanted)
            #  Else it is our own write, repeated by the storage client because its answer was lost.
            return
        self._held = Stored(state, etag)
