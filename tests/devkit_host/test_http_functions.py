"""HTTP functions: routes, what reaches them, what comes back."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest

from devkit.functions_host.access_keys import AccessKeys
from devkit.functions_host.http_server import MAX_BODY_BYTES
from tests.devkit_host.samples import PATIENCE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.devkit_host.samples import Workbench

ECHO = """
import json
@app.route(route="{route}", methods={methods})
async def echo(req: func.HttpRequest) -> func.HttpResponse:
    said = {{"method": req.method, "url": req.url, "headers": dict(req.headers), "params": dict(req.params)}}
    said |= {{"route": dict(req.route_params), "body": req.get_body().decode()}}
    return func.HttpResponse(json.dumps(said), mimetype="application/json")
"""
ANSWERS = """
from http import HTTPStatus
@app.route(route="{route}")
async def answer(req: func.HttpRequest){annotation}:
    {body}
"""


def write_echo(bench: Workbench, *, route: str = "echo", methods: str = "None", **host: Any) -> None:
    bench.write(ECHO.format(route=route, methods=methods), **host)


def write_answer(bench: Workbench, body: str, annotation: str = "") -> None:
    bench.write(ANSWERS.format(route="answer", body=body, annotation=annotation))


@pytest.mark.parametrize(("prefix", "path"), [(None, "/api/echo"), ("v1", "/v1/echo"), ("", "/echo")])
async def test_the_prefix_is_host_jsons(bench: Workbench, prefix: str | None, path: str) -> None:
    http = {} if prefix is None else {"routePrefix": prefix}
    write_echo(bench, extensions={"http": http})

    async with bench.running() as hosted:
        assert (await hosted.http.get(path)).status_code == 200
        assert (await hosted.http.get(f"/other{path}")).status_code == 404


async def test_without_a_route_the_functions_name_is_it(bench: Workbench) -> None:
    bench.write("@app.route()\nasync def plain(req: func.HttpRequest) -> str:\n    return 'here'\n")

    async with bench.running() as hosted:
        assert (await hosted.http.get("/api/plain")).text == "here"


async def test_a_wrong_method_is_not_found(bench: Workbench) -> None:
    write_echo(bench, methods="['GET']")

    async with bench.running() as hosted:
        assert (await hosted.http.get("/api/echo")).status_code == 200
        assert (await hosted.http.post("/api/echo")).status_code == 404
        assert (await hosted.http.head("/api/echo")).status_code == 404


async def test_one_route_can_have_a_function_per_method(bench: Workbench) -> None:
    bench.write(
        """
        @app.route(route="thing/{id}", methods=["GET"])
        async def read(req: func.HttpRequest) -> str: return "read"
        @app.route(route="thing/{id}", methods=["PUT"])
        async def write(req: func.HttpRequest) -> str: return "write"
        """
    )
    async with bench.running() as hosted:
        assert (await hosted.http.get("/api/thing/1")).text == "read"
        assert (await hosted.http.put("/api/thing/1")).text == "write"


async def test_the_more_definite_of_two_routes_is_meant(bench: Workbench) -> None:
    bench.write(
        """
        @app.route(route="{*rest}")
        async def anything(req: func.HttpRequest) -> str: return "anything"
        @app.route(route="things/new")
        async def new(req: func.HttpRequest) -> str: return "new"
        """
    )
    async with bench.running() as hosted:
        assert (await hosted.http.get("/api/things/new")).text == "new"
        assert (await hosted.http.get("/api/things/old")).text == "anything"


async def test_route_parameters_are_texts(bench: Workbench) -> None:
    write_echo(bench, route="groups/{id:int}/{more?}")

    async with bench.running() as hosted:
        assert (await hosted.http.get("/api/groups/07")).json()["route"] == {"id": "07"}
        assert (await hosted.http.get("/api/groups/7/x")).json()["route"] == {"id": "7", "more": "x"}
        assert (await hosted.http.get("/api/groups/seven")).status_code == 404


@pytest.mark.parametrize("written", ["a%0Ab", "%C2%85", "%23", "x" * 9000])
async def test_whatever_a_route_parameter_holds_is_for_the_app_to_judge(bench: Workbench, written: str) -> None:
    write_echo(bench, route="groups/{id}")

    async with bench.running() as hosted:
        answer = await hosted.http.get(f"/api/groups/{written}")

    assert answer.json()["route"] == {"id": unquote(written)}


async def test_what_a_request_carries_reaches_the_function(bench: Workbench) -> None:
    write_echo(bench)

    async with bench.running() as hosted:
        answer = await hosted.http.post(
            "/api/echo?a=1&b=&a=2&c=x%26y+z",
            content="Grüße",
            headers=[("X-One", "1"), ("X-Many", "a"), ("X-Many", "b")],
        )

    said = answer.json()
    assert said["method"] == "POST"
    assert said["body"] == "Grüße"
    assert said["headers"]["x-one"] == "1"
    assert said["headers"]["x-many"] == "a,b"
    assert said["params"] == {"a": "1,2", "c": "x&y z"}
    assert said["url"] == f"{hosted.host.url}/api/echo?a=1&b=&a=2&c=x%26y+z"


async def test_a_chunked_body_arrives_empty(bench: Workbench) -> None:
    write_echo(bench)

    async def chunks() -> AsyncIterator[bytes]:
        yield b"hello"

    async with bench.running() as hosted:
        answer = await hosted.http.post("/api/echo", content=chunks())

    assert answer.json()["body"] == ""


async def test_an_identity_that_a_client_claims_is_dropped(bench: Workbench) -> None:
    write_echo(bench)
    forged = {"X-MS-CLIENT-PRINCIPAL": "x", "x-ms-client-principal-id": "x", "X-MS-TOKEN-AAD-ID-TOKEN": "x"}

    async with bench.running() as hosted:
        said = (await hosted.http.get("/api/echo", headers=forged)).json()

    assert not [name for name in said["headers"] if name.startswith("x-ms-")]


async def test_an_injected_identity_replaces_what_a_client_claims(bench: Workbench) -> None:
    write_echo(bench)

    async with bench.running(http={"identity": {"x-ms-client-principal-id": "real"}}) as hosted:
        said = (await hosted.http.get("/api/echo", headers={"X-MS-CLIENT-PRINCIPAL-ID": "forged"})).json()

    assert said["headers"]["x-ms-client-principal-id"] == "real"


async def test_a_response_passes_through_whole(bench: Workbench) -> None:
    bench.write(
        """
        @app.route(route="answer")
        async def answer(req: func.HttpRequest) -> func.HttpResponse:
            made = func.HttpResponse(b"\\x00\\x01", status_code=202, headers={"X-Mine": "1"}, mimetype="image/png")
            made.headers.add("Set-Cookie", "a=1; Path=/; HttpOnly")
            made.headers.add("Set-Cookie", "b=2")
            return made
        """
    )
    async with bench.running() as hosted:
        answer = await hosted.http.get("/api/answer")

    assert answer.status_code == 202
    assert answer.content == b"\x00\x01"
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-mine"] == "1"
    assert answer.headers.get_list("set-cookie") == ["a=1; HttpOnly; Path=/", "b=2"]


async def test_a_response_is_text_unless_it_says_otherwise(bench: Workbench) -> None:
    write_answer(bench, 'return func.HttpResponse("hello")')

    async with bench.running() as hosted:
        answer = await hosted.http.get("/api/answer")

    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


async def test_a_text_that_describes_a_response_becomes_it(bench: Workbench) -> None:
    write_answer(bench, """return '{"status": 418, "body": "teapot", "headers": {"x-mine": "1"}}'""")

    async with bench.running() as hosted:
        answer = await hosted.http.get("/api/answer")

    assert (answer.status_code, answer.text, answer.headers["x-mine"]) == (418, "teapot", "1")


@pytest.mark.parametrize("body", ["raise ValueError('secret')", "return None", "return 42"])
async def test_what_fails_is_a_server_error_without_a_body(
    bench: Workbench, body: str, caplog: pytest.LogCaptureFixture
) -> None:
    write_answer(bench, body)

    async with bench.running() as hosted:
        answer = await hosted.http.get("/api/answer")

    assert (answer.status_code, answer.content) == (500, b"")
    assert "Executed 'Functions.answer' (Failed" in caplog.text


async def test_a_trace_begins_in_the_apps_own_code(bench: Workbench, caplog: pytest.LogCaptureFixture) -> None:
    write_answer(bench, "raise ValueError('in the log only')")

    async with bench.running() as hosted:
        await hosted.http.get("/api/answer")

    trace = caplog.text.split("Traceback")[1].splitlines()
    assert "function_app.py" in trace[1]
    assert trace[-1] == "ValueError: in the log only"


async def test_a_body_over_the_limit_is_refused_unread(bench: Workbench) -> None:
    write_echo(bench)

    async with bench.running() as hosted:
        address = urlsplit(hosted.host.url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(f"POST /api/echo HTTP/1.1\r\nHost: x\r\nContent-Length: {MAX_BODY_BYTES + 1}\r\n\r\n".encode())
        status = await asyncio.wait_for(reader.readline(), PATIENCE)
        writer.close()
        await writer.wait_closed()

    assert status == b"HTTP/1.1 500 Internal Server Error\r\n"


async def test_the_home_page_answers(bench: Workbench) -> None:
    bench.write("")

    async with bench.running() as hosted:
        assert (await hosted.http.get("/")).status_code == 200


async def test_a_disabled_function_is_not_found(bench: Workbench) -> None:
    bench.environ["AzureWebJobs.echo.Disabled"] = "true"
    write_echo(bench)

    async with bench.running() as hosted:
        assert (await hosted.http.get("/api/echo")).status_code == 404


SECURED = """
secured = func.FunctionApp()
del app
for level in ("anonymous", "function", "admin"):
    def make(level):
        @secured.function_name(level)
        @secured.route(route=f"for-{level}", auth_level=level)
        async def answer(req: func.HttpRequest) -> func.HttpResponse:
            return func.HttpResponse("in")
    make(level)
