"""The .NET way of writing a duration, as host.json has it."""

from __future__ import annotations

import re
from datetime import timedelta

_SPAN = re.compile(r"(?:(?P<d>\d+)\.)?(?P<h>\d{1,2}):(?P<m>[0-5]?\d)(?::(?P<s>[0-5]?\d(?:\.\d{1,7})?))?")
_HOURS_OF_A_DAY = 24


def read_time_span(text: str) -> timedelta | None:
    """Read ``[d.]hh:mm[:ss[.fff]]``; None when *text* is something else."""
    found = _SPAN.fullmatch(text.strip())
    if found is None or int(found["h"]) >= _HOURS_OF_A_DAY:
        return None
    return timedelta(
        days=int(found["d"] or 0),
        hours=int(found["h"]),
        minutes=int(found["m"]),
        seconds=float(found["s"] or 0),
    )


def write_time_span(span: timedelta) -> str:
    """Write *span* as ``hh:mm:ss``, with days in front when there are any."""
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, _HOURS_OF_A_DAY)
    clock = f"{hours:02}:{minutes:02}:{seconds:02}"
    return f"{days}.{clock}" if days else clock
