"""Sync one group: read Entra, apply joiners and changes, take out who left."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sync_core.domain.directory import MemberState
from sync_core.domain.eligibility import Ending
from sync_core.domain.errors import SyncRefused
from sync_core.domain.planning import ChangeKind, Rules
from sync_core.domain.runs import Phase, Reason, RunState
from sync_core.flows.apply_people import Deactivations, PeopleApplier
from sync_core.flows.carry_out_decision import carry_out_decision
from sync_core.flows.close_run import stored_before
from sync_core.flows.connection_health import note_working
from sync_core.flows.freeze_removals import people_waiting, settle_holds
from sync_core.flows.group_presence import note_present
from sync_core.flows.read_group import GroupReading
from sync_core.flows.settle_addresses import settle_addresses, settle_the_rest
from sync_core.flows.take_out import Guarded, take_out
from sync_core.flows.traced import traced
from sync_core.telemetry.catalogue import DRIFT, SYNC_GROUP, TAKE_OUT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sync_core.domain.directory import Member
    from sync_core.domain.entra import EntraGroup, ReadProof
    from sync_core.domain.ids import EntraUserId
    from sync_core.domain.runs import Counts
    from sync_core.flows.claimed_run import ClaimedRun
    from sync_core.flows.freeze_removals import Settled
    from sync_core.flows.locate_people import Left
    from sync_core.flows.services import Services
    from sync_core.flows.take_out import TakenOut

#  Up to so many members lie in one partition, which one request reads; more are spread over 16 read side by side.
_SPREAD_ABOVE = 1000

_THEY_WAIT = "They wait for your approval."


@traced(SYNC_GROUP)
async def sync_group(services: Services, claimed: ClaimedRun) -> tuple[Ending, Counts]:
    """Do everything between claiming a run and closing it; return how it ends and what it counted.

    Raises:
        SyncRefused: Entra or the group refuses; nobody is touched.
        TryAgainLater: Entra or storage is out of reach; a later delivery goes on.
        LeaseLost: another run has the group now.
    """
    rules = _rules(services, claimed)
    details = await services.entra.group(claimed.tenant, claimed.group.entra_id)
    await note_working(services, claimed.order.workspace)
    await note_present(services, claimed)
    spread = await _spread(services, claimed)
    index = await _index(services, claimed, spread=spread)
    guarded = await _guarded(services, claimed, index)
    applier = PeopleApplier(services, claimed, rules, spread=spread)
    reading = GroupReading(services, claimed, rules, applier)
    proof = await reading.read(index)
    blocked = await settle_addresses(applier)
    await reading.report(Phase.REMOVING, proof=proof)
    left = reading.who_left()
    taken = await _take_out(services, claimed, applier, left, guarded=guarded, complete=proof.complete)
    await settle_the_rest(applier, blocked, Deactivations.HOLD if taken.held else Deactivations.APPLY)
    _measure_drift(services, claimed, proof.drift(known=reading.known))
    settled = await settle_holds(services, claimed, taken, complete=proof.complete)
    members = _members_in(index) + applier.stored.joined - applier.stored.gone
    await _save_details(services, claimed, details, members=members)
    counts = replace(reading.counts, held=settled.held)
    return _ending(proof, taken, settled, counts, left=len(left)), counts


@traced(TAKE_OUT)
async def _take_out(
    services: Services,
    claimed: ClaimedRun,
    applier: PeopleApplier,
    left: Sequence[Left],
    *,
    guarded: Guarded,
    complete: bool,
) -> TakenOut:
    options = claimed.rulebook.options
    if claimed.order.about is None:
        waiting = await people_waiting(services, claimed)
        return await take_out(applier, options, left, guarded=guarded, complete=complete, waiting=waiting)
    order, about = claimed.order, claimed.order.about
    hold = await services.holds.hold(order.workspace, order.group, about)
    if hold is None:
        raise SyncRefused("hold-not-found", "The list that was decided about is not there any more.")
    held = services.holds.people(order.workspace, order.group, about, attempt=hold.value.attempt)
    decided = {one.removal: one async for one in held}
    return await carry_out_decision(applier, options, left, decided=decided, complete=complete)


async def _guarded(services: Services, claimed: ClaimedRun, index: Mapping[EntraUserId, Member]) -> Guarded:
    present = {member.recipient for member in index.values() if member.state is not MemberState.REFUSED}
    gone = await stored_before(services, claimed, ChangeKind.REMOVED) - present
    added = await stored_before(services, claimed, ChangeKind.ADDED)
    return Guarded(members=len(present - added) + len(gone), gone=len(gone))


def _measure_drift(services: Services, claimed: ClaimedRun, people: int) -> None:
    services.telemetry.count(DRIFT, people)
    if people:
        order, run = claimed.order, claimed.run.value.id
        services.log.warning(
            "directory_differs", workspace=order.workspace, group=order.group, run=run, people=people
        )


def _members_in(index: Mapping[EntraUserId, Member]) -> int:
    return sum(member.state is not MemberState.REFUSED for member in index.values())


def _rules(services: Services, claimed: ClaimedRun) -> Rules:
    rulebook = claimed.rulebook
    return Rules(claimed.order.group, rulebook.options, rulebook.settings, read_at=services.clock.now())


async def _spread(services: Services, claimed: ClaimedRun) -> bool:
    """Return how the group's member index lies; decided by its size when it is first read."""
    spread = claimed.lease.state.spread
    if spread is None:
        nested = claimed.rulebook.options.include_nested_groups
        users = await services.entra.count_users(claimed.tenant, claimed.group.entra_id, nested=nested)
        spread = users > _SPREAD_ABOVE
        await claimed.lease.choose_spread(spread=spread)
    return spread


