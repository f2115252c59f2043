"""Recipients in Table Storage, spread over 16 partitions per workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.adapters.cells import flag_in
from sync_core.adapters.directory.names import RECIPIENTS
from sync_core.adapters.directory.recipient_cells import OUTLINE_CELLS, outline_in, recipient_cells, recipient_in
from sync_core.adapters.rows import expected, partition_of
from sync_core.domain.ids import NIBBLES, nibble_of
from sync_core.ports import MAX_ROWS_PER_READ, Stored
from sync_core.side_by_side import each

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from sync_core.domain.directory import Recipient
    from sync_core.domain.ids import RecipientId, WorkspaceId
    from sync_core.domain.outlines import Outline
    from sync_core.ports import RecipientWrite, StoredRow, TableStore

_READS_AT_A_TIME = 32


class TablePeople:
    """Implements `sync_core.ports.People`."""

    def __init__(self, store: TableStore) -> None:
        self._store = store

    async def people(
        self, workspace: WorkspaceId, recipients: Sequence[RecipientId]
    ) -> dict[RecipientId, Stored[Recipient]]:
        async def read(recipient: RecipientId) -> StoredRow | None:
            return await self._store.get(RECIPIENTS, _partition(workspace, recipient), recipient)

        wanted = list(dict.fromkeys(recipients))
        rows = await each(read, wanted, limit=_READS_AT_A_TIME)
        return {
            recipient: Stored(recipient_in(row), row.etag)
            for recipient, row in zip(wanted, rows, strict=True)
            if row is not None
        }

    async def all(self, workspace: WorkspaceId) -> AsyncIterator[Recipient]:
        for nibble in NIBBLES:
            async for row in self._store.query(RECIPIENTS, partition_of(workspace, nibble)):
                if not flag_in(row.cells, "deleted"):
                    yield recipient_in(row)

    async def outlines(
        self, workspace: WorkspaceId, *, after: RecipientId | None = None, at_a_time: int = MAX_ROWS_PER_READ
    ) -> AsyncIterator[Outline]:
        """Go on through the partitions in their order, and through each in the order of its keys."""
        begun = None if after is None else nibble_of(after)
        for nibble in NIBBLES:
            if begun is None or nibble >= begun:
                behind = after if nibble == begun else None
                partition = partition_of(workspace, nibble)
                rows = self._store.query(
                    RECIPIENTS, partition, after=behind, select=OUTLINE_CELLS, at_a_time=at_a_time
                )
                async for row in rows:
                    yield outline_in(row)

    async def write(self, workspace: WorkspaceId, writes: Sequence[RecipientWrite]) -> None:
        partitions = {_partition(workspace, write.recipient.id) for write in writes}
        if len(partitions) != 1:
            raise ValueError(f"one write takes recipients of one nibble, not of {len(partitions)}")
        rows = [expected(write.recipient.id, recipient_cells(write.recipient), etag=write.etag) for write in writes]
        await self._store.write(RECIPIENTS, partitions.pop(), rows)


def _partition(workspace: WorkspaceId, recipient: RecipientId) -> str:
    return partition_of(workspace, nibble_of(recipient))
