"""Say where in a JSON text something stands."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Path = tuple[str | int, ...]

_DECODER = json.JSONDecoder()
_BETWEEN = re.compile(r"[\s,:]*")


def path_text(path: Path) -> str:
    """Write *path* the way people write it: ``groups[3].members[2].id``."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def line_of(text: str, path: Path) -> int:
    """Return the line, from 1, on which the value at *path* begins in the valid JSON *text*.

    Where the last steps do not exist, as with a missing field, it is the line of what should hold them.
    """
    at = _skip(text, 0)
    for step in path:
        found = _position_of(text, at, step)
        if found is None:
            break
        at = found
    return text.count("\n", 0, at) + 1


def _position_of(text: str, at: int, step: str | int) -> int | None:
    if text[at] not in "{[":
        return None
    entries = _object_entries(text, at) if text[at] == "{" else _array_entries(text, at)
    found = None
    for name, position in entries:
        # The last of several equal keys is the one that the parser keeps.
        if name == step:
            found = position
    return found


def _object_entries(text: str, at: int) -> Iterator[tuple[str | int, int]]:
    at = _skip(text, at + 1)
    while text[at] != "}":
        name, at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        yield name, at
        at = _skip(text, _DECODER.raw_decode(text, at)[1])


def _array_entries(text: str, at: int) -> Iterator[tuple[str | int, int]]:
    index, at = 0, _skip(text, at + 1)
    while text[at] != "]":
        yield index, at
        index, at = index + 1, _skip(text, _DECODER.raw_decode(text, at)[1])


def _skip(text: str, at: int) -> int:
    between = _BETWEEN.match(text, at)
    return between.end() if between else at
