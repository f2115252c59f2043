"""A customer of a running stack: a tenant of its own and the workspace that syncs it, put into any state."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import IntEnum, auto
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from devkit.demo_admins import contoso_admin
from devkit.demo_workspace import PlannedGroup, as_in_the_demo
from devkit.nights import offset_to
from devkit.stack_settings import CLIENT_ID
from devkit.tenants.demo_tenant import demo_tenant
from devkit.tenants.mutations import mutation_from_json
from sync_core.domain.errors import EntraRefused, TryAgainLater
from sync_core.domain.ids import GroupId, TenantId, WorkspaceId
from sync_core.domain.orders import SyncOrder
from sync_core.domain.plans import ENTERPRISE
from sync_core.domain.runs import Mode, night_run_id
from sync_core.domain.workspaces import Workspace
from sync_core.flows.manage_schedules import put_schedule
from sync_core.flows.run_order import run_order
from sync_core.flows.set_up_workspace import confirm_rules, connect, link_group, put_workspace
from sync_core.flows.start_run import order_for
from sync_core.wiring import SystemClock

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from devkit.functions_host.people import Person
    from devkit.stack import Insight, Stack
    from devkit.tenants.tenant_file import Entity, TenantFile
    from sync_core.domain.ids import RunId
    from sync_core.domain.runs import Run
    from sync_core.domain.workspaces import Rulebook
    from sync_core.flows.services import Services

#  One delivery can find a person at work in another group.
_DELIVERIES = 20


class Stage(IntEnum):
    """How far a customer has come; each stage has what those before it have."""

    NEW = auto()
    CONNECTED = auto()
    CONFIRMED = auto()
    LINKED = auto()
    SCHEDULED = auto()


@dataclass(frozen=True, slots=True)
class Office:
    """The demo tenant under an id of its own, and its workspace; nobody else's syncs or tests see either.

    Its groups are called as in `make run`: ``sales``, ``engineering``, ``leadership``, ``equipe-geneve``,
    ``partner-network``, ``berlin-site`` (weekly), ``product``, ``newcomers`` (paused).
    """

    stack: Stack
    insight: Insight
    tenant: TenantFile
    tenant_id: str
    workspace: WorkspaceId

    @property
    def services(self) -> Services:
        """The product's own services, to ask or to arrange what no method here does."""
        return self.insight.services

    def admin(self, role: str = "manage") -> Person:
        """Return the person with the role ``manage``, ``read`` or ``none`` in this office's tenant."""
        return contoso_admin(role, tenant=self.tenant_id)

    async def use_plan(self, plan: str) -> None:
        workspace = Workspace(self.workspace, "Contoso", plan, TenantId(self.tenant_id))
        await put_workspace(self.services, workspace)

    async def connect(self) -> None:
        """Connect the workspace to its tenant, which has consented."""
        await connect(self.services, self.workspace, tenant=TenantId(self.tenant_id))

    async def confirm_rules(self, rulebook: Rulebook | None = None) -> None:
        known = await self.services.workspaces.rulebook(self.workspace)
        await confirm_rules(self.services, self.workspace, rulebook or known.value)

    async def link(self, only: Collection[str] | None = None, *, scheduled: bool = True) -> None:
        """Link the tenant's groups, or *only* those with these ids."""
        for group in self._planned():
            if only is None or group.id in only:
                await link_group(self.services, self.workspace, group.id, entra_group=group.entra_id)
                if scheduled:
                    await put_schedule(
                        self.services, self.workspace, group.id, cadence=group.cadence, enabled=group.enabled
                    )

    async def sync(self, group: str) -> Run:
        """Sync *group* now, as if asked for by hand, and return the run when it is over."""
        order = await order_for(self.services, self.workspace, GroupId(group), mode=Mode.SYNC)
        if order.run is None:
            raise ValueError("an order by hand names its run")
        await _carry_out(self.services, order)
        return await self._run(GroupId(group), order.run)

    async def night(self, *, days_ago: int = 0) -> dict[str, Run]:
        """Live through the midnight that began today, or an earlier day; return the runs of the groups due."""
        night = datetime.now(UTC).date() - timedelta(days=days_ago)
        services = replace(self.services, clock=SystemClock(offset_to(night)))
        due = [
            group
            async for group, schedule, _ in services.schedules.all(self.workspace)
            if schedule.is_on and schedule.cadence.is_due(night)
        ]
        not_after = services.clock.now() + timedelta(hours=1)
        runs: dict[str, Run] = {}
        for group in due:
            await _carry_out(services, SyncOrder(self.workspace, group, not_after, night=night))
            linked = await services.groups.group(self.workspace, group)
            generation = 1 if linked is None else linked.value.generation
            runs[group] = await self._run(group, night_run_id(night, generation=generation))
        return runs

    async def change(self, *mutations: dict[str, Any]) -> None:
        """Let this happen in Entra, said as in a file of mutations, such as ``{"op": "disableUser", "user": id}``."""
        checked = [mutation_from_json(mutation, place="the office") for mutation in mutations]
        await self.stack.control.apply(self.tenant_id, checked)

    async def many_leave(self, group: str, number: int = 6) -> None:
        """Let so many of the group's people leave it that the next sync of it is held."""
        entra = self.entra_group(group)
        leaving = [
            {"op": "removeMember", "group": entra["id"], "user": user["id"]}
            for user in self.people_of(group)[:number]
        ]
        await self.change(*leaving)

    async def hold(self, group: str = "berlin-site") -> Run:
        """Sync *group*, let many of its people leave, and return the next run, which is held."""
        await self.sync(group)
        await self.many_leave(group)
        return await self.sync(group)

    async def revoke_consent(self) -> None:
        """Let the admin take the consent back, and forget this process's token from before.

        Entra goes on honouring such a token for its hour. The host has one once it has called Graph for the tenant.
        """
        await self.stack.control.revoke_consent(self.tenant_id, CLIENT_ID)
        with suppress(EntraRefused):
            await self.services.entra.check(TenantId(self.tenant_id))

    def entra_group(self, group: str) -> Entity:
        """Return the tenant's group that is linked as *group*."""
        entra_id = next(planned.entra_id for planned in self._planned() if planned.id == group)
        return next(entity for entity in self.tenant.groups if entity["id"] == entra_id)

    def people_of(self, group: str) -> list[Entity]:
        """Return the enabled colleagues among the tenant's members of *group*."""
        members = {member["id"] for member in self.entra_group(group)["members"]}
        return [
            user
            for user in self.tenant.users
            if user["id"] in members and user["userType"] == "Member" and user["accountEnabled"]
        ]

    async def _run(self, group: GroupId, run: RunId) -> Run:
        found = await self.services.runs.run(self.workspace, group, run)
        if found is None:
            raise ValueError(f"there is no run {run} of {group}")
        return found.value

    def _planned(self) -> Sequence[PlannedGroup]:
        return as_in_the_demo(self.tenant.groups, tonight=datetime.now(UTC).date())


