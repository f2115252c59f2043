from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from sync_core.adapters.queues.limits import MAX_TEXT_BYTES
from sync_core.adapters.queues.orders import GROUP_SYNCS, GROUP_SYNCS_POISON, QUEUES, QueueOrders
from sync_core.domain.orders import decode
from tests.builders import MIDNIGHT, a_sync_order
from tests.fakes.memory_queue import MemoryQueue

if TYPE_CHECKING:
    from sync_core.adapters.queues.messages import AzureQueues
    from sync_core.ports import Clock

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class StoppedClock:
    def now(self) -> datetime:
        return MIDNIGHT


CLOCK: Clock = StoppedClock()


def memory_queue() -> MemoryQueue:
    return MemoryQueue(CLOCK.now)


@pytest.fixture(params=["memory", "azurite"])
def empty_queues(request: pytest.FixtureRequest) -> MemoryQueue | AzureQueues:
    if request.param == "memory":
        return memory_queue()
    queues: AzureQueues = request.getfixturevalue("azurite_queues")
    return queues


@pytest.fixture
async def queues(empty_queues: MemoryQueue | AzureQueues) -> MemoryQueue | AzureQueues:
    await empty_queues.ensure_queues(QUEUES)
    return empty_queues


async def test_an_order_arrives_as_it_was_sent(queues: MemoryQueue | AzureQueues) -> None:
    await QueueOrders(queues, clock=CLOCK).send(a_sync_order())

    [text] = await queues.peek(GROUP_SYNCS, 32)

    assert decode(text) == a_sync_order()


async def test_a_delayed_order_is_there_but_hidden(queues: MemoryQueue | AzureQueues) -> None:
    await QueueOrders(queues, clock=CLOCK).send(a_sync_order(), delay=HOUR)

    assert await queues.depth(GROUP_SYNCS) == 1
    assert await queues.peek(GROUP_SYNCS, 32) == []


@pytest.mark.parametrize(
    ("not_after", "delay", "lives"),
    [
        pytest.param(20 * HOUR, None, 20 * HOUR + DAY, id="a day longer than it may start"),
        pytest.param(-3 * DAY, None, DAY, id="too late already"),
        pytest.param(HOUR, 3 * DAY, 4 * DAY, id="hidden for longer than it may start"),
    ],
)
async def test_an_order_lives_until_its_being_too_late_can_be_recorded(
    not_after: timedelta, delay: timedelta | None, lives: timedelta
) -> None:
    queue = memory_queue()
    await QueueOrders(queue, clock=CLOCK).send(a_sync_order(not_after=MIDNIGHT + not_after), delay=delay)

    [message] = queue.messages(GROUP_SYNCS)

    assert message.expires_at == MIDNIGHT + lives
    assert message.visible_at == MIDNIGHT + (delay or timedelta(0))


async def test_poison_says_why_and_when_and_never_expires() -> None:
    queue = memory_queue()
    await QueueOrders(queue, clock=CLOCK).poison("{ no order", reason="the message is not JSON")

    [message] = queue.messages(GROUP_SYNCS_POISON)

    assert message.expires_at is None
    assert json.loads(message.text) == {
        "reason": "the message is not JSON",
        "poisonedAt": "2026-11-23T00:00:00+00:00",
        "message": "{ no order",
    }


@pytest.mark.parametrize("unit", ["x", "<&>", '"\\', "\u0000", "ä", "\U0001f600", "\ud800"], ids=ascii)
async def test_poison_that_is_too_large_is_cut_with_a_mark(queues: MemoryQueue | AzureQueues, unit: str) -> None:
    text = unit * (MAX_TEXT_BYTES // len(unit))
    await QueueOrders(queues, clock=CLOCK).poison(text, reason="too large")

    [stored] = await queues.peek(GROUP_SYNCS_POISON, 32)

    message = json.loads(stored)["message"]
    kept = message.removesuffix(" [cut off here]")
    assert kept != message
    assert text.startswith(kept)
    assert MAX_TEXT_BYTES // 20 < len(stored) < MAX_TEXT_BYTES


async def test_poison_that_just_fits_is_whole(queues: MemoryQueue | AzureQueues) -> None:
    overhead = len(json.dumps({"reason": "r", "poisonedAt": MIDNIGHT.isoformat(), "message": ""}))
    text = "x" * (MAX_TEXT_BYTES - 1 - overhead)
    await QueueOrders(queues, clock=CLOCK).poison(text, reason="r")

    [stored] = await queues.peek(GROUP_SYNCS_POISON, 32)

    assert json.loads(stored)["message"] == text
