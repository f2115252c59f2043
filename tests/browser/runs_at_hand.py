"""Runs that wait until the test carries them out: how a page that watches one is tried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sync_core.domain.ids import GroupId
from sync_core.domain.runs import Mode, Run, RunState, Trigger
from sync_core.flows.run_order import run_order
from sync_core.flows.start_run import order_for

if TYPE_CHECKING:
    from devkit.office import Office
    from sync_core.domain.orders import SyncOrder


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
    """Let this befall the next page of the group's members, such as ``delaySeconds=4`` or ``status=403``."""
    path = rf"/groups/{office.entra_group(group)['id']}/(transitiveM|m)embers"
    await office.stack.control.add_fault({"method": "GET", "path": path, **effect})
