"""Decide about held removals: approve all, some or none of exactly the list that was shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from sync_core.domain.errors import RowConflict, SyncRefused
from sync_core.domain.holds import Hold, HoldState, Verdict
from sync_core.domain.runs import Mode, manual_run_id
from sync_core.flows.start_run import start_run
from sync_core.ports import Stored

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from sync_core.domain.holds import HeldPerson
    from sync_core.domain.ids import GroupId, RecipientId, RunId, WorkspaceId
    from sync_core.domain.runs import Run
    from sync_core.flows.services import Services

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
        SyncRefused: ``hold-not-found``; ``hold-changed``: another digest; ``hold-closed``: expired, replaced or not
            wanted any more; ``not-held``: somebody who is not on the list; ``decision-unclear``: nobody, or somebody
            on both sides.
    """
    found = await _find(services, workspace, group, run, digest=digest)
    if found.value.state is HoldState.OPEN:
        people = [one async for one in services.holds.people(workspace, group, run, attempt=found.value.attempt)]
        judged = _judged(people, approve, reject)
        await services.holds.freeze(workspace, group, run, attempt=found.value.attempt, people=judged)
        found = await _close(services, workspace, group, found, by=by)
    return await _order(services, workspace, group, found.value)


async def _find(
    services: Services, workspace: WorkspaceId, group: GroupId, run: RunId, *, digest: str
) -> Stored[Hold]:
    found = await services.holds.hold(workspace, group, run)
    if found is None or found.value.state is HoldState.PREVIEWED:
        raise SyncRefused("hold-not-found", "This run holds nothing.")
    hold = found.value
    if hold.digest != digest:
        raise SyncRefused("hold-changed", "This is not the list that is held; look at it again.")
    if hold.state in _CLOSED:
        raise SyncRefused("hold-closed", _CLOSED[hold.state])
    if hold.state is HoldState.OPEN and services.clock.now() > hold.expires_at:
        raise SyncRefused("hold-closed", _CLOSED[HoldState.EXPIRED])
    return found


def _judged(
    people: Sequence[HeldPerson],
    approve: Literal["all"] | AbstractSet[RecipientId],
    reject: Literal["all"] | AbstractSet[RecipientId],
) -> list[HeldPerson]:
    """Return the people who were decided about, with their verdict."""
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
    return [replace(one, verdict=verdicts[one.recipient]) for one in people if one.recipient in verdicts]


async def _close(
    services: Services, workspace: WorkspaceId, group: GroupId, found: Stored[Hold], *, by: str
) -> Stored[Hold]:
    decided = replace(found.value, state=HoldState.DECIDED, decided_by=by, decided_at=services.clock.now())
    try:
        return Stored(decided, await services.holds.save(workspace, group, decided, etag=found.etag))
    except RowConflict as exc:
        raise SyncRefused("hold-changed", "Somebody else decided, or a newer run froze another list.") from exc


async def _order(services: Services, workspace: WorkspaceId, group: GroupId, hold: Hold) -> Run:
    """Order the run of a recorded decision; there is one per decision, however often it is asked for."""
    run_id = manual_run_id(hold.decided_at or hold.frozen_at, mode=Mode.DECISION, request=hold.digest[:12])
    found = await services.runs.run(workspace, group, run_id)
    if found is not None:
        return found.value
    return await start_run(services, workspace, group, mode=Mode.DECISION, about=hold.run, run=run_id)
