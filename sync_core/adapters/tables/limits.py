"""What Table Storage takes, checked before anything is sent: the emulator lets more through than Azure does.

The numbers are those of learn.microsoft.com, "Understanding the Table service data model" and "Performing entity
group transactions". A refusal names table and property, never a value.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sync_core.ports import MAX_ROWS_PER_WRITE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sync_core.ports import Cell, RowWrite

MAX_BATCH_BYTES = 4 * 1024 * 1024
MAX_ROW_BYTES = 1024 * 1024
MAX_PROPERTIES = 252
MAX_TEXT_UNITS = 32 * 1024
MAX_BINARY_BYTES = 64 * 1024
MAX_KEY_UNITS = 512

_INT64 = range(-(2**63), 2**63)
_SYSTEM_NAMES = frozenset({"PartitionKey", "RowKey", "Timestamp"})
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}")
_NOT_IN_KEYS = re.compile(r"[/\\#?\x00-\x1f\x7f-\x9f]")


def check_transaction(table: str, partition: str, rows: Sequence[RowWrite]) -> None:
    """Refuse what one transaction cannot hold, its size in bytes apart.

    Raises:
        ValueError: no row or too many, a key twice, a wrong key, or a row that is too large.
    """
    if not 1 <= len(rows) <= MAX_ROWS_PER_WRITE:
        raise ValueError(f"{table}: a write takes 1 to {MAX_ROWS_PER_WRITE} rows, not {len(rows)}")
    if len({row.key for row in rows}) < len(rows):
        raise ValueError(f"{table}: a key stands twice in one write")
    _check_key(table, "PartitionKey", partition)
    for row in rows:
        _check_key(table, "RowKey", row.key)
        if row.kind != "delete":
            check_row(table, partition, row.key, row.cells)


def check_batch_size(table: str, size: int) -> None:
    """Refuse a transaction whose request body of *size* bytes is too large."""
    if size > MAX_BATCH_BYTES:
        raise ValueError(f"{table}: a write takes {MAX_BATCH_BYTES} bytes, not {size}")


def check_row(table: str, partition: str, key: str, cells: Mapping[str, Cell]) -> None:
    """Refuse a row that is too large as a whole or in one property.

    The size is counted as learn.microsoft.com, "How the size of an entity is calculated in Windows Azure Table
    Storage", does.
    """
    if len(cells) > MAX_PROPERTIES:
        raise ValueError(f"{table}: a row takes {MAX_PROPERTIES} properties, not {len(cells)}")
    size = 4 + 2 * (len(partition) + len(key))
    for name, cell in cells.items():
        size += 8 + 2 * len(name) + _cell_bytes(table, name, cell)
    if size > MAX_ROW_BYTES:
        raise ValueError(f"{table}: a row takes {MAX_ROW_BYTES} bytes, not {size}")


def _cell_bytes(table: str, name: str, cell: Cell) -> int:
    if _NAME.fullmatch(name) is None or name in _SYSTEM_NAMES:
        raise ValueError(f"{table}: {name!r} cannot be the name of a property")
    if isinstance(cell, str):
        return _text_bytes(table, name, cell)
    if isinstance(cell, bool):
        return 1
    if isinstance(cell, bytes):
        return _binary_bytes(table, name, cell)
    if isinstance(cell, float) or (isinstance(cell, int) and cell in _INT64):
        return 8
    raise ValueError(f"{table}: {name} is no value that a property can hold ({type(cell).__name__})")


def _text_bytes(table: str, name: str, text: str) -> int:
    units = _utf16_units(table, name, text)
    if units > MAX_TEXT_UNITS:
        raise ValueError(f"{table}: {name} takes {MAX_TEXT_UNITS} UTF-16 units, not {units}")
    return 4 + 2 * units


def _binary_bytes(table: str, name: str, data: bytes) -> int:
    if len(data) > MAX_BINARY_BYTES:
        raise ValueError(f"{table}: {name} takes {MAX_BINARY_BYTES} bytes, not {len(data)}")
    return 4 + len(data)


def _check_key(table: str, name: str, key: str) -> None:
    if _utf16_units(table, name, key) > MAX_KEY_UNITS:
        raise ValueError(f"{table}: {name} is longer than {MAX_KEY_UNITS} characters")
    if _NOT_IN_KEYS.search(key) is not None:
        raise ValueError(f"{table}: {name} holds a character that keys cannot have")


def _utf16_units(table: str, name: str, text: str) -> int:
    if text.isascii():
        return len(text)
    try:
        return len(text.encode("utf-16-le")) // 2
    except UnicodeEncodeError:
        #  The codec's own error would carry the text along.
        raise ValueError(f"{table}: {name} holds half a surrogate pair, which is no text") from None
