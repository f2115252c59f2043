"""The workspace of the local stack: connected to the simulated tenant, its groups linked and scheduled."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync_core.domain.ids import EntraGroupId, GroupId, TenantId, WorkspaceId
from sync_core.domain.plans import ENTERPRISE
from sync_core.domain.schedule import Cadence
from sync_core.domain.workspaces import Rulebook, Workspace
from sync_core.flows.manage_schedules import put_schedule
from sync_core.flows.set_up_workspace import confirm_rules, connect, link_group, put_workspace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from devkit.tenants.tenant_file import Entity
    from sync_core.flows.services import Services

WORKSPACE = WorkspaceId("demo")
DAILY = Cadence("daily")

_WEEKLY = "Berlin site"
_PAUSED = "Newcomers"


@dataclass(frozen=True, slots=True)
class PlannedGroup:
    """An Entra group to link as *id*, with its schedule."""

    id: GroupId
    entra_id: EntraGroupId
    cadence: Cadence = DAILY
    enabled: bool = True


def all_daily(groups: Iterable[Entity]) -> list[PlannedGroup]:
    """Plan every group under the id that it has in Entra."""
    return [PlannedGroup(GroupId(group["id"]), EntraGroupId(group["id"])) for group in groups]


def as_in_the_demo(groups: Iterable[Entity], *, tonight: date) -> list[PlannedGroup]:
    """Plan the demo tenant's groups under readable ids: most daily, one weekly and due *tonight*, one paused."""
    weekly = Cadence("weekly", tonight.weekday())
    return [
        PlannedGroup(
            GroupId(_readable(group["displayName"])),
            EntraGroupId(group["id"]),
            cadence=weekly if group["displayName"] == _WEEKLY else DAILY,
            enabled=group["displayName"] != _PAUSED,
        )
        for group in groups
    ]


async def set_up_workspace(services: Services, *, tenant: str, rulebook: Rulebook | None = None) -> None:
    """Make the workspace with confirmed rules; what is there already stays, unless *rulebook* replaces the rules."""
    if await services.workspaces.workspace(WORKSPACE) is None:
        await put_workspace(services, Workspace(WORKSPACE, "Demo", ENTERPRISE, TenantId(tenant)))
    if await services.workspaces.connection(WORKSPACE) is None:
        await connect(services, WORKSPACE, tenant=TenantId(tenant))
    known = await services.workspaces.rulebook(WORKSPACE)
    if rulebook is not None or known.value.confirmed_at is None:
        await confirm_rules(services, WORKSPACE, rulebook or known.value)


async def link_and_schedule(services: Services, groups: Sequence[PlannedGroup]) -> int:
    """Link and schedule those of *groups* that are not linked yet; return how many they were.

    A group that is linked keeps the schedule that it has, or that somebody deleted.
    """
    linked = {group.entra_id async for group, _ in services.groups.all(WORKSPACE)}
    new = [group for group in groups if group.entra_id not in linked]
    for group in new:
        await link_group(services, WORKSPACE, group.id, entra_group=group.entra_id)
        await put_schedule(services, WORKSPACE, group.id, cadence=group.cadence, enabled=group.enabled)
    return len(new)


def _readable(name: str) -> str:
    """Return an id made of the ASCII letters and digits of *name*."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))
