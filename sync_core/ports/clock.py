"""The product's clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime


class Clock(Protocol):
    """The product's clock."""

    def now(self) -> datetime:
        """Return the time, aware UTC."""
