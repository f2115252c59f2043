"""A JSON file's nested settings, read by name, each wrong value refused with its place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Self

from devkit.errors import DevkitError
from devkit.functions_host.time_spans import read_time_span

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta
    from pathlib import Path


def read_object(path: Path) -> dict[str, Any]:
    """Read the JSON object that *path* holds.

    Raises:
        DevkitError: The file cannot be read or holds something else.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise DevkitError(f"{path} cannot be read: {error}.") from error
    except json.JSONDecodeError as error:
        raise DevkitError(f"{path} is not JSON: {error.msg} (line {error.lineno}, column {error.colno}).") from error
    if not isinstance(value, dict):
        raise DevkitError(f"{path} must hold one JSON object.")
    return value


class Section:
    """One object of a settings file; names are found whatever their case, as .NET configuration does."""

    def __init__(self, values: Mapping[str, Any], place: str) -> None:
        self._values = {name.lower(): value for name, value in values.items()}
        self._place = place

    def section(self, name: str) -> Self:
        """Return the object below *name*, empty when it is absent."""
        value = self._values.get(name.lower())
        if value is None:
            value = {}
        if not isinstance(value, dict):
            raise self.refusal(name, "an object", value)
        return type(self)(value, self._below(name))

    def integer(self, name: str, *, default: int, minimum: int, maximum: int | None = None) -> int:
        value = self._values.get(name.lower(), default)
        if isinstance(value, str) and value.strip().lstrip("-").isdecimal():
            value = int(value)
        limits = f"from {minimum} to {maximum}" if maximum is not None else f"of at least {minimum}"
        if isinstance(value, bool) or not isinstance(value, int) or value < minimum:
            raise self.refusal(name, f"a whole number {limits}", value)
        if maximum is not None and value > maximum:
            raise self.refusal(name, f"a whole number {limits}", value)
        return value

    def span(self, name: str, *, default: timedelta, minimum: timedelta) -> timedelta:
        """Return the duration below *name*, written as ``hh:mm:ss``."""
        value = self._values.get(name.lower())
        if value is None:
            return default
        span = read_time_span(value) if isinstance(value, str) else None
        if span is None or span < minimum:
            raise self.refusal(name, f"a duration such as 00:00:30, of at least {minimum}", value)
        return span

    def text(self, name: str, *, default: str) -> str:
        value = self._values.get(name.lower(), default)
        if not isinstance(value, str):
            raise self.refusal(name, "a text", value)
        return value

    def names(self) -> list[str]:
        return list(self._values)

    def refusal(self, name: str, wanted: str, value: object) -> DevkitError:
        """Say that *value*, found below *name*, should be *wanted*."""
        return DevkitError(f"{self._below(name)} must be {wanted}, not {json.dumps(value)}.")

    def _below(self, name: str) -> str:
        separator = ": " if self._place.endswith(".json") else "."
        return f"{self._place}{separator}{name}"
