"""Tell whether storage answers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sync_core.domain.errors import TryAgainLater
from sync_core.domain.schedule import night_of

if TYPE_CHECKING:
    from datetime import timedelta

    from sync_core.flows.services import Services


async def check_storage(services: Services, *, within: timedelta) -> None:
    """Read one row, whether it is there or not.

    Raises:
        TryAgainLater: storage is busy, cannot be reached, or does not answer *within* that time.
    """
    try:
        async with asyncio.timeout(within.total_seconds()):
            await services.nights.night(night_of(services.clock.now()))
    except TimeoutError as exc:
        raise TryAgainLater("storage does not answer", after=within) from exc
