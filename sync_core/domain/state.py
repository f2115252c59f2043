"""What a group's runs hand on to each other, above all the lease that lets one run work at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from sync_core.domain.ids import RunId


@dataclass(frozen=True, slots=True)
class GroupState:
    """*run* and *attempt* hold the lease until *lease_until*; empty where nobody does.

    *generation*: of the link that all of this belongs to. *order*: the queue message that the holder works on, to be
    sent again if the holder is never heard of again. *spread*: the member index lies in 16 partitions, decided when
    the group is first read. *hold*: the run whose held removals wait for a decision, or for the run that carries it
    out. *asked*: the order of the run that somebody asked for last, by which two who ask at once find each other.
    """

    generation: int = 1
    run: RunId | None = None
    attempt: str = ""
    lease_until: datetime | None = None
    order: str = ""
    spread: bool | None = None
    last_full_read: datetime | None = None
    hold: RunId | None = None
    asked: str = ""

    def lease_left(self, *, now: datetime) -> timedelta | None:
        """Return how long the lease still runs, None where nobody holds it."""
        if self.lease_until is None or self.lease_until <= now:
            return None
        return self.lease_until - now