"""
KEYS = AccessKeys(master="m", host=("h",), functions={"function": ("own",), "admin": ("other",)})


@pytest.mark.parametrize(
    ("level", "key", "status"),
    [
        *(("anonymous", None, 200), ("anonymous", "wrong", 200)),
        *(("function", None, 401), ("function", "wrong", 401), ("function", "other", 401)),
        *(("function", "own", 200), ("function", "h", 200), ("function", "m", 200)),
        *(("admin", "h", 401), ("admin", "other", 401), ("admin", "m", 200)),
    ],
)
async def test_keys_open_what_they_are_for(bench: Workbench, level: str, key: str | None, status: int) -> None:
    bench.write(SECURED)
    headers = {} if key is None else {"x-functions-key": key}

    async with bench.running(http={"access_keys": KEYS}) as hosted:
        answer = await hosted.http.get(f"/api/for-{level}", headers=headers)

    assert answer.status_code == status
    assert answer.text == ("in" if status == 200 else "")


async def test_the_header_counts_before_the_query(bench: Workbench) -> None:
    bench.write(SECURED)

    async with bench.running(http={"access_keys": KEYS}) as hosted:
        by_query = await hosted.http.get("/api/for-function?code=own")
        by_header = await hosted.http.get("/api/for-function?code=own", headers={"x-functions-key": "wrong"})
        unknown = await hosted.http.get("/api/nothing")
        admin = await hosted.http.get("/admin/host/status?code=h")

    assert [answer.status_code for answer in (by_query, by_header, unknown, admin)] == [200, 401, 404, 401]


async def test_without_keys_everybody_is_let_in(bench: Workbench) -> None:
    bench.write(SECURED)

    async with bench.running() as hosted:
        assert (await hosted.http.get("/api/for-admin")).text == "in"


async def test_a_sync_function_blocks_nobody(bench: Workbench) -> None:
    bench.write(
        """
        gate = threading.Event()
        @app.route(route="blocked")
        def blocked(req: func.HttpRequest) -> str:
            gate.wait(10)
            return "released"
        @app.route(route="release")
        async def release(req: func.HttpRequest) -> str:
            gate.set()
            return "done"
        """
    )
    async with bench.running() as hosted:
        blocked = asyncio.ensure_future(hosted.http.get("/api/blocked"))
        assert (await hosted.http.get("/api/release")).text == "done"
        assert (await blocked).text == "released"


async def test_one_thread_runs_one_sync_function_at_a_time(bench: Workbench) -> None:
    bench.environ["PYTHON_THREADPOOL_THREAD_COUNT"] = "1"
    bench.write(
        """
        running = peak = 0
        @app.route(route="count")
        def count(req: func.HttpRequest) -> str:
            global running, peak
            running += 1
            peak = max(peak, running)
            time.sleep(0.02)
            running -= 1
            return str(peak)
        """
    )
    async with bench.running() as hosted:
        answers = await asyncio.gather(*(hosted.http.get("/api/count") for _ in range(3)))

    assert {answer.text for answer in answers} == {"1"}


async def test_json_of_many_requests_at_once_is_not_mixed_up(bench: Workbench) -> None:
    write_echo(bench, route="echo/{id}")

    async with bench.running() as hosted:
        answers = await asyncio.gather(*(hosted.http.get(f"/api/echo/{number}") for number in range(30)))

    assert [json.loads(answer.text)["route"]["id"] for answer in answers] == [str(n) for n in range(30)]
