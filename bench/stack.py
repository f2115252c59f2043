"""What every benchmark runs on: the real flows and tables (Azurite), and an Entra ID in memory."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from devkit.storage import Azurite
from sync_core.adapters.directory.names import TABLES as DIRECTORY_TABLES
from sync_core.adapters.queues.events import DIRECTORY_CHANGES
from sync_core.adapters.queues.messages import open_queues
from sync_core.adapters.queues.orders import QUEUES
from sync_core.adapters.tables.connect import open_table_store
from sync_core.adapters.tables.names import TABLES
from sync_core.domain.ids import TenantId, WorkspaceId
from sync_core.domain.plans import ENTERPRISE
from sync_core.domain.workspaces import Rulebook, Workspace
from sync_core.flows.set_up_workspace import confirm_rules, connect, put_workspace
from sync_core.wiring import assemble

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bench.entra import BenchEntra
    from sync_core.flows.services import Services
    from sync_core.ports import TableStore

WORKSPACE = WorkspaceId("bench")
FLOOR = "BenchFloor"


class Clock:
    """A clock that a benchmark moves from night to night."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset


class _NoKeys:
    """Nobody calls the HTTP functions here."""

    async def key(self, kid: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Stack:
    services: Services
    tables: TableStore
    clock: Clock


@asynccontextmanager
async def started(entra: BenchEntra) -> AsyncIterator[Stack]:
    """Start storage, and connect one Enterprise workspace to *entra*."""
    clock = Clock()
    with Azurite() as azurite:
        tables = open_table_store(connection_string=azurite.connection_string)
        queues = open_queues(connection_string=azurite.connection_string)
        try:
            await tables.ensure_tables((*TABLES, *DIRECTORY_TABLES, FLOOR))
            await queues.ensure_queues((*QUEUES, DIRECTORY_CHANGES))
            services = assemble(tables=tables, sender=queues, clock=clock, entra=entra, signing_keys=_NoKeys())
            await _set_up(services)
            yield Stack(services, tables, clock)
        finally:
            await queues.close()
            await tables.close()


async def _set_up(services: Services) -> None:
    tenant = TenantId("7d0e4b5c-52a8-4c0e-9a5e-0c6f6d7f6a01")
    await put_workspace(services, Workspace(WORKSPACE, "Bench", ENTERPRISE, tenant))
    await connect(services, WORKSPACE, tenant=tenant)
    await confirm_rules(services, WORKSPACE, Rulebook())
