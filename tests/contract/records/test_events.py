from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.adapters.queues.events import DIRECTORY_CHANGES, QueueEvents
from sync_core.adapters.queues.limits import MAX_TEXT_BYTES
from sync_core.domain.events import CONNECTION_FAILED, ChangeEvent, recipient_changed
from sync_core.domain.ids import GroupId, RecipientId, WorkspaceId
from tests.builders import GROUP, MIDNIGHT, RECIPIENT, RUN, WORKSPACE
from tests.fakes.memory_queue import MemoryQueue

if TYPE_CHECKING:
    from sync_core.adapters.queues.messages import AzureQueues

#  The longest id that there can be, so that an event is as large as it gets.
LONGEST = "x" * 64


@pytest.fixture(params=["memory", "azurite"])
def empty_queues(request: pytest.FixtureRequest) -> MemoryQueue | AzureQueues:
    if request.param == "memory":
        return MemoryQueue(lambda: MIDNIGHT)
    queues: AzureQueues = request.getfixturevalue("azurite_queues")
    return queues


@pytest.fixture
async def queues(empty_queues: MemoryQueue | AzureQueues) -> MemoryQueue | AzureQueues:
    await empty_queues.ensure_queues([DIRECTORY_CHANGES])
    return empty_queues


def an_event(number: int = 1) -> ChangeEvent:
    return recipient_changed(
        WORKSPACE,
        GROUP,
        RUN,
        recipient=RecipientId(f"r-{number}"),
        revision=number,
        kind="updated",
        time=MIDNIGHT,
    )


def a_large_event(number: int) -> ChangeEvent:
    return recipient_changed(
        WorkspaceId(LONGEST),
        GroupId(LONGEST),
        RUN,
        recipient=RecipientId(f"{LONGEST[:58]}{number:06d}"),
        revision=number,
        kind="updated",
        time=MIDNIGHT,
    )


def in_messages(messages: list[str]) -> list[dict[str, Any]]:
    return [event for message in messages for event in json.loads(message)]


async def test_a_message_is_a_batch_of_cloud_events(queues: MemoryQueue | AzureQueues) -> None:
    """The required and optional attributes of CloudEvents 1.0, in the JSON batch format."""
    event = recipient_changed(
        WORKSPACE, GROUP, RUN, recipient=RECIPIENT, revision=7, kind="removed", time=MIDNIGHT + timedelta(hours=1)
    )
    await QueueEvents(queues).publish([event])

    [message] = await queues.peek(DIRECTORY_CHANGES, 32)

    assert json.loads(message) == [
        {
            "specversion": "1.0",
            "id": f"{GROUP}/{RUN}/{RECIPIENT}/7",
            "source": f"/workspaces/{WORKSPACE}",
            "type": "scheduled-syncs.recipient.changed",
            "subject": RECIPIENT,
            "time": "2026-11-23T01:00:00+00:00",
            "datacontenttype": "application/json",
            "data": {"group": GROUP, "run": RUN, "recipient": RECIPIENT, "revision": 7, "change": "removed"},
        }
    ]


async def test_an_event_of_a_connection_is_one_too(queues: MemoryQueue | AzureQueues) -> None:
    event = ChangeEvent("c1", CONNECTION_FAILED, WORKSPACE, WORKSPACE, MIDNIGHT, {"code": "consent-missing"})
    await QueueEvents(queues).publish([event])

    [told] = in_messages(await queues.peek(DIRECTORY_CHANGES, 32))

    assert (told["type"], told["data"]) == ("scheduled-syncs.connection.failed", {"code": "consent-missing"})
    assert all(isinstance(told[name], str) and told[name] for name in ("id", "source", "specversion", "subject"))
    assert datetime.fromisoformat(told["time"]).tzinfo is not None


@pytest.mark.parametrize("number", [1, 99, 100, 101, 1600])
async def test_every_event_is_delivered_once_a_hundred_to_a_message(
    queues: MemoryQueue | AzureQueues, number: int
) -> None:
    events = [an_event(n) for n in range(number)]
    await QueueEvents(queues).publish(events)

    messages = await queues.peek(DIRECTORY_CHANGES, 32)

    assert all(len(json.loads(message)) <= 100 for message in messages)
    assert len(messages) == -(-number // 100)
    told = in_messages(messages)
    assert sorted(event["id"] for event in told) == sorted(event.id for event in events)


async def test_messages_keep_below_the_queues_limit_however_long_the_ids_are(
    queues: MemoryQueue | AzureQueues,
) -> None:
    events = [a_large_event(number) for number in range(500)]
    await QueueEvents(queues).publish(events)

    messages = await queues.peek(DIRECTORY_CHANGES, 32)

    assert all(len(message.encode()) <= MAX_TEXT_BYTES for message in messages)
    assert len(in_messages(messages)) == 500


@pytest.mark.parametrize("spare", [-1, 0, 1])
async def test_a_message_is_filled_to_the_last_byte_and_not_further(spare: int) -> None:
    """Two events that just fit stay together, one byte more parts them."""
    queue = MemoryQueue(lambda: MIDNIGHT)
    empty = len(json.dumps(an_event().to_json(), separators=(",", ":")))
    padding = MAX_TEXT_BYTES - 3 - 2 * empty - spare

    def padded(by: int) -> ChangeEvent:
        event = an_event()
        return ChangeEvent(event.id + "x" * by, event.kind, WORKSPACE, event.subject, event.time, event.data)

    await QueueEvents(queue).publish([padded(padding), padded(0)])

    sizes = [len(json.loads(message)) for message in await queue.peek(DIRECTORY_CHANGES, 32)]

    assert sizes == ([1, 1] if spare < 0 else [2])


async def test_nothing_to_tell_sends_no_message(queues: MemoryQueue | AzureQueues) -> None:
    await QueueEvents(queues).publish([])

    assert await queues.depth(DIRECTORY_CHANGES) == 0


async def test_events_that_nobody_fetches_are_gone_after_a_week() -> None:
    """A consumer that was away for longer reads the directory itself."""
    queue = MemoryQueue(lambda: MIDNIGHT)
    await QueueEvents(queue).publish([an_event()])

    [message] = queue.messages(DIRECTORY_CHANGES)

    assert message.expires_at == MIDNIGHT + timedelta(days=7)
