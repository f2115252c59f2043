"""Ways of writing rows that several adapters share."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from sync_core.domain.errors import RowConflict
from sync_core.ports import MAX_ROWS_PER_WRITE, RowWrite

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sync_core.ports import Cell, TableStore

T = TypeVar("T")


def partition_of(*parts: str) -> str:
    """Return the key made of *parts*; ids hold no ``|``, so it can be taken apart again."""
    return "|".join(parts)


def expected(key: str, cells: Mapping[str, Cell], *, etag: str | None) -> RowWrite:
    """Return the write of a row that is as it was read: with *etag*, or not there where that is None."""
    return RowWrite("insert", key, cells) if etag is None else RowWrite("merge", key, cells, etag)


def in_transactions(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut *rows* into pieces that one transaction can take."""
    for start in range(0, len(rows), MAX_ROWS_PER_WRITE):
        yield rows[start : start + MAX_ROWS_PER_WRITE]


async def erase_partition(store: TableStore, table: str, partition: str, *, at_most: int) -> int:
    """Delete up to *at_most* rows of the partition; return how many: fewer where none are left."""
    keys: list[str] = []
    async for row in store.query(table, partition, select=()):
        if len(keys) == at_most:
            break
        keys.append(row.key)
    for part in in_transactions(keys):
        await delete_rows(store, table, partition, part)
    return len(keys)


async def delete_rows(store: TableStore, table: str, partition: str, keys: Sequence[str]) -> None:
    """Delete up to 100 rows; those that are already gone stay gone.

    One missing row fails a whole transaction of deletions, so they are then deleted one by one.
    """
    try:
        await store.write(table, partition, [RowWrite("delete", key, {}) for key in keys])
    except RowConflict:
        if len(keys) > 1:
            for key in keys:
                with suppress(RowConflict):
                    await store.write(table, partition, [RowWrite("delete", key, {})])


async def merge_rows(
    store: TableStore, table: str, partition: str, keys: Sequence[str], cells: Mapping[str, Cell]
) -> None:
    """Write *cells* into up to 100 rows that exist; those that do not are left out."""
    try:
        await store.write(table, partition, [RowWrite("merge", key, cells) for key in keys])
    except RowConflict:
        if len(keys) > 1:
            for key in keys:
                await merge_rows(store, table, partition, [key], cells)
