"""Runs that wait until the test carries them out: how a page that watches one is tried."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from sync_core.domain.ids import GroupId
from sync_core.domain.runs import Mode, Run, RunState, Trigger
from sync_core.flows.run_order import run_order
from sync_core.flows.start_run import order_for

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator

    from devkit.office import Office
    from sync_core.domain.entra import MembersPage
    from sync_core.domain.ids import EntraGroupId, TenantId
    from sync_core.domain.orders import SyncOrder
    from sync_core.ports.entra import Entra


@dataclass(frozen=True, slots=True)
class RunAtHand:
    """A run that is queued, and whose order is in nobody's queue."""

    office: Office
    order: SyncOrder

    @property
    def address(self) -> str:
        return f"run={self.order.group}/{self.order.run}"

    async def carry_out(self) -> None:
        await run_order(self.office.services, self.order)

    async def carry_out_once(self, let_go: asyncio.Event) -> None:
        """Begin, and read nobody from Entra before *let_go* is set."""
        services = self.office.services
        held = cast("Entra", _HeldEntra(services.entra, let_go))
        await run_order(replace(services, entra=held), self.order)


class _HeldEntra:
    """Entra, whose lists of members come once *let_go* is set."""

    def __init__(self, entra: Entra, let_go: asyncio.Event) -> None:
        self._entra = entra
        self._let_go = let_go

    def __getattr__(self, name: str) -> Any:
        return getattr(self._entra, name)

    async def members(self, tenant: TenantId, group: EntraGroupId, *, nested: bool) -> AsyncIterator[MembersPage]:
        await self._let_go.wait()
        async for page in self._entra.members(tenant, group, nested=nested):
            yield page


async def queue(office: Office, group: str, mode: Mode = Mode.SYNC) -> RunAtHand:
    """Let a run of *group* be asked for, and wait."""
    services = office.services
    order = await order_for(services, office.workspace, GroupId(group), mode=mode)
    if order.run is None or order.generation is None:
        raise ValueError("an order by hand names its run and the link that it is for")
    queued = Run(
        order.run,
        Trigger.MANUAL,
        RunState.QUEUED,
        mode=mode,
        generation=order.generation,
        queued_at=services.clock.now(),
    )
    await services.runs.save(office.workspace, order.group, queued, etag=None)
    return RunAtHand(office, order)


async def disturb_entra(office: Office, group: str, **effect: Any) -> None:
    """Let this befall the next page of the group's members, such as ``status=403``."""
    path = rf"/groups/{office.entra_group(group)['id']}/(transitiveM|m)embers"
    await office.stack.control.add_fault({"method": "GET", "path": path, **effect})
