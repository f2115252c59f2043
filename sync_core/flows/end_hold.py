"""End a list of held removals that nobody has decided about."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sync_core.domain.errors import RowConflict
from sync_core.domain.holds import HoldState

if TYPE_CHECKING:
    from sync_core.domain.ids import GroupId, RunId, WorkspaceId
    from sync_core.flows.services import Services


async def end_hold(services: Services, workspace: WorkspaceId, group: GroupId, run: RunId, state: HoldState) -> bool:
    """Close the list that *run* froze as *state*; False where it is not open, or is decided at this very moment."""
    found = await services.holds.hold(workspace, group, run)
    if found is None or found.value.state is not HoldState.OPEN:
        return False
    try:
        await services.holds.save(workspace, group, replace(found.value, state=state), etag=found.etag)
    except RowConflict:
        return False
    return True
