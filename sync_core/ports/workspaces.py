"""What is kept of customers and their linked groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from sync_core.ports.rows import MAX_ROWS_PER_READ

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import date

    from sync_core.domain.directory import LinkedGroup
    from sync_core.domain.glance import Glance
    from sync_core.domain.ids import EntraGroupId, GroupId, TenantId, WorkspaceId
    from sync_core.domain.runs import RunSummary
    from sync_core.domain.workspaces import Connection, Rulebook, Workspace
    from sync_core.ports.stored import Stored


class Workspaces(Protocol):
    """Customers: plan, connection to Entra, field settings and sync options."""

    async def workspace(self, workspace: WorkspaceId) -> Stored[Workspace] | None: ...

    async def save_workspace(
        self, workspace: Workspace, *, read: Stored[Workspace] | None, connection: Stored[Connection] | None = None
    ) -> str:
        """Store what follows *read* (None: it must not exist yet); return the new ETag.

        *connection*: stored over the one with its ETag; both are stored, or none.

        Raises:
            RowConflict: somebody else changed one of them.
        """

    def managed_by(
        self, tenant: TenantId, *, after: WorkspaceId | None = None, at_a_time: int = MAX_ROWS_PER_READ
    ) -> AsyncIterator[Workspace]:
        """Yield the workspaces behind *after* that the tenant manages, in order of their ids.

        Read *at_a_time*, as far as they are asked for.
        """

    def all(self) -> AsyncIterator[WorkspaceId]:
        """Yield every workspace, in no order that means anything."""

    def connections(self) -> AsyncIterator[tuple[WorkspaceId, Stored[Connection]]]:
        """Yield the connection of every workspace that has one, in no order that means anything."""

    async def connection(self, workspace: WorkspaceId) -> Stored[Connection] | None: ...

    async def put_connection(self, workspace: WorkspaceId, connection: Connection) -> None: ...

    async def save_connection(self, workspace: WorkspaceId, connection: Connection, *, etag: str | None) -> str:
        """Store by ETag (None: it must not exist yet); return the new ETag.

        Raises:
            RowConflict: somebody else changed the connection.
        """

    async def rulebook(self, workspace: WorkspaceId) -> Stored[Rulebook]:
        """Return the field settings and sync options, the defaults (not confirmed) where none were saved."""

    async def put_rulebook(self, workspace: WorkspaceId, rulebook: Rulebook) -> None: ...

    async def save_rulebook(self, workspace: WorkspaceId, rulebook: Rulebook, *, etag: str) -> str:
        """Store by the ETag that `rulebook` returned, empty where nothing was saved; return the new one.

        Raises:
            RowConflict: somebody else saved other rules.
        """


class Groups(Protocol):
    """A workspace's linked groups, each with the summary of its last run."""

    async def group(self, workspace: WorkspaceId, group: GroupId) -> Stored[LinkedGroup] | None: ...

    def all(
        self, workspace: WorkspaceId, *, after: GroupId | None = None, at_a_time: int = MAX_ROWS_PER_READ
    ) -> AsyncIterator[tuple[LinkedGroup, RunSummary | None]]:
        """Yield the workspace's linked groups behind *after* with their last runs, in order of their ids.

        Read *at_a_time*, as far as they are asked for.
        """

    async def last_run(self, workspace: WorkspaceId, group: GroupId) -> RunSummary | None: ...

    def glances(self, workspace: WorkspaceId) -> AsyncIterator[tuple[LinkedGroup, Glance]]:
        """Yield all of the workspace's linked groups with their syncs in short, in order of their ids."""

    async def glance(self, workspace: WorkspaceId, group: GroupId) -> Glance:
        """Return the group's syncs in short; of a group that is not linked there is nothing to tell."""

    async def change_glance(self, workspace: WorkspaceId, group: GroupId, *, before: Glance, after: Glance) -> None:
        """Store what differs; the rest stays as others may have left it meanwhile.

        A group that was unlinked stays unlinked.
        """

    async def add(self, workspace: WorkspaceId, group: LinkedGroup) -> bool:
        """Link a group; False, and nothing stored, where it is linked or its Entra group is, to any of the workspace.

        False as well where its generation is not newer than the last one.
        """

    async def linked_to(self, workspace: WorkspaceId, entra_group: EntraGroupId) -> GroupId | None:
        """Return the workspace's group that is linked to *entra_group*."""

    async def last_generation(self, workspace: WorkspaceId, group: GroupId) -> int:
        """Return the generation of the group's link, or of its last one; 0 where it was never linked."""

    def half_unlinked(self) -> AsyncIterator[tuple[WorkspaceId, GroupId]]:
        """Yield every group of every workspace that is marked and still linked."""

    async def mark_unlinking(self, workspace: WorkspaceId, group: LinkedGroup) -> bool:
        """Say that the group's link is being ended; False where it is not linked as *group* says any more."""

    async def remove(self, workspace: WorkspaceId, group: LinkedGroup) -> None:
        """End the group's link, and free its Entra group for another; the generation is remembered.

        What is not linked as *group* says any more is left alone.
        """

    def ever_linked(self) -> AsyncIterator[tuple[WorkspaceId, GroupId]]:
        """Yield every group of every workspace that is or was linked, in no order that means anything."""

    async def save_details(self, workspace: WorkspaceId, group: LinkedGroup) -> None:
        """Store name, description and member count; the summary of the last run stays as it is."""

    async def save_presence(
        self, workspace: WorkspaceId, group: GroupId, *, missing_since: date | None, is_gone: bool
    ) -> None:
        """Store since when Entra says that the group is not there, and whether that was confirmed."""
