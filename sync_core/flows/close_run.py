"""Close a run: count what really was stored, write the record, let go of the group."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from sync_core.domain.events import RUN_FAILED, RUN_HELD, ChangeEvent
from sync_core.domain.journal import mark_of
from sync_core.domain.planning import ChangeKind
from sync_core.domain.runs import RunState
from sync_core.flows.record_run import record_end
from sync_core.flows.store_people import batched, tell_platform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync_core.domain.eligibility import Ending
    from sync_core.domain.journal import PageSummary
    from sync_core.domain.runs import Counts
    from sync_core.flows.claim_run import ClaimedRun
    from sync_core.flows.services import Services


async def close_run(services: Services, claimed: ClaimedRun, ending: Ending, counts: Counts) -> None:
    """End the run with *ending*; what it added, updated and removed is summed from its journal, over all attempts."""
    kinds = await _sum_journal(services, claimed)
    counted = replace(
        counts,
        added=kinds[ChangeKind.ADDED],
        updated=kinds[ChangeKind.UPDATED],
        removed=kinds[ChangeKind.REMOVED],
    )
    run = replace(claimed.run.value, counts=counted)
    await _tell_ending(services, claimed, ending, counted)
    await record_end(services, claimed.order, run, ending, etag=claimed.run.etag)
    await claimed.lease.release()


async def _tell_ending(services: Services, claimed: ClaimedRun, ending: Ending, counts: Counts) -> None:
    """Tell the platform of a run that somebody should look at, before its record is closed."""
    kind = {RunState.HELD: RUN_HELD, RunState.FAILED: RUN_FAILED}.get(ending.state)
    if kind is not None:
        order, run = claimed.order, claimed.run.value.id
        code = "" if ending.reason is None else ending.reason.code
        data = {"group": order.group, "run": run, "code": code, "held": counts.held}
        event = ChangeEvent(f"{kind}/{run}/{order.group}", kind, order.workspace, run, services.clock.now(), data)
        await services.events.publish([event])


async def _sum_journal(services: Services, claimed: ClaimedRun) -> Counter[str]:
    """Count the entries of every page that was stored with its people; drop the pages that were not."""
    order, run = claimed.order, claimed.run.value
    kinds: Counter[str] = Counter()
    questionable: list[PageSummary] = []
    async for page in services.journal.summaries(order.workspace, order.group, run.id):
        if page.witness is None or (page.name.startswith(f"{run.attempt}-") and page.name not in claimed.doubtful):
            kinds.update(page.kinds)
        else:
            questionable.append(page)
    for part in batched(questionable):
        missing = await _not_stored(services, claimed, part)
        for page in part:
            if page.name not in missing:
                kinds.update(page.kinds)
                await _tell_again(services, claimed, page)
        if missing:
            await services.journal.drop(order.workspace, order.group, run.id, sorted(missing))
    return kinds


async def _tell_again(services: Services, claimed: ClaimedRun, page: PageSummary) -> None:
    """Tell the platform of a page that was stored by a killed attempt, or whose answer was lost."""
    order, run = claimed.order, claimed.run.value
    stored = await services.journal.page(order.workspace, order.group, run.id, page.name)
    if stored is not None:
        await tell_platform(services, claimed, stored.entries)


async def _not_stored(services: Services, claimed: ClaimedRun, pages: Sequence[PageSummary]) -> set[str]:
    """Return those of *pages* whose witness does not name them: their people were never stored."""
    order, run = claimed.order, claimed.run.value
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
