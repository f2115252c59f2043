"""What becomes of one queue message."""

from __future__ import annotations

import asyncio
import base64
import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tests.devkit_host.clock import Clock
from tests.devkit_host.samples import eventually

if TYPE_CHECKING:
    import pytest

    from tests.devkit_host.samples import Account, Workbench

TAKES = """
@app.queue_trigger(arg_name="msg", queue_name="{queue}", connection="AzureWebJobsStorage")
async def take(msg: func.QueueMessage) -> None:
    seen.put_nowait(msg)
"""
FAILS = TAKES + "    raise RuntimeError('no')\n"


async def test_a_message_that_succeeds_is_deleted(account: Account, bench: Workbench) -> None:
    await account.send("hello")
    bench.write(TAKES.format(queue=account.name()))

    async with bench.running() as hosted:
        message = await hosted.next_seen()

        assert message.get_body() == b"hello"
        await eventually(account.is_empty)


async def test_a_message_tells_where_it_comes_from(account: Account, bench: Workbench) -> None:
    await account.send("hello")
    bench.write(TAKES.format(queue=account.name()))

    async with bench.running() as hosted:
        message = await hosted.next_seen()

    assert message.id
    assert message.pop_receipt
    assert message.dequeue_count == 1
    assert message.insertion_time <= datetime.now(UTC)
    assert message.expiration_time - message.insertion_time == timedelta(days=7)


async def test_a_received_message_is_invisible_for_ten_minutes(account: Account, bench: Workbench) -> None:
    await account.send("hello")
    bench.write(TAKES.format(queue=account.name()))

    async with bench.running() as hosted:
        message = await hosted.next_seen()

    invisible = message.time_next_visible - datetime.now(UTC)
    assert timedelta(seconds=590) < invisible <= timedelta(seconds=600)


async def test_while_a_function_runs_its_message_is_kept_invisible(account: Account, bench: Workbench) -> None:
    """At half of the time, and the later delete must use the new pop receipt."""
    await account.send("hello")
    bench.write(TAKES.format(queue=account.name()) + "    await gate.wait()\ngate = asyncio.Event()\n")
    clock = Clock()

    async with bench.running(sleep=clock.sleep) as hosted:
        message = await hosted.next_seen()
        await clock.someone_sleeps_for(timedelta(seconds=300))
        await clock.advance(timedelta(seconds=300))
        await clock.someone_sleeps_for(timedelta(seconds=300))
        assert not await account.holds_by(message.id, message.pop_receipt)
        hosted.module.gate.set()

        await eventually(account.is_empty)


async def test_a_failure_makes_the_message_visible_again_at_once(account: Account, bench: Workbench) -> None:
    await account.send("hello")
    bench.write(FAILS.format(queue=account.name()))

    async with bench.running() as hosted:
        first, second = await hosted.next_seen(), await hosted.next_seen()

    assert (first.dequeue_count, second.dequeue_count) == (1, 2)
    assert first.get_body() == second.get_body() == b"hello"


async def test_after_a_failure_the_visibility_timeout_is_waited_for(account: Account, bench: Workbench) -> None:
    await account.send("hello")
    bench.write(FAILS.format(queue=account.name()), queues={"visibilityTimeout": "01:00:00"})

    async with bench.running() as hosted:
        message = await hosted.next_seen()

    assert not await account.holds_by(message.id, message.pop_receipt)
    assert await account.waiting() == []
    assert await account.count() == 1


async def test_a_message_that_always_fails_ends_in_the_poison_queue(
    account: Account, bench: Workbench, caplog: pytest.LogCaptureFixture
) -> None:
    await account.send("hello")
    bench.write(FAILS.format(queue=account.name()), queues={"maxDequeueCount": 3})

    with caplog.at_level(logging.WARNING):
        async with bench.running() as hosted:
            tries = [await hosted.next_seen() for _ in range(3)]
            await eventually(account.is_empty)

            assert hosted.module.seen.empty()
    (poison,) = await account.waiting("-poison")
    assert [message.dequeue_count for message in tries] == [1, 2, 3]
    assert poison.content == "hello"
    assert poison.id != tries[0].id
    assert poison.dequeue_count == 0
    assert (
        f"Message has reached MaxDequeueCount of 3. Moving message to queue '{account.name('-poison')}'."
        in caplog.messages
    )


async def test_one_delivered_too_often_goes_to_poison_uninvoked(account: Account, bench: Workbench) -> None:
    await account.send("hello")
    await account.receive_and_release()
    bench.write(TAKES.format(queue=account.name()), queues={"maxDequeueCount": 1})

    async with bench.running() as hosted:
        await eventually(account.is_empty)

        assert hosted.module.seen.empty()
    assert [message.content for message in await account.waiting("-poison")] == ["hello"]


