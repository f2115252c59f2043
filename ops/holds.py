"""The lists of held removals that wait for a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.exits import Exit
from ops.places import workspaces
from ops.words import at
from sync_core.flows.show_holds import list_waiting

if TYPE_CHECKING:
    import argparse
    from collections.abc import AsyncIterator

    from ops.desk import Desk
    from sync_core.domain.ids import GroupId, WorkspaceId
    from sync_core.flows.services import Services
    from sync_core.flows.show_holds import WaitingList

_PAGE = 200


async def open_holds(services: Services, workspace: str | None) -> AsyncIterator[tuple[WorkspaceId, WaitingList]]:
    """Yield every list that waits, of one workspace or of all."""
    async for one in workspaces(services, workspace):
        after: GroupId | None = None
        while True:
            found, after = await list_waiting(services, one, limit=_PAGE, after=after)
            for waiting in found:
                yield one, waiting
            if after is None:
                break


async def list_holds(given: argparse.Namespace, desk: Desk) -> Exit:
    """Print the lists, those that expire first at the top."""
    with desk.out.progress("Looking for lists") as advance:
        found = []
        async for one in open_holds(desk.services, given.workspace):
            found.append(one)
            advance(1)
    found.sort(key=lambda one: one[1].hold.expires_at)
    desk.out.document({"holds": [_document(*one) for one in found]})
    desk.out.table(
        ["workspace", "group", "~name", "#people", "~why", "held since", "expires"],
        [
            (
                workspace,
                waiting.group.id,
                waiting.group.name,
                waiting.hold.people,
                waiting.hold.why,
                at(waiting.hold.frozen_at),
                at(waiting.hold.expires_at),
            )
            for workspace, waiting in found
        ],
        empty="No list waits for a decision.",
    )
    return Exit.WELL


def _document(workspace: WorkspaceId, waiting: WaitingList) -> dict[str, object]:
    return {
        "workspaceId": workspace,
        "groupId": waiting.group.id,
        "groupName": waiting.group.name,
        "runId": waiting.hold.run,
        "people": waiting.hold.people,
        "why": waiting.hold.why,
        "heldSince": waiting.hold.frozen_at.isoformat(),
        "expiresAt": waiting.hold.expires_at.isoformat(),
    }
