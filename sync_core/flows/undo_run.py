"""Undo a run from its journal: put back what it changed, leave and list what has changed since.

An undo is a run of its own: it holds the group's lease, keeps a record and a journal, and can be undone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sync_core.domain.directory import MemberState
from sync_core.domain.eligibility import Ending
from sync_core.domain.errors import SyncRefused
from sync_core.domain.runs import Counts, Mode, Phase, Reason, Run, RunState, time_of
from sync_core.flows.apply_people import WAVE
from sync_core.flows.put_back import PeoplePutter
from sync_core.flows.record_run import record_progress
from sync_core.flows.settle_addresses import moving_together
from sync_core.flows.start_run import PATIENCE, start_run
from sync_core.flows.traced import traced
from sync_core.flows.undo_turns import Place
from sync_core.telemetry.catalogue import UNDO_RUN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sync_core.domain.ids import GroupId, RecipientId, RunId, WorkspaceId
    from sync_core.domain.journal import PageSummary
    from sync_core.flows.claimed_run import ClaimedRun
    from sync_core.flows.put_back import PutBack
    from sync_core.flows.services import Services

_UNDOABLE = frozenset({Mode.SYNC, Mode.DECISION, Mode.UNDO})

WILL_BE_REDONE = "The next scheduled sync would make the undone changes again: pause it, or change Entra."


async def order_undo(services: Services, workspace: WorkspaceId, group: GroupId, run: RunId) -> Run:
    """Order the undo of *run* and return the undo, queued; its reason says what the next sync would do.

    Asked for again while it is under way, it is the same undo.

    Raises:
        SyncRefused: ``group-not-linked``, ``unlinking``; ``run-not-found``; ``run-not-over``; ``nothing-to-undo``: a
            preview, or a run that changed nobody; ``older-link``: the group was unlinked since; ``journal-gone``:
            the run is older than journals are kept.
    """
    linked = await services.groups.group(workspace, group)
    if linked is None:
        raise SyncRefused("group-not-linked", "There is no linked group with this id in the workspace.")
    undone = await _undoable(services, workspace, group, run, generation=linked.value.generation)
    queued = await _under_way(services, workspace, group, run)
    if queued is None:
        queued = await start_run(services, workspace, group, mode=Mode.UNDO, about=run)
    if not await _undoes_sync(services, workspace, group, undone):
        return queued
    return replace(queued, reason=Reason("will-be-redone", WILL_BE_REDONE))


@traced(UNDO_RUN)
async def undo_run(services: Services, claimed: ClaimedRun) -> tuple[Ending, Counts]:
    """Undo the run that the order is about; return how the undo ends and what it counted.

    Cut off and delivered again, it goes on: who was put back already names this undo.

    Raises:
        SyncRefused: as `order_undo`; nobody is touched.
        TryAgainLater: storage is out of reach, or the undo has worked so long that a later delivery goes on.
        LeaseLost: another run has the group now.
    """
    order = claimed.order
    if order.about is None:
        raise SyncRefused("run-not-found", "The order does not say which run to undo.")
    generation = claimed.group.generation
    undone = await _undoable(services, order.workspace, order.group, order.about, generation=generation)
    putter = PeoplePutter(services, claimed, undone)
    if claimed.run.value.attempts > 1:
        await putter.recall()
    async for wave in _waves(services, claimed, undone):
        await putter.put_back(wave)
        if await claimed.lease.keep():
            await record_progress(services, claimed, phase=Phase.READING, counts=_counts(putter), proof=None)
    await _settle(putter)
    await _save_members(services, claimed)
    redone = await _undoes_sync(services, order.workspace, order.group, undone)
    return _ending(putter.outcome, redone=redone), _counts(putter)


async def _undoable(
    services: Services, workspace: WorkspaceId, group: GroupId, run: RunId, *, generation: int
) -> Run:
    found = await services.runs.run(workspace, group, run)
    if found is None:
        raise SyncRefused("run-not-found", "The group has no run with this id, or history does not go back so far.")
    undone = found.value
    if not undone.is_over:
        raise SyncRefused("run-not-over", "This run is not over. Wait until it is, or cancel it.")
    if undone.generation != generation:
        raise SyncRefused("older-link", "The group was unlinked since this run, which ended what it did.")
    if undone.mode not in _UNDOABLE:
        raise SyncRefused("nothing-to-undo", "A run of this kind cannot be undone.")
    counts = undone.counts
    if not (counts.added or counts.updated or counts.removed):
        raise SyncRefused("nothing-to-undo", "This run changed nobody.")
    #  A journal that is being deleted would be undone in part.
    kept = services.clock.now() - time_of(run) <= services.history
    if not kept or await _is_empty(services.journal.summaries(workspace, group, run)):
        raise SyncRefused("journal-gone", "What this run changed is not kept any more, so it cannot be undone.")
    return undone


async def _under_way(services: Services, workspace: WorkspaceId, group: GroupId, run: RunId) -> Run | None:
    async for undo in services.runs.since(workspace, group, services.clock.now() - PATIENCE):
        if undo.mode is Mode.UNDO and undo.about == run and not undo.is_over:
            return undo
    return None


async def _is_empty(pages: AsyncIterator[PageSummary]) -> bool:
    async for _ in pages:
        return False
    return True


async def _undoes_sync(services: Services, workspace: WorkspaceId, group: GroupId, undone: Run) -> bool:
    """Tell whether undoing *undone* takes back what a sync did; undoing an undo brings it back."""
    takes_back = True
    while undone.mode is Mode.UNDO and undone.about is not None:
        takes_back = not takes_back
        found = await services.runs.run(workspace, group, undone.about)
        if found is None:
            break
        undone = found.value
    return takes_back


async def _waves(services: Services, claimed: ClaimedRun, undone: Run) -> AsyncIterator[list[Place]]:
    """Yield the entries of the undone run's journal, some two thousand at a time."""
    order = claimed.order
    wave: list[Place] = []
    async for page in services.journal.pages(order.workspace, order.group, undone.id):
        wave += [Place(page.name, entry) for entry in page.entries if entry.revision]
        if len(wave) >= WAVE:
            yield wave
            wave = []
    yield wave


