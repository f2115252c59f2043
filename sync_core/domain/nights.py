"""A night's fan-out: how far the orders of one midnight have been sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from sync_core.domain.ids import GroupId, WorkspaceId


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
