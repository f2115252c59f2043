"""What the demo says of a night, and when it is content."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from rich.console import Console

from devkit.comparison import Comparison
from devkit.demo_report import NightReport, show_night
from devkit.nights import GroupNight, NightResult
from sync_core.domain.runs import Counts, Reason, Run, RunState
from tests.builders import MIDNIGHT, NIGHT, a_linked_group, a_run, a_schedule

EQUAL = Comparison((), compared=2, left_out=0)


def a_finished_run(state: RunState = RunState.SUCCEEDED, reason: Reason | None = None) -> Run:
    times = {"started_at": MIDNIGHT, "ended_at": MIDNIGHT + timedelta(seconds=1.5)}
    return a_run(state=state, counts=Counts(read=3, added=2, updated=1), reason=reason, **times)


def a_report(run: Run | None, comparison: Comparison = EQUAL, *, due: bool = True) -> NightReport:
    group = GroupNight(a_linked_group(name="Sales [EMEA]"), a_schedule(enabled=due), due, run)
    return NightReport(NightResult(NIGHT, int(due), (group,), poison=0, graph_requests=4), comparison)


def shown(report: NightReport) -> str:
    text = StringIO()
    show_night(Console(file=text, width=80, highlight=False), report)
    return text.getvalue()


def test_a_row_fits_a_terminal() -> None:
    assert ["Sales", "[EMEA]", "yes,", "daily", "3", "2", "1", "0", "succeeded", "1.50"] in [
        line.split() for line in shown(a_report(a_finished_run())).splitlines()
    ]


def test_a_group_that_is_not_due_has_no_numbers() -> None:
    assert "Sales [EMEA]  no, paused" in shown(a_report(None, due=False))


@pytest.mark.parametrize("state", [RunState.HELD, RunState.FAILED, RunState.SKIPPED, RunState.CANCELLED])
def test_a_due_group_that_did_not_sync_is_not_good_and_its_reason_is_told(state: RunState) -> None:
    report = a_report(a_finished_run(state, Reason("a-code", "Somebody has to look.")))

    assert not report.good
    assert f"Sales [EMEA]: {state}: Somebody has to look." in shown(report)


def test_an_order_that_was_never_carried_out_is_not_good() -> None:
    report = a_report(None)

    assert not report.good
    assert "Sales [EMEA]: its order was sent, but it is still queued." in shown(report)


def test_warnings_are_good_and_told() -> None:
    warned = a_finished_run(RunState.SUCCEEDED_WITH_WARNINGS, Reason("a-code", "One was left out."))

    assert a_report(warned).good
    assert "One was left out." in shown(a_report(warned))


def test_differences_are_not_good_and_the_first_are_told() -> None:
    report = a_report(a_finished_run(), Comparison(tuple(f"Person {n}." for n in range(12)), compared=2, left_out=0))

    assert not report.good
    assert "differs from the tenant in 12 places" in shown(report)
    assert "Person 9." in shown(report)
    assert "... and 2 more" in shown(report)


def test_the_json_of_a_run_has_its_reason_as_a_code() -> None:
    held = a_finished_run(RunState.HELD, Reason("removals-held", "They wait."))
    [run] = a_report(held).to_json()["runs"]

    assert (run["state"], run["reason"], run["seconds"]) == ("held", "removals-held", 1.5)
