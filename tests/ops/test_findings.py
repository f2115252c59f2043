"""What needs a look, and from which limit on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ops.findings import Glance, findings
from sync_core.domain.backlog import Backlog
from sync_core.domain.runs import RunState
from tests.builders import MIDNIGHT, NIGHT, a_night

MINUTE = timedelta(minutes=1)


def a_queue(**changes: Any) -> Backlog:
    return Backlog(**{"queue": "group-syncs", "depth": 0, "oldest": timedelta(0), "poison": 0, **changes})


def a_glance(**changes: Any) -> Glance:
    complete = a_night(enqueued={"daily": 20}, completed_at=MIDNIGHT)
    usual = {"now": MIDNIGHT + 30 * MINUTE, "tonight": NIGHT, "night": complete, "due": 20, "queues": [a_queue()]}
    return Glance(**{**usual, **changes})


def alerts(**changes: Any) -> list[str]:
    return [finding.alert for finding in findings(a_glance(**changes))]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        pytest.param({}, [], id="a usual night"),
        pytest.param({"night": None}, ["night-missing"], id="not begun"),
        pytest.param({"night": a_night()}, ["night-missing"], id="begun, not finished"),
        pytest.param({"night": None, "due": 0}, [], id="nobody is due"),
        pytest.param({"night": None, "now": MIDNIGHT + 14 * MINUTE}, [], id="still time"),
        pytest.param({"night": None, "now": MIDNIGHT + 15 * MINUTE}, ["night-missing"], id="no time left"),
        pytest.param({"night": None, "now": MIDNIGHT - MINUTE / 2}, [], id="a minute before midnight"),
        pytest.param({"queues": [a_queue(oldest=30 * MINUTE)]}, [], id="waits for long"),
        pytest.param({"queues": [a_queue(oldest=31 * MINUTE)]}, ["oldest-order-waits"], id="waits for too long"),
        pytest.param({"queues": [a_queue(), a_queue(poison=1)]}, ["poison-not-empty"], id="poison"),
        pytest.param({"runs": {RunState.SUCCEEDED: 19, RunState.FAILED: 1}}, [], id="one of twenty failed"),
        pytest.param({"runs": {RunState.SUCCEEDED: 9, RunState.FAILED: 1}}, ["runs-fail"], id="a tenth failed"),
        pytest.param(
            {"runs": {RunState.SUCCEEDED: 8, RunState.FAILED: 1, RunState.SKIPPED: 9, RunState.RUNNING: 9}},
            ["runs-fail"],
            id="those count that were carried out",
        ),
        pytest.param({"holds": 1}, ["holds-wait"], id="a list waits"),
        pytest.param({"failed_connections": 1}, ["consent-lost"], id="a tenant refuses"),
    ],
)
def test_a_night_needs_a_look(changes: dict[str, Any], found: list[str]) -> None:
    assert alerts(**changes) == found


def test_orders_without_a_run_are_never_fewer_than_none() -> None:
    """A manual group of tonight may have been linked after the orders were sent."""
    assert a_glance(runs={RunState.SUCCEEDED: 25}).without_run == 0
    assert a_glance(runs={RunState.SUCCEEDED: 5}).without_run == 15


def test_a_sentence_tells_how_many_and_for_how_long() -> None:
    glance = a_glance(
        night=None,
        queues=[a_queue(oldest=95 * MINUTE, poison=2)],
        runs={RunState.FAILED: 1200, RunState.SUCCEEDED: 1},
        holds=1,
        failed_connections=2,
    )

    assert [finding.sentence for finding in findings(glance)] == [
        "The night 2026-11-23 was not begun, and 20 groups are due.",
        "A message on group-syncs has waited for 1 h 35 min.",
        "2 messages put aside as poison.",
        "1,200 of tonight's 1,201 runs failed.",
        "2 connections have failed.",
        "1 list waits for a decision about held removals.",
    ]
