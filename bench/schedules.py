"""The first page of a large workspace's schedules, beside the floor: reading the same rows and doing nothing."""

from __future__ import annotations

import statistics
import time
from functools import partial
from typing import TYPE_CHECKING

from bench.entra import BenchEntra
from bench.filled import fill
from bench.stack import WORKSPACE, started
from sync_core.adapters.tables.names import GROUPS, SCHEDULES
from sync_core.domain.schedule_list import ScheduleQuery, SortBy
from sync_core.domain.schedule_state import ScheduleState
from sync_core.flows.show_schedules import list_schedules
from sync_core.side_by_side import both

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sync_core.ports import TableStore

_PAGE = 50
_ROUNDS = 7

_QUERIES = {
    "by name": ScheduleQuery(),
    "by next run": ScheduleQuery(sort=SortBy.NEXT_RUN),
    "failed ones by last run": ScheduleQuery(
        frozenset({ScheduleState.FAILED}), text="team 1", sort=SortBy.LAST_RUN, descending=True
    ),
}


async def measure_list(groups: int, *, tell: Callable[[str], None]) -> None:
    """Measure the first page of *groups* schedules in several orders and *tell* a line for each."""
    async with started(BenchEntra(0)) as stack:
        await fill(stack.tables, groups, now=stack.clock.now())
        floor = await _seconds(partial(_read, stack.tables))
        tell(f"floor: the rows of {groups:,} schedules and their groups read in {floor:.2f} s")
        for title, query in _QUERIES.items():
            seconds = await _seconds(partial(list_schedules, stack.services, WORKSPACE, query, limit=_PAGE))
            tell(f"first page {title}: {seconds:.2f} s, {seconds / floor:.2f} times the floor")


async def _read(tables: TableStore) -> None:
    async def read(table: str) -> None:
        async for _ in tables.query(table, WORKSPACE, below="~"):
            pass

    await both(read(GROUPS), read(SCHEDULES))


async def _seconds(call: Callable[[], Awaitable[object]]) -> float:
    """Return the median of several calls."""
    took = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        await call()
        took.append(time.perf_counter() - began)
    return statistics.median(took)
