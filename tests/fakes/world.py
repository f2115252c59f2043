"""The whole product in memory: real flows and adapters over memory tables, a memory queue and a memory Entra."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sync_core.adapters.queues.orders import GROUP_SYNCS, GROUP_SYNCS_POISON
from sync_core.domain.ids import EntraGroupId, GroupId, TenantId, WorkspaceId
from sync_core.domain.schedule import Cadence, midnight_of, night_of
from sync_core.domain.workspaces import Rulebook, Workspace
from sync_core.flows.deliver_order import deliver_order
from sync_core.flows.enqueue_due import enqueue_due
from sync_core.flows.manage_schedules import put_schedule
from sync_core.flows.set_up_workspace import confirm_rules, connect, link_group, put_workspace
from sync_core.wiring import assemble
from tests.fakes.clock import FakeClock
from tests.fakes.memory_entra import MemoryEntra
from tests.fakes.memory_queue import MemoryQueue
from tests.fakes.memory_tables import MemoryTables
from tests.fakes.telemetry import RecordingTelemetry
from tests.fakes.tokens import TENANT as TENANT_OF_TOKENS
from tests.fakes.tokens import Signer

if TYPE_CHECKING:
    from sync_core.domain.directory import Recipient
    from sync_core.domain.runs import Run
    from sync_core.flows.services import Services

WORKSPACE = WorkspaceId("acme")
TENANT = TenantId(TENANT_OF_TOKENS)
DAILY = Cadence("daily")


@dataclass
class World:
    """One customer, everything in memory."""

    entra: MemoryEntra = field(default_factory=MemoryEntra)
    clock: FakeClock = field(default_factory=FakeClock)
    tables: MemoryTables = field(default_factory=MemoryTables)

    def __post_init__(self) -> None:
        self.queue = MemoryQueue(self.clock.now)
        self.signer = Signer(self.clock.now)
        self.telemetry = RecordingTelemetry()
        self.keys = self.signer.keys
        self.services: Services = assemble(
            tables=self.tables,
            sender=self.queue,
            clock=self.clock,
            entra=self.entra,
            signing_keys=self.keys,
            telemetry=self.telemetry,
        )

    async def set_up(self, rulebook: Rulebook | None = None, *, groups: tuple[str, ...] | None = None) -> World:
        """Connect the workspace, link *groups* (all of the tenant's) under their own ids and schedule them daily."""
        await put_workspace(self.services, Workspace(WORKSPACE, "Acme", "enterprise", TENANT))
        await connect(self.services, WORKSPACE, tenant=TENANT)
        await confirm_rules(self.services, WORKSPACE, rulebook or Rulebook())
        for group in self.entra.groups if groups is None else groups:
            await link_group(self.services, WORKSPACE, GroupId(group), entra_group=EntraGroupId(group))
            await put_schedule(self.services, WORKSPACE, GroupId(group), cadence=DAILY, enabled=True)
        return self

    async def night(self, *, together: bool = False) -> list[Run]:
        """Move on to the next midnight, fire the timer and work off the queue; return that night's runs."""
        tonight = night_of(self.clock.now()) + timedelta(days=1)
        self.clock.move_to(midnight_of(tonight))
        await enqueue_due(self.services)
        await (self.drain_together() if together else self.drain())
        return await self.runs_of(tonight)

    async def drain(self) -> None:
        """Deliver every order, moving the clock to where hidden ones become visible."""
        while messages := self.queue.messages(GROUP_SYNCS):
            first = min(message.visible_at for message in messages)
            if first > self.clock.now():
                self.clock.move_to(first)
            text = self.queue.receive(GROUP_SYNCS)
            if text is not None:
                await deliver_order(self.services, text)

    async def drain_together(self) -> None:
        """Deliver every order that is visible now at the same time, then whatever that put off."""
        texts = []
        while (text := self.queue.receive(GROUP_SYNCS)) is not None:
            texts.append(text)
        await asyncio.gather(*(deliver_order(self.services, text) for text in texts))
        await self.drain()

    async def runs_of(self, night: Any) -> list[Run]:
        return [
            run
            async for group, _ in self.services.groups.all(WORKSPACE)
            async for run in self.services.runs.newest_first(WORKSPACE, group.id)
            if run.night == night
        ]

    async def recipients(self) -> dict[str, Recipient]:
        """Return everybody by Entra id, or by our own where no Entra user is linked."""
        return {person.entra_id or person.id: person async for person in self.services.people.all(WORKSPACE)}

    async def members(self, group: str) -> set[str]:
        """Return the Entra ids of the people who have a card in *group*."""
        people = await self.recipients()
        return {key for key, person in people.items() if GroupId(group) in person.cards}

    def poison(self) -> list[str]:
        return [message.text for message in self.queue.messages(GROUP_SYNCS_POISON)]


def a_user(user: str, **properties: Any) -> dict[str, Any]:
    """Return a user as Graph would."""
    return {
        "id": user,
        "displayName": f"Person {user}",
        "mail": f"{user}@example.com",
        "userPrincipalName": f"{user}@example.com",
        "accountEnabled": True,
        "userType": "Member",
    } | properties


def a_group(group: str, *members: str, **properties: Any) -> dict[str, Any]:
    refs = [{"@odata.type": "#microsoft.graph.user", "id": member} for member in members]
    return {"id": group, "displayName": f"Group {group}", "description": None, "members": refs} | properties


def a_tenant(users: list[dict[str, Any]], groups: list[dict[str, Any]]) -> MemoryEntra:
    return MemoryEntra({user["id"]: user for user in users}, {group["id"]: group for group in groups})
