"""When a group syncs: cadences, nights and the slots that a night reads. All times are aware UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

DAILY_SLOT = "daily"

#  The platform's timer can fire some milliseconds early: 23:59:59.98 is already tonight.
_EARLY = timedelta(minutes=1)

#  Every weekly slot comes round in seven nights, so looking further back finds nothing more.
_FURTHEST_CATCH_UP = 7


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often: every night, or in the night that begins *day* (0 = Monday ... 6 = Sunday)."""

    kind: Literal["daily", "weekly"]
    day: int | None = None

    def __post_init__(self) -> None:
        if (self.kind == "weekly") != (self.day is not None):
            raise ValueError("a weekly cadence names a day and a daily one names none")
        if self.day is not None and not 0 <= self.day < len(DAYS):
            raise ValueError("a day is 0 (Monday) to 6 (Sunday)")

    @property
    def slot(self) -> str:
        """The partition of due slots that holds this cadence: ``daily`` or ``weekly-1`` (Monday) to ``-7``."""
        return DAILY_SLOT if self.day is None else f"weekly-{self.day + 1}"

    @property
    def in_words(self) -> str:
        return "Daily, 00:00 UTC" if self.day is None else f"Weekly on {DAYS[self.day].capitalize()}, 00:00 UTC"

    def is_due(self, night: date) -> bool:
        return self.day is None or self.day == night.weekday()


@dataclass(frozen=True, slots=True)
class Schedule:
    """What people set for one group. *revision* rises by one with every change; a deleted one stays, to keep it."""

    cadence: Cadence
    enabled: bool
    revision: int
    deleted: bool = False
    changed_at: datetime | None = None

    @property
    def is_on(self) -> bool:
        return self.enabled and not self.deleted


def next_run(cadence: Cadence, *, now: datetime) -> datetime:
    """Return the next midnight UTC, strictly after *now*, at which *cadence* is due."""
    today = now.astimezone(UTC).date()
    ahead = 1 if cadence.day is None else (cadence.day - today.weekday() - 1) % 7 + 1
    return midnight_of(today + timedelta(days=ahead))


def night_of(now: datetime) -> date:
    """Return the night that a timer firing at *now* is for."""
    return (now.astimezone(UTC) + _EARLY).date()


def midnight_of(night: date) -> datetime:
    return datetime.combine(night, time(), UTC)


def nights_to_cover(*, tonight: date, last_complete: date | None) -> tuple[date, ...]:
    """Return tonight and every night missed since *last_complete*, oldest first, seven at the most."""
    first = tonight if last_complete is None else last_complete + timedelta(days=1)
    first = max(min(first, tonight), tonight - timedelta(days=_FURTHEST_CATCH_UP - 1))
    return tuple(first + timedelta(days=n) for n in range((tonight - first).days + 1))


def slots_of(nights: tuple[date, ...]) -> tuple[str, ...]:
    """Return the slots that are due in any of *nights*, each once."""
    weekly = sorted({f"weekly-{night.isoweekday()}" for night in nights})
    return (DAILY_SLOT, *weekly)
