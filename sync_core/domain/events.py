"""What the platform is told, as CloudEvents 1.0: who was changed, and what became of runs and connections."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sync_core.domain.ids import GroupId, RecipientId, RunId, WorkspaceId

RECIPIENT_CHANGED = "recipient.changed"
RUN_HELD = "run.held"
RUN_FAILED = "run.failed"
CONNECTION_CONNECTED = "connection.connected"
CONNECTION_FAILED = "connection.failed"
CONNECTION_RECOVERED = "connection.recovered"
CONNECTION_DISCONNECTED = "connection.disconnected"


@dataclass(frozen=True, slots=True)
class ChangeEvent:
    """One event. *id*: the same for each repeat, so that consumers can drop repeats. *data*: ids and counts only."""

    id: str
    kind: str
    workspace: WorkspaceId
    subject: str
    time: datetime
    data: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the event in the JSON format of CloudEvents 1.0 (cloudevents/spec, json-format.md)."""
        return {
            "specversion": "1.0",
            "id": self.id,
            "source": f"/workspaces/{self.workspace}",
            "type": f"scheduled-syncs.{self.kind}",
            "subject": self.subject,
            "time": self.time.isoformat(),
            "datacontenttype": "application/json",
            "data": dict(self.data),
        }


def recipient_changed(
    workspace: WorkspaceId,
    group: GroupId,
    run: RunId,
    *,
    recipient: RecipientId,
    revision: int,
    kind: str,
    time: datetime,
) -> ChangeEvent:
    """Return the event of one person's change; *revision* tells which of two that arrive is the newer."""
    data = {"group": group, "run": run, "recipient": recipient, "revision": revision, "change": kind}
    return ChangeEvent(f"{group}/{run}/{recipient}/{revision}", RECIPIENT_CHANGED, workspace, recipient, time, data)