async def test_what_is_not_base64_goes_to_poison_uninvoked_and_raw(account: Account, bench: Workbench) -> None:
    await account.send("{not base64}", base64.b64encode(b"good").decode())
    bench.write(TAKES.format(queue=account.name()), queues={"messageEncoding": "base64"})

    async with bench.running() as hosted:
        message = await hosted.next_seen()
        await eventually(account.is_empty)

        assert hosted.module.seen.empty()
    assert message.get_body() == b"good"
    assert [message.content for message in await account.waiting("-poison")] == ["{not base64}"]


async def test_a_body_that_is_not_utf8_fails_like_any_other(account: Account, bench: Workbench) -> None:
    await account.send(base64.b64encode(b"\xff\xfe").decode())
    bench.write(TAKES.format(queue=account.name()), queues={"messageEncoding": "base64", "maxDequeueCount": 2})

    async with bench.running() as hosted:
        await eventually(account.is_empty)

        assert hosted.module.seen.empty()
    assert len(await account.waiting("-poison")) == 1


async def test_a_poison_queue_has_no_poison_queue(account: Account, bench: Workbench) -> None:
    await account.send("hello", suffix="-poison")
    bench.write(FAILS.format(queue=account.name("-poison")), queues={"maxDequeueCount": 1})

    async with bench.running() as hosted:
        await hosted.next_seen()

    assert await account.count("-poison") == 1
    assert not await account.exists("-poison-poison")


async def test_a_json_bodys_own_names_override_the_metadata(account: Account, bench: Workbench) -> None:
    """The real host's trap; the product must not use these names."""
    await account.send('{"id": "x", "DEQUEUECOUNT": 42, "popReceipt": ["kept"], "more": 1}')
    bench.write(TAKES.format(queue=account.name()))

    async with bench.running() as hosted:
        message = await hosted.next_seen()

    assert message.id == "x"
    assert message.dequeue_count == 42
    assert "kept" not in message.pop_receipt


async def test_the_queues_name_is_resolved_and_lower_cased(account: Account, bench: Workbench) -> None:
    bench.environ["QUEUE"] = account.name().upper()
    await account.send("hello")
    bench.write(TAKES.format(queue="%QUEUE%"))

    async with bench.running() as hosted:
        assert (await hosted.next_seen()).get_body() == b"hello"


async def test_a_stop_lets_a_running_function_finish(account: Account, bench: Workbench) -> None:
    await account.send("hello")
    bench.write(TAKES.format(queue=account.name()) + "    await gate.wait()\ngate = asyncio.Event()\n")

    async with bench.running() as hosted:
        await hosted.next_seen()
        stopping = asyncio.ensure_future(hosted.host.stop())
        await asyncio.sleep(0)
        assert await account.count() == 1
        hosted.module.gate.set()

        assert await stopping
    assert await account.is_empty()


async def test_a_function_that_outlasts_the_grace_is_left_with_its_message(
    account: Account, bench: Workbench
) -> None:
    await account.send("hello")
    bench.write(TAKES.format(queue=account.name()) + "    await asyncio.Event().wait()\n")

    async with bench.running(grace=timedelta(0)) as hosted:
        await hosted.next_seen()

        assert not await hosted.host.stop()
    assert await account.waiting() == []
    assert await account.count() == 1


async def test_an_exceeded_time_limit_is_a_failure(
    account: Account, bench: Workbench, caplog: pytest.LogCaptureFixture
) -> None:
    await account.send("hello")
    bench.write(
        TAKES.format(queue=account.name())
        + "    try:\n        await asyncio.Event().wait()\n"
        + "    except asyncio.CancelledError:\n        seen.put_nowait('cancelled')\n        raise\n",
        queues={"maxDequeueCount": 1, "visibilityTimeout": "01:00:00"},
        functionTimeout="00:00:01",
    )

    async with bench.running() as hosted:
        await hosted.next_seen()
        assert await hosted.next_seen() == "cancelled"
        await eventually(account.is_empty)

    assert len(await account.waiting("-poison")) == 1
    assert "Timeout value of 00:00:01 exceeded by function 'Functions.take'" in caplog.text


async def test_a_cancellation_that_a_function_lets_out_is_a_failure(account: Account, bench: Workbench) -> None:
    await account.send("hello")
    bench.write(
        TAKES.format(queue=account.name()) + "    raise asyncio.CancelledError\n", queues={"maxDequeueCount": 2}
    )

    async with bench.running():
        await eventually(account.is_empty)

    assert len(await account.waiting("-poison")) == 1
