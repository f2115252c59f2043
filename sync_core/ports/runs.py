"""What is kept of runs: records, leases, journals, held removals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from sync_core.ports.rows import MAX_ROWS_PER_READ

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import datetime

    from sync_core.domain.holds import HeldPerson, Hold
    from sync_core.domain.ids import GroupId, RecipientId, RunId, WorkspaceId
    from sync_core.domain.journal import JournalPage, PageSummary
    from sync_core.domain.runs import Run
    from sync_core.domain.state import GroupState
    from sync_core.ports.stored import Stored


class Runs(Protocol):
    """Run records, newest first."""

    async def run(self, workspace: WorkspaceId, group: GroupId, run: RunId) -> Stored[Run] | None: ...

    async def save(self, workspace: WorkspaceId, group: GroupId, run: Run, *, etag: str | None) -> str:
        """Store by ETag (None: it must not exist yet); return the new ETag.

        Raises:
            RowConflict: it was changed or made by somebody else.
        """

    def newest_first(
        self, workspace: WorkspaceId, group: GroupId, *, after: RunId | None = None
    ) -> AsyncIterator[Run]: ...

    def since(self, workspace: WorkspaceId, group: GroupId, moment: datetime) -> AsyncIterator[Run]:
        """Yield the runs that were due or asked for after *moment*, newest first."""

    def older_than(self, workspace: WorkspaceId, group: GroupId, moment: datetime) -> AsyncIterator[RunId]:
        """Yield the runs that were due or asked for before *moment*, newest first."""

    async def delete(self, workspace: WorkspaceId, group: GroupId, run: RunId) -> None:
        """Delete the record; one that is already gone stays gone."""


class GroupStates(Protocol):
    """One row per group for what runs hand on to each other: the lease above all."""

    def all(self) -> AsyncIterator[tuple[WorkspaceId, GroupId, Stored[GroupState]]]:
        """Yield the state of every group of every workspace, in no order that means anything."""

    async def state(self, workspace: WorkspaceId, group: GroupId) -> Stored[GroupState] | None: ...

    async def save(self, workspace: WorkspaceId, group: GroupId, state: GroupState, *, etag: str | None) -> str:
        """Store by ETag (None: it must not exist yet); return the new ETag.

        Raises:
            RowConflict: somebody else changed it.
        """


class Journal(Protocol):
    """What each run changed, written before the people themselves."""

    async def write(self, workspace: WorkspaceId, group: GroupId, run: RunId, pages: Sequence[JournalPage]) -> None:
        """Store up to 100 pages, replacing pages of the same name."""

    def summaries(self, workspace: WorkspaceId, group: GroupId, run: RunId) -> AsyncIterator[PageSummary]:
        """Yield each page's counts without its entries."""

    async def page(self, workspace: WorkspaceId, group: GroupId, run: RunId, name: str) -> JournalPage | None: ...

    def pages(
        self, workspace: WorkspaceId, group: GroupId, run: RunId, *, after: str | None = None
    ) -> AsyncIterator[JournalPage]:
        """Yield the pages behind the one named *after*, attempt by attempt."""

    async def drop(self, workspace: WorkspaceId, group: GroupId, run: RunId, names: Sequence[str]) -> None:
        """Delete pages whose change was never stored."""

    async def erase(self, workspace: WorkspaceId, group: GroupId, run: RunId, *, at_most: int) -> int:
        """Delete up to *at_most* pages of the run; return how many: fewer where none are left."""


class Holds(Protocol):
    """Held removals: the frozen list of a run, one row per person, and what was decided."""

    async def hold(self, workspace: WorkspaceId, group: GroupId, run: RunId) -> Stored[Hold] | None: ...

    async def save(self, workspace: WorkspaceId, group: GroupId, hold: Hold, *, etag: str | None) -> str:
        """Store by ETag (None: whatever is there is replaced: it was left by a killed attempt); return the new ETag.

        Raises:
            RowConflict: somebody else changed it.
        """

    async def freeze(
        self, workspace: WorkspaceId, group: GroupId, run: RunId, *, attempt: str, people: Sequence[HeldPerson]
    ) -> None:
        """Store one row per person, any number; a row that an earlier attempt left is replaced."""

    async def decide(
        self, workspace: WorkspaceId, group: GroupId, hold: Hold, *, people: Sequence[HeldPerson], etag: str
    ) -> str:
        """Store the verdict about everybody on the list (there is somebody), and *hold* last; return its new ETag.

        Cut off in between, the hold is as it was but for its ETag, and verdicts that are there mean nothing yet.

        Raises:
            RowConflict: somebody else changed the hold, or decides about it at the same time.
        """

    def people(
        self,
        workspace: WorkspaceId,
        group: GroupId,
        run: RunId,
        *,
        attempt: str,
        after: RecipientId | None = None,
        at_a_time: int = MAX_ROWS_PER_READ,
    ) -> AsyncIterator[HeldPerson]:
        """Yield the people whom that attempt froze, in order of their recipient ids, starting behind *after*.

        Read *at_a_time*, as far as they are asked for.
        """

    async def person(
        self, workspace: WorkspaceId, group: GroupId, run: RunId, recipient: RecipientId, *, attempt: str
    ) -> HeldPerson | None:
        """Return one of the people whom that attempt froze, None where it did not freeze them."""

    async def erase(self, workspace: WorkspaceId, group: GroupId, run: RunId, *, at_most: int) -> int:
        """Delete up to *at_most* rows of the run's list; return how many: fewer where none are left."""

    async def mark_group(self, workspace: WorkspaceId, group: GroupId) -> None:
        """Say that the group may have a list that waits, so that `marked` finds it; again renews the mark."""

    async def mark(self, workspace: WorkspaceId, group: GroupId) -> str | None:
        """Return the ETag of the group's mark, None where it has none."""

    async def unmark_group(self, workspace: WorkspaceId, group: GroupId, *, etag: str) -> None:
        """Take the mark away; one that was renewed since *etag* was read stays."""

    def marked(
        self, workspace: WorkspaceId, *, after: GroupId | None = None, at_a_time: int = MAX_ROWS_PER_READ
    ) -> AsyncIterator[GroupId]:
        """Yield the workspace's marked groups in order of their ids, starting behind *after*.

        Read *at_a_time*, as far as they are asked for.
        """
