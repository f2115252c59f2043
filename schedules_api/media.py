"""Which of several kinds of answer a request would rather have (RFC 9110, section 12.5.1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WEIGHT = re.compile(r"\s*[qQ]=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*")


def preferred(headers: Mapping[str, str], offered: Sequence[str]) -> str:
    """Return the one of *offered* that ``Accept`` likes best, the first of several that it likes as much.

    What it says of a kind itself goes before what it says of all its sort. Where it likes none of them, it is not
    heeded (section 12.4.1 leaves that to us): any answer says more than none.
    """
    wishes = _wishes(headers.get("Accept", ""))
    liked = max(offered, key=lambda media: _weight(wishes, media))
    return liked if _weight(wishes, liked) > 0 else offered[0]


def _wishes(accept: str) -> dict[str, float]:
    """Return the weight of each range that ``Accept`` names; what is malformed counts as plain."""
    wishes: dict[str, float] = {}
    for part in accept.split(","):
        media, *parameters = part.split(";")
        weights = [float(found[1]) for found in map(_WEIGHT.fullmatch, parameters) if found]
        wishes[media.strip().lower()] = weights[0] if weights else 1.0
    return wishes


def _weight(wishes: Mapping[str, float], media: str) -> float:
    ranges = (media, media.partition("/")[0] + "/*", "*/*")
    return next((wishes[one] for one in ranges if one in wishes), 0.0)
