"""The night at a glance."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from ops.exits import Exit
from ops.findings import Finding, Glance, findings
from ops.holds import open_holds
from ops.night_runs import night_runs
from ops.words import at, span
from sync_core.domain.runs import RunState
from sync_core.domain.schedule import night_of
from sync_core.domain.workspaces import ConnectionStatus
from sync_core.flows.observe import count_due
from sync_core.ports import value_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from ops.desk import Desk
    from ops.output import Output


async def status(_: argparse.Namespace, desk: Desk) -> Exit:
    """Print how tonight goes; 1 where something needs a look."""
    glance = await _look(desk)
    found = findings(glance)
    desk.out.document(_document(glance, found))
    _print(desk.out, glance, found)
    return Exit.NEEDS_A_LOOK if found else Exit.WELL


async def _look(desk: Desk) -> Glance:
    services, now = desk.services, desk.now
    tonight = night_of(now)
    night = value_of(await services.nights.night(tonight))
    runs: Counter[RunState] = Counter()
    with desk.out.progress("Looking at groups") as advance:
        async for run in night_runs(services, tonight):
            advance(1)
            if run.state is not None:
                runs[run.state] += 1
    return Glance(
        now,
        tonight,
        night,
        due=await count_due(services, night, tonight=tonight),
        queues=await services.backlogs.backlogs(),
        runs=runs,
        holds=sum([1 async for _ in open_holds(services, None)]),
        failed_connections=sum(
            [1 async for _, found in services.workspaces.connections() if found.value.status is _FAILED]
        ),
    )


_FAILED = ConnectionStatus.FAILED


def _print(out: Output, glance: Glance, found: Sequence[Finding]) -> None:
    out.facts(_night_facts(glance))
    states = [(state.value, glance.runs[state]) for state in RunState if glance.runs.get(state)]
    waiting = [("no run yet", glance.without_run)] if glance.without_run else []
    out.table(["tonight's runs", "#groups"], [*states, *waiting], empty="No run of tonight.")
    out.table(
        ["queue", "#messages", "oldest", "#poison"],
        [(one.queue, one.depth, span(one.oldest) if one.depth else "", one.poison) for one in glance.queues],
        empty="",
    )
    for finding in found:
        out.say(f"{finding.sentence} See docs/runbook.md#{finding.alert}.", style="look")
    if not found:
        out.say("All is well.", style="well")


def _night_facts(glance: Glance) -> Iterable[tuple[str, object]]:
    night = glance.night
    yield "Now", at(glance.now)
    yield "Night", f"{glance.tonight}, 00:00 UTC"
    yield "Due", glance.due
    yield "Enqueued", glance.enqueued
    yield "Begun", "no" if night is None else at(night.started_at)
    yield "Complete", "no" if night is None or night.completed_at is None else at(night.completed_at)
    if night is not None and len(night.covers) > 1:
        yield "Covers", f"{len(night.covers)} nights since {night.covers[0]}"
    yield "Held lists", glance.holds
    yield "Failed connections", glance.failed_connections


def _document(glance: Glance, found: Sequence[Finding]) -> dict[str, Any]:
    night = glance.night
    return {
        "now": glance.now.isoformat(),
        "night": glance.tonight.isoformat(),
        "due": glance.due,
        "enqueued": glance.enqueued,
        "begunAt": None if night is None else night.started_at.isoformat(),
        "completedAt": None if night is None or night.completed_at is None else night.completed_at.isoformat(),
        "covers": [] if night is None else [covered.isoformat() for covered in night.covers],
        "runs": {state.value: glance.runs.get(state, 0) for state in RunState},
        "withoutRun": glance.without_run,
        "heldLists": glance.holds,
        "failedConnections": glance.failed_connections,
        "queues": [
            {
                "queue": one.queue,
                "messages": one.depth,
                "oldestSeconds": round(one.oldest.total_seconds()),
                "poison": one.poison,
            }
            for one in glance.queues
        ],
        "findings": [{"alert": finding.alert, "text": finding.sentence} for finding in found],
    }
