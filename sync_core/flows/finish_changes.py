"""Finish what was cut off while one person was changed outside a run: tell the platform, close the record.

Nothing is stored for the person here: either their row names the page, or the change never happened and whoever
asked for it has got no answer. An address that was not given back can be taken over by now.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sync_core.domain.journal import PEOPLE, mark_of
from sync_core.domain.runs import time_of
from sync_core.flows.change_person import close_change
from sync_core.flows.locate_people import CLAIM_SETTLES
from sync_core.flows.tell_changes import tell_changes

if TYPE_CHECKING:
    from sync_core.domain.ids import WorkspaceId
    from sync_core.domain.journal import JournalPage
    from sync_core.domain.runs import Run
    from sync_core.flows.services import Services

#  This is done every hour; whoever did not get to it for a day has more to look at.
_LOOKS_BACK = timedelta(days=1)


async def finish_changes(services: Services, workspace: WorkspaceId) -> int:
    """Finish the changes of the last day that were begun more than 15 minutes ago; return how many there were."""
    now, finished = services.clock.now(), 0
    async for run in services.runs.newest_first(workspace, PEOPLE):
        if now - time_of(run.id) > _LOOKS_BACK:
            break
        if not run.is_over and now - time_of(run.id) > CLAIM_SETTLES:
            await _finish(services, workspace, run)
            finished += 1
    return finished


async def _finish(services: Services, workspace: WorkspaceId, run: Run) -> None:
    stored = None
    async for page in services.journal.pages(workspace, PEOPLE, run.id):
        if await _is_stored(services, workspace, run, page):
            [stored] = page.entries
            await tell_changes(services, workspace, PEOPLE, run.id, [stored])
        else:
            await services.journal.drop(workspace, PEOPLE, run.id, [page.name])
    found = await services.runs.run(workspace, PEOPLE, run.id)
    if found is not None and not found.value.is_over:
        await close_change(services, workspace, found.value, stored, etag=found.etag)
    services.log.info("change_finished", workspace=workspace, run=run.id, stored=stored is not None)


async def _is_stored(services: Services, workspace: WorkspaceId, run: Run, page: JournalPage) -> bool:
    [entry] = page.entries
    found = await services.people.people(workspace, [entry.recipient])
    return entry.recipient in found and mark_of(PEOPLE, run.id, page.name) in found[entry.recipient].value.runs
