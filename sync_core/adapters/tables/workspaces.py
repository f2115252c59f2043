"""Customers in Table Storage: one partition each, with a row per thing that changes by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.adapters.cells import json_cell, json_in, text_in, time_cell, time_in
from sync_core.adapters.rows import delete_rows, expected
from sync_core.adapters.tables.consent_cell import consent_cell, consent_in
from sync_core.adapters.tables.names import TENANT_WORKSPACES, WORKSPACES
from sync_core.domain.field_settings_json import settings_from_json, settings_to_json
from sync_core.domain.ids import TenantId, WorkspaceId
from sync_core.domain.options import options_from_json, options_to_json
from sync_core.domain.workspaces import Connection, ConnectionStatus, Rulebook, Workspace
from sync_core.ports import RowWrite, Stored

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from sync_core.ports import Cell, TableStore

#  In the order of the rows: what scans by them counts on it.
_WORKSPACE = "workspace"
_CONNECTION = "connection"
_OPTIONS = "options"


class TableWorkspaces:
    """Implements `sync_core.ports.Workspaces`."""

    def __init__(self, store: TableStore) -> None:
        self._store = store

    async def workspace(self, workspace: WorkspaceId) -> Stored[Workspace] | None:
        row = await self._store.get(WORKSPACES, workspace, _WORKSPACE)
        return None if row is None else Stored(_workspace_in(workspace, row.cells), row.etag)

    async def all(self) -> AsyncIterator[WorkspaceId]:
        async for row in self._store.scan(WORKSPACES, first=_WORKSPACE, select=()):
            yield WorkspaceId(row.partition)

    async def connections(self) -> AsyncIterator[tuple[WorkspaceId, Stored[Connection]]]:
        async for row in self._store.scan(WORKSPACES, first=_CONNECTION, below=_OPTIONS):
            yield WorkspaceId(row.partition), Stored(_connection_in(row.cells), row.etag)

    async def put_workspace(self, workspace: Workspace) -> None:
        """Store the workspace. The tenants' index is added to before and cleared after it: it never lacks one."""
        held = await self.workspace(workspace.id)
        before = None if held is None else held.value.tenant
        if workspace.tenant is not None:
            await self._store.write(TENANT_WORKSPACES, workspace.tenant, [RowWrite("upsert", workspace.id, {})])
        await self._put(workspace.id, _WORKSPACE, _workspace_cells(workspace))
        if before is not None and before != workspace.tenant:
            await delete_rows(self._store, TENANT_WORKSPACES, before, [workspace.id])

    async def connection(self, workspace: WorkspaceId) -> Stored[Connection] | None:
        row = await self._store.get(WORKSPACES, workspace, _CONNECTION)
        return None if row is None else Stored(_connection_in(row.cells), row.etag)

    async def put_connection(self, workspace: WorkspaceId, connection: Connection) -> None:
        await self._put(workspace, _CONNECTION, _connection_cells(connection))

    async def save_connection(self, workspace: WorkspaceId, connection: Connection, *, etag: str | None) -> str:
        write = expected(_CONNECTION, _connection_cells(connection), etag=etag)
        [stored] = await self._store.write(WORKSPACES, workspace, [write])
        return stored

    async def rulebook(self, workspace: WorkspaceId) -> Stored[Rulebook]:
        row = await self._store.get(WORKSPACES, workspace, _OPTIONS)
        return Stored(Rulebook(), "") if row is None else Stored(_rulebook_in(row.cells), row.etag)

    async def put_rulebook(self, workspace: WorkspaceId, rulebook: Rulebook) -> None:
        await self._put(workspace, _OPTIONS, _rulebook_cells(rulebook))

    async def save_rulebook(self, workspace: WorkspaceId, rulebook: Rulebook, *, etag: str) -> str:
        write = expected(_OPTIONS, _rulebook_cells(rulebook), etag=etag or None)
        [stored] = await self._store.write(WORKSPACES, workspace, [write])
        return stored

    async def _put(self, workspace: WorkspaceId, key: str, cells: Mapping[str, Cell]) -> None:
        await self._store.write(WORKSPACES, workspace, [RowWrite("upsert", key, cells)])


def _workspace_cells(workspace: Workspace) -> dict[str, Cell]:
    return {"name": workspace.name, "plan": workspace.plan, "tenant": workspace.tenant or ""}


def _workspace_in(workspace: WorkspaceId, cells: Mapping[str, Cell]) -> Workspace:
    tenant = text_in(cells, "tenant")
    return Workspace(
        id=workspace,
        name=text_in(cells, "name"),
        plan=text_in(cells, "plan"),
        tenant=TenantId(tenant) if tenant else None,
    )


def _connection_cells(connection: Connection) -> dict[str, Cell]:
    return {
        "tenant": connection.tenant,
        "status": connection.status.value,
        "code": connection.code,
        "reason": connection.reason,
        "failedAt": time_cell(connection.failed_at),
        "triedAt": time_cell(connection.tried_at),
        "since": time_cell(connection.since),
        "consent": consent_cell(connection.consent),
    }


def _connection_in(cells: Mapping[str, Cell]) -> Connection:
    return Connection(
        tenant=TenantId(text_in(cells, "tenant")),
        status=ConnectionStatus(text_in(cells, "status")),
        code=text_in(cells, "code"),
        reason=text_in(cells, "reason"),
        failed_at=time_in(cells, "failedAt"),
        tried_at=time_in(cells, "triedAt"),
        since=time_in(cells, "since"),
        consent=consent_in(cells, "consent"),
    )


def _rulebook_cells(rulebook: Rulebook) -> dict[str, Cell]:
    return {
        "options": json_cell(options_to_json(rulebook.options)),
        "fields": json_cell(settings_to_json(rulebook.settings)),
        "confirmedAt": time_cell(rulebook.confirmed_at),
    }


def _rulebook_in(cells: Mapping[str, Cell]) -> Rulebook:
    return Rulebook(
        options=options_from_json(json_in(cells, "options")),
        settings=settings_from_json(json_in(cells, "fields")),
        confirmed_at=time_in(cells, "confirmedAt"),
    )
