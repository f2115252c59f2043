"""Values of ours that are kept in memory by the ten thousand, a quarter of their size."""

from __future__ import annotations

import pickle
import zlib
from typing import Any

#  The fastest: what repeats from person to person, such as the names of fields, goes at any level.
_LEVEL = 1


def packed(value: object) -> bytes:
    return zlib.compress(pickle.dumps(value, pickle.HIGHEST_PROTOCOL), _LEVEL)


def unpacked(data: bytes) -> Any:
    """Return what `packed` was given. Only for bytes that never left this process."""
    return pickle.loads(zlib.decompress(data))  # noqa: S301  (these bytes are our own)
