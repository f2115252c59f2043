"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

#  A Monday's midnight, so that weekly schedules are easy to follow.
MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)


class FakeClock:
    def __init__(self, now: datetime = MIDNIGHT) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        self._now += by

    def move_to(self, when: datetime) -> None:
        self._now = when
