"""The queues that the product works off itself, under the names that operators use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync_core.adapters.queues.connection_trials import CONNECTION_TRIALS, CONNECTION_TRIALS_POISON
from sync_core.adapters.queues.orders import GROUP_SYNCS, GROUP_SYNCS_POISON
from sync_core.domain import connection_trials, orders

if TYPE_CHECKING:
    from collections.abc import Callable

    from sync_core.domain.connection_trials import ConnectionTrial
    from sync_core.domain.orders import SyncOrder


@dataclass(frozen=True, slots=True)
class OurQueue:
    """*queue* and *poison*: as storage knows them. *decode*: raises `BadOrder` for what is no message of it."""

    name: str
    queue: str
    poison: str
    decode: Callable[[str], SyncOrder | ConnectionTrial]


OUR_QUEUES = {
    "orders": OurQueue("orders", GROUP_SYNCS, GROUP_SYNCS_POISON, orders.decode),
    "trials": OurQueue("trials", CONNECTION_TRIALS, CONNECTION_TRIALS_POISON, connection_trials.decode),
}
