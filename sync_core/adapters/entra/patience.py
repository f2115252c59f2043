"""How long one call to Graph keeps trying before the whole order waits instead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from sync_core.domain.errors import TryAgainLater

if TYPE_CHECKING:
    from collections.abc import Callable

_FIRST_WAIT = 1.0
_LONGEST_WAIT = 30.0
_WORN_OUT_WAIT = timedelta(minutes=5)
_LONGEST_DELAY = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Patience:
    """The budget of one call: how often it is tried, and how many seconds it may wait altogether."""

    tries: int = 5
    waiting: float = 120.0


class Effort:
    """What one call has spent of its budget. *jitter* returns numbers from 0 to 1."""

    def __init__(self, budget: Patience, *, jitter: Callable[[], float]) -> None:
        self._budget = budget
        self._jitter = jitter
        self._failed = 0
        self._waited = 0.0

    def wait_before_next(self, reason: str, *, retry_after: float | None) -> float:
        """Return the seconds to wait before the next try.

        *retry_after* is obeyed; without it waits double from one second, and half of each is left to chance
        so that calls which failed together do not come back together.

        Raises:
            TryAgainLater: the budget does not reach that far.
        """
        self._failed += 1
        if retry_after is None:
            wait = min(_FIRST_WAIT * 2.0 ** (self._failed - 1), _LONGEST_WAIT) * (0.5 + self._jitter() / 2)
        else:
            wait = retry_after + self._jitter()
        asked = timedelta(seconds=retry_after or 0)
        if self._failed >= self._budget.tries:
            raise TryAgainLater(reason, after=max(asked, _WORN_OUT_WAIT))
        if self._waited + wait > self._budget.waiting:
            raise TryAgainLater(reason, after=asked or _WORN_OUT_WAIT)
        self._waited += wait
        return wait


def seconds_of(retry_after: str | None) -> float | None:
    """Return what a ``Retry-After`` header asks for, in seconds or as a date; None where it is unreadable.

    At most a day: whatever asks for more is asked again tomorrow.
    """
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return min(float(text), _LONGEST_DELAY)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max((aware - datetime.now(UTC)).total_seconds(), 0.0), _LONGEST_DELAY)
