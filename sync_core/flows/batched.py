"""Some items at a time (itertools has it from Python 3.12 on)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from sync_core.ports import MAX_ROWS_PER_WRITE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

T = TypeVar("T")


def batched(items: Sequence[T], size: int = MAX_ROWS_PER_WRITE) -> Iterator[Sequence[T]]:
    """Yield *items* in order, at most *size* at a time."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
