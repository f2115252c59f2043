"""NCrontab expressions, the timer schedules of the Functions host, in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product

_FIELDS_WITHOUT_SECONDS = 5
#  29 February on a given weekday can be 40 years away (1896 to 1936, 2096 to 2136).
_SEARCHED_DAYS = 41 * 366


class NotASchedule(ValueError):
    """The text is no cron expression, or describes a moment that never comes."""


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    lowest: int
    highest: int
    words: tuple[str, ...] = ()


_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_FIELDS = (
    _Field("second", 0, 59),
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of week", 0, 6, _WEEKDAYS),
)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A parsed expression; each field is the sorted numbers that it allows."""

    text: str
    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]

    @classmethod
    def parse(cls, text: str) -> Schedule:
        """Read six fields, or five and then second 0.

        Raises:
            NotASchedule: In the words of the real host.
        """
        parts = text.split()
        if len(parts) == _FIELDS_WITHOUT_SECONDS:
            parts = ["0", *parts]
        try:
            allowed = [_numbers(part, field) for part, field in zip(parts, _FIELDS, strict=True)]
            schedule = cls(text, *allowed)
            schedule.next_after(datetime(2000, 1, 1, tzinfo=UTC))
        except ValueError as error:
            raise NotASchedule(
                f"The schedule expression '{text}' was not recognized as a valid cron expression or timespan string."
            ) from error
        return schedule

    @property
    def is_sub_minute(self) -> bool:
        """Whether it comes more than once within some minute."""
        return len(self.seconds) > 1

    def next_after(self, moment: datetime) -> datetime:
        """Return the first occurrence strictly after *moment*.

        Raises:
            NotASchedule: There is none, such as 30 February.
        """
        start = moment.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1)
        earliest = (start.hour, start.minute, start.second)
        midnight = start.replace(hour=0, minute=0, second=0)
        for _ in range(_SEARCHED_DAYS):
            clock = self._first_clock(earliest) if self._allows_day(midnight) else None
            if clock is not None:
                return midnight.replace(hour=clock[0], minute=clock[1], second=clock[2])
            midnight += timedelta(days=1)
            earliest = (0, 0, 0)
        raise NotASchedule(f"'{self.text}' never comes.")

    def _allows_day(self, day: datetime) -> bool:
        #  Both must allow it; Unix cron takes either.
        weekday = day.isoweekday() % 7
        return day.month in self.months and day.day in self.days and weekday in self.weekdays

    def _first_clock(self, earliest: tuple[int, int, int]) -> tuple[int, int, int] | None:
        hours = [hour for hour in self.hours if hour >= earliest[0]]
        minutes = ((hour, minute) for hour, minute in product(hours, self.minutes))
        for hour, minute in minutes:
            if (hour, minute) < earliest[:2]:
                continue
            for second in self.seconds:
                if (hour, minute, second) >= earliest:
                    return hour, minute, second
        return None


def _numbers(text: str, field: _Field) -> tuple[int, ...]:
    return tuple(sorted({number for item in text.split(",") for number in _item(item, field)}))


def _item(text: str, field: _Field) -> range:
    span, slash, step_text = text.partition("/")
    step = max(int(step_text), 1) if slash else 1
    if span == "*":
        return range(field.lowest, field.highest + 1, step)
    first_text, dash, last_text = span.partition("-")
    first = _value(first_text, field)
    if dash:
        #  A backward range is turned round: NCrontab, CrontabField.cs.
        first, last = sorted((first, _value(last_text, field)))
    else:
        last = field.highest if slash else first
    return range(first, last + 1, step)


def _value(text: str, field: _Field) -> int:
    if text.isdecimal():
        number = int(text)
        if field.lowest <= number <= field.highest:
            return number
    elif text:
        for number, word in enumerate(field.words, field.lowest):
            if word.startswith(text.lower()):
                return number
    raise NotASchedule(f"'{text}' is not a {field.name}.")
