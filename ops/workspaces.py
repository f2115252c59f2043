"""The workspaces, with what keeps each from syncing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ops.exits import Exit
from ops.words import at, count
from sync_core.ports import value_of
from sync_core.side_by_side import each

if TYPE_CHECKING:
    import argparse

    from ops.desk import Desk
    from sync_core.domain.ids import WorkspaceId
    from sync_core.domain.workspaces import Connection, Workspace
    from sync_core.flows.services import Services

#  Four reads for each.
_AT_A_TIME = 8


@dataclass(frozen=True, slots=True)
class _Shown:
    workspace: Workspace
    connection: Connection | None
    confirmed: bool
    groups: int
    schedules_on: int

    @property
    def status(self) -> str:
        return "none" if self.connection is None else self.connection.status.value


async def list_workspaces(given: argparse.Namespace, desk: Desk) -> Exit:
    """Print up to ``--limit`` workspaces in order of their ids."""
    ids = sorted([workspace async for workspace in desk.services.workspaces.all()])
    with desk.out.progress("Looking at workspaces", total=min(len(ids), given.limit)) as advance:

        async def look(workspace: WorkspaceId) -> _Shown | None:
            shown = await _look(desk.services, workspace)
            advance(1)
            return shown

        looked = await each(look, ids[: given.limit], limit=_AT_A_TIME)
    found = [one for one in looked if one is not None]
    desk.out.document({"workspaces": [_document(one) for one in found], "more": len(ids) > given.limit})
    desk.out.table(
        ["workspace", "~name", "plan", "connection", "since", "why", "settings", "#groups", "#schedules on"],
        [_row(one) for one in found],
        empty="There is no workspace.",
    )
    if len(ids) > given.limit:
        desk.out.note(f"The first {given.limit:,} of {count(len(ids), 'workspace')}; --limit shows more.")
    return Exit.WELL


async def _look(services: Services, workspace: WorkspaceId) -> _Shown | None:
    found = value_of(await services.workspaces.workspace(workspace))
    if found is None:
        return None
    return _Shown(
        found,
        value_of(await services.workspaces.connection(workspace)),
        confirmed=(await services.workspaces.rulebook(workspace)).value.confirmed_at is not None,
        groups=sum([1 async for _ in services.groups.all(workspace)]),
        schedules_on=sum([1 async for _, schedule, _ in services.schedules.all(workspace) if schedule.enabled]),
    )


def _row(one: _Shown) -> tuple[object, ...]:
    connection = one.connection
    since, code = (None, "") if connection is None else (connection.since, connection.code)
    confirmed = "confirmed" if one.confirmed else "not confirmed"
    workspace = one.workspace
    return (
        workspace.id,
        workspace.name,
        workspace.plan,
        one.status,
        at(since),
        code,
        confirmed,
        one.groups,
        one.schedules_on,
    )


def _document(one: _Shown) -> dict[str, Any]:
    connection = one.connection
    since = None if connection is None else connection.since
    return {
        "workspaceId": one.workspace.id,
        "name": one.workspace.name,
        "plan": one.workspace.plan,
        "connection": one.status,
        "connectedTenantId": None if connection is None else connection.tenant,
        "since": None if since is None else since.isoformat(),
        "code": "" if connection is None else connection.code,
        "settingsConfirmed": one.confirmed,
        "groups": one.groups,
        "schedulesOn": one.schedules_on,
    }
