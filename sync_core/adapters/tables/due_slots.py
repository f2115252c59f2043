"""The due slots that a night reads: one row per group in the partition of its cadence.

A slot may be on without need, which costs one skipped order; it is never off while its group's schedule wants it.
Rows are never deleted: their revision tells a late writer that it is late.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.adapters.cells import flag_in, number_in
from sync_core.adapters.rows import expected, partition_of
from sync_core.adapters.tables.names import DUE_SLOTS
from sync_core.domain.errors import RowConflict
from sync_core.domain.ids import GroupId, WorkspaceId

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sync_core.ports import StoredRow, TableStore


class DueSlots:
    """The slots of all workspaces; written by nobody but the schedules."""

    def __init__(self, store: TableStore) -> None:
        self._store = store

    async def switch_on(self, slot: str, workspace: WorkspaceId, group: GroupId, *, revision: int) -> None:
        """Switch the slot on for *revision*; one of a higher revision stays as it is."""
        key = partition_of(workspace, group)
        row = await self._store.get(DUE_SLOTS, slot, key)
        while row is None or number_in(row.cells, "revision") <= revision:
            if await self._stored(slot, key, row, revision=revision, on=True):
                return
            row = await self._store.get(DUE_SLOTS, slot, key)

    async def switch_off(self, slot: str, workspace: WorkspaceId, group: GroupId, *, revision: int) -> None:
        """Switch the slot off where it is of a lower revision than *revision*."""
        key = partition_of(workspace, group)
        row = await self._store.get(DUE_SLOTS, slot, key)
        while row is not None and number_in(row.cells, "revision") < revision:
            if await self._stored(slot, key, row, revision=revision, on=False):
                return
            row = await self._store.get(DUE_SLOTS, slot, key)

    async def mend(self, slot: str, workspace: WorkspaceId, group: GroupId, *, revision: int) -> bool:
        """Switch the slot on for *revision* where it was lost; tell whether it was.

        Off for a later revision, it is not lost: the schedule was read before it was changed.
        """
        row = await self._store.get(DUE_SLOTS, slot, partition_of(workspace, group))
        if row is not None and (flag_in(row.cells, "on") or number_in(row.cells, "revision") > revision):
            return False
        await self.switch_on(slot, workspace, group, revision=revision)
        return True

    async def due(
        self, slot: str, *, after: tuple[WorkspaceId, GroupId] | None
    ) -> AsyncIterator[tuple[WorkspaceId, GroupId]]:
        """Yield the groups whose slot is on, in key order, starting behind *after*."""
        behind = None if after is None else partition_of(*after)
        async for row in self._store.query(DUE_SLOTS, slot, after=behind, select=("on",)):
            if flag_in(row.cells, "on"):
                workspace, group = row.key.split("|")
                yield WorkspaceId(workspace), GroupId(group)

    async def _stored(self, slot: str, key: str, row: StoredRow | None, *, revision: int, on: bool) -> bool:
        """Store the slot over *row* as it was read; False where it has changed since."""
        write = expected(key, {"revision": revision, "on": on}, etag=None if row is None else row.etag)
        try:
            await self._store.write(DUE_SLOTS, slot, [write])
        except RowConflict:
            return False
        return True
