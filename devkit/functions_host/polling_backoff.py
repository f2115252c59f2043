"""How long a queue listener waits before it asks again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_MINIMUM = timedelta(milliseconds=100)
_SPREAD = 0.2


class PollingBackoff:
    """Doubles from a tenth of a second up to *longest*, spread by 20 %; starts again after a find.

    *random* gives numbers from 0 to 1.
    """

    def __init__(self, *, longest: timedelta, random: Callable[[], float]) -> None:
        self._longest = longest
        self._random = random
        self._empty = 0

    def found(self) -> None:
        self._empty = 0

    def next_wait(self) -> timedelta:
        """Count one more empty receive and return the wait before the next one."""
        self._empty += 1
        spread = 1 - _SPREAD + 2 * _SPREAD * self._random()
        #  Past 2 to the 20th the cap has long been reached.
        grown = _MINIMUM * float(2 ** min(self._empty - 1, 20)) * spread
        return min(_MINIMUM + grown, self._longest)
