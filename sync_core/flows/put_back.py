"""Put back, in waves, the people whom a run changed, and list who was left because of what has happened since."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sync_core.domain import email
from sync_core.domain.directory import Member, Origin
from sync_core.domain.errors import TryAgainLater
from sync_core.domain.journal import OUTDATED, JournalEntry
from sync_core.domain.undoing import CHANGED_SINCE, EMAIL_PATH, ENTRA_PATH
from sync_core.flows.claim_back import claim_back
from sync_core.flows.locate_people import entra_key
from sync_core.flows.store_people import PeopleStore, PersonWork
from sync_core.flows.undo_turns import Turns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from sync_core.domain.ids import GroupId, RecipientId
    from sync_core.domain.runs import Run
    from sync_core.flows.claimed_run import ClaimedRun
    from sync_core.flows.services import Services
    from sync_core.flows.undo_turns import Place, Turn

#  Others can change the same people meanwhile; each round reads afresh, so this many means trouble.
_ROUNDS = 8


@dataclass(slots=True)
class PutBack:
    """What came of an undo so far. *people*: how many were put back, by cut-off deliveries of it as well.

    *left*: who was not put back, or not whole. *blocked*: somebody else has what they need, who may still give it up.
    """

    people: int = 0
    left: set[RecipientId] = field(default_factory=set)
    blocked: dict[RecipientId, tuple[Place, RecipientId]] = field(default_factory=dict)


class PeoplePutter:
    """Puts back the people of one run, for one claimed undo."""

    def __init__(self, services: Services, claimed: ClaimedRun, undone: Run) -> None:
        #  A run that has changed anybody has chosen how the group's member index lies.
        spread = bool(claimed.lease.state.spread)
        self._services = services
        self._claimed = claimed
        self._workspace = claimed.order.workspace
        self._group = claimed.order.group
        self._turns = Turns(services, claimed, undone)
        self._store = PeopleStore(services, claimed, spread=spread)
        self._spread: dict[GroupId, bool | None] = {self._group: spread}
        self.outcome = PutBack()
        self.stored = self._store.stored

    async def recall(self) -> None:
        """Remember whom a delivery of this undo that was cut off has listed as left."""
        run = self._claimed.run.value.id
        async for page in self._services.journal.pages(self._workspace, self._group, run):
            self.outcome.left |= {entry.recipient for entry in page.entries if entry.kind == OUTDATED}

    async def put_back(
        self, places: Sequence[Place], *, settled: bool = False, leaving: AbstractSet[RecipientId] = frozenset()
    ) -> None:
        """Put back everybody of *places*; who was changed by somebody else meanwhile is read and planned afresh.

        *settled*: what somebody else has now is left to them; before, they may still give it up, so the person waits
        in `PutBack.blocked`. *leaving*: see `claim_back`.

        Raises:
            LeaseLost: the group is another run's now; nothing more was changed.
            TryAgainLater: others kept changing the same people.
        """
        for _ in range(_ROUNDS):
            await self._claimed.lease.renew()
            since = self._services.clock.now()
            turns = await self._claim(await self._turns.of(places), leaving, settled=settled)
            works = {_work(turn, self._group): turn for turn in turns}
            lost = await self._store.store(list(works))
            await self._finish([turn for work, turn in works.items() if work not in lost], claimed_before=since)
            places = [works[work].place for work in lost]
            if not places:
                return
        raise TryAgainLater("other runs kept changing the same people", after=self._services.lease)

    async def _claim(self, turns: Sequence[Turn], leaving: AbstractSet[RecipientId], *, settled: bool) -> list[Turn]:
        """Claim what the people need; leave out those who wait, plan the others without what they cannot have."""
        wanted: dict[str, RecipientId] = {}
        for turn in turns:
            for key in turn.needs:
                wanted.setdefault(key, turn.place.recipient)
        owners = await claim_back(self._services, self._workspace, wanted, leaving=leaving)
        ready = []
        for turn in turns:
            taken = {path: owners[key] for key, path in turn.needs.items() if key in owners}
            if taken and not settled:
                self.outcome.blocked[turn.place.recipient] = (turn.place, next(iter(taken.values())))
            else:
                ready.append(self._turns.without(turn, taken.keys()) if taken else turn)
        return ready

    async def _finish(self, turns: Sequence[Turn], *, claimed_before: datetime) -> None:
        """Do what follows from people being put back; all of it can be done twice."""
        put_back = [turn for turn in turns if turn.is_put_back]
        self.outcome.people += len(put_back)
        await self._release_links(put_back, claimed_before=claimed_before)
        await self._forget(put_back)
        await self._note([turn for turn in turns if turn.plan.left])

    async def _release_links(self, turns: Sequence[Turn], *, claimed_before: datetime) -> None:
        """Free the Entra ids of people whom the run linked and who are linked no more."""
        links = {
            entra_key(linked): turn.place.recipient
            for turn in turns
            for entry in turn.entries
            if not turn.after.deleted
            and (linked := entry.changes.get(ENTRA_PATH, (None, None))[1]) not in {None, turn.after.entra_id}
        }
        if links:
            await self._services.identities.release(self._workspace, links, claimed_before=claimed_before)

    async def _forget(self, turns: Sequence[Turn]) -> None:
        """Let the next run of every group that holds one of these people really look at them."""
        by_group: defaultdict[GroupId, list[RecipientId]] = defaultdict(list)
        for turn in turns:
            for group in turn.after.cards:
                by_group[group].append(turn.place.recipient)
        for group, recipients in by_group.items():
            spread = await self._spread_of(group)
            if spread is not None:
                await self._services.members.forget(self._workspace, group, recipients, spread=spread)

    async def _spread_of(self, group: GroupId) -> bool | None:
        if group not in self._spread:
            state = await self._services.states.state(self._workspace, group)
            self._spread[group] = None if state is None else state.value.spread
        return self._spread[group]

    async def _note(self, turns: Sequence[Turn]) -> None:
        """List in the journal, once, who was left and what has changed: [what the run made of it, what it is now]."""
        notes = [_note(turn) for turn in turns if turn.place.recipient not in self.outcome.left]
        await self._store.store([PersonWork(note.recipient, None, None, note=note) for note in notes])
        self.outcome.left |= {note.recipient for note in notes}


def _work(turn: Turn, group: GroupId) -> PersonWork:
    """Return what to store; of somebody who is put back already, only their row of the member index, once more."""
    row = _row(turn) if turn.is_put_back and _changed_membership(turn, group) else None
    card = None if turn.after.deleted else turn.after.cards.get(group)
    stays = card is not None and card.origin is Origin.SYNC
    before, after = (None, row) if stays else (row, None)
    return PersonWork(turn.place.recipient, turn.held.etag, turn.plan.change, before=before, after=after)


def _row(turn: Turn) -> Member | None:
    """Return the person's row of the member index, without a fingerprint: the next read must look at them."""
    entra_id = turn.after.entra_id or turn.place.entry.entra_id
    return None if entra_id is None else Member(turn.place.recipient, entra_id, "")


def _changed_membership(turn: Turn, group: GroupId) -> bool:
    changes = [entry.changes.get(f"cards.{group}") for entry in turn.entries]
    return any(change is not None and None in change for change in changes)


def _note(turn: Turn) -> JournalEntry:
    reason = email.TAKEN if EMAIL_PATH in turn.taken else CHANGED_SINCE
    recipient, entra_id = turn.place.recipient, turn.place.entry.entra_id
    return JournalEntry(recipient, entra_id, OUTDATED, reason, changes=turn.plan.left)
