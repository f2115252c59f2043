"""How far each night's fan-out has come, in Table Storage."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from sync_core.adapters.cells import date_cell, json_cell, json_in, text_in, time_cell, time_in
from sync_core.adapters.rows import expected
from sync_core.adapters.tables.names import NIGHTS
from sync_core.domain.ids import GroupId, WorkspaceId
from sync_core.domain.nights import Night
from sync_core.ports import Stored

if TYPE_CHECKING:
    from sync_core.ports import Cell, StoredRow, TableStore

_PARTITION = "night"
#  Months of outage are caught up like a week; beyond, a new start is as good. One row per night: one request.
_LOOK_BACK = timedelta(days=400)


class TableNights:
    """Implements `sync_core.ports.Nights`."""

    def __init__(self, store: TableStore) -> None:
        self._store = store

    async def night(self, night: date) -> Stored[Night] | None:
        row = await self._store.get(NIGHTS, _PARTITION, night.isoformat())
        return None if row is None else Stored(_night_in(row), row.etag)

    async def last_complete(self, *, before: date) -> date | None:
        first, below = (before - _LOOK_BACK).isoformat(), before.isoformat()
        newest = None
        async for row in self._store.query(NIGHTS, _PARTITION, first=first, below=below, select=("completedAt",)):
            if time_in(row.cells, "completedAt") is not None:
                newest = date.fromisoformat(row.key)
        return newest

    async def save(self, night: Night, *, etag: str | None) -> str:
        write = expected(night.night.isoformat(), _night_cells(night), etag=etag)
        [stored] = await self._store.write(NIGHTS, _PARTITION, [write])
        return stored


def _night_cells(night: Night) -> dict[str, Cell]:
    return {
        "covers": json_cell([date_cell(covered) for covered in night.covers]),
        "startedAt": time_cell(night.started_at),
        "enqueued": json_cell(dict(night.enqueued)),
        "slot": night.slot,
        "after": json_cell(night.after),
        "completedAt": time_cell(night.completed_at),
    }


def _night_in(row: StoredRow) -> Night:
    started_at = time_in(row.cells, "startedAt")
    if started_at is None:
        raise ValueError(f"night {row.key} has no start")
    after = json_in(row.cells, "after")
    return Night(
        night=date.fromisoformat(row.key),
        covers=tuple(date.fromisoformat(covered) for covered in json_in(row.cells, "covers")),
        started_at=started_at,
        enqueued=json_in(row.cells, "enqueued"),
        slot=text_in(row.cells, "slot"),
        after=None if after is None else (WorkspaceId(after[0]), GroupId(after[1])),
        completed_at=time_in(row.cells, "completedAt"),
    )
