"""How values lie in the cells of a row, the same way in every table.

A merge cannot take a cell away, so "nothing" is empty text, or ``null`` in a JSON cell.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sync_core.ports import Cell


def json_cell(value: Any) -> str:
    """Return *value* as compact JSON, equal text for equal values, unescaped where UTF-8 can hold its texts."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    if text.isascii() or _is_encodable(text):
        return text
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def time_cell(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).isoformat()


def date_cell(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def searchable_cell(text: str) -> str:
    """Return *text* for a cell that is only searched: a space for what cannot be printed, lone surrogates too."""
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


def text_in(cells: Mapping[str, Cell], name: str) -> str:
    value = cells.get(name, "")
    if not isinstance(value, str):
        raise TypeError(f"{name} holds no text")
    return value


def number_in(cells: Mapping[str, Cell], name: str) -> int:
    value = cells.get(name, 0)
    if not isinstance(value, int):
        raise TypeError(f"{name} holds no whole number")
    return value


def flag_in(cells: Mapping[str, Cell], name: str) -> bool:
    return cells.get(name, False) is True


def json_in(cells: Mapping[str, Cell], name: str) -> Any:
    """Return the value in a JSON cell, None where there is none."""
    text = text_in(cells, name)
    return json.loads(text) if text else None


def time_in(cells: Mapping[str, Cell], name: str) -> datetime | None:
    return moment_of(text_in(cells, name))


def date_in(cells: Mapping[str, Cell], name: str) -> date | None:
    text = text_in(cells, name)
    return date.fromisoformat(text) if text else None


def moment_of(text: str) -> datetime | None:
    """Read back what `time_cell` wrote."""
    return datetime.fromisoformat(text) if text else None


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
