"""Go through a poison queue, which shows its first 32 messages alone: what stands behind them has to be taken.

Who takes a message hides it. Whatever was taken and not deleted is put back in the end, and comes back by itself
where the process did not live to do so: nothing is lost however a walk ends.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from ops.poison.letters import Letter, letter_in
from sync_core.ports import MOST_MESSAGES
from sync_core.side_by_side import each

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from ops.queues import OurQueue
    from sync_core.ports import Messages, QueueMessage

HIDDEN_FOR = timedelta(minutes=5)
"""How long a message that was taken stays hidden if nobody puts it back."""

_AT_A_TIME = 16


class Walk:
    """Takes every message of one poison queue, *at_a_time* (at most 32), and each once."""

    def __init__(self, messages: Messages, queue: OurQueue, *, at_a_time: int) -> None:
        self._messages = messages
        self._queue = queue
        self._at_a_time = at_a_time
        self._held: dict[str, QueueMessage] = {}
        self._seen: set[str] = set()

    async def letters(self) -> AsyncGenerator[Letter, None]:
        """Yield every letter; one that came back because the walk takes long is held again, and not yielded."""
        while taken := await self._messages.take(self._queue.poison, hide_for=HIDDEN_FOR, limit=self._at_a_time):
            self._held |= {message.id: message for message in taken}
            new = [message for message in taken if message.id not in self._seen]
            self._seen |= {message.id for message in new}
            for message in new:
                yield letter_in(message, self._queue)

    async def delete(self, letter: Letter) -> None:
        """Delete a letter of this walk; one that somebody else took meanwhile is theirs."""
        await self._messages.delete(self._queue.poison, self._held[letter.message.id])
        #  Not before: one that is stopped here may not have deleted it.
        del self._held[letter.message.id]

    async def put_back(self) -> None:
        """Put back whatever was not deleted."""

        async def put_back(message: QueueMessage) -> None:
            await self._messages.put_back(self._queue.poison, message)

        await each(put_back, list(self._held.values()), limit=_AT_A_TIME)
        self._held.clear()


@asynccontextmanager
async def walk(messages: Messages, queue: OurQueue, *, at_a_time: int = MOST_MESSAGES) -> AsyncIterator[Walk]:
    """Lend a walk; when the block ends, however it does, what the walk still holds is put back."""
    walking = Walk(messages, queue, at_a_time=at_a_time)
    try:
        yield walking
    finally:
        await walking.put_back()


async def shown(messages: Messages, queue: OurQueue, *, everything: bool) -> AsyncIterator[Letter]:
    """Yield the queue's letters: the first 32 as they lie there, or *everything*, each hidden for a moment."""
    if not everything:
        for message in await messages.look(queue.poison):
            yield letter_in(message, queue)
        return
    async with walk(messages, queue) as walking:
        async for letter in walking.letters():
            yield letter
