"""Enqueue tonight, where neither the timer nor the hourly watch did."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ops.exits import Exit
from ops.mistakes import Mistake
from ops.words import at, count
from sync_core.domain.errors import RowConflict
from sync_core.domain.nights import Night
from sync_core.domain.schedule import night_of, nights_to_cover
from sync_core.flows.enqueue_due import enqueue_due
from sync_core.flows.observe import count_due
from sync_core.ports import value_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from datetime import date, timedelta

    from ops.desk import Desk
    from ops.output import Advance
    from sync_core.domain.orders import SyncOrder
    from sync_core.ports import Orders


async def enqueue(given: argparse.Namespace, desk: Desk) -> Exit:
    """Send an order for each group that is due tonight or was in a night missed before; once, however often asked."""
    tonight = night_of(desk.now)
    _require_tonight(given.date, tonight)
    before = value_of(await desk.services.nights.night(tonight))
    if before is not None and before.completed_at is not None:
        _tell(desk, tonight, covers=before.covers, orders=0, dry_run=given.dry_run)
        desk.out.say(f"The night {tonight} was enqueued at {at(before.completed_at)}: nothing was left to send.")
        return Exit.WELL
    if given.dry_run:
        return await _rehearse(desk, tonight, before)
    return await _enqueue(desk, tonight, before)


async def _enqueue(desk: Desk, tonight: date, before: Night | None) -> Exit:
    with desk.out.progress("Sending orders") as advance:
        services = replace(desk.services, orders=_Counted(desk.services.orders, advance))
        try:
            night = await enqueue_due(services)
        except RowConflict:
            desk.out.note("The timer or somebody else is enqueuing this night just now; `status` tells how it goes.")
            return Exit.NEEDS_A_LOOK
    orders = night.total - (0 if before is None else before.total)
    _tell(desk, tonight, covers=night.covers, orders=orders, dry_run=False)
    desk.out.say(f"Sent {count(orders, 'order')} for the night {tonight}{_covering(night.covers)}.")
    return Exit.WELL


async def _rehearse(desk: Desk, tonight: date, before: Night | None) -> Exit:
    last = await desk.services.nights.last_complete(before=tonight)
    covers = nights_to_cover(tonight=tonight, last_complete=last) if before is None else before.covers
    night = before or Night(tonight, covers, started_at=desk.now)
    due = await count_due(desk.services, night, tonight=tonight)
    left = max(due - night.total, 0)
    _tell(desk, tonight, covers=covers, orders=left, dry_run=True)
    desk.out.say(f"Would send {count(left, 'order')} for the night {tonight}{_covering(covers)}. Nothing was sent.")
    return Exit.WELL


@dataclass(frozen=True, slots=True)
class _Counted:
    """Orders that tell how many of them went out."""

    orders: Orders
    advance: Advance

    async def send(self, order: SyncOrder, *, delay: timedelta | None = None) -> None:
        await self.orders.send(order, delay=delay)
        self.advance(1)

    async def poison(self, text: str, *, reason: str) -> None:
        await self.orders.poison(text, reason=reason)


def _require_tonight(given: date, tonight: date) -> None:
    """Let nobody enqueue another night than they think: around midnight, the clock may have moved on.

    Raises:
        Mistake: it is not tonight.
    """
    if given < tonight:
        raise Mistake(
            f"The night {given} is over: `night enqueue {tonight}` covers all that were missed, once a group."
        )
    if given > tonight:
        raise Mistake(f"The night {given} has not come: tonight is {tonight}.")


def _covering(covers: Sequence[date]) -> str:
    return f", which covers {len(covers)} nights since {covers[0]}" if len(covers) > 1 else ""


def _tell(desk: Desk, tonight: date, *, covers: Sequence[date], orders: int, dry_run: bool) -> None:
    document: dict[str, Any] = {
        "night": tonight.isoformat(),
        "covers": [night.isoformat() for night in covers],
        "orders": orders,
        "dryRun": dry_run,
    }
    desk.out.document(document)
