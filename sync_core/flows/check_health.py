"""Tell whether storage answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.domain.schedule import night_of

if TYPE_CHECKING:
    from sync_core.flows.services import Services


async def check_storage(services: Services) -> None:
    """Read one row, whether it is there or not.

    Raises:
        TryAgainLater: storage is busy or cannot be reached.
    """
    await services.nights.night(night_of(services.clock.now()))
