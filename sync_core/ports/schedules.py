"""What is kept of schedules and nights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import date

    from sync_core.domain.ids import GroupId, WorkspaceId
    from sync_core.domain.nights import Night
    from sync_core.domain.schedule import Schedule
    from sync_core.ports.stored import Stored


class Schedules(Protocol):
    """What people set, one row per group, and the due slots that a night reads."""

    async def schedule(self, workspace: WorkspaceId, group: GroupId) -> Stored[Schedule] | None:
        """Return the schedule, a deleted one included (its revision goes on counting)."""

    def all(self, workspace: WorkspaceId) -> AsyncIterator[tuple[GroupId, Schedule, str]]:
        """Yield (group, schedule, ETag) of every schedule that is not deleted, in order of the group ids."""

    def everywhere(self) -> AsyncIterator[tuple[WorkspaceId, GroupId, Schedule]]:
        """Yield every schedule of every workspace that is on, in no order that means anything."""

    async def mend_slot(self, workspace: WorkspaceId, group: GroupId, schedule: Schedule) -> bool:
        """Switch on the due slot of a schedule that is on, where it is missing or off; tell whether it was.

        A slot that was changed for a later revision stays as it is.
        """

    async def save(
        self, workspace: WorkspaceId, group: GroupId, schedule: Schedule, *, read: Stored[Schedule] | None
    ) -> str:
        """Store the next revision together with its due slot, in the order that no crash can break; return the ETag.

        *read*: what the change was decided on.

        Raises:
            RowConflict: somebody else changed it first.
        """

    def due(
        self, slot: str, *, after: tuple[WorkspaceId, GroupId] | None = None
    ) -> AsyncIterator[tuple[WorkspaceId, GroupId]]:
        """Yield the groups whose slot is on, in key order, starting behind *after*."""


class Nights(Protocol):
    """How far the fan-out of each night has come."""

    async def night(self, night: date) -> Stored[Night] | None: ...

    async def last_complete(self, *, before: date) -> date | None:
        """Return the newest complete night before *before*, looking back 400 days."""

    async def save(self, night: Night, *, etag: str | None) -> str:
        """Store by ETag (None: it must not exist yet); return the new ETag.

        Raises:
            RowConflict: another firing stored it first.
        """
