"""Close a run: count what really was stored, write the record, let go of the group."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from sync_core.domain.journal import mark_of
from sync_core.domain.planning import ChangeKind
from sync_core.domain.runs import Mode, RunState
from sync_core.flows.batched import batched
from sync_core.flows.record_run import record_end
from sync_core.flows.tell_changes import tell_changes
from sync_core.flows.traced import traced
from sync_core.ports import Stored
from sync_core.telemetry.catalogue import CLOSE_RUN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from sync_core.domain.eligibility import Ending
    from sync_core.domain.ids import RecipientId
    from sync_core.domain.journal import PageSummary
    from sync_core.domain.orders import SyncOrder
    from sync_core.domain.runs import Counts, Run
    from sync_core.flows.claimed_run import ClaimedRun
    from sync_core.flows.services import Services


@traced(CLOSE_RUN)
async def close_run(services: Services, claimed: ClaimedRun, ending: Ending, counts: Counts) -> None:
    """End the run with *ending*; what it added, updated and removed is summed from its journal, over all attempts."""
    services.telemetry.note(state=ending.state.value, reason=None if ending.reason is None else ending.reason.code)
    run = replace(claimed.run.value, counts=counts)
    await end_started_run(services, claimed.order, Stored(run, claimed.run.etag), ending, doubtful=claimed.doubtful)
    if run.mode is Mode.UNLINK and ending.state is RunState.SUCCEEDED:
        await services.groups.remove(claimed.order.workspace, claimed.group)
        await claimed.lease.forget()
    else:
        await claimed.lease.release()


async def end_started_run(
    services: Services,
    order: SyncOrder,
    found: Stored[Run],
    ending: Ending,
    *,
    doubtful: AbstractSet[str] | None = None,
) -> None:
    """End a run that may have changed people: count its journal, tell the platform, store its record.

    *doubtful*: pages of its last attempt whose transaction was refused; None where nothing is known of any page.
    """
    kinds = await _sum_journal(services, order, found.value, doubtful)
    counts = replace(
        found.value.counts,
        added=kinds[ChangeKind.ADDED],
        updated=kinds[ChangeKind.UPDATED],
        removed=kinds[ChangeKind.REMOVED],
    )
    await record_end(services, order, replace(found.value, counts=counts), ending, etag=found.etag)


async def stored_before(services: Services, claimed: ClaimedRun, kind: ChangeKind) -> set[RecipientId]:
    """Return whom earlier attempts of the run have stored as *kind*; to be asked before this one stores anything."""
    order, run = claimed.order, claimed.run.value
    if run.attempts == 1:
        return set()
    pages = [page async for page in services.journal.pages(order.workspace, order.group, run.id)]
    questionable = [page.summary for page in pages if page.summary.witness is not None]
    missing = {name for part in batched(questionable) for name in await _not_stored(services, order, run, part)}
    stored = [entry for page in pages if page.name not in missing for entry in page.entries]
    return {entry.recipient for entry in stored if entry.kind == kind}


async def _sum_journal(
    services: Services, order: SyncOrder, run: Run, doubtful: AbstractSet[str] | None
) -> Counter[str]:
    """Count the entries of every page that was stored with its people; drop the pages that were not."""
    kinds: Counter[str] = Counter()
    questionable: list[PageSummary] = []
    async for page in services.journal.summaries(order.workspace, order.group, run.id):
        if page.witness is None or _is_certain(page, run, doubtful):
            kinds.update(page.kinds)
        else:
            questionable.append(page)
    for part in batched(questionable):
        missing = await _not_stored(services, order, run, part)
        for page in part:
            if page.name not in missing:
                kinds.update(page.kinds)
                await _tell_again(services, order, run, page)
        if missing:
            await services.journal.drop(order.workspace, order.group, run.id, sorted(missing))
    return kinds


def _is_certain(page: PageSummary, run: Run, doubtful: AbstractSet[str] | None) -> bool:
    """Tell whether the page is of the last attempt, which knows that its people were stored."""
    return doubtful is not None and page.name not in doubtful and page.name.startswith(f"{run.attempt}-")


async def _tell_again(services: Services, order: SyncOrder, run: Run, page: PageSummary) -> None:
    """Tell the platform of a page that was stored by a killed attempt, or whose answer was lost."""
    stored = await services.journal.page(order.workspace, order.group, run.id, page.name)
    if stored is not None:
        await tell_changes(services, order.workspace, order.group, run.id, stored.entries)


async def _not_stored(services: Services, order: SyncOrder, run: Run, pages: Sequence[PageSummary]) -> set[str]:
    """Return those of *pages* whose witness does not name them: their people were never stored."""
    witnesses = [page.witness for page in pages if page.witness is not None]
    people = await services.people.people(order.workspace, witnesses)
    return {
        page.name
        for page in pages
        if page.witness is not None
        and (
            page.witness not in people
            or mark_of(order.group, run.id, page.name) not in people[page.witness].value.runs
        )
    }
