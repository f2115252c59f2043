"""How times, ages and foreign text are written for people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def at(moment: datetime | None) -> str:
    """Return the time with its zone; empty where there is none."""
    return "" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def span(time: timedelta | None) -> str:
    """Return how long, in the two largest units that say something; empty for None."""
    if time is None:
        return ""
    seconds = max(round(time.total_seconds()), 0)
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min {seconds % _MINUTE:02d} s"
    if seconds < _DAY:
        return f"{seconds // _HOUR} h {seconds % _HOUR // _MINUTE:02d} min"
    return f"{seconds // _DAY} d {seconds % _DAY // _HOUR:02d} h"


def count(number: int, thing: str, things: str | None = None) -> str:
    """Return the number with its noun: ``1 message``, ``2 messages``."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


def printable(text: str) -> str:
    """Return *text* without what would move the cursor or change colours: others write it, a terminal obeys."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
