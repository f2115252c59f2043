"""Runs' journals, person by person, as JSON lines or CSV: written as they are read, however many there are."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from typing import TYPE_CHECKING, TextIO

from ops.changes import change_document
from ops.exits import Exit
from ops.mistakes import Mistake
from ops.places import RunPlace, group_called, run_place, workspace_called
from ops.words import count
from schedules_api.changes_csv import cell_text, safe_cell
from sync_core.domain.errors import SyncRefused
from sync_core.flows.show_changes import list_changes

if TYPE_CHECKING:
    import argparse
    from collections.abc import AsyncIterator, Callable, Sequence

    from ops.desk import Desk
    from sync_core.domain.ids import GroupId
    from sync_core.domain.journal import JournalEntry
    from sync_core.flows.services import Services

    Write = Callable[[RunPlace, JournalEntry], None]

_PAGE = 1000
_DAYS = 1
_COLUMNS = ("workspace", "group", "run", "recipient", "entraUser", "kind", "reason", "path")
_BEHIND = ("revision", "by")
_VALUES = ("old", "new")


async def export(given: argparse.Namespace, desk: Desk) -> Exit:
    """Write what the runs changed to standard output; 1 where a run's journal is not kept any more."""
    write = _writer(given.format, desk.out.stdout, values=given.values)
    entries, refused = 0, 0
    with desk.out.progress("Exporting people") as advance:
        async for place in _places(given, desk):
            try:
                async for entry in entries_of(desk.services, place):
                    write(place, entry)
                    entries += 1
                    advance(1)
            except SyncRefused as exc:
                refused += 1
                desk.out.note(f"{place}: {exc.reason}")
    desk.out.stdout.flush()
    desk.out.note(f"Exported {count(entries, 'change')}.")
    return Exit.NEEDS_A_LOOK if refused else Exit.WELL


async def _places(given: argparse.Namespace, desk: Desk) -> AsyncIterator[RunPlace]:
    """Yield the runs that are named, or those of a workspace or group since some days."""
    if bool(given.runs) == (given.workspace is not None):
        raise Mistake("Name runs as `runs` prints them, or a workspace with --workspace.")
    for place in [run_place(text) for text in given.runs]:
        yield place
    if given.workspace is None:
        return
    workspace = (await workspace_called(desk.services, given.workspace)).id
    since = desk.now - timedelta(days=given.days or _DAYS)
    for group in await _groups(given, desk):
        async for run in desk.services.runs.since(workspace, group, since):
            yield RunPlace(workspace, group, run.id)


async def _groups(given: argparse.Namespace, desk: Desk) -> Sequence[GroupId]:
    workspace = (await workspace_called(desk.services, given.workspace)).id
    if given.group is not None:
        return [await group_called(desk.services, workspace, given.group)]
    return [group.id async for group, _ in desk.services.groups.all(workspace)]


async def entries_of(services: Services, place: RunPlace, *, page: int = _PAGE) -> AsyncIterator[JournalEntry]:
    """Yield all that the run changed, read *page* entries at a time.

    Raises:
        SyncRefused: there is no such run, or its journal is not kept any more.
    """
    after: str | None = None
    while True:
        found = await list_changes(services, place.workspace, place.group, place.run, limit=page, after=after)
        for entry in found.entries:
            yield entry
        after = found.next_after
        if after is None:
            return


def _writer(form: str, out: TextIO, *, values: bool) -> Write:
    return _csv_writer(out, values=values) if form == "csv" else _line_writer(out, values=values)


def _line_writer(out: TextIO, *, values: bool) -> Write:
    def write(place: RunPlace, entry: JournalEntry) -> None:
        where = {"workspaceId": place.workspace, "groupId": place.group, "runId": place.run}
        out.write(f"{json.dumps(where | change_document(entry, values=values))}\n")

    return write


def _csv_writer(out: TextIO, *, values: bool) -> Write:
    """Write a header, then one row per value that changed; no cell of it is a formula to a spreadsheet."""
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow((*_COLUMNS, *(_VALUES if values else ()), *_BEHIND))

    def write(place: RunPlace, entry: JournalEntry) -> None:
        run = (place.workspace, place.group, place.run)
        who = (entry.recipient, entry.entra_id or "", entry.kind, entry.reason)
        behind = (str(entry.revision or ""), entry.by)
        for path, (old, new) in (entry.changes or {"": (None, None)}).items():
            told = (cell_text(old), cell_text(new)) if values else ()
            writer.writerow(map(safe_cell, (*run, *who, path, *told, *behind)))

    return write
