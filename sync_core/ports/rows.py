"""Rows with ETags, which all that is kept is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

MAX_ROWS_PER_READ = 1000
"""Table Storage answers a query with at most 1,000 rows."""


Cell = str | int | float | bool | bytes
"""What one property of a row can hold. An int may need 64 bits; times are ISO 8601 text."""


MAX_ROWS_PER_WRITE = 100
"""Table Storage takes at most 100 rows in one transaction, all of one partition."""


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A row as it was read. *etag* is opaque: it only ever goes back into a write."""

    partition: str
    key: str
    etag: str
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class RowWrite:
    """One row of a transaction.

    ``insert``: the row must not exist. ``replace`` and ``merge``: it must exist, with *etag* unless that is
    ``*``. ``upsert`` (merges into what is there, keeps other properties) and ``put`` (replaces the row):
    whatever is there. ``delete``: it must exist, with *etag* unless that is ``*``.
    """

    kind: Literal["insert", "replace", "merge", "upsert", "put", "delete"]
    key: str
    cells: Mapping[str, Cell]
    etag: str = "*"


class TableStore(Protocol):
    """Rows with ETags; the one place where transactions, sizes and storage errors are dealt with.

    Every method raises `TryAgainLater` when storage is busy or unreachable.
    """

    async def get(self, table: str, partition: str, key: str) -> StoredRow | None:
        """Return the row, or None where there is none."""

    def query(
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
        """Yield the partition's rows in ascending key order, read *at_a_time*: whoever wants few says how few.

        *after* < key, *first* <= key, key < *below*. With *select*, only these properties are read.
        """

    def scan(
        self,
        table: str,
        *,
        first: str | None = None,
        below: str | None = None,
        select: Sequence[str] | None = None,
    ) -> AsyncIterator[StoredRow]:
        """Yield the rows of all partitions, in no order that means anything, read 1,000 at a time.

        *first* <= key, key < *below*; *select* as in `query`. Storage looks at every row of the table: for work that
        is done seldom.
        """

    async def write(self, table: str, partition: str, rows: Sequence[RowWrite]) -> list[str]:
        """Store all *rows* or none; return their new ETags in order (empty text for a deleted row).

        1 to 100 rows, no key twice.

        Raises:
            RowConflict: a condition did not hold; its index names the first such row. A repeat of a request
                whose answer was lost looks the same: read and compare before deciding.
            ValueError: more rows, a larger row, or a larger property than Table Storage takes.
        """
