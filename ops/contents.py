"""What a queue message asks for, told by its text; one that nobody can read is told as such."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sync_core.domain.connection_trials import ConnectionTrial
from sync_core.domain.errors import BadOrder
from sync_core.domain.orders import SyncOrder
from sync_core.domain.runs import Mode

if TYPE_CHECKING:
    from ops.queues import OurQueue
    from sync_core.domain.ids import GroupId, WorkspaceId


@dataclass(frozen=True, slots=True)
class Contents:
    """*content*: None where this version cannot carry the message out, and *fault* says why."""

    content: SyncOrder | ConnectionTrial | None
    fault: str = ""

    @property
    def workspace(self) -> WorkspaceId | None:
        return None if self.content is None else self.content.workspace

    @property
    def group(self) -> GroupId | None:
        return self.content.group if isinstance(self.content, SyncOrder) else None

    @property
    def asks_for(self) -> str:
        if self.content is None:
            return "unreadable"
        if isinstance(self.content, ConnectionTrial):
            return f"trial {self.content.number} of a connection"
        return _order_in_words(self.content)

    @property
    def document(self) -> dict[str, Any]:
        order = self.content if isinstance(self.content, SyncOrder) else None
        return {
            "workspaceId": self.workspace,
            "groupId": self.group,
            "runId": None if order is None else order.run,
            "night": None if order is None or order.night is None else order.night.isoformat(),
            "mode": None if order is None else order.mode.value,
            "redrive": order is not None and order.redrive,
            "asksFor": self.asks_for,
        }


def contents_of(text: str, queue: OurQueue) -> Contents:
    """Read a message of *queue* as its function would."""
    try:
        return Contents(queue.decode(text))
    except BadOrder as exc:
        return Contents(None, str(exc))


def _order_in_words(order: SyncOrder) -> str:
    what = "sync" if order.mode is Mode.SYNC else order.mode.value
    when = f"night {order.night}" if order.run is None else f"run {order.run}"
    again = ", redriven" if order.redrive else ""
    return f"{what} of {order.group}, {when}{again}"
