"""What is put on queues, and how they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from sync_core.domain.backlog import Backlog
    from sync_core.domain.connection_trials import ConnectionTrial
    from sync_core.domain.events import ChangeEvent
    from sync_core.domain.orders import SyncOrder


class Events(Protocol):
    """The queue on which the platform is told of changes."""

    async def publish(self, events: Sequence[ChangeEvent]) -> None:
        """Send all of *events*, packed into as few messages as their size allows; at least once each."""


class Orders(Protocol):
    """The queue of orders."""

    async def send(self, order: SyncOrder, *, delay: timedelta | None = None) -> None: ...

    async def poison(self, text: str, *, reason: str) -> None:
        """Put a message that can never be carried out on the poison queue, with its reason and without expiry."""


class ConnectionTrials(Protocol):
    """The queue of trials: whether a connection works that an administrator has just consented to."""

    async def send(self, trial: ConnectionTrial, *, delay: timedelta) -> None: ...

    async def poison(self, text: str, *, reason: str) -> None:
        """Put a message that can never be carried out on the poison queue, with its reason and without expiry."""


class Backlogs(Protocol):
    """The queues that we work off ourselves, looked at from outside."""

    async def backlogs(self) -> Sequence[Backlog]: ...
