"""Sync one group: read Entra, apply joiners and changes, take out who left."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sync_core.domain.directory import MemberState
from sync_core.domain.eligibility import Ending
from sync_core.domain.errors import SyncRefused
from sync_core.domain.planning import Rules
from sync_core.domain.runs import Phase, Reason, RunState
from sync_core.flows.apply_people import PeopleApplier
from sync_core.flows.carry_out_decision import carry_out_decision
from sync_core.flows.connection_health import note_working
from sync_core.flows.freeze_removals import settle_holds
from sync_core.flows.group_presence import note_present
from sync_core.flows.read_group import GroupReading
from sync_core.flows.settle_addresses import settle_addresses
from sync_core.flows.take_out import take_out

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sync_core.domain.directory import Member
    from sync_core.domain.entra import EntraGroup, ReadProof
    from sync_core.domain.ids import EntraUserId
    from sync_core.domain.runs import Counts
    from sync_core.flows.claim_run import ClaimedRun
    from sync_core.flows.locate_people import Left
    from sync_core.flows.services import Services
    from sync_core.flows.take_out import TakenOut

#  Up to so many members lie in one partition, which one request reads; more are spread over 16 read side by side.
_SPREAD_ABOVE = 1000


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
    applier = PeopleApplier(services, claimed, rules, spread=spread)
    reading = GroupReading(services, claimed, rules, applier)
    proof = await reading.read(index)
    await settle_addresses(applier)
    await reading.report(Phase.REMOVING, proof=proof)
    left = reading.who_left()
    taken = await _take_out(services, claimed, applier, left, index=index, complete=proof.complete)
    older = await settle_holds(services, claimed, taken, complete=proof.complete)
    members = _members_in(index) + applier.stored.joined - applier.stored.gone
    await _save_details(services, claimed, details, members=members)
    counts = replace(reading.counts, held=len(taken.held))
    return _ending(proof, taken, counts, left=len(left), older=older), counts


async def _take_out(
    services: Services,
    claimed: ClaimedRun,
    applier: PeopleApplier,
    left: Sequence[Left],
    *,
    index: Mapping[EntraUserId, Member],
    complete: bool,
) -> TakenOut:
    options = claimed.rulebook.options
    if claimed.order.about is None:
        return await take_out(applier, options, left, members=_members_in(index), complete=complete)
    order, about = claimed.order, claimed.order.about
    hold = await services.holds.hold(order.workspace, order.group, about)
    if hold is None:
        raise SyncRefused("hold-not-found", "The list that was decided about is not there any more.")
    held = services.holds.people(order.workspace, order.group, about, attempt=hold.value.attempt)
    decided = {one.recipient: one async for one in held}
    return await carry_out_decision(applier, options, left, decided=decided, complete=complete)


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


def _ending(proof: ReadProof, taken: TakenOut, counts: Counts, *, left: int, older: str) -> Ending:
    if taken.held:
        return Ending(
            RunState.HELD, Reason("removals-held", f"{taken.why} They wait for your approval. {older}".strip())
        )
    if not proof.complete:
        return Ending(RunState.SUCCEEDED_WITH_WARNINGS, Reason("read-not-proved", _not_proved(proof, left)))
    if counts.refused:
        who = "1 person" if counts.refused == 1 else f"{counts.refused} people"
        sentence = f"{who} could not be taken in as Entra has them; the run's changes say why."
        return Ending(RunState.SUCCEEDED_WITH_WARNINGS, Reason("people-refused", sentence))
    return Ending(RunState.SUCCEEDED, Reason("hold-closed", older) if older else None)


def _not_proved(proof: ReadProof, left: int) -> str:
    return (
        f"Entra counts {proof.counted} people and showed {proof.users}, so nobody was taken out; "
        f"{left} who were not seen stay until a read is complete."
    )
