"""Linked groups in Table Storage, one partition per workspace."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from sync_core.adapters.cells import date_cell, date_in, flag_in, json_cell, json_in, number_in, text_in
from sync_core.adapters.tables.names import GROUPS
from sync_core.adapters.tables.run_json import summary_from_json, summary_to_json
from sync_core.domain.directory import LinkedGroup
from sync_core.domain.errors import RowConflict
from sync_core.domain.ids import EntraGroupId, GroupId
from sync_core.ports import RowWrite, Stored

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from datetime import date

    from sync_core.domain.ids import WorkspaceId
    from sync_core.domain.runs import RunSummary
    from sync_core.ports import Cell, StoredRow, TableStore


class TableGroups:
    """Implements `sync_core.ports.Groups`."""

    def __init__(self, store: TableStore) -> None:
        self._store = store

    async def group(self, workspace: WorkspaceId, group: GroupId) -> Stored[LinkedGroup] | None:
        row = await self._store.get(GROUPS, workspace, group)
        return None if row is None else Stored(_group_in(row), row.etag)

    async def all(self, workspace: WorkspaceId) -> AsyncIterator[tuple[LinkedGroup, RunSummary | None]]:
        async for row in self._store.query(GROUPS, workspace):
            yield _group_in(row), _last_run_in(row)

    async def last_run(self, workspace: WorkspaceId, group: GroupId) -> RunSummary | None:
        row = await self._store.get(GROUPS, workspace, group)
        return None if row is None else _last_run_in(row)

    async def add(self, workspace: WorkspaceId, group: LinkedGroup) -> bool:
        cells = _details(group) | {"entraId": group.entra_id, "generation": group.generation}
        try:
            await self._store.write(GROUPS, workspace, [RowWrite("insert", group.id, cells)])
        except RowConflict:
            return False
        return True

    async def save_details(self, workspace: WorkspaceId, group: LinkedGroup) -> None:
        """Store the details; a group that was unlinked meanwhile stays unlinked."""
        await self._update(workspace, group.id, _details(group))

    async def save_presence(
        self, workspace: WorkspaceId, group: GroupId, *, missing_since: date | None, is_gone: bool
    ) -> None:
        await self._update(workspace, group, {"missingSince": date_cell(missing_since), "isGone": is_gone})

    async def save_last_run(self, workspace: WorkspaceId, group: GroupId, summary: RunSummary) -> None:
        await self._update(workspace, group, {"lastRun": json_cell(summary_to_json(summary))})

    async def _update(self, workspace: WorkspaceId, group: GroupId, cells: Mapping[str, Cell]) -> None:
        with suppress(RowConflict):
            await self._store.write(GROUPS, workspace, [RowWrite("merge", group, cells)])


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


def _last_run_in(row: StoredRow) -> RunSummary | None:
    return summary_from_json(json_in(row.cells, "lastRun"))
