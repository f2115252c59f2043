from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_core.domain.schedule import (
    DAYS,
    Cadence,
    midnight_of,
    next_run,
    night_of,
    nights_to_cover,
    slots_of,
)
from tests.builders import DAILY, MONDAYS, NIGHT, a_schedule

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)  # a Monday
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (bounds)
cadences = st.one_of(st.just(DAILY), st.builds(Cadence, st.just("weekly"), st.integers(0, 6)))


@pytest.mark.parametrize(("day", "days_away"), [(0, 7), (1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 6)])
def test_a_weekly_sync_runs_next_at_the_midnight_that_begins_its_day(day: int, days_away: int) -> None:
    assert next_run(Cadence("weekly", day), now=NOON) == midnight_of(NIGHT + timedelta(days=days_away))


def test_a_daily_sync_runs_next_at_the_coming_midnight() -> None:
    assert next_run(DAILY, now=NOON) == datetime(2026, 11, 24, tzinfo=UTC)


def test_at_midnight_itself_the_next_run_is_the_one_after() -> None:
    assert next_run(DAILY, now=midnight_of(NIGHT)) == midnight_of(NIGHT + timedelta(days=1))


def test_a_moment_before_midnight_the_next_run_is_that_midnight() -> None:
    assert next_run(MONDAYS, now=midnight_of(NIGHT) - timedelta(microseconds=1)) == midnight_of(NIGHT)


def test_the_next_run_is_reckoned_in_utc_whatever_the_zone_of_now() -> None:
    """In Auckland it is Tuesday already while UTC still has Monday."""
    auckland = timezone(timedelta(hours=13))

    assert next_run(DAILY, now=NOON.astimezone(auckland)) == datetime(2026, 11, 24, tzinfo=UTC)


@given(moments, cadences)
def test_the_next_run_is_a_due_midnight_within_a_week_and_in_the_future(now: datetime, cadence: Cadence) -> None:
    upcoming = next_run(cadence, now=now)

    assert now < upcoming <= now + timedelta(days=7)
    assert upcoming == midnight_of(upcoming.date())
    assert cadence.is_due(upcoming.date())


def test_a_weekly_cadence_is_due_on_its_day_alone() -> None:
    week = [NIGHT + timedelta(days=n) for n in range(7)]

    assert [Cadence("weekly", 2).is_due(night) for night in week] == [False, False, True] + [False] * 4


def test_a_daily_cadence_is_due_every_night() -> None:
    assert all(DAILY.is_due(NIGHT + timedelta(days=n)) for n in range(7))


@pytest.mark.parametrize("day", range(7))
def test_a_weekly_cadence_says_its_day_in_words(day: int) -> None:
    assert Cadence("weekly", day).in_words == f"Weekly on {DAYS[day].capitalize()}, 00:00 UTC"


def test_a_daily_cadence_says_so_in_words() -> None:
    assert DAILY.in_words == "Daily, 00:00 UTC"


@pytest.mark.parametrize(("kind", "day"), [("weekly", None), ("daily", 0), ("weekly", 7), ("weekly", -1)], ids=str)
def test_an_impossible_cadence_cannot_be_made(kind: str, day: int | None) -> None:
    with pytest.raises(ValueError, match=r"cadence|day"):
        Cadence(kind, day)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("enabled", "deleted", "on"), [(True, False, True), (False, False, False), (True, True, False)]
)
def test_a_schedule_is_on_when_it_is_enabled_and_not_deleted(enabled: bool, deleted: bool, on: bool) -> None:
    assert a_schedule(enabled=enabled, deleted=deleted).is_on is on


@pytest.mark.parametrize(
    ("fired", "night"),
    [
        ("2026-11-22T23:59:59.990000", NIGHT),
        ("2026-11-22T23:59:00", NIGHT),
        ("2026-11-23T00:00:00", NIGHT),
        ("2026-11-23T23:58:59.999999", NIGHT),
        ("2026-11-22T23:58:59.999999", date(2026, 11, 22)),
    ],
)
def test_a_timer_that_fires_just_before_midnight_is_for_tonight(fired: str, night: date) -> None:
    """The platform's timer can fire some milliseconds early."""
    assert night_of(datetime.fromisoformat(fired).replace(tzinfo=UTC)) == night


def test_the_night_is_reckoned_in_utc_whatever_the_zone_of_now() -> None:
    assert night_of(datetime(2026, 11, 23, 1, tzinfo=timezone(timedelta(hours=2)))) == date(2026, 11, 22)


def test_the_first_night_ever_covers_itself() -> None:
    assert nights_to_cover(tonight=NIGHT, last_complete=None) == (NIGHT,)


def test_a_night_after_a_complete_one_covers_itself() -> None:
    assert nights_to_cover(tonight=NIGHT, last_complete=NIGHT - timedelta(days=1)) == (NIGHT,)


def test_missed_nights_are_covered_oldest_first() -> None:
    days = [NIGHT - timedelta(days=n) for n in (2, 1, 0)]

    assert nights_to_cover(tonight=NIGHT, last_complete=NIGHT - timedelta(days=3)) == tuple(days)


def test_no_more_than_a_week_of_nights_is_covered() -> None:
    """Every weekly slot comes round in seven nights."""
    covered = nights_to_cover(tonight=NIGHT, last_complete=NIGHT - timedelta(days=13))

    assert covered == tuple(NIGHT - timedelta(days=n) for n in range(6, -1, -1))


@pytest.mark.parametrize("ahead", [0, 1, 5])
def test_a_clock_that_went_back_still_covers_tonight(ahead: int) -> None:
    assert nights_to_cover(tonight=NIGHT, last_complete=NIGHT + timedelta(days=ahead)) == (NIGHT,)


@given(st.dates(date(2001, 1, 1)), st.integers(-3, 20))
def test_covered_nights_are_consecutive_and_end_tonight(tonight: date, ago: int) -> None:
    covered = nights_to_cover(tonight=tonight, last_complete=tonight - timedelta(days=1) * ago if ago >= 0 else None)

    assert covered[-1] == tonight
    assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(covered))


def test_a_night_reads_the_daily_slot_and_that_of_its_day() -> None:
    assert slots_of((NIGHT,)) == ("daily", "weekly-1")


def test_covered_nights_read_each_slot_once() -> None:
    week = tuple(NIGHT + timedelta(days=n) for n in range(8))

    assert slots_of(week) == ("daily", *(f"weekly-{day}" for day in range(1, 8)))


@given(st.dates(), cadences)
def test_a_cadence_that_is_due_lies_in_a_slot_that_the_night_reads(night: date, cadence: Cadence) -> None:
    assert (cadence.slot in slots_of((night,))) == cadence.is_due(night)
