"""Notice that a group is not in Entra any more, and that it is back.

A new or restored group can answer "not found" for a while, so one night is no proof. When another night confirms it,
the schedule is paused by the system; nobody is touched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.domain.schedule import night_of

if TYPE_CHECKING:
    from sync_core.domain.ids import GroupId, WorkspaceId
    from sync_core.flows.claimed_run import ClaimedRun
    from sync_core.flows.services import Services


async def note_missing(services: Services, claimed: ClaimedRun) -> None:
    order, group = claimed.order, claimed.group
    night = order.night or night_of(services.clock.now())
    since = group.missing_since or night
    await services.groups.save_presence(order.workspace, order.group, missing_since=since, is_gone=night > since)
    services.log.warning("group_missing", workspace=order.workspace, group=order.group, since=since.isoformat())


async def note_present(services: Services, claimed: ClaimedRun) -> None:
    if claimed.group.missing_since is not None:
        await forget_missing(services, claimed.order.workspace, claimed.order.group)


async def forget_missing(services: Services, workspace: WorkspaceId, group: GroupId) -> None:
    """Let the next run ask Entra again."""
    await services.groups.save_presence(workspace, group, missing_since=None, is_gone=False)