async def _index(services: Services, claimed: ClaimedRun, *, spread: bool) -> Mapping[EntraUserId, Member]:
    order = claimed.order
    members = services.members.index(order.workspace, order.group, spread=spread)
    return {member.entra_id: member async for member in members}


async def _save_details(services: Services, claimed: ClaimedRun, details: EntraGroup, *, members: int) -> None:
    group = replace(claimed.group, members=members)
    if claimed.rulebook.options.update_group_details:
        group = replace(group, name=details.name, description=details.description)
    if group != claimed.group:
        await services.groups.save_details(claimed.order.workspace, group)


def _ending(proof: ReadProof, taken: TakenOut, settled: Settled, counts: Counts, *, left: int) -> Ending:
    not_proved = "" if proof.complete else _not_proved(proof, left)
    if settled.held:
        return _told(RunState.HELD, "removals-held", taken.why, _THEY_WAIT, not_proved, settled.about_older)
    if not_proved:
        return _told(RunState.SUCCEEDED_WITH_WARNINGS, "read-not-proved", not_proved, settled.about_older)
    if taken.held:
        return _told(RunState.SUCCEEDED_WITH_WARNINGS, "decision-pending", taken.why, settled.about_older)
    if counts.refused:
        who = "1 person" if counts.refused == 1 else f"{counts.refused} people"
        refused = f"{who} could not be taken in as Entra has them; the run's changes say why."
        return _told(RunState.SUCCEEDED_WITH_WARNINGS, "people-refused", refused, settled.about_older)
    return Ending(RunState.SUCCEEDED, Reason("hold-closed", settled.about_older) if settled.about_older else None)


def _told(state: RunState, code: str, *sentences: str) -> Ending:
    return Ending(state, Reason(code, " ".join(filter(None, sentences))))


def _not_proved(proof: ReadProof, left: int) -> str:
    return (
        f"Entra counts {proof.counted} people and showed {proof.users}, so nobody was taken out; "
        f"{left} who were not seen stay until a read is complete."
    )
