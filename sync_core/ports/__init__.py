"""What the flows need from the outside, in the flows' words.

Every method that reaches storage or Entra ID raises `TryAgainLater` where it is busy or cannot be reached.
"""

from __future__ import annotations

from sync_core.ports.clock import Clock
from sync_core.ports.entra import Entra
from sync_core.ports.messages import MOST_MESSAGES, Messages, QueueMessage
from sync_core.ports.people import Claim, Identities, Members, People, RecipientWrite
from sync_core.ports.queues import Backlogs, ConnectionTrials, Events, Orders
from sync_core.ports.rows import MAX_ROWS_PER_READ, MAX_ROWS_PER_WRITE, Cell, RowWrite, StoredRow, TableStore
from sync_core.ports.runs import GroupStates, Holds, Journal, Runs
from sync_core.ports.schedules import Nights, Schedules
from sync_core.ports.sign_in import SigningKeys
from sync_core.ports.stored import Stored, etag_of, value_of
from sync_core.ports.workspaces import Groups, Workspaces

__all__ = [
    "MAX_ROWS_PER_READ",
    "MAX_ROWS_PER_WRITE",
    "MOST_MESSAGES",
    "Backlogs",
    "Cell",
    "Claim",
    "Clock",
    "ConnectionTrials",
    "Entra",
    "Events",
    "GroupStates",
    "Groups",
    "Holds",
    "Identities",
    "Journal",
    "Members",
    "Messages",
    "Nights",
    "Orders",
    "People",
    "QueueMessage",
    "RecipientWrite",
    "RowWrite",
    "Runs",
    "Schedules",
    "SigningKeys",
    "Stored",
    "StoredRow",
    "TableStore",
    "Workspaces",
    "etag_of",
    "value_of",
]
