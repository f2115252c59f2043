"""How a group's row holds what lists show of its syncs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.adapters.cells import (
    date_cell,
    date_in,
    json_cell,
    json_in,
    moment_of,
    text_in,
    time_cell,
    time_in,
)
from sync_core.adapters.tables.run_json import summary_from_json, summary_to_json
from sync_core.domain.glance import Glance, RunMark
from sync_core.domain.ids import RunId

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sync_core.domain.runs import RunSummary
    from sync_core.ports import Cell

_LAST_RUN = "lastRun"


def changed_cells(before: Glance, after: Glance) -> dict[str, Cell]:
    """Return the cells that make a row with *before* one with *after*."""
    had = _cells(before)
    return {name: cell for name, cell in _cells(after).items() if cell != had[name]}


def glance_in(cells: Mapping[str, Cell]) -> Glance:
    return Glance(
        last=last_run_in(cells),
        settled=summary_from_json(json_in(cells, "settledRun")),
        succeeded_at=time_in(cells, "succeededAt"),
        night=date_in(cells, "lastNight"),
        queued=_mark_in(cells, "queued"),
        running=_mark_in(cells, "running"),
    )


def last_run_in(cells: Mapping[str, Cell]) -> RunSummary | None:
    return summary_from_json(json_in(cells, _LAST_RUN))


def _cells(glance: Glance) -> dict[str, Cell]:
    return {
        _LAST_RUN: _summary_cell(glance.last),
        "settledRun": _summary_cell(glance.settled),
        "succeededAt": time_cell(glance.succeeded_at),
        "lastNight": date_cell(glance.night),
        "queued": _mark_cell(glance.queued),
        "running": _mark_cell(glance.running),
    }


def _summary_cell(summary: RunSummary | None) -> str:
    return "" if summary is None else json_cell(summary_to_json(summary))


def _mark_cell(mark: RunMark | None) -> str:
    return "" if mark is None else f"{mark.run} {time_cell(mark.since)}"


def _mark_in(cells: Mapping[str, Cell], name: str) -> RunMark | None:
    run, _, since = text_in(cells, name).partition(" ")
    moment = moment_of(since)
    return None if moment is None else RunMark(RunId(run), moment)
