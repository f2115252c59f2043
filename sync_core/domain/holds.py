"""Held removals: a frozen list that waits for a person, and what was decided about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import TYPE_CHECKING

from sync_core.domain.runs import Mode, manual_run_id

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sync_core.domain.ids import EntraUserId, RecipientId, RunId

#  A list older than a week says little about who is gone now.
EXPIRES_AFTER = timedelta(days=7)

#  By then the run of a decision has had its turn, or never will.
DECISION_TAKES = timedelta(days=1)


class HeldKind(StrEnum):
    REMOVAL = "removal"
    DEACTIVATION = "deactivation"


class Verdict(StrEnum):
    """What was decided about one held person."""

    UNDECIDED = "undecided"
    APPROVED = "approved"
    REJECTED = "rejected"


class HoldState(StrEnum):
    """What became of a list.

    ``open``: waits for a decision. ``decided``: its run is on the way or over. ``replaced``: a newer run froze
    another list. ``obsolete``: a newer run wanted nobody out any more. ``previewed``: of a preview, never decided.
    """

    OPEN = "open"
    DECIDED = "decided"
    EXPIRED = "expired"
    REPLACED = "replaced"
    OBSOLETE = "obsolete"
    PREVIEWED = "previewed"


UNDECIDED_STATES = frozenset({HoldState.OPEN, HoldState.EXPIRED})


Removal = tuple["RecipientId", HeldKind]
"""Who would go, and how: what a verdict is about. Who may be deactivated may not be removed because of it."""


@dataclass(frozen=True, slots=True)
class HeldPerson:
    recipient: RecipientId
    entra_id: EntraUserId
    kind: HeldKind
    reason: str
    verdict: Verdict = Verdict.UNDECIDED

    @property
    def removal(self) -> Removal:
        return self.recipient, self.kind


@dataclass(frozen=True, slots=True)
class Hold:
    """The frozen list of one run. *digest* names exactly its people; *attempt* the delivery that froze them."""

    run: RunId
    attempt: str
    digest: str
    people: int
    why: str
    frozen_at: datetime
    state: HoldState = HoldState.OPEN
    decided_by: str = ""
    decided_at: datetime | None = None

    @property
    def expires_at(self) -> datetime:
        return self.frozen_at + EXPIRES_AFTER

    def state_at(self, now: datetime) -> HoldState:
        """Return what has become of the list by *now*; that it has expired is stored within an hour."""
        return HoldState.EXPIRED if self.state is HoldState.OPEN and now > self.expires_at else self.state


def decision_run_of(hold: Hold) -> RunId:
    """Return the id of the one run that carries out what was decided about *hold*."""
    return manual_run_id(hold.decided_at or hold.frozen_at, mode=Mode.DECISION, request=hold.digest[:12])


def digest_of(people: Iterable[HeldPerson]) -> str:
    """Return what names exactly these people and what would happen to each, in whatever order they come."""
    lines = sorted(f"{person.recipient} {person.kind}" for person in people)
    return blake2b("\n".join(lines).encode(), digest_size=16).hexdigest()