async def _settle(putter: PeoplePutter) -> None:
    """Put back who waited for an address, until nobody moves any more; the rest go without it."""
    waiting = _take_blocked(putter)
    while waiting:
        places = [place for place, _ in waiting.values()]
        leaving = moving_together({person: holder for person, (_, holder) in waiting.items()})
        await putter.put_back(places, leaving=leaving)
        blocked = _take_blocked(putter)
        if len(blocked) == len(waiting):
            await putter.put_back(places, settled=True)
            return
        waiting = blocked


def _take_blocked(putter: PeoplePutter) -> dict[RecipientId, tuple[Place, RecipientId]]:
    blocked, putter.outcome.blocked = putter.outcome.blocked, {}
    return blocked


async def _save_members(services: Services, claimed: ClaimedRun) -> None:
    order = claimed.order
    index = services.members.index(order.workspace, order.group, spread=bool(claimed.lease.state.spread))
    members = sum([member.state is not MemberState.REFUSED async for member in index])
    if members != claimed.group.members:
        await services.groups.save_details(order.workspace, replace(claimed.group, members=members))


def _counts(putter: PeoplePutter) -> Counts:
    changed = putter.stored.changed
    return Counts(added=changed["added"], updated=changed["updated"], removed=changed["removed"])


def _ending(outcome: PutBack, *, redone: bool) -> Ending:
    sentences = [f"{_people(outcome.people)} put back."]
    if outcome.left:
        sentences.append(
            f"{_people(len(outcome.left))} left, in whole or in part, because they have changed since; "
            "this run's changes say how."
        )
    if redone:
        sentences.append(WILL_BE_REDONE)
    state = RunState.SUCCEEDED_WITH_WARNINGS if outcome.left else RunState.SUCCEEDED
    return Ending(state, Reason("undone-in-part" if outcome.left else "undone", " ".join(sentences)))


def _people(number: int) -> str:
    return {0: "Nobody was", 1: "1 person was"}.get(number, f"{number} people were")
