"""NCrontab's grammar and order of occurrences."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devkit.functions_host.cron import NotASchedule, Schedule

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def after(text: str, moment: datetime = NEW_YEAR) -> datetime:
    return Schedule.parse(text).next_after(moment)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 0 0 * * *", datetime(2026, 1, 2, tzinfo=UTC)),
        ("0 0 * * *", datetime(2026, 1, 2, tzinfo=UTC)),
        ("0 */5 * * * *", datetime(2026, 1, 1, 0, 5, tzinfo=UTC)),
        ("0 10/20 * * * *", datetime(2026, 1, 1, 0, 10, tzinfo=UTC)),
        ("30 0 9-17/4 * * mon-FRI", datetime(2026, 1, 1, 9, 0, 30, tzinfo=UTC)),
        ("0 0 0 1 * 1", datetime(2026, 6, 1, tzinfo=UTC)),
        ("0 0 0 * feb,DECEMBER 0", datetime(2026, 2, 1, tzinfo=UTC)),
        ("0 0 0 29 2 *", datetime(2028, 2, 29, tzinfo=UTC)),
        ("0 0 0 29 2 sun", datetime(2032, 2, 29, tzinfo=UTC)),
        ("0 0 22-20 * * *", datetime(2026, 1, 1, 20, tzinfo=UTC)),
    ],
)
def test_the_next_occurrence_is_strictly_later(text: str, expected: datetime) -> None:
    assert after(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("0 0 0 * * 7", "0 0 0 ? * *", "0 0 0 L * *", "60 * * * * *", "0 0 24 * * *", "0 0 0 0 * *"),
        *("0 0 0 * 13 *", "* * * *", "0 0 0 * * * 2026", "", "0 0 0 5- * *", "0 0 0 30 2 *", "00:05:00"),
        *("0 0 0 1#2 * *", "0 */x * * * *", "0 0 0 * * -1", "0 0 0 1,,2 * *"),
    ],
)
def test_what_ncrontab_does_not_know_is_refused_in_the_hosts_words(text: str) -> None:
    with pytest.raises(NotASchedule, match="was not recognized as a valid cron expression"):
        Schedule.parse(text)


def test_a_base_in_another_zone_is_taken_as_its_moment() -> None:
    eastern = timezone(timedelta(hours=-5))

    assert after("0 0 0 * * *", datetime(2026, 1, 1, 20, tzinfo=eastern)) == datetime(2026, 1, 3, tzinfo=UTC)


def test_more_than_one_second_makes_it_sub_minute() -> None:
    assert Schedule.parse("*/10 * * * * *").is_sub_minute
    assert not Schedule.parse("10 * * * * *").is_sub_minute


@given(
    st.integers(1, 29),
    st.integers(1, 23),
    st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1)),  # noqa: DTZ001  hypothesis wants bounds without a zone
)
def test_occurrences_match_a_walk_over_every_minute(minutes: int, hour: int, start: datetime) -> None:
    schedule, moment = Schedule.parse(f"0 */{minutes} {hour} * * *"), start.replace(tzinfo=UTC)
    first = moment.replace(second=0, microsecond=0)
    walked = (first + timedelta(minutes=step) for step in range(1, 2 * 24 * 60))
    expected = next(at for at in walked if at.hour == hour and at.minute % minutes == 0)

    assert schedule.next_after(moment) == expected


def test_occurrences_never_repeat() -> None:
    schedule, moments = Schedule.parse("*/7 */13 * * * *"), [NEW_YEAR]
    for _ in range(200):
        moments.append(schedule.next_after(moments[-1]))

    assert all(earlier < later for earlier, later in pairwise(moments))
