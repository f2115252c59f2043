"""Linked groups in Table Storage, one partition per workspace.

Beside a group's row lie two that make and end its link as a whole: one per Entra group, so that it can be linked
once, and one that outlives the link, so that the next link is known from this one.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from sync_core.adapters.cells import date_cell, date_in, flag_in, number_in, text_in
from sync_core.adapters.rows import expected
from sync_core.adapters.tables.glance_cells import changed_cells, glance_in, last_run_in
from sync_core.adapters.tables.names import GROUPS
from sync_core.domain.directory import LinkedGroup
from sync_core.domain.errors import RowConflict
from sync_core.domain.glance import NOTHING
from sync_core.domain.ids import EntraGroupId, GroupId, WorkspaceId
from sync_core.ports import MAX_ROWS_PER_READ, RowWrite, Stored

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from datetime import date

    from sync_core.domain.glance import Glance
    from sync_core.domain.runs import RunSummary
    from sync_core.ports import Cell, StoredRow, TableStore


#  Behind every group's id: ids are letters, digits, "-" and "_".
_BEHIND_GROUPS = "~"
_ENTRA = "~entra|"
_LINK = "~link|"
_BEHIND_LINKS = "~link}"


class TableGroups:
    """Implements `sync_core.ports.Groups`."""

    def __init__(self, store: TableStore) -> None:
        self._store = store

    async def group(self, workspace: WorkspaceId, group: GroupId) -> Stored[LinkedGroup] | None:
        row = await self._store.get(GROUPS, workspace, group)
        return None if row is None else Stored(_group_in(row), row.etag)

    async def all(
        self, workspace: WorkspaceId, *, after: GroupId | None = None, at_a_time: int = MAX_ROWS_PER_READ
    ) -> AsyncIterator[tuple[LinkedGroup, RunSummary | None]]:
        rows = self._store.query(GROUPS, workspace, after=after, below=_BEHIND_GROUPS, at_a_time=at_a_time)
        async for row in rows:
            yield _group_in(row), last_run_in(row.cells)

    async def glances(self, workspace: WorkspaceId) -> AsyncIterator[tuple[LinkedGroup, Glance]]:
        async for row in self._store.query(GROUPS, workspace, below=_BEHIND_GROUPS):
            yield _group_in(row), glance_in(row.cells)

    async def glance(self, workspace: WorkspaceId, group: GroupId) -> Glance:
        row = await self._store.get(GROUPS, workspace, group)
        return NOTHING if row is None else glance_in(row.cells)

    async def change_glance(self, workspace: WorkspaceId, group: GroupId, *, before: Glance, after: Glance) -> None:
        changed = changed_cells(before, after)
        if changed:
            await self._update(workspace, group, changed)

    async def last_run(self, workspace: WorkspaceId, group: GroupId) -> RunSummary | None:
        row = await self._store.get(GROUPS, workspace, group)
        return None if row is None else last_run_in(row.cells)

    async def add(self, workspace: WorkspaceId, group: LinkedGroup) -> bool:
        link = await self._store.get(GROUPS, workspace, _LINK + group.id)
        if link is not None and number_in(link.cells, "generation") >= group.generation:
            return False
        cells: dict[str, Cell] = {"entraId": group.entra_id, "generation": group.generation}
        rows = [
            RowWrite("insert", group.id, _details(group) | cells),
            RowWrite("insert", _entra_key(group.entra_id), {"group": group.id}),
            expected(_LINK + group.id, cells, etag=None if link is None else link.etag),
        ]
        try:
            await self._store.write(GROUPS, workspace, rows)
        except RowConflict:
            return False
        return True

    async def linked_to(self, workspace: WorkspaceId, entra_group: EntraGroupId) -> GroupId | None:
        row = await self._store.get(GROUPS, workspace, _entra_key(entra_group))
        return None if row is None else GroupId(text_in(row.cells, "group"))

    async def last_generation(self, workspace: WorkspaceId, group: GroupId) -> int:
        row = await self._store.get(GROUPS, workspace, _LINK + group)
        return 0 if row is None else number_in(row.cells, "generation")

    async def mark_unlinking(self, workspace: WorkspaceId, group: LinkedGroup) -> bool:
        while (row := await self._linked_as(workspace, group)) is not None:
            if await self._written(workspace, [RowWrite("merge", group.id, {"unlinking": True}, row.etag)]):
                return True
        return False

    async def remove(self, workspace: WorkspaceId, group: LinkedGroup) -> None:
        while (row := await self._linked_as(workspace, group)) is not None:
            rows = [RowWrite("delete", group.id, {}, row.etag)]
            if await self.linked_to(workspace, group.entra_id) == group.id:
                rows.append(RowWrite("delete", _entra_key(group.entra_id), {}))
            await self._written(workspace, rows)

    async def ever_linked(self) -> AsyncIterator[tuple[WorkspaceId, GroupId]]:
        async for row in self._store.scan(GROUPS, first=_LINK, below=_BEHIND_LINKS, select=()):
            yield WorkspaceId(row.partition), GroupId(row.key.removeprefix(_LINK))

    async def half_unlinked(self) -> AsyncIterator[tuple[WorkspaceId, GroupId]]:
        async for row in self._store.scan(GROUPS, below=_BEHIND_GROUPS, select=("unlinking",)):
            if flag_in(row.cells, "unlinking"):
                yield WorkspaceId(row.partition), GroupId(row.key)

    async def save_details(self, workspace: WorkspaceId, group: LinkedGroup) -> None:
        """Store the details; a group that was unlinked meanwhile stays unlinked."""
        await self._update(workspace, group.id, _details(group))

    async def save_presence(
        self, workspace: WorkspaceId, group: GroupId, *, missing_since: date | None, is_gone: bool
    ) -> None:
        await self._update(workspace, group, {"missingSince": date_cell(missing_since), "isGone": is_gone})

    async def _linked_as(self, workspace: WorkspaceId, group: LinkedGroup) -> StoredRow | None:
        """Return the row of the very link that *group* is of."""
        row = await self._store.get(GROUPS, workspace, group.id)
        return row if row is not None and number_in(row.cells, "generation") == group.generation else None

    async def _written(self, workspace: WorkspaceId, rows: Sequence[RowWrite]) -> bool:
        """Write; False where a run has just changed the group's row."""
        try:
            await self._store.write(GROUPS, workspace, rows)
        except RowConflict:
            return False
        return True

    async def _update(self, workspace: WorkspaceId, group: GroupId, cells: Mapping[str, Cell]) -> None:
        with suppress(RowConflict):
            await self._store.write(GROUPS, workspace, [RowWrite("merge", group, cells)])


def _entra_key(entra_group: EntraGroupId) -> str:
    return _ENTRA + entra_group.lower()


def _details(group: LinkedGroup) -> dict[str, Cell]:
    return {"name": group.name, "description": group.description, "members": group.members}


def _group_in(row: StoredRow) -> LinkedGroup:
    return LinkedGroup(
        id=GroupId(row.key),
        entra_id=EntraGroupId(text_in(row.cells, "entraId")),
        name=text_in(row.cells, "name"),
        description=text_in(row.cells, "description"),
        generation=number_in(row.cells, "generation"),
        members=number_in(row.cells, "members"),
        missing_since=date_in(row.cells, "missingSince"),
        is_gone=flag_in(row.cells, "isGone"),
        unlinking=flag_in(row.cells, "unlinking"),
    )
