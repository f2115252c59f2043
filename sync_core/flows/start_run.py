"""Start a run that somebody asked for: its order on the queue, its record as queued."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from sync_core.domain.eligibility import NEED_NO_ENTRA, link_reason, workspace_reason
from sync_core.domain.errors import RowConflict, SyncRefused
from sync_core.domain.orders import SyncOrder
from sync_core.domain.runs import Run, RunState, Trigger, manual_run_id
from sync_core.flows.circumstances import circumstances
from sync_core.flows.note_work import note_queued

if TYPE_CHECKING:
    from sync_core.domain.ids import GroupId, RunId, WorkspaceId
    from sync_core.domain.runs import Mode
    from sync_core.flows.services import Services

#  Who asked is waiting for it; a day later the answer would surprise.
PATIENCE = timedelta(hours=20)


async def start_run(
    services: Services,
    workspace: WorkspaceId,
    group: GroupId,
    *,
    mode: Mode,
    about: RunId | None = None,
    run: RunId | None = None,
) -> Run:
    """Order a run and return it, queued; it waits for another run of the group that is at work.

    *run*: its id, where the caller must be able to ask twice for the same one.

    Raises:
        SyncRefused: as `order_for`.
    """
    order = await order_for(services, workspace, group, mode=mode, about=about, run=run)
    return await place_order(services, order)


async def order_for(
    services: Services,
    workspace: WorkspaceId,
    group: GroupId,
    *,
    mode: Mode,
    about: RunId | None = None,
    run: RunId | None = None,
) -> SyncOrder:
    """Return the order of a run that may be started as things stand; nothing is sent yet.

    Raises:
        SyncRefused: ``group-not-linked``, ``unlinking``, or what keeps the workspace from syncing:
            ``plan-required``, ``not-connected``, ``settings-not-confirmed``.
    """
    around = await circumstances(services, workspace, group)
    if around is None:
        raise SyncRefused("group-not-linked", "There is no linked group with this id in the workspace.")
    reason = link_reason(around.group, mode)
    if reason is None and mode not in NEED_NO_ENTRA:
        reason = workspace_reason(around)
    if reason is not None:
        raise SyncRefused(reason.code, reason.text)
    now = services.clock.now()
    run_id = run or manual_run_id(now, mode=mode, request=services.new_token())
    generation = around.group.generation
    return SyncOrder(workspace, group, now + PATIENCE, run=run_id, mode=mode, about=about, generation=generation)


async def place_order(services: Services, order: SyncOrder) -> Run:
    """Send *order*, which was asked for by hand, and return its run, queued. Doing so twice makes one run.

    Raises:
        ValueError: it is a night's order.
    """
    if order.run is None or order.generation is None:
        raise ValueError("an order that is placed by hand names its run and the link that it is for")
    queued = Run(
        id=order.run,
        trigger=Trigger.MANUAL,
        state=RunState.QUEUED,
        mode=order.mode,
        about=order.about,
        generation=order.generation,
        queued_at=services.clock.now(),
    )
    #  The order first: a record without an order would wait for ever, an order makes its own record.
    await services.orders.send(order)
    with suppress(RowConflict):
        await services.runs.save(order.workspace, order.group, queued, etag=None)
        await note_queued(services, order.workspace, order.group, queued)
    services.log.info(
        "run_ordered", workspace=order.workspace, group=order.group, run=order.run, mode=order.mode.value
    )
    return queued
