"""How a row travels: Table Storage's JSON, with a type beside every value that JSON alone cannot tell.

See learn.microsoft.com, "Payload format for Table service operations" and "Understanding the Table service data
model".
"""

from __future__ import annotations

import math
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sync_core.ports import StoredRow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sync_core.ports import Cell

_KEYS_AND_TIME = frozenset({"PartitionKey", "RowKey", "Timestamp"})
_FROM_TEXT: Mapping[str, Callable[[Any], Cell]] = {
    "Edm.Int64": int,
    "Edm.Double": float,
    "Edm.Binary": b64decode,
}


def to_entity(partition: str, key: str, cells: Mapping[str, Cell]) -> dict[str, str | float | bool]:
    """Return the JSON object of a row. Every int travels as 64 bits, so that a property has one type."""
    entity: dict[str, str | float | bool] = {"PartitionKey": partition, "RowKey": key}
    for name, cell in cells.items():
        if isinstance(cell, str | bool):
            entity[name] = cell
        elif isinstance(cell, int):
            entity[f"{name}@odata.type"] = "Edm.Int64"
            entity[name] = str(int(cell))
        elif isinstance(cell, float):
            entity[f"{name}@odata.type"] = "Edm.Double"
            entity[name] = _double(cell)
        else:
            entity[f"{name}@odata.type"] = "Edm.Binary"
            entity[name] = b64encode(cell).decode()
    return entity


def from_entity(partition: str, entity: Mapping[str, Any]) -> StoredRow:
    """Return the row of a JSON object in minimal metadata; a number without a type is a double."""
    cells: dict[str, Cell] = {}
    for name, value in entity.items():
        #  Names with a dot are OData's own: the ETag, and the types beside the values.
        if "." not in name and name not in _KEYS_AND_TIME:
            cells[name] = _cell(value, entity.get(f"{name}@odata.type"))
    return StoredRow(partition=partition, key=entity["RowKey"], etag=entity["odata.etag"], cells=cells)


def entity_path(table: str, partition: str, key: str) -> str:
    """Return the path of one row, escaped for OData and for a URL."""
    return f"{table}(PartitionKey='{_in_path(partition)}',RowKey='{_in_path(key)}')"


def literal(text: str) -> str:
    """Return *text* as an OData string, for a filter."""
    return "'" + text.replace("'", "''") + "'"


def _in_path(key: str) -> str:
    return quote(key.replace("'", "''"), safe="")


def _double(value: float) -> str | float:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _cell(value: Any, kind: str | None) -> Cell:
    if kind is not None:
        return _FROM_TEXT.get(kind, str)(value)
    return value if isinstance(value, str | bool) else float(value)
