"""A `TableStore` in memory, as strict as Table Storage, with places to break in."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from itertools import count
from typing import TYPE_CHECKING

from sync_core.adapters.tables.batches import write_batch
from sync_core.adapters.tables.limits import check_batch_size, check_row, check_transaction
from sync_core.domain.errors import RowConflict
from sync_core.ports import MAX_ROWS_PER_READ, StoredRow

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

    from sync_core.ports import RowWrite

    WriteHook = Callable[[str, str, Sequence[RowWrite]], Awaitable[None]]
    ReadHook = Callable[[str, str], Awaitable[None]]

#  Only its length matters here: it counts in the size of a transaction.
_ENDPOINT = "https://0123456789abcdefghijklmn.table.core.windows.net"


class MemoryTables:
    """Tables that exist as soon as they are named.

    The hooks may raise or let others run: *before_write* and *after_write* get table, partition and rows (what is
    raised after a write stands for a lost answer), *before_read* gets table and partition, before each page.
    """

    def __init__(
        self,
        *,
        before_write: WriteHook | None = None,
        after_write: WriteHook | None = None,
        before_read: ReadHook | None = None,
    ) -> None:
        self.before_write = before_write
        self.after_write = after_write
        self.before_read = before_read
        self._partitions: defaultdict[tuple[str, str], _Partition] = defaultdict(_Partition)
        self._versions = count(1)

    async def get(self, table: str, partition: str, key: str) -> StoredRow | None:
        await self._reading(table, partition)
        return self._partitions[table, partition].rows.get(key)

    async def query(
        self,
        table: str,
        partition: str,
        *,
        after: str | None = None,
        first: str | None = None,
        below: str | None = None,
        select: Sequence[str] | None = None,
        at_a_time: int = MAX_ROWS_PER_READ,
    ) -> AsyncIterator[StoredRow]:
        more = True
        while more:
            await self._reading(table, partition)
            page, more = self._partitions[table, partition].page(
                after=after, first=first, below=below, size=at_a_time
            )
            for row in page:
                yield _selected(row, select)
                after = row.key

    async def scan(
        self,
        table: str,
        *,
        first: str | None = None,
        below: str | None = None,
        select: Sequence[str] | None = None,
    ) -> AsyncIterator[StoredRow]:
        for partition in sorted({partition for name, partition in self._partitions if name == table}, key=_order):
            async for row in self.query(table, partition, first=first, below=below, select=select):
                yield row

    async def write(self, table: str, partition: str, rows: Sequence[RowWrite]) -> list[str]:
        check_transaction(table, partition, rows)
        check_batch_size(table, len(write_batch(_ENDPOINT, table, partition, rows).body))
        if self.before_write is not None:
            await self.before_write(table, partition, rows)
        etags = self._apply(table, partition, rows)
        if self.after_write is not None:
            await self.after_write(table, partition, rows)
        return etags

    def copy(self) -> MemoryTables:
        """Return tables that hold the same rows, ETags included, and go their own way from here on; without hooks."""
        other = MemoryTables()
        other._versions = count(next(self._versions))
        for place, partition in self._partitions.items():
            other._partitions[place].rows = dict(partition.rows)
        return other

    def rows(self, table: str) -> list[StoredRow]:
        """Return all rows of the table in order: for tests that look at what was stored."""
        found = [partition.rows.values() for (name, _), partition in self._partitions.items() if name == table]
        return sorted(
            (row for rows in found for row in rows), key=lambda row: (_order(row.partition), _order(row.key))
        )

    def _apply(self, table: str, partition: str, writes: Sequence[RowWrite]) -> list[str]:
        stored = self._partitions[table, partition]
        changes: dict[str, StoredRow | None] = {}
        for index, write in enumerate(writes):
            present = stored.rows.get(write.key)
            if not _fits(write, present):
                raise RowConflict(table, index)
            changes[write.key] = self._changed(table, partition, write, present)
        stored.change(changes)
        return ["" if row is None else row.etag for row in changes.values()]

    def _changed(self, table: str, partition: str, write: RowWrite, present: StoredRow | None) -> StoredRow | None:
        if write.kind == "delete":
            return None
        kept = present.cells if present is not None and write.kind in {"merge", "upsert"} else {}
        cells = {**kept, **write.cells}
        check_row(table, partition, write.key, cells)
        return StoredRow(partition=partition, key=write.key, etag=f'W/"{next(self._versions)}"', cells=cells)

    async def _reading(self, table: str, partition: str) -> None:
        if self.before_read is not None:
            await self.before_read(table, partition)


class _Partition:
    """The rows of one partition, and their keys in order until the next write."""

    def __init__(self) -> None:
        self.rows: dict[str, StoredRow] = {}
        self._keys: list[str] | None = None

    def page(
        self, *, after: str | None, first: str | None, below: str | None, size: int
    ) -> tuple[list[StoredRow], bool]:
        """Return the next rows, and whether there are more."""
        keys = self._keys = sorted(self.rows, key=_order) if self._keys is None else self._keys
        start = max(
            0 if after is None else bisect_right(keys, _order(after), key=_order),
            0 if first is None else bisect_left(keys, _order(first), key=_order),
        )
        end = len(keys) if below is None else bisect_left(keys, _order(below), key=_order)
        return [self.rows[key] for key in keys[start : min(end, start + size)]], end > start + size

    def change(self, changes: Mapping[str, StoredRow | None]) -> None:
        for key, row in changes.items():
            if row is None:
                del self.rows[key]
            else:
                self.rows[key] = row
        self._keys = None


def _fits(write: RowWrite, present: StoredRow | None) -> bool:
    if write.kind == "insert":
        return present is None
    if write.kind in {"upsert", "put"}:
        return True
    return present is not None and write.etag in {"*", present.etag}


def _order(key: str) -> bytes:
    """Return what keys are compared by: UTF-16 units, as .NET's ordinal comparison does."""
    return key.encode("utf-16-be")


def _selected(row: StoredRow, select: Sequence[str] | None) -> StoredRow:
    if select is None:
        return row
    cells = {name: row.cells[name] for name in select if name in row.cells}
    return StoredRow(partition=row.partition, key=row.key, etag=row.etag, cells=cells)
