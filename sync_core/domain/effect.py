"""What a sync would do, counted as it goes: what saving other options changes is the difference of two."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from sync_core.domain.directory import Status
from sync_core.domain.journal import JournalEntry

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from sync_core.domain.holds import HeldPerson
    from sync_core.domain.ids import RecipientId
    from sync_core.domain.runs import Counts, Reason, RunState

SAMPLE = 10
"""How many people are kept to look at."""

HELD = "held-"
"""Begins the kind of an entry about somebody who would wait for an approval; behind it a `HeldKind`."""

_DEACTIVATED, _REACTIVATED, _DELETED = "deactivated", "reactivated", "deleted"

_STATUS_CHANGES = {
    (Status.ACTIVE.value, Status.INACTIVE.value): _DEACTIVATED,
    (Status.INACTIVE.value, Status.ACTIVE.value): _REACTIVATED,
}


@dataclass(frozen=True, slots=True)
class Forecast:
    """What one sync would come to: *counts*, *state* and *reason* as its record would say.

    *deactivated*, *reactivated*, *deleted*: people, each counted above already by what becomes of them in the group.
    *cards*: that would be made, changed or ended, of whatever group.
    """

    counts: Counts
    state: RunState
    reason: Reason | None
    deactivated: int = 0
    reactivated: int = 0
    deleted: int = 0
    cards: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """For whom two syncs differ, as marks of theirs, and for how many *cards*."""

    people: AbstractSet[int] = frozenset()
    cards: int = 0


class Tally:
    """Counts the entries of one sync's journal, and keeps a mark of each person and card, never the entries.

    *beside*: of the sync that this one is compared with, counted before; `sample` then shows only people for whom
    the two differ. *people*, *cards*: who it is -> what happens to them, as marks of 64 bits.
    """

    def __init__(self, *, beside: Tally | None = None) -> None:
        self.sample: dict[RecipientId, JournalEntry] = {}
        self._beside = beside
        self._statuses: Counter[str] = Counter()
        self.people: dict[int, int] = {}
        self.cards: dict[int, int] = {}

    def take(self, entry: JournalEntry) -> None:
        cards = {path: both for path, both in entry.changes.items() if path.startswith("cards.")}
        for path, both in cards.items():
            self.cards[_mark(entry.recipient, path)] = _mark(both)
        old, new = entry.changes.get("status", (None, None))
        self._statuses[_STATUS_CHANGES.get((old, new), "")] += 1
        self._statuses[_DELETED] += "deleted" in entry.changes and entry.changes["deleted"][1] is True
        person = _mark(entry.recipient)
        #  Somebody can have two entries: the half that is done, and the half that waits.
        self.people[person] = self.people.get(person, 0) ^ _mark(entry.kind, entry.reason, entry.changes)
        self._show(entry, person)

    def hold(self, person: HeldPerson) -> None:
        self.take(JournalEntry(person.recipient, person.entra_id, f"{HELD}{person.kind}", person.reason))

    def forecast(self, counts: Counts, state: RunState, reason: Reason | None) -> Forecast:
        return Forecast(
            counts,
            state,
            reason,
            deactivated=self._statuses[_DEACTIVATED],
            reactivated=self._statuses[_REACTIVATED],
            deleted=self._statuses[_DELETED],
            cards=len(self.cards),
        )

    def difference(self) -> Difference:
        """Return how this sync differs from the one *beside* it, from doing nothing where there is none."""
        beside = Tally() if self._beside is None else self._beside
        return Difference(_differing(self.people, beside.people), len(_differing(self.cards, beside.cards)))

    def _show(self, entry: JournalEntry, person: int) -> None:
        differs = self._beside is None or self._beside.people.get(person) != self.people[person]
        if differs and len(self.sample) < SAMPLE:
            self.sample.setdefault(entry.recipient, entry)


def _differing(ours: Mapping[int, int], theirs: Mapping[int, int]) -> AbstractSet[int]:
    return {mark for mark in ours.keys() | theirs.keys() if ours.get(mark) != theirs.get(mark)}


def _mark(*parts: object) -> int:
    """Return 64 bits that stand for *parts*: two of a million people share one in 1 of 30 million cases."""
    return int.from_bytes(blake2b(json.dumps(parts, sort_keys=True).encode(), digest_size=8).digest())
