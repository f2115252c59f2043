"""The workspace that the API's tests look at, and what happens to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.domain.directory import LinkedGroup
from sync_core.domain.ids import EntraGroupId, GroupId
from sync_core.domain.workspaces import Rulebook, Workspace
from sync_core.flows.set_up_workspace import confirm_rules, connect, put_workspace
from tests.fakes.world import TENANT, WORKSPACE

if TYPE_CHECKING:
    from sync_core.flows.services import Services

SCHEDULES = "/api/workspaces/acme/schedules"
SALES = "/api/workspaces/acme/groups/sales/schedule"
SALES_RUNS = "/api/workspaces/acme/groups/sales/runs"

DAILY = {"cadence": "daily"}
MONDAYS = {"cadence": "weekly", "dayOfWeek": "monday"}


async def set_up(services: Services) -> None:
    """Connect an Enterprise workspace and link the groups ``sales`` and ``support``."""
    await on_plan(services, "enterprise")
    await connect(services, WORKSPACE, tenant=TENANT)
    await confirm_rules(services, WORKSPACE, Rulebook())
    await link(services, "sales", "support")


async def on_plan(services: Services, plan: str) -> None:
    await put_workspace(services, Workspace(WORKSPACE, "Acme", plan, TENANT))


async def link(services: Services, *groups: str) -> None:
    """Link groups without asking Entra for their names."""
    for group in groups:
        linked = LinkedGroup(GroupId(group), EntraGroupId(f"entra-{group}"), group.capitalize(), "")
        assert await services.groups.add(WORKSPACE, linked)
