"""Tell of people whose change is stored: the platform of each, operators by id."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sync_core.domain.events import recipient_changed
from sync_core.flows.batched import batched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync_core.domain.ids import GroupId, RecipientId, RunId, WorkspaceId
    from sync_core.domain.journal import JournalEntry
    from sync_core.flows.services import Services

#  Application Insights keeps 8,192 characters of a property (learn.microsoft.com, "Application Insights limits").
_IDS_AT_A_TIME = 100


async def tell_changes(
    services: Services, workspace: WorkspaceId, group: GroupId, run: RunId, entries: Sequence[JournalEntry]
) -> None:
    """Tell of *entries*, which are stored; a repeat has the same event ids."""
    now = services.clock.now()
    events = [
        recipient_changed(
            workspace,
            group,
            run,
            recipient=entry.recipient,
            revision=entry.revision,
            kind=entry.kind,
            time=now,
        )
        for entry in entries
    ]
    if events:
        await services.events.publish(events)
    _tell_operators(services, workspace, group, run, entries)


def _tell_operators(
    services: Services, workspace: WorkspaceId, group: GroupId, run: RunId, entries: Sequence[JournalEntry]
) -> None:
    """Say in the log who it was: one event for many people, so that a first sync costs no line for each."""
    by_kind: defaultdict[str, list[RecipientId]] = defaultdict(list)
    for entry in entries:
        by_kind[entry.kind].append(entry.recipient)
    for kind, people in by_kind.items():
        for part in batched(people, _IDS_AT_A_TIME):
            recipients = " ".join(part)
            services.log.info(
                "people_changed", workspace=workspace, group=group, run=run, kind=kind, recipients=recipients
            )
