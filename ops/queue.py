"""What waits on the queues of orders and trials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ops.contents import contents_of
from ops.exits import Exit
from ops.queues import OUR_QUEUES
from ops.words import at, span

if TYPE_CHECKING:
    import argparse

    from ops.contents import Contents
    from ops.desk import Desk
    from sync_core.ports import QueueMessage


async def peek(given: argparse.Namespace, desk: Desk) -> Exit:
    """Print the first messages that could be fetched now; they stay as they are."""
    ours = OUR_QUEUES[given.queue]
    messages = await desk.messages.look(ours.queue, limit=given.limit)
    [depth] = [one.depth for one in await desk.services.backlogs.backlogs() if one.queue == ours.queue]
    shown = [(one, contents_of(one.text, ours)) for one in messages]
    desk.out.document({"queue": ours.queue, "messages": depth, "shown": [_document(*one) for one in shown]})
    desk.out.table(
        ["message", "age", "expires", "#deliveries", "workspace", "~asks for"],
        [_row(*one) for one in shown],
        empty=f"Nothing on {ours.queue} can be fetched now.",
    )
    if depth > len(messages):
        desk.out.note(
            f"Shown are {len(messages)} of about {depth:,}: others stand behind them, are hidden or worked on."
        )
    return Exit.WELL


def _row(message: QueueMessage, contents: Contents) -> tuple[object, ...]:
    expires = at(message.expires_at) or "never"
    return (
        message.id,
        span(message.age),
        expires,
        message.deliveries,
        contents.workspace or "",
        contents.fault or contents.asks_for,
    )


def _document(message: QueueMessage, contents: Contents) -> dict[str, Any]:
    return {
        "messageId": message.id,
        "insertedAt": message.inserted_at.isoformat(),
        "ageSeconds": round(message.age.total_seconds()),
        "expiresAt": None if message.expires_at is None else message.expires_at.isoformat(),
        "deliveries": message.deliveries,
        **contents.document,
    }
