"""A group's member index in Table Storage: one partition, or 16 for a large group."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sync_core.adapters.cells import text_in
from sync_core.adapters.directory.names import MEMBERS
from sync_core.adapters.rows import delete_rows, in_transactions, merge_rows, partition_of
from sync_core.domain.directory import Member, MemberState
from sync_core.domain.ids import NIBBLES, EntraUserId, RecipientId, nibble_of
from sync_core.ports import MAX_ROWS_PER_READ, RowWrite
from sync_core.side_by_side import each, merged

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Sequence

    from sync_core.domain.ids import GroupId, WorkspaceId
    from sync_core.ports import Cell, StoredRow, TableStore

_CELLS = ("entraId", "fingerprint", "state", "reason")
_WRITES_AT_A_TIME = 8


class TableMembers:
    """Implements `sync_core.ports.Members`."""

    def __init__(self, store: TableStore) -> None:
        self._store = store

    async def index(self, workspace: WorkspaceId, group: GroupId, *, spread: bool) -> AsyncIterator[Member]:
        base = partition_of(workspace, group)
        partitions = [partition_of(base, nibble) for nibble in NIBBLES] if spread else [base]
        async for row in merged([self._store.query(MEMBERS, partition, select=_CELLS) for partition in partitions]):
            yield _member_in(row)

    async def in_order(
        self,
        workspace: WorkspaceId,
        group: GroupId,
        *,
        spread: bool,
        after: RecipientId | None = None,
        at_a_time: int = MAX_ROWS_PER_READ,
    ) -> AsyncIterator[Member]:
        """Go on through the partitions in their order, and through each in the order of its keys."""
        base = partition_of(workspace, group)
        partitions = [partition_of(base, nibble) for nibble in NIBBLES] if spread else [base]
        begun = partitions[0] if after is None else _partition(base, after, spread=spread)
        for partition in partitions[partitions.index(begun) :]:
            behind = after if partition == begun else None
            rows = self._store.query(MEMBERS, partition, after=behind, select=_CELLS, at_a_time=at_a_time)
            async for row in rows:
                yield _member_in(row)

    async def save(
        self,
        workspace: WorkspaceId,
        group: GroupId,
        *,
        spread: bool,
        changed: Sequence[Member],
        gone: Sequence[RecipientId] = (),
    ) -> None:
        base = partition_of(workspace, group)
        latest = {member.recipient: member for member in changed}

        async def delete(part: tuple[str, Sequence[RecipientId]]) -> None:
            await delete_rows(self._store, MEMBERS, *part)

        async def store(part: tuple[str, Sequence[RecipientId]]) -> None:
            partition, recipients = part
            rows = [RowWrite("upsert", key, _member_cells(latest[key])) for key in recipients]
            await self._store.write(MEMBERS, partition, rows)

        await each(delete, _parts(base, dict.fromkeys(gone), spread=spread), limit=_WRITES_AT_A_TIME)
        await each(store, _parts(base, latest, spread=spread), limit=_WRITES_AT_A_TIME)

    async def row(
        self, workspace: WorkspaceId, group: GroupId, recipient: RecipientId, *, spread: bool
    ) -> Member | None:
        partition = _partition(partition_of(workspace, group), recipient, spread=spread)
        row = await self._store.get(MEMBERS, partition, recipient)
        return None if row is None else _member_in(row)

    async def forget(
        self, workspace: WorkspaceId, group: GroupId, recipients: Sequence[RecipientId], *, spread: bool
    ) -> None:
        async def forget(part: tuple[str, Sequence[RecipientId]]) -> None:
            await merge_rows(self._store, MEMBERS, *part, {"fingerprint": ""})

        parts = _parts(partition_of(workspace, group), dict.fromkeys(recipients), spread=spread)
        await each(forget, parts, limit=_WRITES_AT_A_TIME)


def _partition(base: str, recipient: RecipientId, *, spread: bool) -> str:
    return partition_of(base, nibble_of(recipient)) if spread else base


def _parts(base: str, recipients: Iterable[RecipientId], *, spread: bool) -> list[tuple[str, Sequence[RecipientId]]]:
    """Return (partition, recipients) for as many transactions as it takes."""
    partitions: defaultdict[str, list[RecipientId]] = defaultdict(list)
    for recipient in recipients:
        partitions[_partition(base, recipient, spread=spread)].append(recipient)
    return [(partition, part) for partition, whole in partitions.items() for part in in_transactions(whole)]


def _member_cells(member: Member) -> dict[str, Cell]:
    return {
        "entraId": member.entra_id,
        "fingerprint": member.fingerprint,
        "state": member.state.value,
        "reason": member.reason,
    }


def _member_in(row: StoredRow) -> Member:
    return Member(
        recipient=RecipientId(row.key),
        entra_id=EntraUserId(text_in(row.cells, "entraId")),
        fingerprint=text_in(row.cells, "fingerprint"),
        state=MemberState(text_in(row.cells, "state")),
        reason=text_in(row.cells, "reason"),
    )
