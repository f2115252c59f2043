"""How a queue listener receives: how many, how many at once, and when it waits."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from devkit.errors import DevkitError
from tests.devkit_host.clock import Clock
from tests.devkit_host.samples import eventually

if TYPE_CHECKING:
    from tests.devkit_host.samples import Account, Hosted, Workbench

COUNTS = """
running = peak = 0
gate = asyncio.Semaphore(0)
@app.queue_trigger(arg_name="msg", queue_name="{queue}", connection="AzureWebJobsStorage")
async def count(msg: func.QueueMessage) -> None:
    global running, peak
    running += 1
    peak = max(peak, running)
    seen.put_nowait(msg.get_body().decode())
    await gate.acquire()
    running -= 1
"""
TAKES = """
@app.queue_trigger(arg_name="msg", queue_name="{queue}", connection="AzureWebJobsStorage")
async def take(msg: func.QueueMessage) -> None:
    seen.put_nowait(msg.get_body().decode())
"""
ENQUEUES = """
@app.route(route="enqueue")
@app.queue_output(arg_name="out", queue_name="{queue}", connection="AzureWebJobsStorage")
async def enqueue(req: func.HttpRequest, out: func.Out[str]) -> func.HttpResponse:
    out.set("woken")
    return func.HttpResponse()
"""


async def begun(hosted: Hosted, count: int) -> list[str]:
    return [await hosted.next_seen() for _ in range(count)]


async def runs(hosted: Hosted, count: int) -> bool:
    return bool(hosted.module.running == count)


async def test_at_most_a_batch_and_the_threshold_run_at_once(account: Account, bench: Workbench) -> None:
    await account.send(*(str(number) for number in range(14)))
    bench.write(COUNTS.format(queue=account.name()), queues={"batchSize": 4, "newBatchThreshold": 2})

    async with bench.running() as hosted:
        await begun(hosted, 4)
        assert await account.visible() == 10
        hosted.module.gate.release()
        await eventually(lambda: runs(hosted, 3))
        assert [await account.visible() for _ in range(3)] == [10, 10, 10]
        hosted.module.gate.release()
        await begun(hosted, 4)
        assert hosted.module.running == 6
        for _ in range(14):
            hosted.module.gate.release()
        await begun(hosted, 6)
        await eventually(account.is_empty)

    assert hosted.module.peak == 6


async def test_a_batch_of_one_without_threshold_is_one_at_a_time(account: Account, bench: Workbench) -> None:
    await account.send("a", "b", "c")
    bench.write(COUNTS.format(queue=account.name()), queues={"batchSize": 1, "newBatchThreshold": 0})

    async with bench.running() as hosted:
        for _ in range(3):
            await hosted.next_seen()
            hosted.module.gate.release()
        await eventually(account.is_empty)

    assert hosted.module.peak == 1


async def test_a_missing_queue_is_not_created_and_found_when_it_comes(account: Account, bench: Workbench) -> None:
    bench.write(TAKES.format(queue=account.name()))
    clock = Clock()

    async with bench.running(sleep=clock.sleep) as hosted:
        await clock.someone_sleeps()
        assert not await account.exists()
        await account.send("hello")
        await clock.advance(timedelta(seconds=1))

        assert await hosted.next_seen() == "hello"


async def test_an_output_wakes_who_listens_to_the_queue(account: Account, bench: Workbench) -> None:
    """The listener's pause would never end by itself here."""
    bench.write(TAKES.format(queue=account.name()) + ENQUEUES.format(queue=account.name()))
    clock = Clock()

    async with bench.running(sleep=clock.sleep) as hosted:
        await clock.someone_sleeps()
        await hosted.http.get("/api/enqueue")

        assert await hosted.next_seen() == "woken"


async def test_two_functions_have_listeners_of_their_own(account: Account, bench: Workbench) -> None:
    await account.send("blocked", suffix="-a")
    await account.send("free", suffix="-b")
    bench.write(
        COUNTS.format(queue=account.name("-a")) + TAKES.format(queue=account.name("-b")),
        queues={"batchSize": 1, "newBatchThreshold": 0},
    )

    async with bench.running() as hosted:
        assert sorted(await begun(hosted, 2)) == ["blocked", "free"]
        hosted.module.gate.release()


async def test_a_refused_key_stops_the_host_loudly(account: Account, bench: Workbench) -> None:
    await account.send("hello")
    key = "A" * 86 + "=="
    bench.environ["Wrong"] = ";".join(
        f"AccountKey={key}" if part.startswith("AccountKey=") else part
        for part in account.connection_string.split(";")
    )
    bench.write(TAKES.format(queue=account.name()).replace("AzureWebJobsStorage", "Wrong"))

    async with bench.running() as hosted:
        with pytest.raises(DevkitError, match="was answered 403"):
            await asyncio.wait_for(hosted.host.failed(), 10)


async def test_draining_stops_the_listeners_and_leaves_http(account: Account, bench: Workbench) -> None:
    bench.write(TAKES.format(queue=account.name()) + ENQUEUES.format(queue=account.name()))

    async with bench.running() as hosted:
        assert (await hosted.http.post("/admin/host/drain")).status_code == 202
        assert (await hosted.http.get("/api/enqueue")).status_code == 200
        drained = (await hosted.http.get("/admin/host/drain/status")).json()
        state = (await hosted.http.get("/admin/host/status")).json()["state"]

    assert drained["state"] == "Completed"
    assert state == "Draining"
    assert [message.content for message in await account.waiting()] == ["woken"]
