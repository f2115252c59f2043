"""Cancel a run: one that has not begun ends at once, one that has begun is asked to stop.

The wish lies in the run's own record, beside what the run itself writes there: whoever of the two comes second keeps
what the other wrote (`record_run`). The run looks at it with each renewal of its lease, and so does whoever takes the
run over, so that no crash loses it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sync_core.domain.cancelling import with_cancel_asked
from sync_core.domain.errors import RowConflict, SyncRefused, TryAgainLater
from sync_core.domain.orders import SyncOrder
from sync_core.flows.note_work import note_over
from sync_core.flows.start_run import PATIENCE

if TYPE_CHECKING:
    from sync_core.domain.ids import GroupId, RunId, WorkspaceId
    from sync_core.domain.runs import Run
    from sync_core.flows.services import Services

#  A run at work writes its record every half a minute or so; this many conflicts in a row mean trouble.
_ROUNDS = 8

_SOON = timedelta(seconds=5)


async def cancel_run(services: Services, workspace: WorkspaceId, group: GroupId, run: RunId, *, by: str) -> Run:
    """Cancel *run* and return its record as it is now; asked for again, it is the same. *by*: an id, for the log.

    Raises:
        SyncRefused: ``run-not-found``; ``run-over``; ``not-cancellable``: it carries out a decision or ends a link.
        TryAgainLater: the record kept changing.
    """
    for _ in range(_ROUNDS):
        found = await services.runs.run(workspace, group, run)
        if found is None:
            raise SyncRefused("run-not-found", "The group has no run with this id, or its history has expired.")
        wanted = with_cancel_asked(found.value, at=services.clock.now())
        if wanted == found.value or await _is_stored(services, workspace, group, wanted, etag=found.etag):
            services.log.info("run_cancel_asked", workspace=workspace, group=group, run=run, by=by)
            if wanted.is_over:
                await note_over(services, workspace, group, wanted)
            else:
                await _send_for_it(services, workspace, group, wanted)
            return wanted
    raise TryAgainLater("the run's record keeps changing", after=_SOON)


async def _is_stored(services: Services, workspace: WorkspaceId, group: GroupId, run: Run, *, etag: str) -> bool:
    try:
        await services.runs.save(workspace, group, run, etag=etag)
    except RowConflict:
        found = await services.runs.run(workspace, group, run.id)
        #  Our own write, repeated by the storage client because its answer was lost.
        return found is not None and found.value == run
    return True


async def _send_for_it(services: Services, workspace: WorkspaceId, group: GroupId, run: Run) -> None:
    """Let a delivery end the run where it waits to be tried again, at once, or where its process died, soon.

    For a run that lives to end itself it is a repeat.
    """
    now = services.clock.now()
    found = await services.states.state(workspace, group)
    left = None if found is None else found.value.lease_left(now=now)
    order = SyncOrder(
        workspace, group, now + PATIENCE, run=run.id, mode=run.mode, about=run.about, generation=run.generation
    )
    await services.orders.send(order, delay=None if left is None else left + _SOON)
