"""One run: its record, how its read was proved, and what it changed first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ops.changes import change_document, changed_in_words
from ops.exits import Exit
from ops.mistakes import Mistake
from ops.places import run_place
from ops.runs import PlacedRun, run_document
from ops.words import at, count
from sync_core.domain.errors import SyncRefused
from sync_core.flows.show_changes import Changes, list_changes
from sync_core.flows.show_runs import show_run

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from ops.desk import Desk
    from sync_core.domain.runs import Run

_NO_CHANGES = Changes((), None)


async def one_run(given: argparse.Namespace, desk: Desk) -> Exit:
    """Print the run with the first of its changes; without ``--values``, which values changed and not to what."""
    place = run_place(given.run)
    try:
        run = await show_run(desk.services, place.workspace, place.group, place.run)
    except SyncRefused as refused:
        raise Mistake(refused.reason) from refused
    changes = await _first_changes(desk, given)
    shown = [change_document(entry, values=given.values) for entry in changes.entries]
    more = {"changes": shown, "moreChanges": changes.next_after is not None}
    desk.out.document(run_document(PlacedRun(place, run)) | more)
    desk.out.facts([("Run", str(place)), *_facts(run)])
    if given.changes:
        _print_changes(desk, changes, values=given.values)
    return Exit.WELL


async def _first_changes(desk: Desk, given: argparse.Namespace) -> Changes:
    if not given.changes:
        return _NO_CHANGES
    place = run_place(given.run)
    try:
        return await list_changes(desk.services, place.workspace, place.group, place.run, limit=given.changes)
    except SyncRefused as refused:
        desk.out.note(refused.reason)
        return _NO_CHANGES


def _facts(run: Run) -> Iterable[tuple[str, object]]:
    counts = run.counts
    yield "State", run.state.value
    yield "Reason", "" if run.reason is None else f"{run.reason.code}: {run.reason.text}"
    yield "Mode", run.mode.value
    yield "About", run.about
    yield "Trigger", run.trigger.value
    yield "Night", "" if run.night is None else f"{run.night}, 00:00 UTC"
    yield "Queued", at(run.queued_at)
    yield "Started", at(run.started_at)
    yield "Last sign of life", at(run.heartbeat)
    yield "Ended", at(run.ended_at)
    yield "Attempts", run.attempts
    yield "Phase", None if run.phase is None else run.phase.value
    yield "Read", counts.read
    yield "Added", counts.added
    yield "Updated", counts.updated
    yield "Removed", counts.removed
    yield "Refused", counts.refused
    yield "Held", counts.held
    yield "Proof", _proof(run)


def _proof(run: Run) -> str:
    proof = run.proof
    if proof is None:
        return "none: nothing was read to its end"
    counted = "not counted by Entra" if proof.counted is None else f"{proof.counted:,} counted by Entra"
    said = "complete" if proof.complete else "not proved complete: nobody was removed"
    others = "".join(f", {number:,} {kind}" for kind, number in sorted(proof.others.items()))
    return f"{said}; {count(proof.users, 'user')} seen on {count(proof.pages, 'page')}, {counted}{others}"


def _print_changes(desk: Desk, changes: Changes, *, values: bool) -> None:
    rows: list[tuple[Any, ...]] = [
        (entry.kind, entry.recipient, changed_in_words(entry, values=values), entry.reason)
        for entry in changes.entries
    ]
    desk.out.table(["change", "recipient", "~what", "~reason"], rows, empty="It changed nobody.")
    if changes.next_after is not None:
        desk.out.say("There are more: --changes N shows N of them, `journal export` all.")
