from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from sync_core.adapters.queues.connection_trials import (
    CONNECTION_TRIALS,
    CONNECTION_TRIALS_POISON,
    QUEUES,
    QueueConnectionTrials,
)
from sync_core.domain.connection_trials import ConnectionTrial, decode
from tests.builders import MIDNIGHT, WORKSPACE
from tests.fakes.memory_queue import MemoryQueue

if TYPE_CHECKING:
    from sync_core.adapters.queues.messages import AzureQueues
    from sync_core.ports import Clock

TRIAL = ConnectionTrial(WORKSPACE, "t1", number=3)


class StoppedClock:
    def now(self) -> datetime:
        return MIDNIGHT


CLOCK: Clock = StoppedClock()


@pytest.fixture(params=["memory", "azurite"])
def empty_queues(request: pytest.FixtureRequest) -> MemoryQueue | AzureQueues:
    if request.param == "memory":
        return MemoryQueue(CLOCK.now)
    queues: AzureQueues = request.getfixturevalue("azurite_queues")
    return queues


@pytest.fixture
async def queues(empty_queues: MemoryQueue | AzureQueues) -> MemoryQueue | AzureQueues:
    await empty_queues.ensure_queues(QUEUES)
    return empty_queues


async def test_a_trial_arrives_as_it_was_sent(queues: MemoryQueue | AzureQueues) -> None:
    await QueueConnectionTrials(queues, clock=CLOCK).send(TRIAL, delay=timedelta(0))

    [text] = await queues.peek(CONNECTION_TRIALS, 32)

    assert decode(text) == TRIAL


async def test_a_trial_is_hidden_until_its_turn(queues: MemoryQueue | AzureQueues) -> None:
    await QueueConnectionTrials(queues, clock=CLOCK).send(TRIAL, delay=timedelta(minutes=1))

    assert await queues.depth(CONNECTION_TRIALS) == 1
    assert await queues.peek(CONNECTION_TRIALS, 32) == []


async def test_a_poisoned_trial_says_why_and_when(queues: MemoryQueue | AzureQueues) -> None:
    await QueueConnectionTrials(queues, clock=CLOCK).poison("{ no trial", reason="the message is not JSON")

    [text] = await queues.peek(CONNECTION_TRIALS_POISON, 32)

    assert json.loads(text) == {
        "reason": "the message is not JSON",
        "poisonedAt": "2026-11-23T00:00:00+00:00",
        "message": "{ no trial",
    }
