"""Show what the nights of a demo did: a table for people, an object for programs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich import box
from rich.markup import escape
from rich.table import Table

from sync_core.domain.runs import SYNCED_STATES, RunState

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from devkit.comparison import Comparison
    from devkit.nights import GroupNight, NightResult

_COUNTED = ("read", "added", "updated", "removed")
_COLOURS = {
    RunState.SUCCEEDED: "green",
    RunState.SUCCEEDED_WITH_WARNINGS: "yellow",
    RunState.HELD: "yellow",
    RunState.FAILED: "red",
}
_SHOWN_DIFFERENCES = 10
#  Top, right, bottom, left: with it the table fits 80 columns.
_GAP = (0, 1, 0, 0)


@dataclass(frozen=True, slots=True)
class NightReport:
    """A night with how the directory compares to the tenant."""

    result: NightResult
    comparison: Comparison

    @property
    def good(self) -> bool:
        """Whether every due group synced and the directory equals the tenant."""
        synced = all(group.state in SYNCED_STATES for group in self.result.due)
        return synced and self.result.enqueued >= len(self.result.due) and not self.comparison.differences

    def to_json(self) -> dict[str, Any]:
        result = self.result
        return {
            "night": result.night.isoformat(),
            "due": len(result.due),
            "enqueued": result.enqueued,
            "runs": [_run_to_json(group) for group in result.due],
            "poison": result.poison,
            "graphRequests": result.graph_requests,
        }


def nights_to_json(reports: Sequence[NightReport]) -> dict[str, Any]:
    return {"nights": [report.to_json() for report in reports]}


def show_night(console: Console, report: NightReport) -> None:
    """Print the table, the totals, what went otherwise than hoped and why, and how the directory compares."""
    result = report.result
    console.print(_table(result))
    console.print(_totals(result))
    for sentence in _remarks(report):
        console.print(sentence, style="yellow", markup=False)
    comparison = report.comparison
    if comparison.differences:
        _show_differences(console, comparison.differences)
    else:
        console.print(_equality(report), style="green" if report.good else None, markup=False)
    console.print()


def _run_to_json(group: GroupNight) -> dict[str, Any]:
    counts = None if group.run is None else group.run.counts
    reason = None if group.run is None else group.run.reason
    return {
        "group": group.group.entra_id,
        "state": group.state.value,
        **{name: 0 if counts is None else getattr(counts, name) for name in _COUNTED},
        "reason": None if reason is None else reason.code,
        "seconds": round(group.seconds or 0.0, 3),
    }


def _table(result: NightResult) -> Table:
    title = f"Night of {result.night:%A, %d %B %Y}, 00:00 UTC"
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, padding=_GAP)
    table.add_column("group", min_width=12)
    table.add_column("due", no_wrap=True)
    for heading in _COUNTED:
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("state", no_wrap=True)
    table.add_column("seconds", justify="right", no_wrap=True)
    for group in result.groups:
        table.add_row(*_row(group), style=None if group.due else "dim")
    return table


def _row(group: GroupNight) -> Iterator[str]:
    yield escape(group.group.name)
    yield _due_in_words(group)
    if not group.due:
        return
    counts = None if group.run is None else group.run.counts
    yield from ("" if counts is None else str(getattr(counts, name)) for name in _COUNTED)
    colour = _COLOURS.get(group.state)
    yield f"[{colour}]{group.state}[/]" if colour else str(group.state)
    yield "" if group.seconds is None else f"{group.seconds:.2f}"


def _due_in_words(group: GroupNight) -> str:
    cadence = group.schedule.cadence.kind
    if group.due:
        return f"yes, {cadence}"
    return f"no, {cadence}" if group.schedule.enabled else "no, paused"


def _totals(result: NightResult) -> str:
    counts: Counter[str] = Counter()
    for group in result.due:
        if group.run is not None:
            counts.update({name: getattr(group.run.counts, name) for name in _COUNTED})
    states = Counter(group.state.value for group in result.due)
    said = ", ".join(f"{number} {state}" for state, number in sorted(states.items())) or "nothing due"
    people = ", ".join(f"{counts[name]} {name}" for name in _COUNTED)
    return (
        f"{result.enqueued} {'order' if result.enqueued == 1 else 'orders'}: {said}. People: {people}. "
        f"{result.graph_requests} Graph requests, {result.poison} poison messages."
    )


def _remarks(report: NightReport) -> Iterator[str]:
    for group in report.result.due:
        reason = None if group.run is None else group.run.reason
        if reason is not None:
            yield f"{group.group.name}: {group.state}: {reason.text}"
        elif group.state not in SYNCED_STATES:
            yield f"{group.group.name}: its order was sent, but it is still {group.state}."


def _equality(report: NightReport) -> str:
    comparison = report.comparison
    if not comparison.compared and comparison.left_out:
        return f"Nobody could be compared with the tenant: {comparison.left_out} people were left out, see above."
    if comparison.left_out:
        return (
            f"{comparison.compared} people compared, all as the tenant has them; "
            f"{comparison.left_out} could not be compared, see above."
        )
    refused = sum(group.run.counts.refused for group in report.result.due if group.run is not None)
    but = f", but for {refused} not taken in as Entra has them" if refused else ""
    return f"The directory equals the tenant{but}: {comparison.compared} people compared."


def _show_differences(console: Console, differences: Sequence[str]) -> None:
    console.print(f"The directory differs from the tenant in {len(differences)} places:", style="red")
    for sentence in differences[:_SHOWN_DIFFERENCES]:
        console.print(f"  {sentence}", style="red", markup=False)
    if len(differences) > _SHOWN_DIFFERENCES:
        console.print(f"  ... and {len(differences) - _SHOWN_DIFFERENCES} more", style="red")
