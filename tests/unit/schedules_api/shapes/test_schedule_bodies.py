from __future__ import annotations

from typing import Any

import pytest

from schedules_api.faults import check_shape
from schedules_api.problems import Problem
from schedules_api.shapes.schedule_bodies import NEW_SCHEDULE, SCHEDULE_CHANGE, DayName, day_name, weekly_on
from sync_core.domain.schedule import DAYS, Cadence


@pytest.mark.parametrize(
    ("body", "cadence", "enabled"),
    [
        ({"cadence": "daily"}, Cadence("daily"), True),
        ({"cadence": "daily", "enabled": False}, Cadence("daily"), False),
        ({"cadence": "weekly", "dayOfWeek": "sunday"}, Cadence("weekly", 6), True),
        ({"enabled": False, "dayOfWeek": "monday", "cadence": "weekly"}, Cadence("weekly", 0), False),
    ],
)
def test_a_new_schedule_is_on_unless_it_says_otherwise(
    body: dict[str, Any], cadence: Cadence, *, enabled: bool
) -> None:
    schedule = check_shape(NEW_SCHEDULE, body, tag="cadence")

    assert (schedule.wanted, schedule.enabled) == (cadence, enabled)


@pytest.mark.parametrize(
    ("body", "cadence", "enabled"),
    [
        ({"enabled": False}, None, False),
        ({"cadence": "daily"}, Cadence("daily"), None),
        ({"dayOfWeek": "tuesday"}, Cadence("weekly", 1), None),
        ({"cadence": "weekly", "dayOfWeek": "tuesday", "enabled": True}, Cadence("weekly", 1), True),
    ],
)
def test_a_change_leaves_out_what_is_to_stay(
    body: dict[str, Any], cadence: Cadence | None, enabled: bool | None
) -> None:
    change = check_shape(SCHEDULE_CHANGE, body)

    assert (change.wanted, change.enabled) == (cadence, enabled)


@pytest.mark.parametrize("index", range(7))
def test_days_are_called_as_the_schedule_calls_them(index: int) -> None:
    day = day_name(Cadence("weekly", index))

    assert day == DAYS[index]
    assert weekly_on(day) == Cadence("weekly", index)


def test_a_fault_does_not_repeat_what_was_sent() -> None:
    """What a client sends can be somebody's secret in the wrong field."""
    with pytest.raises(Problem) as caught:
        check_shape(NEW_SCHEDULE, {"cadence": "hunter2", "enabled": "hunter2"}, tag="cadence")

    assert "hunter2" not in caught.value.detail
    assert caught.value.detail == "cadence must be one of 'daily', 'weekly'."


def test_names_in_python_are_no_names_in_json() -> None:
    with pytest.raises(Problem) as caught:
        check_shape(NEW_SCHEDULE, {"cadence": "weekly", "day_of_week": "monday"}, tag="cadence")

    assert [fault.field for fault in caught.value.faults] == ["dayOfWeek", "day_of_week"]


def test_every_day_has_a_name() -> None:
    assert DayName.__args__ == DAYS  # type: ignore[attr-defined]  # a Literal has its values there
