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

if TYPE_CHECKING:
    from sync_core.domain.ids import GroupId, RunId, WorkspaceId
    from sync_core.domain.runs import Mode
    from sync_core.flows.services import Services

#  Who asked is waiting for it; a day later the answer would surprise.
_PATIENCE = timedelta(hours=20)


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
    queued = Run(
        id=run_id,
        trigger=Trigger.MANUAL,
        state=RunState.QUEUED,
        mode=mode,
        about=about,
        generation=around.group.generation,
        queued_at=now,
    )
    #  The order first: a record without an order would wait for ever, an order makes its own record.
    order = SyncOrder(
        workspace, group, now + _PATIENCE, run=run_id, mode=mode, about=about, generation=around.group.generation
    )
    await services.orders.send(order)
    with suppress(RowConflict):
        await services.runs.save(workspace, group, queued, etag=None)
    services.log.info("run_ordered", workspace=workspace, group=group, run=run_id, mode=mode.value)
    return queued


async def refuse_while_active(services: Services, workspace: WorkspaceId, group: GroupId) -> None:
    """Refuse to go on while a run of the group is at work.

    Raises:
        SyncRefused: ``run-active``; its sentence names the run.
    """
    state = await services.states.state(workspace, group)
    if state is not None and state.value.lease_left(now=services.clock.now()) is not None:
        raise SyncRefused("run-active", f"Run {state.value.run} of this group is at work.")
