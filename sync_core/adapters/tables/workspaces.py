"""Customers in Table Storage: one partition each, with a row per thing that changes by itself."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from sync_core.adapters.cells import json_cell, json_in, number_in, text_in, time_cell, time_in
from sync_core.adapters.rows import expected
from sync_core.adapters.tables.consent_cell import consent_cell, consent_in
from sync_core.adapters.tables.names import TENANT_WORKSPACES, WORKSPACES
from sync_core.domain.errors import RowConflict
from sync_core.domain.field_settings_json import settings_from_json, settings_to_json
from sync_core.domain.ids import TenantId, WorkspaceId
from sync_core.domain.options import options_from_json, options_to_json
from sync_core.domain.workspaces import Connection, ConnectionStatus, Rulebook, Workspace
from sync_core.ports import MAX_ROWS_PER_READ, RowWrite, Stored, etag_of, value_of
from sync_core.side_by_side import each

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from sync_core.ports import Cell, StoredRow, TableStore

#  In the order of the rows: what scans by them counts on it.
_WORKSPACE = "workspace"
_CONNECTION = "connection"
_OPTIONS = "options"

_READS_AT_A_TIME = 25


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

    async def save_workspace(
        self, workspace: Workspace, *, read: Stored[Workspace] | None, connection: Stored[Connection] | None = None
    ) -> str:
        """Store the workspace. The tenants' index is added to before and cleared after it: it never lacks one.

        What is cleared is the index row as it was beforehand: whoever gives the workspace back to the tenant
        meanwhile writes it anew.
        """
        before = None if read is None else read.value.tenant
        listed = None if _index(before) == _index(workspace.tenant) else await self._listed(before, workspace.id)
        if workspace.tenant is not None and _index(before) != _index(workspace.tenant):
            await self._store.write(
                TENANT_WORKSPACES, _index(workspace.tenant), [RowWrite("upsert", workspace.id, {})]
            )
        writes = [expected(_WORKSPACE, _workspace_cells(workspace), etag=etag_of(read))]
        if connection is not None:
            writes.append(expected(_CONNECTION, _connection_cells(connection.value), etag=connection.etag))
        etag, *_ = await self._store.write(WORKSPACES, workspace.id, writes)
        if listed is not None:
            with suppress(RowConflict):
                delete = RowWrite("delete", listed.key, {}, listed.etag)
                await self._store.write(TENANT_WORKSPACES, listed.partition, [delete])
        return etag

    async def managed_by(
        self, tenant: TenantId, *, after: WorkspaceId | None = None, at_a_time: int = MAX_ROWS_PER_READ
    ) -> AsyncIterator[Workspace]:
        """Yield what the index names, once the workspace's own row says the same: that row alone decides."""
        rows = self._store.query(TENANT_WORKSPACES, _index(tenant), after=after, select=(), at_a_time=at_a_time)
        async for piece in _in_pieces(rows, min(at_a_time, _READS_AT_A_TIME)):
            found = await each(self.workspace, (WorkspaceId(row.key) for row in piece), limit=_READS_AT_A_TIME)
            for workspace in filter(None, map(value_of, found)):
                if _index(workspace.tenant) == _index(tenant):
                    yield workspace

    async def _listed(self, tenant: TenantId | None, workspace: WorkspaceId) -> StoredRow | None:
        return None if tenant is None else await self._store.get(TENANT_WORKSPACES, _index(tenant), workspace)

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


def _index(tenant: TenantId | None) -> str:
    """Return the partition that lists the tenant's workspaces; ids of tenants are the same in any case of letters."""
    return "" if tenant is None else tenant.lower()


async def _in_pieces(rows: AsyncIterator[StoredRow], size: int) -> AsyncIterator[list[StoredRow]]:
    piece: list[StoredRow] = []
    async for row in rows:
        piece.append(row)
        if len(piece) == size:
            yield piece
            piece = []
    yield piece


def _workspace_cells(workspace: Workspace) -> dict[str, Cell]:
    return {
        "name": workspace.name,
        "plan": workspace.plan,
        "tenant": workspace.tenant or "",
        "revision": workspace.revision,
    }


def _workspace_in(workspace: WorkspaceId, cells: Mapping[str, Cell]) -> Workspace:
    tenant = text_in(cells, "tenant")
    return Workspace(
        id=workspace,
        name=text_in(cells, "name"),
        plan=text_in(cells, "plan"),
        tenant=TenantId(tenant) if tenant else None,
        revision=number_in(cells, "revision"),
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
