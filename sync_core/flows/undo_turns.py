"""Find, for entries of an undone run's journal, the people they tell of and all that the run did to each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sync_core.domain.directory import REMEMBERED_RUNS
from sync_core.domain.journal import place_of
from sync_core.domain.undoing import UndoRules, plan_undo
from sync_core.flows.claim_back import keys_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from sync_core.domain.directory import Recipient
    from sync_core.domain.ids import RecipientId
    from sync_core.domain.journal import JournalEntry
    from sync_core.domain.runs import Run
    from sync_core.domain.undoing import UndoPlan
    from sync_core.flows.claimed_run import ClaimedRun
    from sync_core.flows.services import Services
    from sync_core.ports import Stored


@dataclass(frozen=True, slots=True)
class Place:
    """One person's entry in the journal of the undone run, and the page that it stands on."""

    page: str
    entry: JournalEntry

    @property
    def recipient(self) -> RecipientId:
        return self.entry.recipient


@dataclass(frozen=True, slots=True)
class Turn:
    """A person whose turn it is. *entries*: all of theirs in the undone run, the newest first.

    *done*: a delivery of this undo that was cut off has put the person back already. *taken*: paths whose old fact
    belongs to somebody else now.
    """

    place: Place
    entries: tuple[JournalEntry, ...]
    held: Stored[Recipient]
    plan: UndoPlan
    done: bool
    taken: AbstractSet[str] = frozenset()

    @property
    def after(self) -> Recipient:
        return self.held.value if self.plan.change is None else self.plan.change.after

    @property
    def is_put_back(self) -> bool:
        return self.done or self.plan.change is not None

    @property
    def needs(self) -> dict[str, str]:
        """What the person must own to be put back: key -> the path that it belongs to."""
        had = keys_of(self.held.value)
        return {key: path for key, path in keys_of(self.after).items() if key not in had}


class Turns:
    """Whose turn it is, for one undo of the run *undone*."""

    def __init__(self, services: Services, claimed: ClaimedRun, undone: Run) -> None:
        self._services = services
        self._workspace = claimed.order.workspace
        self._group = claimed.order.group
        self._undo = claimed.run.value.id
        self._undone = undone.id
        self._rules = UndoRules(self._group, claimed.rulebook.options, at=services.clock.now())

    async def of(self, places: Sequence[Place]) -> list[Turn]:
        """Return one turn for each person of *places* whom the undone run really changed, on their last page."""
        held = await self._services.people.people(self._workspace, [place.recipient for place in places])
        turns: dict[RecipientId, Turn] = {}
        for place in places:
            turn = await self._turn(place, held[place.recipient]) if place.recipient in held else None
            if turn is not None:
                turns[place.recipient] = turn
        return list(turns.values())

    def without(self, turn: Turn, taken: AbstractSet[str]) -> Turn:
        """Return *turn* planned afresh, with the paths *taken* left to whoever has them now."""
        plan = plan_undo(turn.entries, turn.held.value, rules=self._rules, taken=taken)
        return replace(turn, plan=plan, taken=taken)

    async def _turn(self, place: Place, held: Stored[Recipient]) -> Turn | None:
        marks = [place_of(mark) for mark in held.value.runs]
        pages = [page for group, run, page in marks if (group, run) == (self._group, self._undone)]
        if not pages and len(marks) == REMEMBERED_RUNS:
            #  The person has forgotten the run; what is in its closed journal happened.
            pages = [place.page]
        if pages[-1:] != [place.page]:
            return None
        older = [await self._entry(page, place.recipient) for page in reversed(pages[:-1])]
        entries = (place.entry, *(entry for entry in older if entry is not None))
        done = any((group, run) == (self._group, self._undo) for group, run, _ in marks)
        plan = plan_undo(entries, held.value, rules=self._rules)
        #  Who was put back, and changed by somebody else since, is not put back again.
        return Turn(place, entries, held, replace(plan, change=None) if done else plan, done)

    async def _entry(self, page: str, recipient: RecipientId) -> JournalEntry | None:
        stored = await self._services.journal.page(self._workspace, self._group, self._undone, page)
        entries = () if stored is None else stored.entries
        return next((entry for entry in entries if entry.recipient == recipient), None)
