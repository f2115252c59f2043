"""What one run changed, read page by page from its journal: only what was really stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync_core.domain.directory import REMEMBERED_RUNS
from sync_core.domain.errors import SyncRefused
from sync_core.domain.ids import is_id
from sync_core.domain.journal import mark_of, place_of
from sync_core.domain.runs import time_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from collections.abc import Set as AbstractSet

    from sync_core.domain.directory import Recipient
    from sync_core.domain.ids import GroupId, RunId, WorkspaceId
    from sync_core.domain.journal import JournalEntry, JournalPage
    from sync_core.domain.runs import Run
    from sync_core.flows.services import Services


@dataclass(frozen=True, slots=True)
class Changes:
    """Some of a run's changes. *next_after*: where the next ones begin, None behind the last."""

    entries: tuple[JournalEntry, ...]
    next_after: str | None


def _as_one(_: JournalEntry) -> int:
    return 1


async def list_changes(
    services: Services,
    workspace: WorkspaceId,
    group: GroupId,
    run: RunId,
    *,
    limit: int,
    after: str | None = None,
    kinds: AbstractSet[str] | None = None,
    weigh: Callable[[JournalEntry], int] = _as_one,
) -> Changes:
    """Return up to *limit* (at least 1) changes of a run, in the journal's order, of these *kinds* (None: of all).

    *after*: as an earlier answer named it. *weigh*: for how many a change counts; the first comes whatever it weighs.
    Of a run that is at work, only what is stored already.

    Raises:
        SyncRefused: ``run-not-found``; ``journal-gone``: the run is older than journals are kept; ``page-unknown``:
            *after* names nothing.
    """
    found = await services.runs.run(workspace, group, run)
    if found is None:
        raise SyncRefused("run-not-found", "The group has no run with this id, or its history has expired.")
    if services.clock.now() - time_of(run) > services.history:
        #  What is left of a journal that is being deleted would look like all of it.
        raise SyncRefused("journal-gone", "What this run changed is not kept any more.")
    reading = _Reading(services, workspace, group, found.value)
    entries: list[JournalEntry] = []
    weight, place = 0, None
    async for name, number, entry in reading.entries(after):
        if kinds is None or entry.kind in kinds:
            weight += weigh(entry)
            if entries and weight > limit:
                return Changes(tuple(entries), place)
            entries.append(entry)
            place = f"{name}:{number}"
    return Changes(tuple(entries), None)


class _Reading:
    def __init__(self, services: Services, workspace: WorkspaceId, group: GroupId, run: Run) -> None:
        self._services = services
        self._workspace = workspace
        self._group = group
        self._run = run

    async def entries(self, after: str | None) -> AsyncIterator[tuple[str, int, JournalEntry]]:
        """Yield (page, number, entry) behind *after*."""
        name, first = _place(after)
        async for page in self._pages(name):
            start = first if page.name == name else 0
            if await self._is_stored(page):
                for number, entry in enumerate(page.entries[start:], start):
                    yield page.name, number, entry

    async def _pages(self, name: str | None) -> AsyncIterator[JournalPage]:
        journal, run = self._services.journal, self._run.id
        if name is not None:
            begun = await journal.page(self._workspace, self._group, run, name)
            if begun is not None:
                yield begun
        async for page in journal.pages(self._workspace, self._group, run, after=name):
            yield page

    async def _is_stored(self, page: JournalPage) -> bool:
        """Tell whether the page's people were stored with it; closing a run drops the pages that were not."""
        witness = page.summary.witness
        if self._run.is_over or witness is None:
            return True
        found = await self._services.people.people(self._workspace, [witness])
        mark = mark_of(self._group, self._run.id, page.name)
        return witness in found and (mark in found[witness].value.runs or self._is_forgotten(found[witness].value))

    def _is_forgotten(self, person: Recipient) -> bool:
        """Tell whether the person has gone through so much since that a mark of this run would be dropped by now."""
        if len(person.runs) < REMEMBERED_RUNS:
            return False
        _, oldest, _ = place_of(person.runs[0])
        return time_of(oldest) > time_of(self._run.id)


def _place(after: str | None) -> tuple[str | None, int]:
    if after is None:
        return None, 0
    name, _, number = after.rpartition(":")
    if not is_id(name) or not number.isdecimal():
        raise SyncRefused("page-unknown", "There is no such place in the changes of this run.")
    return name, int(number) + 1
