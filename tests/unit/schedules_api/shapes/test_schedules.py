from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from schedules_api.shapes.runs import runs_answer
from schedules_api.shapes.schedules import SchedulesQuery, schedule_answer
from sync_core.domain.glance import RunMark
from sync_core.domain.runs import Reason
from sync_core.domain.schedule_list import ScheduleQuery, SortBy
from sync_core.domain.schedule_state import AtWork, ScheduleState, ScheduleStatus
from tests.builders import MIDNIGHT, MONDAYS, RUN, a_linked_group, a_run, a_run_summary, a_schedule

STATUS = ScheduleStatus(a_linked_group(), a_schedule(), ScheduleState.NOT_RUN_YET, None, MIDNIGHT, None, None, None)


def shown(**changes: Any) -> dict[str, Any]:
    return schedule_answer(replace(STATUS, **changes)).model_dump(mode="json")


@pytest.mark.parametrize("state", ScheduleState)
def test_the_state_is_told_by_its_word(state: ScheduleState) -> None:
    assert shown(state=state)["state"] == state.value


def test_what_is_unknown_is_null_and_what_does_not_apply_is_left_out() -> None:
    answer = shown()

    assert (answer["lastRun"], answer["lastSuccessAt"]) == (None, None)
    assert not answer.keys() & {"dayOfWeek", "stateReason", "atWork"}


def test_a_reason_is_a_code_and_a_sentence() -> None:
    assert shown(reason=Reason("group-gone", "Gone."))["stateReason"] == {"code": "group-gone", "text": "Gone."}


def test_a_weekly_schedule_names_its_day() -> None:
    assert shown(schedule=a_schedule(MONDAYS))["dayOfWeek"] == "monday"


def test_a_run_at_work_is_named() -> None:
    at_work = AtWork(ScheduleState.RUNNING, RunMark(RUN, MIDNIGHT))

    assert shown(at_work=at_work)["atWork"] == {"state": "running", "runId": RUN, "since": "2026-11-23T00:00:00Z"}


def test_an_order_of_the_night_has_no_run_yet() -> None:
    assert shown(at_work=AtWork(ScheduleState.QUEUED))["atWork"] == {"state": "queued"}


def test_the_last_success_stands_beside_the_last_run() -> None:
    answer = shown(last_run=a_run_summary(), last_success_at=MIDNIGHT)

    assert (answer["lastRun"]["runId"], answer["lastSuccessAt"]) == (RUN, "2026-11-23T00:00:00Z")


def test_times_are_utc_and_say_so() -> None:
    [run] = runs_answer([a_run(started_at=MIDNIGHT)], None).model_dump(mode="json")["runs"]

    assert run["startedAt"] == "2026-11-23T00:00:00Z"


def test_the_last_page_has_no_token() -> None:
    assert runs_answer([], None).model_dump(mode="json") == {"runs": []}
    assert runs_answer([], "abc").model_dump(mode="json") == {"runs": [], "continuationToken": "abc"}


def test_answers_are_written_in_utf_8() -> None:
    status = replace(STATUS, group=a_linked_group(name="Vertrieb Süd 🚀"))

    assert "Vertrieb Süd 🚀" in schedule_answer(status).model_dump_json()


class TestTheQuery:
    @pytest.mark.parametrize(
        ("asked", "wanted"),
        [
            ({}, ScheduleQuery()),
            ({"state": "failed"}, ScheduleQuery(frozenset({ScheduleState.FAILED}))),
            ({"state": "paused,running,paused"}, ScheduleQuery(frozenset(map(ScheduleState, ("paused", "running"))))),
            ({"search": "north sales"}, ScheduleQuery(text="north sales")),
            ({"sort": "nextRun", "order": "desc"}, ScheduleQuery(sort=SortBy.NEXT_RUN, descending=True)),
            ({"sort": "lastRun", "order": "asc"}, ScheduleQuery(sort=SortBy.LAST_RUN)),
        ],
    )
    def test_says_what_is_wanted(self, asked: dict[str, str], wanted: ScheduleQuery) -> None:
        assert SchedulesQuery.model_validate(asked).wanted == wanted

    @pytest.mark.parametrize(
        "asked",
        [
            {"state": ""},
            {"state": "failed,"},
            {"state": "failed, paused"},
            {"state": "Failed"},
            {"state": "failed\n"},
            {"search": "x" * 201},
            {"search": "a\x00b"},
            {"sort": "state"},
            {"sort": ""},
            {"order": "descending"},
        ],
    )
    def test_takes_nothing_else(self, asked: dict[str, str]) -> None:
        with pytest.raises(ValidationError):
            SchedulesQuery.model_validate(asked)
