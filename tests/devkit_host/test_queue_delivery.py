"""What becomes of one queue message."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tests.devkit_host.samples import eventually

if TYPE_CHECKING:
    from tests.devkit_host.samples import Account, Workbench

TAKES_A_MESSAGE = """
@app.queue_trigger(arg_name="msg", queue_name="{queue}", connection="AzureWebJobsStorage")
async def take(msg: func.QueueMessage) -> None:
    seen.put_nowait(msg)
"""
FAILS = """
@app.queue_trigger(arg_name="msg", queue_name="{queue}", connection="AzureWebJobsStorage")
async def fail(msg: func.QueueMessage) -> None:
    seen.put_nowait(msg)
    raise RuntimeError("no")
"""


async def test_a_message_that_succeeds_is_deleted(account: Account, bench: Workbench) -> None:
    await account.send("hello")
    bench.write(TAKES_A_MESSAGE.format(queue=account.name()))

    async with bench.running() as hosted:
        message = await hosted.next_seen()

        assert message.get_body() == b"hello"
        await eventually(lambda: _holds(account, 0))


async def test_a_message_tells_where_it_comes_from(account: Account, bench: Workbench) -> None:
    await account.send("hello")
    bench.write(TAKES_A_MESSAGE.format(queue=account.name()))

    async with bench.running() as hosted:
        message = await hosted.next_seen()

    assert message.id
    assert message.pop_receipt
    assert message.dequeue_count == 1
    assert message.insertion_time <= datetime.now(UTC)
    assert message.expiration_time - message.insertion_time == timedelta(days=7)


async def _holds(account: Account, count: int, suffix: str = "") -> bool:
    return await account.count(suffix) == count
