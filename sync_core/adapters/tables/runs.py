"""Run records in Table Storage; the newest of a group has the lowest key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.adapters.cells import date_cell, date_in, json_cell, json_in, number_in, text_in, time_cell, time_in
from sync_core.adapters.rows import delete_rows, expected, partition_of
from sync_core.adapters.tables.names import RUNS
from sync_core.adapters.tables.run_json import (
    counts_from_json,
    counts_to_json,
    proof_from_json,
    proof_to_json,
    reason_from_json,
    reason_to_json,
)
from sync_core.domain.ids import RunId
from sync_core.domain.runs import Mode, Phase, Run, RunState, Trigger, row_key_at, row_key_of, run_id_of
from sync_core.ports import Stored

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from sync_core.domain.ids import GroupId, WorkspaceId
    from sync_core.ports import Cell, StoredRow, TableStore


class TableRuns:
    """Implements `sync_core.ports.Runs`."""

    def __init__(self, store: TableStore) -> None:
        self._store = store

    async def run(self, workspace: WorkspaceId, group: GroupId, run: RunId) -> Stored[Run] | None:
        row = await self._store.get(RUNS, partition_of(workspace, group), row_key_of(run))
        return None if row is None else Stored(_run_in(row), row.etag)

    async def save(self, workspace: WorkspaceId, group: GroupId, run: Run, *, etag: str | None) -> str:
        write = expected(row_key_of(run.id), _run_cells(run), etag=etag)
        [stored] = await self._store.write(RUNS, partition_of(workspace, group), [write])
        return stored

    async def newest_first(
        self, workspace: WorkspaceId, group: GroupId, *, after: RunId | None = None
    ) -> AsyncIterator[Run]:
        behind = None if after is None else row_key_of(after)
        async for row in self._store.query(RUNS, partition_of(workspace, group), after=behind):
            yield _run_in(row)

    async def since(self, workspace: WorkspaceId, group: GroupId, moment: datetime) -> AsyncIterator[Run]:
        async for row in self._store.query(RUNS, partition_of(workspace, group), below=row_key_at(moment)):
            yield _run_in(row)

    async def older_than(self, workspace: WorkspaceId, group: GroupId, moment: datetime) -> AsyncIterator[RunId]:
        older = self._store.query(RUNS, partition_of(workspace, group), after=row_key_at(moment), select=())
        async for row in older:
            yield run_id_of(row.key)

    async def delete(self, workspace: WorkspaceId, group: GroupId, run: RunId) -> None:
        await delete_rows(self._store, RUNS, partition_of(workspace, group), [row_key_of(run)])


def _run_cells(run: Run) -> dict[str, Cell]:
    return {
        "trigger": run.trigger.value,
        "state": run.state.value,
        "night": date_cell(run.night),
        "mode": run.mode.value,
        "about": run.about or "",
        "generation": run.generation,
        "attempt": run.attempt,
        "attempts": run.attempts,
        "phase": "" if run.phase is None else run.phase.value,
        "counts": json_cell(counts_to_json(run.counts)),
        "proof": json_cell(proof_to_json(run.proof)),
        "reason": json_cell(reason_to_json(run.reason)),
        "queuedAt": time_cell(run.queued_at),
        "startedAt": time_cell(run.started_at),
        "heartbeat": time_cell(run.heartbeat),
        "endedAt": time_cell(run.ended_at),
        "cancelAskedAt": time_cell(run.cancel_asked_at),
    }


def _run_in(row: StoredRow) -> Run:
    cells = row.cells
    phase, about = text_in(cells, "phase"), text_in(cells, "about")
    return Run(
        id=run_id_of(row.key),
        trigger=Trigger(text_in(cells, "trigger")),
        state=RunState(text_in(cells, "state")),
        night=date_in(cells, "night"),
        mode=Mode(text_in(cells, "mode")),
        about=RunId(about) if about else None,
        generation=number_in(cells, "generation"),
        attempt=text_in(cells, "attempt"),
        attempts=number_in(cells, "attempts"),
        phase=Phase(phase) if phase else None,
        counts=counts_from_json(json_in(cells, "counts")),
        proof=proof_from_json(json_in(cells, "proof")),
        reason=reason_from_json(json_in(cells, "reason")),
        queued_at=time_in(cells, "queuedAt"),
        started_at=time_in(cells, "startedAt"),
        heartbeat=time_in(cells, "heartbeat"),
        ended_at=time_in(cells, "endedAt"),
        cancel_asked_at=time_in(cells, "cancelAskedAt"),
    )
