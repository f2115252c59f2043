"""List poison messages, or show one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.exits import Exit
from ops.mistakes import Mistake
from ops.poison.letters import COLUMNS, Letter
from ops.poison.selection import Selection
from ops.poison.walking import shown
from ops.queues import OUR_QUEUES
from ops.words import at, count, span

if TYPE_CHECKING:
    import argparse

    from ops.desk import Desk


async def list_poison(given: argparse.Namespace, desk: Desk) -> Exit:
    """Print what was put aside, oldest first."""
    found, looked_at = await selected(desk, Selection.of(given), everything=given.all)
    found.sort(key=lambda letter: letter.poisoned_at)
    total = await put_aside(desk, Selection.of(given))
    desk.out.document({"messages": [letter.document for letter in found], "lookedAt": looked_at, "total": total})
    desk.out.table(COLUMNS, [letter.row for letter in found], empty="No such message was put aside.")
    say_how_many(desk, looked_at=looked_at, total=total)
    return Exit.WELL


async def show_poison(given: argparse.Namespace, desk: Desk) -> Exit:
    """Print one message as it is; ids alone where it is an order or a trial, but who knows what others are."""
    selection = Selection(list(OUR_QUEUES.values()), ids=(given.id,))
    found, _ = await selected(desk, selection, everything=given.all)
    if not found:
        raise Mistake(f"No message that begins with {given.id!r} was seen; --all looks behind the first 32.")
    if len(found) > 1:
        raise Mistake(f"{len(found)} messages begin with {given.id!r}: write more of the id.")
    [letter] = found
    desk.out.document(letter.document | {"message": letter.text})
    desk.out.facts(_facts(letter))
    return Exit.WELL


async def selected(desk: Desk, selection: Selection, *, everything: bool) -> tuple[list[Letter], int]:
    """Return the letters that are meant, and how many were looked at."""
    found, looked_at = [], 0
    with desk.out.progress("Looking at messages") as advance:
        for queue in selection.queues:
            async for letter in shown(desk.messages, queue, everything=everything):
                looked_at += 1
                advance(1)
                if selection.fits(letter):
                    found.append(letter)
    return found, looked_at


async def put_aside(desk: Desk, selection: Selection) -> int:
    """Return about how many messages there are on the poison queues, hidden ones included."""
    meant = {queue.queue for queue in selection.queues}
    return sum(one.poison for one in await desk.services.backlogs.backlogs() if one.queue in meant)


def say_how_many(desk: Desk, *, looked_at: int, total: int) -> None:
    if looked_at < total:
        desk.out.note(
            f"Looked at {looked_at:,} of about {count(total, 'message')}: a queue shows its first 32, and none that "
            "somebody has taken. --all takes them all for a moment and puts them back."
        )


def _facts(letter: Letter) -> list[tuple[str, object]]:
    message = letter.message
    return [
        ("Message", message.id),
        ("Queue", letter.queue.poison),
        ("Lasting", letter.lasting.value),
        ("Reason", letter.why),
        ("Put aside", f"{at(letter.poisoned_at)}, {span(message.age)} ago"),
        ("Expires", at(message.expires_at) or "never"),
        ("Workspace", letter.contents.workspace),
        ("Asks for", letter.contents.asks_for),
        ("Text", letter.text),
    ]
