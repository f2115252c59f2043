"""What every `Queue` promises: the same suite on the memory one and on the real one against Azurite."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.fakes.memory_queue import MemoryQueue

if TYPE_CHECKING:
    from sync_core.adapters.queues.messages import AzureQueues

QUEUE = "orders"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class QueueContract(ABC):
    """The cases; a subclass brings the queue."""

    @pytest.fixture
    @abstractmethod
    def queue(self) -> AzureQueues | MemoryQueue: ...

    @pytest.mark.parametrize(
        "value",
        [
            pytest.param({"group": "g1"}, id="plain"),
            pytest.param({"name": "<Zoë> & \U0001f600 \u2028"}, id="difficult text"),
            pytest.param("x" * (64 * 1024 - 2), id="largest"),
        ],
    )
    async def test_a_message_arrives_as_it_was_sent(self, queue: AzureQueues | MemoryQueue, value: object) -> None:
        text = json.dumps(value, ensure_ascii=False)
        await queue.send(QUEUE, text)

        assert await queue.peek(QUEUE, 1) == [text]

    async def test_messages_stand_in_the_order_they_came(self, queue: AzureQueues | MemoryQueue) -> None:
        for text in ("1", "2", "3"):
            await queue.send(QUEUE, text)

        assert await queue.peek(QUEUE, 2) == ["1", "2"]

    async def test_a_delayed_message_is_counted_but_not_seen(self, queue: AzureQueues | MemoryQueue) -> None:
        await queue.send(QUEUE, "1", delay=timedelta(minutes=2))

        assert await queue.peek(QUEUE, 1) == []
        assert await queue.depth(QUEUE) == 1

    async def test_the_oldest_message_is_as_old_as_the_time_it_has_waited(
        self, queue: AzureQueues | MemoryQueue
    ) -> None:
        assert await queue.oldest_age(QUEUE) == timedelta(0)
        await queue.send(QUEUE, "1", delay=timedelta(minutes=2))

        assert await queue.oldest_age(QUEUE) == timedelta(0)
        await queue.send(QUEUE, "2")
        assert timedelta(0) <= await queue.oldest_age(QUEUE) < timedelta(minutes=1)

    async def test_the_longest_delay_is_taken(self, queue: AzureQueues | MemoryQueue) -> None:
        await queue.send(QUEUE, "1", delay=timedelta(days=7))

        assert await queue.depth(QUEUE) == 1

    async def test_a_message_may_be_kept_for_a_time(self, queue: AzureQueues | MemoryQueue) -> None:
        await queue.send(QUEUE, "1", delay=timedelta(seconds=1), keep_for=timedelta(seconds=2))

        assert await queue.depth(QUEUE) == 1

    @pytest.mark.parametrize(
        ("text", "delay", "keep_for", "named"),
        [
            pytest.param("s" * 65537, timedelta(0), None, "65536 bytes, not 65537", id="too large"),
            pytest.param("ä" * 32769, timedelta(0), None, "65536 bytes, not 65538", id="too large in UTF-8"),
            pytest.param("sss\x01", timedelta(0), None, "has to be escaped", id="control character"),
            pytest.param("sss\n", timedelta(0), None, "has to be escaped", id="end of line"),
            pytest.param("sss\ud800", timedelta(0), None, "has to be escaped", id="half a surrogate pair"),
            pytest.param("1", timedelta(days=7, seconds=1), None, "up to 7 days", id="long delay"),
            pytest.param("1", timedelta(seconds=-1), None, "up to 7 days", id="delay into the past"),
            pytest.param("1", timedelta(seconds=5), timedelta(seconds=5), "kept for longer", id="gone before seen"),
            pytest.param("1", timedelta(0), timedelta(0), "kept for longer", id="gone at once"),
        ],
    )
    async def test_what_a_queue_does_not_take_is_refused(
        self, queue: AzureQueues | MemoryQueue, text: str, delay: timedelta, keep_for: timedelta | None, named: str
    ) -> None:
        with pytest.raises(ValueError, match=f"{QUEUE}: .*{named}") as caught:
            await queue.send(QUEUE, text, delay=delay, keep_for=keep_for)

        assert "sss" not in str(caught.value)
        assert await queue.depth(QUEUE) == 0


class TestMemoryQueue(QueueContract):
    @pytest.fixture
    def queue(self) -> MemoryQueue:
        return MemoryQueue(lambda: NOON)

    async def test_time_shows_and_ends_messages(self) -> None:
        now = NOON
        queue = MemoryQueue(lambda: now)
        await queue.send(QUEUE, "late", delay=timedelta(minutes=2), keep_for=timedelta(minutes=3))
        await queue.send(QUEUE, "now")

        assert queue.receive(QUEUE) == "now"
        assert queue.receive(QUEUE) is None
        now += timedelta(minutes=2)
        assert await queue.peek(QUEUE, 1) == ["late"]
        assert await queue.oldest_age(QUEUE) == timedelta(minutes=2)
        now += timedelta(minutes=1)
        assert queue.receive(QUEUE) is None


class TestAzureQueues(QueueContract):
    @pytest.fixture
    async def queue(self, azurite_queues: AzureQueues) -> AzureQueues:
        await azurite_queues.ensure_queues([QUEUE])
        await azurite_queues.ensure_queues([QUEUE])
        return azurite_queues
