"""How a queue of ours stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Backlog:
    """*depth*: messages on it, about, those included that are hidden or being worked on.

    *oldest*: for how long the oldest message that could be fetched now has been there; zero where there is none.
    *poison*: messages that were put aside for an operator.
    """

    queue: str
    depth: int
    oldest: timedelta
    poison: int
