"""What a group's runs hand on to each other, in Table Storage: one row per group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.adapters.cells import json_cell, json_in, number_in, text_in, time_cell, time_in
from sync_core.adapters.rows import expected, partition_of
from sync_core.adapters.tables.names import SYNC_STATE
from sync_core.domain.ids import GroupId, RunId, WorkspaceId
from sync_core.domain.state import GroupState
from sync_core.ports import Stored

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from sync_core.ports import Cell, TableStore

_KEY = "state"


class TableGroupStates:
    """Implements `sync_core.ports.GroupStates`."""

    def __init__(self, store: TableStore) -> None:
        self._store = store

    async def state(self, workspace: WorkspaceId, group: GroupId) -> Stored[GroupState] | None:
        row = await self._store.get(SYNC_STATE, partition_of(workspace, group), _KEY)
        return None if row is None else Stored(_state_in(row.cells), row.etag)

    async def all(self) -> AsyncIterator[tuple[WorkspaceId, GroupId, Stored[GroupState]]]:
        async for row in self._store.scan(SYNC_STATE):
            workspace, group = row.partition.split("|")
            yield WorkspaceId(workspace), GroupId(group), Stored(_state_in(row.cells), row.etag)

    async def save(self, workspace: WorkspaceId, group: GroupId, state: GroupState, *, etag: str | None) -> str:
        write = expected(_KEY, _state_cells(state), etag=etag)
        [stored] = await self._store.write(SYNC_STATE, partition_of(workspace, group), [write])
        return stored


def _state_cells(state: GroupState) -> dict[str, Cell]:
    return {
        "generation": state.generation,
        "run": state.run or "",
        "attempt": state.attempt,
        "leaseUntil": time_cell(state.lease_until),
        "order": state.order,
        "spread": json_cell(state.spread),
        "lastFullRead": time_cell(state.last_full_read),
        "hold": state.hold or "",
        "asked": state.asked,
    }


def _state_in(cells: Mapping[str, Cell]) -> GroupState:
    run, hold = text_in(cells, "run"), text_in(cells, "hold")
    return GroupState(
        generation=number_in(cells, "generation"),
        run=RunId(run) if run else None,
        attempt=text_in(cells, "attempt"),
        lease_until=time_in(cells, "leaseUntil"),
        order=text_in(cells, "order"),
        spread=json_in(cells, "spread"),
        last_full_read=time_in(cells, "lastFullRead"),
        hold=RunId(hold) if hold else None,
        asked=text_in(cells, "asked"),
    )
