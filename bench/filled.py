"""Groups with schedules and last syncs, as many as asked for, stored in as few requests as storage allows."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from bench.stack import WORKSPACE
from sync_core.adapters.tables.groups import TableGroups
from sync_core.adapters.tables.names import GROUPS, SCHEDULES
from sync_core.adapters.tables.schedules import TableSchedules
from sync_core.domain.directory import LinkedGroup
from sync_core.domain.glance import NOTHING
from sync_core.domain.ids import EntraGroupId, GroupId
from sync_core.domain.runs import Counts, Mode, Reason, Run, RunState, Trigger, manual_run_id
from sync_core.domain.schedule import Cadence, Schedule
from sync_core.ports import MAX_ROWS_PER_WRITE, RowWrite
from sync_core.side_by_side import each

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from datetime import datetime

    from sync_core.ports import Cell, StoredRow, TableStore

_SIDE_BY_SIDE = 8
_ENDINGS = (RunState.SUCCEEDED, RunState.SUCCEEDED_WITH_WARNINGS, RunState.HELD, RunState.FAILED, RunState.SKIPPED)
_DESCRIPTION = "Everybody who works in this part of the company, kept by its own people. " * 2


async def fill(tables: TableStore, groups: int, *, now: datetime) -> None:
    """Store *groups* linked groups, each scheduled and synced once."""
    collected = _Collected()
    for number in range(groups):
        await _add(collected, number, now=now)
    for table in (GROUPS, SCHEDULES):
        await _store(tables, table, collected.rows[table])


async def _add(collected: _Collected, number: int, *, now: datetime) -> None:
    group = GroupId(f"group-{number:06d}")
    cadence = Cadence("daily") if number % 2 else Cadence("weekly", number % 7)
    schedule = Schedule(cadence, enabled=bool(number % 9), revision=1, changed_at=now - timedelta(days=30))
    entra_group = EntraGroupId(f"00000000-0000-4000-8000-{number:012d}")
    linked = LinkedGroup(group, entra_group, f"Team {number}", _DESCRIPTION)
    groups = TableGroups(collected)
    await groups.add(WORKSPACE, linked)
    ended = _run(number, now=now - timedelta(minutes=number))
    await groups.change_glance(WORKSPACE, group, before=NOTHING, after=NOTHING.after(ended, is_news=True))
    await TableSchedules(collected).save(WORKSPACE, group, schedule, read=None)


def _run(number: int, *, now: datetime) -> Run:
    begun = Run(
        manual_run_id(now, request=f"{number:012d}", mode=Mode.SYNC),
        Trigger.MANUAL,
        RunState.RUNNING,
        counts=Counts(read=250, added=3, updated=12, removed=1),
        started_at=now,
    )
    reason = Reason("group-unreadable", "Microsoft Entra ID did not let us read this group; look at its settings.")
    return begun.ended(_ENDINGS[number % len(_ENDINGS)], at=now + timedelta(seconds=40), reason=reason)


class _Collected:
    """A store of rows that keeps what is written, by table and key, and never has anything."""

    def __init__(self) -> None:
        self.rows: defaultdict[str, dict[str, dict[str, Cell]]] = defaultdict(lambda: defaultdict(dict))

    async def get(self, table: str, partition: str, key: str) -> StoredRow | None: ...

    def query(self, table: str, partition: str, **_: object) -> AsyncIterator[StoredRow]:
        raise NotImplementedError

    def scan(self, table: str, **_: object) -> AsyncIterator[StoredRow]:
        raise NotImplementedError

    async def write(self, table: str, partition: str, rows: Sequence[RowWrite]) -> list[str]:
        del partition
        for row in rows:
            self.rows[table][row.key].update(row.cells)
        return [""] * len(rows)


async def _store(tables: TableStore, table: str, rows: Mapping[str, Mapping[str, Cell]]) -> None:
    writes = [RowWrite("upsert", key, cells) for key, cells in rows.items()]

    async def store(start: int) -> None:
        await tables.write(table, WORKSPACE, writes[start : start + MAX_ROWS_PER_WRITE])

    await each(store, range(0, len(writes), MAX_ROWS_PER_WRITE), limit=_SIDE_BY_SIDE)
