"""Sync one group: claim the run, read Entra, apply, take out who left, close the run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sync_core.domain.directory import MemberState
from sync_core.domain.eligibility import Ending
from sync_core.domain.errors import LeaseLost, SyncError, SyncRefused, TryAgainLater
from sync_core.domain.planning import Rules
from sync_core.domain.runs import Phase, Reason, RunState
from sync_core.flows.apply_people import PeopleApplier
from sync_core.flows.claim_run import claim_run
from sync_core.flows.close_run import close_run
from sync_core.flows.read_group import GroupReading
from sync_core.flows.record_run import record_retrying
from sync_core.flows.settle_addresses import settle_addresses
from sync_core.flows.take_out import take_out

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sync_core.domain.directory import Member
    from sync_core.domain.entra import EntraGroup, ReadProof
    from sync_core.domain.ids import EntraUserId
    from sync_core.domain.orders import SyncOrder
    from sync_core.domain.runs import Counts
    from sync_core.flows.claim_run import ClaimedRun
    from sync_core.flows.services import Services
    from sync_core.flows.take_out import Held

#  Up to so many members lie in one partition, which one request reads; more are spread over 16 read side by side.
_SPREAD_ABOVE = 1000


async def sync_group(services: Services, order: SyncOrder) -> None:
    """Carry out *order*; a repeat of an order that was carried out changes nothing.

    Raises:
        TryAgainLater: deliver the order again after the delay it names; nothing that was done is lost.
    """
    claimed = await claim_run(services, order)
    if claimed is None:
        return
    try:
        ending, counts = await _work(services, claimed)
    except SyncRefused as refused:
        reason = Reason(refused.code, refused.reason)
        ending, counts = Ending(RunState.FAILED, reason), claimed.run.value.counts
    except LeaseLost as exc:
        raise TryAgainLater("another run has taken the group over", after=services.lease) from exc
    except TryAgainLater as later:
        await _let_go(services, claimed, Reason("try-again", later.reason))
        raise
    except Exception as exc:
        #  Nobody expected it, so the host delivers again. Let go first: the next delivery need not wait for us.
        await _let_go(services, claimed, Reason("unexpected", type(exc).__name__))
        raise
    await close_run(services, claimed, ending, counts)


async def _let_go(services: Services, claimed: ClaimedRun, reason: Reason) -> None:
    """Say that the run goes on later, if it still is ours to say. A failure to do so does not hide why we stop."""
    try:
        await record_retrying(services, claimed, reason=reason)
    except SyncError as exc:
        services.log.warning(
            "run_not_let_go",
            workspace=claimed.order.workspace,
            group=claimed.order.group,
            run=claimed.run.value.id,
            reason=type(exc).__name__,
        )


async def _work(services: Services, claimed: ClaimedRun) -> tuple[Ending, Counts]:
    """Do everything between claiming a run and closing it; return how it ends and what it counted."""
    rules = _rules(services, claimed)
    details = await services.entra.group(claimed.tenant, claimed.group.entra_id)
    spread = await _spread(services, claimed)
    index = await _index(services, claimed, spread=spread)
    members = sum(member.state is MemberState.MEMBER for member in index.values())
    applier = PeopleApplier(services, claimed, rules, spread=spread)
    reading = GroupReading(services, claimed, rules, applier)
    proof = await reading.read(index)
    await settle_addresses(applier)
    await reading.report(Phase.REMOVING, proof=proof)
    left = reading.who_left()
    held = await take_out(applier, rules.options, left, members=members, complete=proof.complete)
    members += applier.outcome.joined - applier.outcome.gone
    await _save_details(services, claimed, details, members=members)
    counts = replace(reading.counts, held=0 if held is None else held.people)
    return _ending(proof, held, counts, left=len(left)), counts


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


def _ending(proof: ReadProof, held: Held | None, counts: Counts, *, left: int) -> Ending:
    if held is not None:
        return Ending(RunState.HELD, Reason("removals-held", f"{held.why} They wait for your approval."))
    if not proof.complete:
        return Ending(RunState.SUCCEEDED_WITH_WARNINGS, Reason("read-not-proved", _not_proved(proof, left)))
    if counts.refused:
        who = "1 person" if counts.refused == 1 else f"{counts.refused} people"
        sentence = f"{who} could not be taken in as Entra has them; the run's changes say why."
        return Ending(RunState.SUCCEEDED_WITH_WARNINGS, Reason("people-refused", sentence))
    return Ending(RunState.SUCCEEDED, None)


def _not_proved(proof: ReadProof, left: int) -> str:
    return (
        f"Entra counts {proof.counted} people and showed {proof.users}, so nobody was taken out; "
        f"{left} who were not seen stay until a read is complete."
    )
