"""Unlink a group: end what its syncs gave people, by the leave options, and then the link itself.

Whatever stopped half-way is completed by delivering the order again: each step only does what is left to do, and the
link ends last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.domain.directory import Member, Origin
from sync_core.domain.eligibility import UNLINKED, Ending
from sync_core.domain.errors import SyncRefused
from sync_core.domain.holds import HoldState
from sync_core.domain.ids import EntraUserId
from sync_core.domain.planning import ChangeKind
from sync_core.domain.runs import Counts, Mode, Phase, RunState
from sync_core.domain.unlinking import unlink_rules
from sync_core.flows.apply_people import Deactivations, PeopleApplier
from sync_core.flows.close_run import end_started_run
from sync_core.flows.end_hold import end_hold
from sync_core.flows.locate_people import Left
from sync_core.flows.manage_schedules import end_schedule
from sync_core.flows.record_run import record_progress
from sync_core.flows.start_run import start_run
from sync_core.flows.traced import traced
from sync_core.telemetry.catalogue import UNLINK_GROUP

if TYPE_CHECKING:
    from sync_core.domain.directory import LinkedGroup
    from sync_core.domain.ids import GroupId, WorkspaceId
    from sync_core.domain.runs import Run
    from sync_core.flows.claimed_run import ClaimedRun
    from sync_core.flows.services import Services


async def order_unlink(services: Services, workspace: WorkspaceId, group: GroupId) -> Run:
    """Order the end of the group's link and return the run that carries it out; from now on nothing else starts.

    The schedule is deleted at once. Asked for again while it is on its way, it is the same run.

    Raises:
        SyncRefused: ``group-not-linked``.
    """
    linked = await services.groups.group(workspace, group)
    if linked is None:
        raise SyncRefused("group-not-linked", "There is no linked group with this id in the workspace.")
    under_way = await _under_way(services, workspace, linked.value)
    #  The order first, and once more each time it is asked for: whoever is killed behind it has left enough.
    ordered = await start_run(
        services, workspace, group, mode=Mode.UNLINK, run=None if under_way is None else under_way.id
    )
    await services.groups.mark_unlinking(workspace, linked.value)
    await end_schedule(services, workspace, group)
    return under_way or ordered


@traced(UNLINK_GROUP)
async def unlink_group(services: Services, claimed: ClaimedRun) -> tuple[Ending, Counts]:
    """End everything but the link itself, which ends when the run is closed.

    Raises:
        TryAgainLater: storage is out of reach, or there is too much for one delivery; a later one goes on.
        LeaseLost: another run has the group now.
    """
    order = claimed.order
    await services.groups.mark_unlinking(order.workspace, claimed.group)
    await end_schedule(services, order.workspace, order.group)
    await _end_other_runs(services, claimed)
    if claimed.lease.state.hold is not None:
        await end_hold(services, order.workspace, order.group, claimed.lease.state.hold, HoldState.OBSOLETE)
    await _unmark_hold(services, claimed)
    applier = _applier(services, claimed)
    await record_progress(services, claimed, phase=Phase.REMOVING, counts=Counts(), proof=None)
    await applier.apply(await _members(services, claimed), Deactivations.APPLY)
    await applier.apply(await _left_over(services, claimed), Deactivations.APPLY)
    return Ending(RunState.SUCCEEDED, None), Counts(removed=applier.stored.changed[ChangeKind.REMOVED])


async def _under_way(services: Services, workspace: WorkspaceId, group: LinkedGroup) -> Run | None:
    """Return the run that ends this link, ordered and not over yet."""
    if not group.unlinking:
        return None
    async for run in services.runs.newest_first(workspace, group.id):
        if run.mode is Mode.UNLINK and run.generation == group.generation:
            return None if run.is_over else run
    return None


async def _end_other_runs(services: Services, claimed: ClaimedRun) -> None:
    """End what was ordered before and what a killed process has left: nobody will come back to it."""
    order = claimed.order
    async for run in services.runs.newest_first(order.workspace, order.group):
        found = None if run.is_over else await services.runs.run(order.workspace, order.group, run.id)
        if found is not None and run.id != claimed.run.value.id and not found.value.is_over:
            state = RunState.SKIPPED if found.value.started_at is None else RunState.CANCELLED
            await end_started_run(services, order, found, Ending(state, UNLINKED))


async def _unmark_hold(services: Services, claimed: ClaimedRun) -> None:
    order = claimed.order
    mark = await services.holds.mark(order.workspace, order.group)
    if mark is not None:
        #  As long as the lease is ours, nobody has marked the group for a new link.
        await claimed.lease.renew()
        await services.holds.unmark_group(order.workspace, order.group, etag=mark)


def _applier(services: Services, claimed: ClaimedRun) -> PeopleApplier:
    rules = unlink_rules(claimed.order.group, claimed.rulebook)
    return PeopleApplier(services, claimed, rules, spread=claimed.lease.state.spread is True)


async def _members(services: Services, claimed: ClaimedRun) -> list[Left]:
    order = claimed.order
    index = services.members.index(order.workspace, order.group, spread=claimed.lease.state.spread is True)
    return [Left(member, UNLINKED.code) async for member in index]


async def _left_over(services: Services, claimed: ClaimedRun) -> list[Left]:
    """Return the people with a synced card of the group whom a killed run has stored but not put into its index."""
    order, left = claimed.order, []
    async for person in services.people.all(order.workspace):
        await claimed.lease.keep()
        card = person.cards.get(order.group)
        if card is not None and card.origin is Origin.SYNC:
            member = Member(person.id, person.entra_id or EntraUserId(""), fingerprint="")
            left.append(Left(member, UNLINKED.code))
    return left
