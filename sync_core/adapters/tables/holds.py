"""Held removals in Table Storage: one partition per run, a row for the list as a whole and one per person.

Beside them, one partition per workspace says which of its groups may have a list that waits.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from sync_core.adapters.cells import number_in, text_in, time_cell, time_in
from sync_core.adapters.rows import erase_partition, in_transactions, partition_of
from sync_core.adapters.tables.names import HELD
from sync_core.domain.errors import RowConflict
from sync_core.domain.holds import HeldKind, HeldPerson, Hold, HoldState, Verdict
from sync_core.domain.ids import EntraUserId, GroupId, RecipientId
from sync_core.ports import MAX_ROWS_PER_READ, MAX_ROWS_PER_WRITE, RowWrite, Stored

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from sync_core.domain.ids import RunId, WorkspaceId
    from sync_core.ports import Cell, StoredRow, TableStore

#  Behind every recipient's id: ids are letters, digits, "-" and "_".
_WHOLE = "~"

_BESIDE_WHOLE = MAX_ROWS_PER_WRITE - 1


class TableHolds:
    """Implements `sync_core.ports.Holds`."""

    def __init__(self, store: TableStore) -> None:
        self._store = store

    async def hold(self, workspace: WorkspaceId, group: GroupId, run: RunId) -> Stored[Hold] | None:
        row = await self._store.get(HELD, partition_of(workspace, group, run), _WHOLE)
        return None if row is None else Stored(_hold_in(run, row.cells), row.etag)

    async def save(self, workspace: WorkspaceId, group: GroupId, hold: Hold, *, etag: str | None) -> str:
        cells = _hold_cells(hold)
        write = RowWrite("put", _WHOLE, cells) if etag is None else RowWrite("merge", _WHOLE, cells, etag)
        [stored] = await self._store.write(HELD, partition_of(workspace, group, hold.run), [write])
        return stored

    async def freeze(
        self, workspace: WorkspaceId, group: GroupId, run: RunId, *, attempt: str, people: Sequence[HeldPerson]
    ) -> None:
        rows = [RowWrite("put", person.recipient, _person_cells(person) | {"attempt": attempt}) for person in people]
        for part in in_transactions(rows):
            await self._store.write(HELD, partition_of(workspace, group, run), part)

    async def decide(
        self, workspace: WorkspaceId, group: GroupId, hold: Hold, *, people: Sequence[HeldPerson], etag: str
    ) -> str:
        """Store in transactions that all hold the list's own row: whoever comes second finds it changed."""
        partition = partition_of(workspace, group, hold.run)
        attempt: dict[str, Cell] = {"attempt": hold.attempt}
        rows = [RowWrite("put", person.recipient, _person_cells(person) | attempt) for person in people]
        parts = [rows[start : start + _BESIDE_WHOLE] for start in range(0, len(rows), _BESIDE_WHOLE)]
        for number, part in enumerate(parts, start=1):
            whole = _hold_cells(hold) if number == len(parts) else attempt
            writes = [RowWrite("merge", _WHOLE, whole, etag), *part]
            etag = (await self._store.write(HELD, partition, writes))[0]
        return etag

    async def people(
        self,
        workspace: WorkspaceId,
        group: GroupId,
        run: RunId,
        *,
        attempt: str,
        after: RecipientId | None = None,
        at_a_time: int = MAX_ROWS_PER_READ,
    ) -> AsyncIterator[HeldPerson]:
        partition = partition_of(workspace, group, run)
        async for row in self._store.query(HELD, partition, after=after, below=_WHOLE, at_a_time=at_a_time):
            if text_in(row.cells, "attempt") == attempt:
                yield _person_in(row)

    async def person(
        self, workspace: WorkspaceId, group: GroupId, run: RunId, recipient: RecipientId, *, attempt: str
    ) -> HeldPerson | None:
        row = await self._store.get(HELD, partition_of(workspace, group, run), recipient)
        return None if row is None or text_in(row.cells, "attempt") != attempt else _person_in(row)

    async def erase(self, workspace: WorkspaceId, group: GroupId, run: RunId, *, at_most: int) -> int:
        return await erase_partition(self._store, HELD, partition_of(workspace, group, run), at_most=at_most)

    async def mark_group(self, workspace: WorkspaceId, group: GroupId) -> None:
        await self._store.write(HELD, workspace, [RowWrite("put", group, {})])

    async def mark(self, workspace: WorkspaceId, group: GroupId) -> str | None:
        row = await self._store.get(HELD, workspace, group)
        return None if row is None else row.etag

    async def unmark_group(self, workspace: WorkspaceId, group: GroupId, *, etag: str) -> None:
        with suppress(RowConflict):
            await self._store.write(HELD, workspace, [RowWrite("delete", group, {}, etag)])

    async def marked(
        self, workspace: WorkspaceId, *, after: GroupId | None = None, at_a_time: int = MAX_ROWS_PER_READ
    ) -> AsyncIterator[GroupId]:
        async for row in self._store.query(HELD, workspace, after=after, select=(), at_a_time=at_a_time):
            yield GroupId(row.key)


def _hold_cells(hold: Hold) -> dict[str, Cell]:
    return {
        "attempt": hold.attempt,
        "digest": hold.digest,
        "people": hold.people,
        "why": hold.why,
        "frozenAt": time_cell(hold.frozen_at),
        "state": hold.state.value,
        "decidedBy": hold.decided_by,
        "decidedAt": time_cell(hold.decided_at),
    }


def _hold_in(run: RunId, cells: Mapping[str, Cell]) -> Hold:
    frozen_at = time_in(cells, "frozenAt")
    if frozen_at is None:
        raise ValueError(f"the hold of run {run} does not say when it was made")
    hold = Hold(
        run=run,
        attempt=text_in(cells, "attempt"),
        digest=text_in(cells, "digest"),
        people=number_in(cells, "people"),
        why=text_in(cells, "why"),
        frozen_at=frozen_at,
        state=HoldState(text_in(cells, "state")),
    )
    return replace(hold, decided_by=text_in(cells, "decidedBy"), decided_at=time_in(cells, "decidedAt"))


def _person_cells(person: HeldPerson) -> dict[str, Cell]:
    return {
        "entraId": person.entra_id,
        "kind": person.kind.value,
        "reason": person.reason,
        "verdict": person.verdict.value,
    }


def _person_in(row: StoredRow) -> HeldPerson:
    return HeldPerson(
        recipient=RecipientId(row.key),
        entra_id=EntraUserId(text_in(row.cells, "entraId")),
        kind=HeldKind(text_in(row.cells, "kind")),
        reason=text_in(row.cells, "reason"),
        verdict=Verdict(text_in(row.cells, "verdict")),
    )
