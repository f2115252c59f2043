"""Three nights of one group, each beside the floor."""

from __future__ import annotations

import resource
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bench.entra import BenchEntra
from devkit.storage import Azurite
from sync_core.adapters.directory.names import TABLES as DIRECTORY_TABLES
from sync_core.adapters.queues.events import DIRECTORY_CHANGES
from sync_core.adapters.queues.messages import open_queues
from sync_core.adapters.queues.orders import QUEUES
from sync_core.adapters.tables.connect import open_table_store
from sync_core.adapters.tables.names import TABLES
from sync_core.domain.ids import EntraGroupId, GroupId, TenantId, WorkspaceId
from sync_core.domain.orders import SyncOrder
from sync_core.domain.plans import ENTERPRISE
from sync_core.domain.schedule import Cadence, midnight_of
from sync_core.domain.workspaces import Rulebook, Workspace
from sync_core.flows.manage_schedules import put_schedule
from sync_core.flows.run_order import run_order
from sync_core.flows.set_up_workspace import confirm_rules, connect, link_group, put_workspace
from sync_core.ports import MAX_ROWS_PER_WRITE, RowWrite
from sync_core.side_by_side import each
from sync_core.wiring import assemble

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from sync_core.flows.services import Services
    from sync_core.ports import TableStore

_WORKSPACE, _GROUP = WorkspaceId("bench"), GroupId("everybody")
_FLOOR = "BenchFloor"
_SIDE_BY_SIDE = 8

#  As many join, leave and change in the third night.
_CHURN = 100


class _Clock:
    """A clock that the benchmark moves from night to night."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset


class _NoKeys:
    """Nobody calls the HTTP functions here."""

    async def key(self, kid: str) -> None: ...


async def measure(people: int, *, tell: Callable[[str], None]) -> None:
    """Measure the nights of a group of *people* and *tell* a line for each."""
    clock, entra = _Clock(), BenchEntra(people)
    with Azurite() as azurite:
        tables = open_table_store(connection_string=azurite.connection_string)
        queues = open_queues(connection_string=azurite.connection_string)
        try:
            await tables.ensure_tables((*TABLES, *DIRECTORY_TABLES, _FLOOR))
            await queues.ensure_queues((*QUEUES, DIRECTORY_CHANGES))
            services = assemble(tables=tables, sender=queues, clock=clock, entra=entra, signing_keys=_NoKeys())
            await _set_up(services)
            floor = await _floor(tables, people)
            tell(f"floor: {people:,} small rows stored in {floor:.2f} s")
            for night, title in enumerate(("first sync", "quiet night", "a hundred each join, leave, change")):
                if night == len(("first", "quiet")):
                    entra.churn(_CHURN)
                seconds = await _night(services, clock.now().date() + timedelta(days=1))
                rate = f"{people / seconds:,.0f} people/s"
                tell(f"{title}: {seconds:.2f} s, {seconds / floor:.2f} times the floor, {rate}")
                clock.offset += timedelta(days=1)
        finally:
            await queues.close()
            await tables.close()
    tell(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


async def _set_up(services: Services) -> None:
    tenant = TenantId("7d0e4b5c-52a8-4c0e-9a5e-0c6f6d7f6a01")
    await put_workspace(services, Workspace(_WORKSPACE, "Bench", ENTERPRISE, tenant))
    await connect(services, _WORKSPACE, tenant=tenant)
    await confirm_rules(services, _WORKSPACE, Rulebook())
    await link_group(services, _WORKSPACE, _GROUP, entra_group=EntraGroupId("everybody"))
    await put_schedule(services, _WORKSPACE, _GROUP, cadence=Cadence("daily"), enabled=True)


async def _floor(tables: TableStore, rows: int) -> float:
    """Return the seconds that storing *rows* small rows takes, in full transactions over 16 partitions."""

    async def store(start: int) -> None:
        keys = range(start, min(start + MAX_ROWS_PER_WRITE, rows))
        partition = f"{start // MAX_ROWS_PER_WRITE % 16:x}"
        await tables.write(_FLOOR, partition, [RowWrite("insert", f"{key:09d}", {"name": "x" * 64}) for key in keys])

    began = time.perf_counter()
    await each(store, range(0, rows, MAX_ROWS_PER_WRITE), limit=_SIDE_BY_SIDE)
    return time.perf_counter() - began


async def _night(services: Services, night: date) -> float:
    order = SyncOrder(_WORKSPACE, _GROUP, midnight_of(night) + timedelta(days=2), night=night, covers=(night,))
    began = time.perf_counter()
    await run_order(services, order)
    return time.perf_counter() - began
