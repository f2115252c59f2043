"""What each run changed, in Table Storage: one partition per run, one row per page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.adapters.rows import delete_rows, erase_partition, in_transactions, partition_of
from sync_core.adapters.tables.journal_cells import SUMMARY_CELLS, page_cells, page_in, summary_in
from sync_core.adapters.tables.names import JOURNAL
from sync_core.ports import RowWrite

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from sync_core.domain.ids import GroupId, RunId, WorkspaceId
    from sync_core.domain.journal import JournalPage, PageSummary
    from sync_core.ports import TableStore

#  A transaction takes 4 MiB, but a body of more than 1 MiB keeps the event loop from other work while it is sent
#  (aiohttp warns of it), and bytes travel as base64, a third larger.
_TRANSACTION_BYTES = 640 * 1024


class TableJournal:
    """Implements `sync_core.ports.Journal`."""

    def __init__(self, store: TableStore) -> None:
        self._store = store

    async def write(self, workspace: WorkspaceId, group: GroupId, run: RunId, pages: Sequence[JournalPage]) -> None:
        partition = partition_of(workspace, group, run)
        for transaction in _transactions([RowWrite("put", page.name, page_cells(page)) for page in pages]):
            await self._store.write(JOURNAL, partition, transaction)

    async def summaries(self, workspace: WorkspaceId, group: GroupId, run: RunId) -> AsyncIterator[PageSummary]:
        async for row in self._store.query(JOURNAL, partition_of(workspace, group, run), select=SUMMARY_CELLS):
            yield summary_in(row)

    async def page(self, workspace: WorkspaceId, group: GroupId, run: RunId, name: str) -> JournalPage | None:
        row = await self._store.get(JOURNAL, partition_of(workspace, group, run), name)
        return None if row is None else page_in(row)

    async def pages(
        self, workspace: WorkspaceId, group: GroupId, run: RunId, *, after: str | None = None
    ) -> AsyncIterator[JournalPage]:
        async for row in self._store.query(JOURNAL, partition_of(workspace, group, run), after=after):
            yield page_in(row)

    async def drop(self, workspace: WorkspaceId, group: GroupId, run: RunId, names: Sequence[str]) -> None:
        for keys in in_transactions(names):
            await delete_rows(self._store, JOURNAL, partition_of(workspace, group, run), keys)

    async def erase(self, workspace: WorkspaceId, group: GroupId, run: RunId, *, at_most: int) -> int:
        return await erase_partition(self._store, JOURNAL, partition_of(workspace, group, run), at_most=at_most)


def _transactions(rows: Sequence[RowWrite]) -> Iterator[list[RowWrite]]:
    """Cut *rows* into transactions by their number and by their bytes."""
    for most in in_transactions(rows):
        transaction: list[RowWrite] = []
        size = 0
        for row in most:
            row_size = sum(len(cell) for cell in row.cells.values() if isinstance(cell, bytes))
            if transaction and size + row_size > _TRANSACTION_BYTES:
                yield transaction
                transaction, size = [], 0
            transaction.append(row)
            size += row_size
        if transaction:
            yield transaction
