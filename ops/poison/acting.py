"""Send poison messages again, or delete them.

What is sent again is sent first and deleted then. A process that dies in between leaves the message where it was;
sent a second time, the order asks for the same run, and a run that has gone through is not repeated.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from ops.exits import Exit
from ops.poison.pace import Pace
from ops.poison.selection import Selection
from ops.poison.showing import put_aside, say_how_many, selected
from ops.poison.walking import walk
from ops.words import count
from sync_core.domain.connection_trials import ConnectionTrial
from sync_core.domain.nights import not_after
from sync_core.domain.orders import SyncOrder
from sync_core.flows.start_run import PATIENCE
from sync_core.ports import MOST_MESSAGES

if TYPE_CHECKING:
    import argparse
    from collections.abc import Hashable
    from datetime import datetime

    from ops.desk import Desk
    from ops.output import Advance
    from ops.poison.letters import Letter
    from ops.poison.walking import Walk
    from sync_core.flows.services import Services


class Act(Protocol):
    """What is done with each letter. *name*: the command's."""

    name: str

    def can(self, letter: Letter) -> bool: ...

    async def do(self, walking: Walk, letter: Letter) -> None: ...


@dataclass(slots=True)
class Tally:
    """*done*: ids of messages that are off their poison queue. *left*: meant, but left where they are."""

    looked_at: int = 0
    done: list[str] = field(default_factory=list)
    left: int = 0


async def redrive(given: argparse.Namespace, desk: Desk) -> Exit:
    """Send the selected messages again, at a bounded rate; without ``--yes`` only tell which."""
    act = Redrive(desk.services)
    if not given.yes:
        return await _rehearse(given, desk, act)
    tally = await _carry_out(given, desk, act, doing="Redriving")
    desk.out.say(f"{count(len(tally.done), 'message')} sent again and deleted from the poison queues.")
    if not tally.left:
        return Exit.WELL
    left = count(tally.left, "message")
    desk.out.say(f"{left} left: nobody can read them, or the same order was sent just now.", style="look")
    return Exit.NEEDS_A_LOOK


async def discard(given: argparse.Namespace, desk: Desk) -> Exit:
    """Delete the selected messages for good; without ``--yes`` only tell which."""
    act = Discard()
    if not given.yes:
        return await _rehearse(given, desk, act)
    tally = await _carry_out(given, desk, act, doing="Discarding")
    desk.out.say(f"{count(len(tally.done), 'message')} deleted.")
    return Exit.WELL


class Redrive:
    """Sends each order once: one that fails again at once comes back as a new poison message, behind the others."""

    name = "redrive"

    def __init__(self, services: Services) -> None:
        self._services = services
        self._sent: set[Hashable] = set()

    def can(self, letter: Letter) -> bool:
        content = letter.contents.content
        return content is not None and _same(content) not in self._sent

    async def do(self, walking: Walk, letter: Letter) -> None:
        content = letter.contents.content
        if isinstance(content, SyncOrder):
            await self._services.orders.send(redriven(content, now=self._services.clock.now()))
        elif content is not None:
            await self._services.trials.send(content, delay=timedelta(0))
        self._sent.add(None if content is None else _same(content))
        await walking.delete(letter)


class Discard:
    name = "discard"

    def can(self, _: Letter) -> bool:
        return True

    async def do(self, walking: Walk, letter: Letter) -> None:
        await walking.delete(letter)


def redriven(order: SyncOrder, *, now: datetime) -> SyncOrder:
    """Return the order that reopens the failed run of *order*, with time to carry it out."""
    late = now + PATIENCE if order.night is None else not_after(order.night, sent_at=now)
    return replace(order, redrive=True, not_after=max(order.not_after, late))


def _same(content: SyncOrder | ConnectionTrial) -> Hashable:
    """Return what two messages have in common that ask for the same run, or try the same consent."""
    if isinstance(content, ConnectionTrial):
        return content.workspace, content.token
    return content.workspace, content.group, content.run or content.night


async def _rehearse(given: argparse.Namespace, desk: Desk, act: Act) -> Exit:
    """Tell what *act* would be done to, and leave everything as it is."""
    selection = Selection.of(given)
    found, looked_at = await selected(desk, selection, everything=given.all)
    can = [letter for letter in found if act.can(letter)]
    would, total = can[: given.limit], await put_aside(desk, selection)
    counts = {"would": len(would), "left": len(found) - len(can), "lookedAt": looked_at, "total": total}
    messages = [letter.document for letter in would]
    desk.out.document({"command": act.name, "dryRun": True, **counts, "messages": messages})
    desk.out.table(
        ["message", "queue", "lasting", "workspace", "~asks for", "~reason"],
        [
            (
                one.message.id,
                one.queue.name,
                one.lasting.value,
                one.contents.workspace,
                one.contents.asks_for,
                one.why,
            )
            for one in would
        ],
        empty=f"There is nothing to {act.name}.",
    )
    if would:
        desk.out.say(f"Would {act.name} {count(len(would), 'message')}. Nothing was changed; --yes does it.")
    if len(can) < len(found):
        unreadable = len(found) - len(can)
        them = "it" if unreadable == 1 else "them"
        desk.out.say(f"{count(unreadable, 'message')} can only be discarded: nobody can read {them}.")
    say_how_many(desk, looked_at=looked_at, total=total)
    return Exit.WELL


async def _carry_out(given: argparse.Namespace, desk: Desk, act: Act, *, doing: str) -> Tally:
    """Go through all of the selected queues; one that is stopped has said how far it came."""
    selection, tally = Selection.of(given), Tally()
    try:
        with desk.out.progress(doing, total=await put_aside(desk, selection)) as advance:
            way = _Way(selection, act, Pace(given.per_minute), tally, given.limit, advance)
            #  What is taken has its turn within a minute, long before it would come back by itself.
            at_a_time = min(MOST_MESSAGES, given.per_minute)
            for queue in selection.queues:
                async with walk(desk.messages, queue, at_a_time=at_a_time) as walking:
                    await way.go(walking)
    except asyncio.CancelledError:
        desk.out.note(f"{doing} was cut short: {count(len(tally.done), 'message')} done, the others are put back.")
        raise
    counts = {"done": len(tally.done), "left": tally.left, "lookedAt": tally.looked_at}
    desk.out.document({"command": act.name, "dryRun": False, **counts, "messageIds": tally.done})
    return tally


@dataclass(frozen=True, slots=True)
class _Way:
    """Through the walks of one command. *limit*: act on so many and no more, None for all."""

    selection: Selection
    act: Act
    pace: Pace
    tally: Tally
    limit: int | None
    advance: Advance

    async def go(self, walking: Walk) -> None:
        async with aclosing(walking.letters()) as letters:
            async for letter in letters:
                if len(self.tally.done) == self.limit:
                    return
                self.tally.looked_at += 1
                self.advance(1)
                if self.selection.fits(letter):
                    await self._meet(walking, letter)

    async def _meet(self, walking: Walk, letter: Letter) -> None:
        if not self.act.can(letter):
            self.tally.left += 1
            return
        await self.pace.turn()
        await self.act.do(walking, letter)
        self.tally.done.append(letter.message.id)