async def open_office(
    stack: Stack,
    insight: Insight,
    *,
    stage: Stage = Stage.SCHEDULED,
    plan: str = ENTERPRISE,
    tenant: TenantFile | None = None,
    tenant_id: str | None = None,
) -> Office:
    """Let the simulator hold another tenant, and bring its workspace to *stage*; nothing has synced.

    *tenant*: instead of the demo's. *tenant_id*: of a tenant that others use as well.
    """
    tenant_id, tenant = tenant_id or str(uuid4()), tenant or demo_tenant()
    office = Office(stack, insight, tenant, tenant_id, WorkspaceId(f"office-{tenant_id[:8]}"))
    await stack.load_tenant(tenant_id, tenant)
    await office.use_plan(plan)
    if stage >= Stage.CONNECTED:
        await office.connect()
    if stage >= Stage.CONFIRMED:
        await office.confirm_rules()
    if stage >= Stage.LINKED:
        await office.link(scheduled=stage >= Stage.SCHEDULED)
    return office


async def _carry_out(services: Services, order: SyncOrder) -> None:
    """Carry out *order* here and now, delivered again at once where it would have to wait.

    Raises:
        TryAgainLater: each delivery was put off.
    """
    for _ in range(_DELIVERIES):
        with suppress(TryAgainLater):
            return await run_order(services, order)
    return await run_order(services, order)
