"""A night's fan-out: how far the orders of one midnight have been sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from sync_core.domain.schedule import midnight_of, slots_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from sync_core.domain.ids import GroupId, WorkspaceId

#  A night's order that was not carried out by the evening is better told as failed: the next night is near.
_PATIENCE = timedelta(hours=20)

#  A night that is fired late, by hand or after an outage, still gets its time.
_LATE_PATIENCE = timedelta(hours=4)


def not_after(night: date, *, sent_at: datetime) -> datetime:
    """Return until when an order of *night* may be carried out that was sent at *sent_at*."""
    return max(midnight_of(night) + _PATIENCE, sent_at + _LATE_PATIENCE)


@dataclass(frozen=True, slots=True)
class Night:
    """*covers*: the nights whose groups are due, older ones having been missed.

    *enqueued*: orders sent per finished or begun slot. *slot* and *after*: where to go on.
    """

    night: date
    covers: tuple[date, ...]
    started_at: datetime
    enqueued: Mapping[str, int] = field(default_factory=dict)
    slot: str = ""
    after: tuple[WorkspaceId, GroupId] | None = None
    completed_at: datetime | None = None

    @property
    def total(self) -> int:
        return sum(self.enqueued.values())

    def has_ordered(self, slot: str, workspace: WorkspaceId, group: GroupId) -> bool:
        """Tell whether the order of a group whose *slot* was on has been sent."""
        due = slots_of(self.covers)
        if slot not in due or not self.enqueued:
            return False
        if self.completed_at is not None or due.index(slot) < due.index(self.slot):
            return True
        return slot == self.slot and self.after is not None and _place(workspace, group) <= _place(*self.after)


def _place(workspace: WorkspaceId, group: GroupId) -> str:
    """Return what due slots are ordered by."""
    return f"{workspace}|{group}"
