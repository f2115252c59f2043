"""What an output binding puts on a queue."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.devkit_host.samples import Account, Workbench

WRITES = """
@app.route(route="write")
@app.queue_output(arg_name="out", queue_name="{queue}", connection="AzureWebJobsStorage")
async def write(req: func.HttpRequest, out: func.Out[str]) -> func.HttpResponse:
    out.set({value})
    {then}
    return func.HttpResponse(status_code=201)
"""


async def written(bench: Workbench, account: Account, value: str, *, then: str = "", **queues: str) -> int:
    """Let the function set *value*; return the status of its answer."""
    bench.write(WRITES.format(queue=account.name(), value=value, then=then), queues=queues)
    async with bench.running() as hosted:
        return (await hosted.http.get("/api/write")).status_code


async def contents(account: Account) -> list[str]:
    return [message.content for message in await account.waiting()]


@pytest.mark.parametrize(
    ("value", "messages"),
    [
        ("'hello'", ["hello"]),
        ("b'hello'", ["hello"]),
        ("['a', 'b']", ["a", "b"]),
        ("'[\"a\", 1]'", ["a", "1"]),
        ("'{\"a\": 1}'", ['{\n  "a": 1\n}']),
        ("'{not json'", ["{not json"]),
        ("[]", []),
    ],
)
async def test_each_kind_of_value_has_its_messages(
    account: Account, bench: Workbench, value: str, messages: list[str]
) -> None:
    await account.queue().create_queue()

    assert await written(bench, account, value) == 201
    assert await contents(account) == messages


async def test_a_queue_that_is_missing_is_created(account: Account, bench: Workbench) -> None:
    await written(bench, account, "'hello'")

    assert await contents(account) == ["hello"]


async def test_base64_is_written_where_host_json_says_so(account: Account, bench: Workbench) -> None:
    await written(bench, account, "'hello'", messageEncoding="base64")

    assert await contents(account) == [base64.b64encode(b"hello").decode()]


async def test_a_function_that_raises_writes_nothing(account: Account, bench: Workbench) -> None:
    status = await written(bench, account, "'hello'", then="raise RuntimeError('no')")

    assert status == 500
    assert not await account.exists()


@pytest.mark.parametrize(
    ("value", "encoding"), [("'x' * 65537", "none"), ("'x' * 49153", "base64"), ("object()", "none")]
)
async def test_a_message_that_cannot_be_written_fails_the_function(
    account: Account, bench: Workbench, value: str, encoding: str
) -> None:
    assert await written(bench, account, value, messageEncoding=encoding) == 500
    assert not await account.exists()


async def test_a_returned_value_goes_to_the_queue(account: Account, bench: Workbench) -> None:
    bench.write(
        f"""
        @app.timer_trigger(arg_name="timer", schedule="0 0 0 * * *")
        @app.queue_output(arg_name="$return", queue_name="{account.name()}", connection="AzureWebJobsStorage")
        async def night(timer: func.TimerRequest) -> str:
            return "returned"
        """
    )
    async with bench.running() as hosted:
        await hosted.fire("night")

    assert await contents(account) == ["returned"]
