"""The host's own routes."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.devkit_host.samples import Workbench

APP = """
@app.timer_trigger(arg_name="timer", schedule="0 0 0 * * *")
async def night(timer: func.TimerRequest, context: func.Context) -> None:
    seen.put_nowait((timer.past_due, context.invocation_id, context.function_name))

@app.queue_trigger(arg_name="msg", queue_name="not-there", connection="")
async def take(msg: func.QueueMessage) -> None:
    seen.put_nowait((msg.get_body().decode(), msg.id))

@app.route(route="things/{id}", methods=["GET"])
async def things(req: func.HttpRequest) -> str:
    return "thing"
"""


async def test_a_timer_is_fired_and_is_not_past_due(bench: Workbench, caplog: pytest.LogCaptureFixture) -> None:
    bench.write(APP)

    with caplog.at_level(logging.INFO):
        async with bench.running() as hosted:
            await hosted.fire("night")
            past_due, invocation, name = await hosted.next_seen()

    assert not past_due
    assert name == "night"
    reason = "This function was programmatically called via the host APIs."
    assert f"Executing 'Functions.night' (Reason='{reason}', Id={invocation})" in caplog.messages
    assert re.search(rf"Executed 'Functions\.night' \(Succeeded, Id={invocation}, Duration=\d+ms\)", caplog.text)


async def test_a_queue_function_gets_the_input_as_its_body(bench: Workbench) -> None:
    bench.write(APP)

    async with bench.running() as hosted:
        await hosted.fire("take", '{"id": "own"}')
        assert await hosted.next_seen() == ('{"id": "own"}', "own")
        await hosted.fire("TAKE")
        assert await hosted.next_seen() == ("", None)


@pytest.mark.parametrize(
    ("name", "content", "kind", "status"),
    [
        ("nobody", "{}", "application/json", 404),
        ("night", "null", "application/json", 400),
        ("night", "", "application/json", 400),
        ("night", "{", "application/json", 400),
        ("night", "[]", "application/json", 400),
        ("night", "{}", "text/plain", 415),
        ("things", "{}", "application/json", 400),
    ],
)
async def test_what_cannot_be_fired_is_refused(
    bench: Workbench, name: str, content: str, kind: str, status: int
) -> None:
    bench.write(APP)

    async with bench.running() as hosted:
        answer = await hosted.http.post(f"/admin/functions/{name}", content=content, headers={"content-type": kind})

        assert answer.status_code == status
        assert hosted.module.seen.empty()


async def test_functions_are_listed_with_their_bindings(bench: Workbench) -> None:
    bench.write(APP)

    async with bench.running() as hosted:
        listed = (await hosted.http.get("/admin/functions")).json()
        night = (await hosted.http.get("/admin/functions/night")).json()
        unknown = await hosted.http.get("/admin/functions/nobody")

    assert [function["name"] for function in listed] == ["night", "take", "things"]
    assert night["config"]["bindings"] == [
        {"direction": "IN", "name": "timer", "schedule": "0 0 0 * * *", "type": "timerTrigger"}
    ]
    assert listed[2]["invoke_url_template"] == f"{hosted.host.url}/api/things/{{id}}"
    assert unknown.status_code == 404


async def test_the_host_tells_its_state(bench: Workbench) -> None:
    bench.write(APP)

    async with bench.running() as hosted:
        status = (await hosted.http.get("/admin/host/status")).json()
        pings = [(await ping("/admin/host/ping")).status_code for ping in (hosted.http.get, hosted.http.post)]

    assert status["state"] == "Running"
    assert status["id"]
    assert status["version"]
    assert pings == [200, 200]
