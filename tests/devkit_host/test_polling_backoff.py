from __future__ import annotations

from datetime import timedelta

import pytest

from devkit.functions_host.polling_backoff import PollingBackoff


def waits(backoff: PollingBackoff, count: int) -> list[float]:
    return [backoff.next_wait().total_seconds() for _ in range(count)]


def test_empty_polls_double_up_to_the_cap() -> None:
    backoff = PollingBackoff(longest=timedelta(seconds=2), random=lambda: 0.5)

    assert waits(backoff, 7) == pytest.approx([0.2, 0.3, 0.5, 0.9, 1.7, 2, 2])


def test_a_find_starts_again_from_the_shortest() -> None:
    backoff = PollingBackoff(longest=timedelta(seconds=60), random=lambda: 0.5)
    waits(backoff, 6)
    backoff.found()

    assert waits(backoff, 2) == pytest.approx([0.2, 0.3])


@pytest.mark.parametrize(("random", "expected"), [(0.0, 0.74), (1.0, 1.06)])
def test_the_growth_is_spread_by_a_fifth(random: float, expected: float) -> None:
    backoff = PollingBackoff(longest=timedelta(seconds=60), random=lambda: random)

    assert waits(backoff, 4)[-1] == pytest.approx(expected)


def test_a_long_silence_stays_at_the_cap() -> None:
    backoff = PollingBackoff(longest=timedelta(seconds=60), random=lambda: 0.5)

    assert waits(backoff, 5000)[-1] == 60
