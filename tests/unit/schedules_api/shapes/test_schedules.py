from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schedules_api.shapes.runs import runs_answer
from schedules_api.shapes.schedules import schedule_answer, state_of
from sync_core.domain.runs import RunState
from sync_core.flows.show_status import ScheduleStatus
from tests.builders import DAILY, MIDNIGHT, MONDAYS, a_linked_group, a_run, a_run_summary, a_schedule

if TYPE_CHECKING:
    from sync_core.domain.runs import RunSummary


def a_status(*, enabled: bool = True, because: str = "", last: RunSummary | None = None) -> ScheduleStatus:
    return ScheduleStatus(a_linked_group(), a_schedule(DAILY, enabled=enabled), MIDNIGHT, because, last)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (a_status(), "not-run-yet"),
        (a_status(enabled=False, because="paused"), "paused"),
        (a_status(enabled=False, because="paused", last=a_run_summary()), "paused"),
        (a_status(because="plan-required", last=a_run_summary()), "paused-by-system"),
        (a_status(because="not-connected"), "paused-by-system"),
    ],
)
def test_who_paused_a_schedule_is_told_apart_from_what_its_runs_did(status: ScheduleStatus, state: str) -> None:
    assert state_of(status) == state


@pytest.mark.parametrize("state", RunState)
def test_a_schedule_that_is_on_shows_how_its_last_run_went(state: RunState) -> None:
    assert state_of(a_status(last=a_run_summary(state=state))) == state.value


def test_what_is_unknown_is_null_and_what_does_not_apply_is_left_out() -> None:
    shown = schedule_answer(a_status()).model_dump(mode="json")

    assert shown["lastRun"] is None
    assert not shown.keys() & {"dayOfWeek", "pausedBecause"}


def test_a_weekly_schedule_names_its_day() -> None:
    status = ScheduleStatus(a_linked_group(), a_schedule(MONDAYS), MIDNIGHT, "", None)

    assert schedule_answer(status).model_dump(mode="json")["dayOfWeek"] == "monday"


def test_times_are_utc_and_say_so() -> None:
    [run] = runs_answer([a_run(started_at=MIDNIGHT)], None).model_dump(mode="json")["runs"]

    assert run["startedAt"] == "2026-11-23T00:00:00Z"


def test_the_last_page_has_no_token() -> None:
    assert runs_answer([], None).model_dump(mode="json") == {"runs": []}
    assert runs_answer([], "abc").model_dump(mode="json") == {"runs": [], "continuationToken": "abc"}


def test_answers_are_written_in_utf_8() -> None:
    status = ScheduleStatus(a_linked_group(name="Vertrieb Süd 🚀"), a_schedule(), MIDNIGHT, "", None)

    assert "Vertrieb Süd 🚀" in schedule_answer(status).model_dump_json()
