"""When a timer last fired and fires next, kept over restarts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from devkit.functions_host.cron import Schedule

#  .NET's default date, which stands for "has never fired".
NEVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TimerStatus:
    """*last* is NEVER before the first firing."""

    last: datetime
    next: datetime
    updated: datetime

    @classmethod
    def after(cls, fired: datetime, schedule: Schedule) -> TimerStatus:
        """Return the status that a firing at that moment leaves."""
        return cls(last=fired, next=schedule.next_after(fired), updated=fired)

    def as_json(self) -> dict[str, str]:
        return {
            "Last": self.last.isoformat(),
            "Next": self.next.isoformat(),
            "LastUpdated": self.updated.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Standing:
    """What a starting host makes of the status it finds."""

    status: TimerStatus
    past_due: bool


def standing_at(now: datetime, *, stored: TimerStatus | None, schedule: Schedule) -> Standing:
    """Judge the *stored* status: due meanwhile, still to come, or of another schedule and so begun afresh."""
    if stored is None:
        return Standing(_begun(now, schedule), past_due=False)
    if stored.next != schedule.next_after(stored.updated):
        return Standing(_begun(now, schedule), past_due=False)
    return Standing(stored, past_due=now > stored.next)


def _begun(now: datetime, schedule: Schedule) -> TimerStatus:
    return TimerStatus(last=NEVER, next=schedule.next_after(now), updated=now)


class StatusFile:
    """A timer's status as a small JSON file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> TimerStatus | None:
        """Return the status; None when there is none or it cannot be understood."""
        try:
            values = json.loads(self._path.read_text(encoding="utf-8"))
            last, following, updated = (
                datetime.fromisoformat(values[name]) for name in ("Last", "Next", "LastUpdated")
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return TimerStatus(last=last, next=following, updated=updated)

    def write(self, status: TimerStatus) -> None:
        """Replace the file in one step, so that a killed host leaves the old or the new status."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        new = self._path.with_suffix(".new")
        new.write_text(json.dumps(status.as_json()), encoding="utf-8")
        new.replace(self._path)
