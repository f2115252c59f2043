"""The host as a process of its own: start, signals, end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.devkit_host.samples import PATIENCE, eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.devkit_host.samples import Account, Workbench

PROJECT = Path(__file__).resolve().parents[2]
HELLO = "@app.route(route='hello')\ndef hello(req: func.HttpRequest) -> str: return 'hi'\n"
SLOW = """
import pathlib
@app.queue_trigger(arg_name="msg", queue_name="{queue}", connection="AzureWebJobsStorage")
async def slow(msg: func.QueueMessage) -> None:
    pathlib.Path("began").touch()
    while not pathlib.Path("go").exists():
        await asyncio.sleep(0.01)
    pathlib.Path("done").touch()
"""


@contextmanager
def host_process(bench: Workbench, *options: str) -> Iterator[subprocess.Popen[str]]:
    environ = {**os.environ, **bench.environ}
    process = subprocess.Popen(  # noqa: S603  this project's own module
        [sys.executable, "-m", "devkit.functions_host", "--root", str(bench.root), "--port", "0", *options],
        cwd=PROJECT,
        env=environ,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def ready(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    said: dict[str, Any] = json.loads(process.stdout.readline())
    return said


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait for the end; return the status and what was said on standard error."""
    _, errors = process.communicate(timeout=PATIENCE)
    return process.returncode, errors


async def exists(path: Path) -> bool:
    return path.exists()  # noqa: ASYNC240  a file of a few bytes


def test_it_serves_after_saying_that_it_is_ready(bench: Workbench) -> None:
    bench.write(HELLO)

    with host_process(bench, "--ready-json") as process:
        said = ready(process)
        answer = httpx.get(f"{said['url']}/api/hello", trust_env=False)
        process.send_signal(signal.SIGINT)
        status, errors = ended(process)

    assert said == {"ready": True, "url": said["url"], "functions": ["hello"]}
    assert answer.text == "hi"
    assert status == 0
    assert "Executed 'Functions.hello' (Succeeded" in errors


async def test_a_term_signal_lets_the_running_function_finish(account: Account, bench: Workbench) -> None:
    await account.send("hello")
    bench.write(SLOW.format(queue=account.name()))

    with host_process(bench) as process:
        await eventually(lambda: exists(bench.root / "began"))
        process.send_signal(signal.SIGTERM)
        (bench.root / "go").touch()
        status, _ = ended(process)

    assert status == 0
    assert (bench.root / "done").exists()
    assert await account.is_empty()


async def test_a_killed_hosts_message_stays_invisible(account: Account, bench: Workbench) -> None:
    await account.send("hello")
    bench.write(SLOW.format(queue=account.name()))

    with host_process(bench) as process:
        await eventually(lambda: exists(bench.root / "began"))
        process.kill()
        ended(process)

    assert await account.waiting() == []
    assert await account.count() == 1


async def test_a_killed_hosts_message_comes_back_after_the_visibility(account: Account, bench: Workbench) -> None:
    await account.send("hello")
    bench.write(SLOW.format(queue=account.name()))
    with host_process(bench, "--receive-visibility", "1") as process:
        await eventually(lambda: exists(bench.root / "began"))
        process.kill()
        ended(process)
    (bench.root / "go").touch()

    with host_process(bench) as process:
        await eventually(account.is_empty)


def test_it_ends_with_its_parent(bench: Workbench) -> None:
    bench.write(HELLO)

    with host_process(bench, "--ready-json", "--exit-with-parent") as process:
        ready(process)
        status, _ = ended(process)

    assert status == 0


def test_a_thread_that_never_ends_does_not_hold_the_stop(bench: Workbench) -> None:
    bench.write(
        """
        @app.timer_trigger(arg_name="timer", schedule="0 0 0 * * *")
        def stuck(timer: func.TimerRequest) -> None:
            time.sleep(60)
        """
    )
    with host_process(bench, "--ready-json", "--grace", "0") as process:
        httpx.post(f"{ready(process)['url']}/admin/functions/stuck", json={}, trust_env=False)
        process.terminate()
        status, errors = ended(process)

    assert status == 0
    assert "1 invocations under way; they are left" in errors


def test_a_taken_port_is_one_sentence(bench: Workbench) -> None:
    bench.write(HELLO)

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with host_process(bench, "--port", str(port)) as process:
            status, errors = ended(process)

    assert status == 1
    assert errors == f"Port {port} is taken: choose another with --port.\n"


@pytest.mark.parametrize(
    ("source", "options", "sentence"),
    [
        ("import nothing_like_it", (), "function_app.py, line 6)."),
        ("del app", (), "Could not find top level function app instances"),
        (HELLO, ("--settings", "missing.json"), "missing.json cannot be read"),
        (HELLO, ("--enable-auth",), "--enable-auth needs --keys."),
        (HELLO, ("--receive-visibility", "0"), "--receive-visibility takes a whole number of at least 1."),
    ],
)
def test_what_stops_a_start_is_one_sentence(
    bench: Workbench, source: str, options: tuple[str, ...], sentence: str
) -> None:
    bench.write(source)

    with host_process(bench, *options) as process:
        status, errors = ended(process)

    assert status == 1
    assert sentence in errors
    assert errors.count("\n") == 1


def test_local_settings_reach_the_app_unless_the_environment_has_them(bench: Workbench) -> None:
    bench.write(
        """
        import os
        @app.route(route="settings")
        def settings(req: func.HttpRequest) -> str:
            return f"{os.environ['OWN']} {os.environ['SHARED']} {os.environ['AZURE_FUNCTIONS_ENVIRONMENT']}"
        """
    )
    values = {"OWN": "file", "SHARED": "file"}
    (bench.root / "local.settings.json").write_text(json.dumps({"IsEncrypted": False, "Values": values}))
    bench.environ["SHARED"] = "environment"
    del bench.environ["AZURE_FUNCTIONS_ENVIRONMENT"]

    with host_process(bench, "--ready-json") as process:
        answer = httpx.get(f"{ready(process)['url']}/api/settings", trust_env=False)

    assert answer.text == "file environment Development"


def test_options_bring_keys_and_an_identity(bench: Workbench, tmp_path: Path) -> None:
    bench.write(
        """
        @app.route(route="who", auth_level=func.AuthLevel.FUNCTION)
        def who(req: func.HttpRequest) -> str:
            return " ".join(req.headers[f"x-ms-client-principal-{part}"] for part in ("id", "name", "idp"))
        """
    )
    keys, principal = tmp_path / "keys.json", tmp_path / "principal.json"
    keys.write_text(json.dumps({"master": "m", "host": {"default": "h"}}))
    claims = [{"typ": "oid", "val": "1"}, {"typ": "preferred_username", "val": "ada@example.com"}]
    principal.write_text(json.dumps({"auth_typ": "aad", "claims": claims}))
    options = ("--enable-auth", "--keys", str(keys), "--client-principal", str(principal))

    with host_process(bench, "--ready-json", *options) as process:
        url = f"{ready(process)['url']}/api/who"
        refused = httpx.get(url, trust_env=False)
        answer = httpx.get(url, params={"code": "h"}, trust_env=False)

    assert refused.status_code == 401
    assert answer.text == "1 ada@example.com aad"
