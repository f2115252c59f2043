"""Three nights of one group, each beside the floor."""

from __future__ import annotations

import resource
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from bench.entra import BenchEntra
from bench.stack import FLOOR, WORKSPACE, started
from sync_core.domain.ids import EntraGroupId, GroupId
from sync_core.domain.orders import SyncOrder
from sync_core.domain.schedule import Cadence, midnight_of
from sync_core.flows.manage_schedules import put_schedule
from sync_core.flows.run_order import run_order
from sync_core.flows.set_up_workspace import link_group
from sync_core.ports import MAX_ROWS_PER_WRITE, RowWrite
from sync_core.side_by_side import each

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from sync_core.flows.services import Services
    from sync_core.ports import TableStore

_GROUP = GroupId("everybody")
_SIDE_BY_SIDE = 8

#  As many join, leave and change in the third night.
_CHURN = 100


async def measure(people: int, *, tell: Callable[[str], None]) -> None:
    """Measure the nights of a group of *people* and *tell* a line for each."""
    entra = BenchEntra(people)
    async with started(entra) as stack:
        await link_group(stack.services, WORKSPACE, _GROUP, entra_group=EntraGroupId("everybody"))
        await put_schedule(stack.services, WORKSPACE, _GROUP, cadence=Cadence("daily"), enabled=True)
        floor = await _floor(stack.tables, people)
        tell(f"floor: {people:,} small rows stored in {floor:.2f} s")
        for night, title in enumerate(("first sync", "quiet night", "a hundred each join, leave, change")):
            if night == len(("first", "quiet")):
                entra.churn(_CHURN)
            seconds = await _night(stack.services, stack.clock.now().date() + timedelta(days=1))
            rate = f"{people / seconds:,.0f} people/s"
            tell(f"{title}: {seconds:.2f} s, {seconds / floor:.2f} times the floor, {rate}")
            stack.clock.offset += timedelta(days=1)
    tell(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


async def _floor(tables: TableStore, rows: int) -> float:
    """Return the seconds that storing *rows* small rows takes, in full transactions over 16 partitions."""

    async def store(start: int) -> None:
        keys = range(start, min(start + MAX_ROWS_PER_WRITE, rows))
        partition = f"{start // MAX_ROWS_PER_WRITE % 16:x}"
        await tables.write(FLOOR, partition, [RowWrite("insert", f"{key:09d}", {"name": "x" * 64}) for key in keys])

    began = time.perf_counter()
    await each(store, range(0, rows, MAX_ROWS_PER_WRITE), limit=_SIDE_BY_SIDE)
    return time.perf_counter() - began


async def _night(services: Services, night: date) -> float:
    order = SyncOrder(WORKSPACE, _GROUP, midnight_of(night) + timedelta(days=2), night=night, covers=(night,))
    began = time.perf_counter()
    await run_order(services, order)
    return time.perf_counter() - began
