from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from sync_core.adapters.entra.patience import Effort, Patience, seconds_of
from sync_core.domain.errors import TryAgainLater


def effort(*, tries: int = 5, waiting: float = 120, jitter: float = 1.0) -> Effort:
    return Effort(Patience(tries=tries, waiting=waiting), jitter=lambda: jitter)


def test_waits_double_from_one_second() -> None:
    trying = effort()

    assert [trying.wait_before_next("busy", retry_after=None) for _ in range(4)] == [1, 2, 4, 8]


def test_half_of_each_wait_is_left_to_chance() -> None:
    assert effort(jitter=0.0).wait_before_next("busy", retry_after=None) == 0.5


def test_what_the_other_side_asks_for_is_waited_at_least() -> None:
    assert effort(jitter=0.25).wait_before_next("busy", retry_after=17) == 17.25


def test_the_last_try_is_not_followed_by_another() -> None:
    trying = effort(tries=3)
    trying.wait_before_next("busy", retry_after=None)
    trying.wait_before_next("busy", retry_after=None)

    with pytest.raises(TryAgainLater, match="busy") as raised:
        trying.wait_before_next("busy", retry_after=None)

    assert raised.value.after == timedelta(minutes=5)


def test_a_longer_wait_than_the_budget_is_handed_on() -> None:
    with pytest.raises(TryAgainLater) as raised:
        effort(waiting=120).wait_before_next("busy", retry_after=300)

    assert raised.value.after == timedelta(seconds=300)


def test_waits_add_up_against_the_budget() -> None:
    trying = effort(waiting=100, jitter=0)
    trying.wait_before_next("busy", retry_after=60)

    with pytest.raises(TryAgainLater) as raised:
        trying.wait_before_next("busy", retry_after=60)

    assert raised.value.after == timedelta(seconds=60)


@pytest.mark.parametrize(
    ("header", "seconds"), [("0", 0), (" 12 ", 12), ("9" * 400, 86400), ("-5", None), ("soon", None), (None, None)]
)
def test_retry_after_is_read_as_seconds(header: str | None, seconds: float | None) -> None:
    assert seconds_of(header) == seconds


def test_retry_after_is_read_as_a_date() -> None:
    header = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)

    assert 57 < (seconds_of(header) or 0) <= 60


def test_a_date_that_is_past_asks_for_no_wait() -> None:
    assert seconds_of("Wed, 21 Oct 2015 07:28:00 GMT") == 0
