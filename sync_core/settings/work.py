"""When the night begins, how long runs may take and are remembered, and by which clock."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from sync_core.domain.errors import SettingError
from sync_core.settings.values import whole_number

if TYPE_CHECKING:
    from collections.abc import Mapping

MIDNIGHT_UTC = "0 0 0 * * *"

#  The host reads the expression itself; this only finds a forgotten or broken one before it does.
_SCHEDULE_FIELD = re.compile(r"[0-9A-Za-z*/,-]+")
_SCHEDULE_LENGTHS = (5, 6)
_LONGEST_LEASE_SECONDS = 3600
#  Held removals wait for a week, and what they are decided by must not go before.
_HISTORY_DAYS = range(8, 3651)


def schedule(given: Mapping[str, str]) -> str:
    text = given.get("SYNC_SCHEDULE", MIDNIGHT_UTC)
    fields = text.split()
    if len(fields) not in _SCHEDULE_LENGTHS or not all(map(_SCHEDULE_FIELD.fullmatch, fields)):
        raise SettingError("SYNC_SCHEDULE", f"is no schedule of five or six fields, such as {MIDNIGHT_UTC}")
    return text


def run_lease(given: Mapping[str, str]) -> timedelta:
    seconds = whole_number(given, "RUN_LEASE_SECONDS", 90)
    if not 1 <= seconds <= _LONGEST_LEASE_SECONDS:
        raise SettingError("RUN_LEASE_SECONDS", f"must be between 1 and {_LONGEST_LEASE_SECONDS}")
    return timedelta(seconds=seconds)


def history(given: Mapping[str, str]) -> timedelta:
    days = whole_number(given, "HISTORY_DAYS", 90, unit="days")
    if days not in _HISTORY_DAYS:
        raise SettingError("HISTORY_DAYS", f"must be between {_HISTORY_DAYS[0]} and {_HISTORY_DAYS[-1]}")
    return timedelta(days=days)


def clock_offset(given: Mapping[str, str]) -> timedelta:
    seconds = whole_number(given, "SYNC_CLOCK_OFFSET", 0)
    if seconds and not is_development(given):
        raise SettingError(
            "SYNC_CLOCK_OFFSET", "is for a developer's machine alone (AZURE_FUNCTIONS_ENVIRONMENT=Development)"
        )
    try:
        return timedelta(seconds=seconds)
    except OverflowError as exc:
        raise SettingError("SYNC_CLOCK_OFFSET", "is further away than a clock can go") from exc


def is_development(given: Mapping[str, str]) -> bool:
    """Tell a developer's machine from an app in Azure, where the platform itself sets WEBSITE_INSTANCE_ID."""
    return given.get("AZURE_FUNCTIONS_ENVIRONMENT") == "Development" and "WEBSITE_INSTANCE_ID" not in given
