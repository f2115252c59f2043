from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path

import pytest

from schedules_api.problems import KINDS, Fault, Problem, invalid_in, refused, unavailable
from sync_core.domain import plans
from sync_core.domain.errors import SyncRefused, TryAgainLater
from sync_core.flows import manage_schedules, show_runs, show_schedules


def test_every_refusal_that_a_call_can_meet_has_a_status() -> None:
    codes = {
        code
        for module in (manage_schedules, show_schedules, show_runs, plans)
        for code in _refusals_in(str(module.__file__))
    }

    assert codes == {
        "workspace-not-found",
        "group-not-linked",
        "schedule-not-found",
        "run-not-found",
        "plan-required",
        "daily-needs-enterprise",
        "not-connected",
        "schedule-changed",
    }
    assert codes <= KINDS.keys()


def test_a_refusal_without_a_status_is_a_conflict() -> None:
    assert refused(SyncRefused("group-taken", "The workspace has another group with this id.")).kind.status == 409


def test_whatever_a_client_can_mend_is_told_as_its_turn() -> None:
    ours = {"unexpected-error", "unavailable"}

    assert {code for code, kind in KINDS.items() if kind.status >= 500} == ours
    assert all(kind.status >= 400 for kind in KINDS.values())


@pytest.mark.parametrize(
    ("ending", "status"), [("-not-found", 404), ("-not-linked", 404), ("-changed", 412), ("-gone", 410)]
)
def test_codes_of_one_sort_have_one_status(ending: str, status: int) -> None:
    assert {kind.status for code, kind in KINDS.items() if code.endswith(ending)} == {status}


@pytest.mark.parametrize(("seconds", "shown"), [(0, "1"), (0.2, "1"), (30, "30"), (30.1, "31")])
def test_coming_again_is_never_too_early(seconds: float, shown: str) -> None:
    later = TryAgainLater("storage is busy", after=timedelta(seconds=seconds))

    assert unavailable(later).headers == {"Retry-After": shown}


def test_several_faults_are_one_sentence() -> None:
    problem = invalid_in([Fault("limit", "must be a number"), Fault("body", "is missing")])

    assert problem.detail == "limit must be a number; body is missing."


def test_a_problem_tells_the_log_its_code_alone() -> None:
    assert str(Problem("invalid-request", "name ada@example.com is wrong")) == "invalid-request"


def _refusals_in(file: str) -> set[str]:
    calls = [node for node in ast.walk(ast.parse(Path(file).read_text())) if isinstance(node, ast.Call)]
    return {
        str(call.args[0].value)
        for call in calls
        if isinstance(call.func, ast.Name)
        and call.func.id in {"SyncRefused", "PlanRefusal"}
        and isinstance(call.args[0], ast.Constant)
    }
