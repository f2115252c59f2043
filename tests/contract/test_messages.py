"""What every `Messages` promises: the same suite on the queues in memory and on the real ones against Azurite."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.fakes.memory_queue import MemoryQueue

if TYPE_CHECKING:
    from sync_core.adapters.queues.messages import AzureQueues
    from sync_core.ports import Messages

QUEUE = "orders-poison"
MINUTE = timedelta(minutes=1)


@pytest.fixture(params=["memory", "azurite"])
def empty_queues(request: pytest.FixtureRequest) -> MemoryQueue | AzureQueues:
    if request.param == "memory":
        return MemoryQueue()
    queues: AzureQueues = request.getfixturevalue("azurite_queues")
    return queues


@pytest.fixture
async def queues(empty_queues: MemoryQueue | AzureQueues) -> MemoryQueue | AzureQueues:
    await empty_queues.ensure_queues([QUEUE])
    return empty_queues


@pytest.fixture
def messages(queues: MemoryQueue | AzureQueues) -> Messages:
    return queues if isinstance(queues, MemoryQueue) else queues.one_by_one


async def test_a_look_tells_of_each_message_and_leaves_it(
    queues: MemoryQueue | AzureQueues, messages: Messages
) -> None:
    await queues.send(QUEUE, "<1>", keep_for=MINUTE)
    await queues.send(QUEUE, "2")

    first, second = await messages.look(QUEUE)

    assert (first.text, second.text) == ("<1>", "2")
    assert (first.deliveries, first.receipt) == (0, "")
    assert abs(datetime.now(UTC) - first.inserted_at) < MINUTE
    assert abs(first.age) < MINUTE
    assert first.expires_at is not None
    assert abs(first.expires_at - first.inserted_at - MINUTE) < timedelta(seconds=2)
    assert second.expires_at is None
    assert [one.id for one in await messages.look(QUEUE)] == [first.id, second.id]
    assert [one.id for one in await messages.look(QUEUE, limit=1)] == [first.id]


async def test_an_empty_queue_shows_and_gives_nothing(messages: Messages) -> None:
    assert list(await messages.look(QUEUE)) == []
    assert list(await messages.take(QUEUE, hide_for=MINUTE)) == []


async def test_what_was_taken_is_hidden_until_it_is_put_back(
    queues: MemoryQueue | AzureQueues, messages: Messages
) -> None:
    for text in ("1", "2", "3"):
        await queues.send(QUEUE, text)

    taken = await messages.take(QUEUE, hide_for=MINUTE, limit=2)
    left = await messages.look(QUEUE)
    await messages.put_back(QUEUE, taken[0])

    assert [one.text for one in taken] == ["1", "2"]
    assert [one.deliveries for one in taken] == [1, 1]
    assert [one.text for one in left] == ["3"]
    seen = await messages.look(QUEUE)
    assert sorted(one.text for one in seen) == ["1", "3"]
    assert {one.inserted_at for one in seen if one.text == "1"} == {taken[0].inserted_at}
    assert await queues.depth(QUEUE) == 3


async def test_what_was_taken_comes_back_by_itself(queues: MemoryQueue | AzureQueues, messages: Messages) -> None:
    await queues.send(QUEUE, "1")
    [taken] = await messages.take(QUEUE, hide_for=timedelta(seconds=1))

    async with asyncio.timeout(10):
        while not (seen := await messages.look(QUEUE)):  # noqa: ASYNC110  storage sets no event
            await asyncio.sleep(0.05)

    assert [one.id for one in seen] == [taken.id]


async def test_what_was_taken_is_deleted_once(queues: MemoryQueue | AzureQueues, messages: Messages) -> None:
    await queues.send(QUEUE, "1")
    [taken] = await messages.take(QUEUE, hide_for=MINUTE)

    assert await messages.delete(QUEUE, taken)
    assert not await messages.delete(QUEUE, taken)
    assert await queues.depth(QUEUE) == 0


async def test_an_older_taking_neither_deletes_nor_puts_back(
    queues: MemoryQueue | AzureQueues, messages: Messages
) -> None:
    """Somebody else has the message by now, and works on it."""
    await queues.send(QUEUE, "1")
    [earlier] = await messages.take(QUEUE, hide_for=MINUTE)
    await messages.put_back(QUEUE, earlier)
    [later] = await messages.take(QUEUE, hide_for=MINUTE)

    await messages.put_back(QUEUE, earlier)

    assert list(await messages.look(QUEUE)) == []
    assert not await messages.delete(QUEUE, earlier)
    assert await messages.delete(QUEUE, later)


async def test_no_text_and_no_receipt_shows_where_a_message_is_printed(
    queues: MemoryQueue | AzureQueues, messages: Messages
) -> None:
    await queues.send(QUEUE, "secret-text")
    [taken] = await messages.take(QUEUE, hide_for=MINUTE)

    assert "secret-text" not in repr(taken)
    assert taken.receipt not in repr(taken)
