"""Decide about held removals: approve all, some or none of exactly the list that was shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from sync_core.domain.errors import RowConflict, RunActive, SyncRefused
from sync_core.domain.holds import Hold, HoldState, Verdict, decision_run_of
from sync_core.domain.runs import Mode
from sync_core.flows.start_run import start_run
from sync_core.ports import value_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from sync_core.domain.holds import HeldPerson
    from sync_core.domain.ids import GroupId, RecipientId, RunId, WorkspaceId
    from sync_core.domain.runs import Run
    from sync_core.flows.services import Services
    from sync_core.ports import Stored

_CLOSED = {
    HoldState.EXPIRED: "The list has expired; the next run freezes a new one if people are still to go.",
    HoldState.REPLACED: "A newer run has frozen another list.",
    HoldState.OBSOLETE: "Nobody is to go any more.",
}


async def decide_removals(
    services: Services,
    workspace: WorkspaceId,
    group: GroupId,
    run: RunId,
    *,
    digest: str,
    approve: Literal["all"] | AbstractSet[RecipientId] = frozenset(),
    reject: Literal["all"] | AbstractSet[RecipientId] = frozenset(),
    by: str,
) -> Run:
    """Record a decision and order the run that carries it out; return that run, queued.

    *digest* names the list as the decider saw it; "all" stands for everybody who is not named on the other side. Who
    is on neither stays held. *by*: an id of the decider, for the record. A decision that was cut off is completed by
    repeating it; one that was recorded already is answered with its run.

    Raises:
        SyncRefused: ``hold-not-found``; ``digest-outdated``: another digest, or somebody else decides;
            ``hold-closed``: expired, replaced, not wanted any more or decided otherwise; ``run-active``: the run
            that holds has not ended; ``not-held``: somebody who is not on the list; ``decision-unclear``: nobody,
            or somebody on both sides.
    """
    found = await _find(services, workspace, group, run, digest=digest)
    people = [one async for one in services.holds.people(workspace, group, run, attempt=found.value.attempt)]
    judged = _judged(people, approve, reject)
    if found.value.state is HoldState.DECIDED:
        if judged != people:
            raise SyncRefused("hold-closed", "It was decided otherwise before.")
        return await _order(services, workspace, group, found.value)
    await _require_open(services, workspace, group, found.value)
    decided = replace(found.value, state=HoldState.DECIDED, decided_by=by, decided_at=services.clock.now())
    try:
        await services.holds.decide(workspace, group, decided, people=judged, etag=found.etag)
    except RowConflict as exc:
        #  Equal ones are ours: the request came twice, or the storage client repeated a write whose answer was lost.
        now_there = await _decided_so(services, workspace, group, run, judged)
        if now_there is None:
            raise SyncRefused("digest-outdated", "Somebody else decides, or a newer run froze another list.") from exc
        decided = now_there
    return await _order(services, workspace, group, decided)


async def _find(
    services: Services, workspace: WorkspaceId, group: GroupId, run: RunId, *, digest: str
) -> Stored[Hold]:
    found = await services.holds.hold(workspace, group, run)
    if found is None or found.value.state is HoldState.PREVIEWED:
        raise SyncRefused("hold-not-found", "This run holds nothing.")
    hold = found.value
    if hold.digest != digest:
        raise SyncRefused("digest-outdated", "This is not the list that is held; look at it again.")
    if hold.state in _CLOSED:
        raise SyncRefused("hold-closed", _CLOSED[hold.state])
    return found


async def _require_open(services: Services, workspace: WorkspaceId, group: GroupId, hold: Hold) -> None:
    """Require that the list is the one the group waits for, and that no attempt of its run can freeze it afresh."""
    if services.clock.now() > hold.expires_at:
        raise SyncRefused("hold-closed", _CLOSED[HoldState.EXPIRED])
    made_by = value_of(await services.runs.run(workspace, group, hold.run))
    if made_by is not None and not made_by.is_over:
        raise RunActive(made_by, f"Run {hold.run}, which made the list, is still at work.")
    state = value_of(await services.states.state(workspace, group))
    if state is None or state.hold != hold.run:
        raise SyncRefused("hold-closed", _CLOSED[HoldState.REPLACED])


async def _decided_so(
    services: Services, workspace: WorkspaceId, group: GroupId, run: RunId, judged: Sequence[HeldPerson]
) -> Hold | None:
    """Return the list as it is now, where exactly what is *judged* was decided about it."""
    hold = value_of(await services.holds.hold(workspace, group, run))
    if hold is None or hold.state is not HoldState.DECIDED:
        return None
    people = [one async for one in services.holds.people(workspace, group, run, attempt=hold.attempt)]
    return hold if people == list(judged) else None


def _judged(
    people: Sequence[HeldPerson],
    approve: Literal["all"] | AbstractSet[RecipientId],
    reject: Literal["all"] | AbstractSet[RecipientId],
) -> list[HeldPerson]:
    """Return everybody on the list with their verdict, whatever a decision that was cut off has left there."""
    held = {one.recipient for one in people}
    named_approved = frozenset() if approve == "all" else approve
    named_rejected = frozenset() if reject == "all" else reject
    if (named_approved | named_rejected) - held:
        raise SyncRefused("not-held", "Somebody who was named is not on this list.")
    approved = held - named_rejected if approve == "all" else named_approved
    rejected = held - named_approved if reject == "all" else named_rejected
    if approved & rejected or not approved | rejected:
        raise SyncRefused("decision-unclear", "Approve or reject somebody, and nobody both ways.")
    verdicts = dict.fromkeys(approved, Verdict.APPROVED) | dict.fromkeys(rejected, Verdict.REJECTED)
    return [replace(one, verdict=verdicts.get(one.recipient, Verdict.UNDECIDED)) for one in people]


async def _order(services: Services, workspace: WorkspaceId, group: GroupId, hold: Hold) -> Run:
    """Order the run of a recorded decision; there is one per decision, however often it is asked for."""
    run_id = decision_run_of(hold)
    found = await services.runs.run(workspace, group, run_id)
    if found is not None:
        return found.value
    return await start_run(services, workspace, group, mode=Mode.DECISION, about=hold.run, run=run_id)
