"""Hold a query against what is emitted: listed in the catalogue, or seen in real rows."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from tests.infra.kql import Comparison, Query, Reading, Value

    Values = frozenset[Value]
    Emitted = Mapping[str, Mapping[str, "Kind"]]

_OF_WORDS = {"==", "in", "!=", "!in", "=~", "in~", "!~"}
_OF_NUMBERS: Mapping[str, Callable[[float, float], bool]] = {
    "==": operator.eq,
    "in": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Kind:
    """The rows of one name: their properties, and the columns that are filled, each with the values that it has.

    *columns*: None where only properties are known.
    """

    properties: Mapping[str, Values]
    columns: Mapping[str, Values] | None = None


def complaints(query: Query, emitted: Emitted, *, entered: str = "") -> list[str]:
    """Return what is wrong with *query*, where *emitted* is by table and name what there is.

    *entered*: what stands for the operator's own words; nothing is said of where they are compared.
    """
    found = list(query.diagnostics)
    for reading in query.readings:
        found += _about(reading, emitted.get(reading.table, {}), entered)
    return found


def _about(reading: Reading, kinds: Mapping[str, Kind], entered: str) -> Iterator[str]:
    if not kinds:
        yield f"nothing lies in {reading.table}"
        return
    yield from (f"never emitted into {reading.table}: {name}" for name in sorted(reading.names - set(kinds)))
    rows = [kinds[name] for name in reading.about & set(kinds)] or list(kinds.values())
    whose = ", ".join(sorted(reading.about)) or reading.table
    for path in reading.properties:
        if len(path) > 1 or path[0] is None:
            yield f"no name of a property: {_shown(path)}"
        elif not any(path[0] in row.properties for row in rows):
            yield f"not carried by {whose}: {path[0]}"
    for column in reading.columns:
        if not any(row.columns is None or column in row.columns for row in rows):
            yield f"always empty for {whose}: {column}"
    for comparison in reading.comparisons:
        yield from _compared(comparison, rows, entered)


def _compared(comparison: Comparison, rows: Iterable[Kind], entered: str) -> Iterator[str]:
    of = _shown(comparison.of)
    if comparison.is_of_the_name:
        yield from (f"not said, which {of}" for value in comparison.values if value is None)
        return
    known = _known(comparison, rows)
    for value in comparison.values:
        if known is None or value is None or value == entered:
            continue
        if isinstance(comparison.of, tuple) and not isinstance(value, str) and not comparison.converted:
            yield f"text compared with a number: {of}"
        elif not _is_met(comparison.operator, value, known):
            yield f"never the {of}: {value}"


def _known(comparison: Comparison, rows: Iterable[Kind]) -> Values | None:
    """Return the values that there are of what is compared, None where nobody knows."""
    found: set[Value] = set()
    for row in rows:
        values = row.columns if isinstance(comparison.of, str) else row.properties
        if values is None:
            return None
        name = comparison.of if isinstance(comparison.of, str) else str(comparison.of[0])
        found |= values.get(name, frozenset())
    return frozenset(found)


def _is_met(sign: str, value: Value, known: Values) -> bool:
    """Tell whether *value* is met at all; what a number is compared with for being another, need not be."""
    if isinstance(value, str):
        return sign not in _OF_WORDS or value in known
    numbers = [number for number in map(_number, known) if number is not None]
    if not numbers or value is None or sign not in _OF_NUMBERS:
        return True
    return any(_OF_NUMBERS[sign](number, value) for number in numbers)


def _number(value: Value) -> float | None:
    try:
        return None if value is None else float(value)
    except ValueError:
        return None


def _shown(of: str | tuple[str | None, ...]) -> str:
    return of if isinstance(of, str) else ".".join(step or "?" for step in of)
