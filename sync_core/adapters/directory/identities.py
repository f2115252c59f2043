"""Who owns which Entra user and which e-mail address, in Table Storage.

A claim is a row that can be inserted once. Claims lie spread like the people, and the claim of an Entra user in the
partition of the recipient that is derived from it: people who are stored together are claimed together.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from sync_core.adapters.cells import text_in, time_cell, time_in
from sync_core.adapters.directory.names import IDENTITIES
from sync_core.adapters.rows import in_transactions, partition_of
from sync_core.domain.errors import RowConflict
from sync_core.domain.ids import EntraUserId, RecipientId, nibble_of, recipient_of
from sync_core.ports import Claim, RowWrite
from sync_core.side_by_side import each

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sync_core.domain.ids import WorkspaceId
    from sync_core.ports import Cell, StoredRow, TableStore

_ENTRA = "entra:"

#  By so much at the most do the clocks of two hosts differ; a claim made just before may have been made since.
_CLOCKS_DIFFER = timedelta(seconds=5)

#  Together 32: each transaction that finds something taken reads its rows by itself.
_TRANSACTIONS_AT_A_TIME = 4
_READS_AT_A_TIME = 8


class TableIdentities:
    """Implements `sync_core.ports.Identities`."""

    def __init__(self, store: TableStore) -> None:
        self._store = store

    async def claim(
        self, workspace: WorkspaceId, wanted: Mapping[str, RecipientId], *, at: datetime
    ) -> dict[str, Claim]:
        async def claim(part: tuple[str, Sequence[str]]) -> dict[str, Claim]:
            partition, keys = part
            return await self._claim(partition, {key: wanted[key] for key in keys}, at=at)

        parts = await each(claim, _parts(workspace, wanted), limit=_TRANSACTIONS_AT_A_TIME)
        return {key: claim for part in parts for key, claim in part.items()}

    async def owners(self, workspace: WorkspaceId, keys: Sequence[str]) -> dict[str, Claim]:
        async def read(part: tuple[str, Sequence[str]]) -> dict[str, Claim]:
            return await self._claims(*part)

        parts = await each(read, _parts(workspace, dict.fromkeys(keys)), limit=_TRANSACTIONS_AT_A_TIME)
        return {key: claim for part in parts for key, claim in part.items()}

    async def take_over(
        self, workspace: WorkspaceId, key: str, *, owner: RecipientId, claim: Claim, at: datetime
    ) -> bool:
        partition = _partition(workspace, key)
        try:
            await self._store.write(
                IDENTITIES, partition, [RowWrite("merge", key, _claim_cells(owner, at=at), claim.etag)]
            )
        except RowConflict:
            #  The answer to our own write was lost and the write repeated, or another run did the same for *owner*.
            now = (await self._claims(partition, [key])).get(key)
            return now is not None and now.owner == owner
        return True

    async def release(
        self, workspace: WorkspaceId, released: Mapping[str, RecipientId], *, claimed_before: datetime
    ) -> None:
        async def free(item: tuple[str, Claim]) -> None:
            key, claim = item
            if claim.owner == released[key] and claim.claimed_at < claimed_before - _CLOCKS_DIFFER:
                #  Whoever changed the claim meanwhile owns it now.
                with suppress(RowConflict):
                    await self._store.write(
                        IDENTITIES, _partition(workspace, key), [RowWrite("delete", key, {}, claim.etag)]
                    )

        owned = await self.owners(workspace, list(released))
        await each(free, owned.items(), limit=_READS_AT_A_TIME)

    async def _claim(self, partition: str, wanted: Mapping[str, RecipientId], *, at: datetime) -> dict[str, Claim]:
        """Insert up to 100 claims, without those that others turn out to hold, until every owner is known."""
        known: dict[str, Claim] = {}
        while missing := [key for key in wanted if key not in known]:
            rows = [RowWrite("insert", key, _claim_cells(wanted[key], at=at)) for key in missing]
            try:
                etags = await self._store.write(IDENTITIES, partition, rows)
            except RowConflict:
                known |= await self._claims(partition, missing)
            else:
                new = zip(missing, etags, strict=True)
                known |= {key: Claim(wanted[key], fresh=True, claimed_at=at, etag=etag) for key, etag in new}
        return known

    async def _claims(self, partition: str, keys: Sequence[str]) -> dict[str, Claim]:
        async def read(key: str) -> StoredRow | None:
            return await self._store.get(IDENTITIES, partition, key)

        rows = await each(read, keys, limit=_READS_AT_A_TIME)
        return {row.key: _claim_in(row) for row in rows if row is not None}


def _parts(workspace: WorkspaceId, keys: Iterable[str]) -> list[tuple[str, Sequence[str]]]:
    """Return (partition, keys) for as many transactions as it takes."""
    partitions: defaultdict[str, list[str]] = defaultdict(list)
    for key in keys:
        partitions[_partition(workspace, key)].append(key)
    return [(partition, part) for partition, whole in partitions.items() for part in in_transactions(whole)]


def _partition(workspace: WorkspaceId, key: str) -> str:
    if key.startswith(_ENTRA):
        return partition_of(workspace, nibble_of(recipient_of(EntraUserId(key.removeprefix(_ENTRA)))))
    #  An e-mail key ends in a hash, so its last digit spreads as well as any.
    return partition_of(workspace, key[-1])


def _claim_cells(owner: RecipientId, *, at: datetime) -> dict[str, Cell]:
    return {"owner": owner, "claimedAt": time_cell(at)}


def _claim_in(row: StoredRow) -> Claim:
    claimed_at = time_in(row.cells, "claimedAt")
    if claimed_at is None:
        raise ValueError(f"a claim in {row.partition} does not say when it was made")
    return Claim(owner=RecipientId(text_in(row.cells, "owner")), fresh=False, claimed_at=claimed_at, etag=row.etag)
