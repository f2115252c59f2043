"""Command line: ``python -m devkit.functions_host --root APP --port 7071``."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from devkit.errors import DevkitError
from devkit.functions_host.access_keys import read_access_keys
from devkit.functions_host.client_principal import read_client_principal
from devkit.functions_host.host import App, Host, HostOptions, load_app
from devkit.functions_host.http_server import HttpOptions
from devkit.functions_host.local_settings import apply_settings, read_local_settings
from devkit.functions_host.logs import configure_logging
from devkit.functions_host.people import read_people
from devkit.functions_host.sign_in import SignIn

if TYPE_CHECKING:
    from collections.abc import Sequence

_SETTINGS = "local.settings.json"
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the host until it is told to stop; return the exit status."""
    given = _parser().parse_args(arguments)
    try:
        app, options = _prepared(given)
        clean = asyncio.run(_serve(app, options, given))
    except DevkitError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        clean = False
    if not clean:
        #  A thread that is left would keep the interpreter from ending.
        sys.stderr.flush()
        os._exit(0)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m devkit.functions_host",
        description="Runs a function app's timers, queues and HTTP routes on this machine.",
    )
    add = parser.add_argument
    add("--root", type=Path, default=Path(), help="folder with host.json and function_app.py")
    add("--port", type=int, default=7071, help="0 takes a free one")
    add("--address", default="127.0.0.1", help="what to listen on")
    add("--settings", type=Path, help="default: local.settings.json in the root, if there is one")
    add("--data", type=Path, help="where timers keep their status; default: .local/functions_host in the root")
    add("--receive-visibility", type=int, default=600, metavar="SECONDS", help="the real host: always 600")
    add("--grace", type=int, default=30, metavar="SECONDS", help="how long a stop waits for what runs")
    add("--enable-auth", action="store_true", help="ask for access keys, see --keys")
    add("--keys", type=Path, metavar="FILE", help='{"master": …, "host": {name: key}, "functions": {…}}')
    add("--client-principal", type=Path, metavar="FILE", help="sign everybody in as the person in this file")
    add("--sign-in", type=Path, metavar="FILE", help="let browsers sign in as one of the people in this file")
    add("--ready-json", action="store_true", help="print one JSON line when ready")
    add("--exit-with-parent", action="store_true", help="end when standard input does")
    return parser


def _prepared(given: argparse.Namespace) -> tuple[App, HostOptions]:
    root = given.root.resolve()
    if not root.is_dir():
        raise DevkitError(f"There is no folder {given.root}.")
    if given.receive_visibility < 1:
        raise DevkitError("--receive-visibility takes a whole number of at least 1.")
    if given.enable_auth and given.keys is None:
        raise DevkitError("--enable-auth needs --keys.")
    if given.sign_in and given.client_principal:
        raise DevkitError("--sign-in and --client-principal contradict each other: give one of them.")
    http = HttpOptions(
        port=given.port,
        address=given.address,
        access_keys=read_access_keys(given.keys) if given.enable_auth else None,
        identity=read_client_principal(given.client_principal) if given.client_principal else {},
        sign_in=SignIn(read_people(given.sign_in)) if given.sign_in else None,
    )
    options = HostOptions(
        http=http,
        data=(given.data or root / ".local" / "functions_host").resolve(),
        receive_visibility=timedelta(seconds=given.receive_visibility),
        grace=timedelta(seconds=given.grace),
    )
    settings = (given.settings or root / _SETTINGS).resolve()
    values = read_local_settings(settings) if given.settings or settings.is_file() else {}
    apply_settings(values, os.environ)
    if given.port:
        #  As Core Tools do, before the app is loaded; with a free port it is not known by then.
        os.environ.setdefault("WEBSITE_HOSTNAME", f"localhost:{given.port}")
    configure_logging(sys.stderr, {})
    #  The app finds its own packages and files as it does under the real worker.
    os.chdir(root)
    sys.path.insert(0, str(root))
    app = load_app(root, os.environ)
    configure_logging(sys.stderr, app.config.log_levels)
    return app, options


async def _serve(app: App, options: HostOptions, given: argparse.Namespace) -> bool:
    told = asyncio.Event()
    _stop_on_signals(told)
    if given.exit_with_parent:
        _stop_at_end_of_input(told)
    host = Host(app, options)
    await host.start()
    _announce(app, host, as_json=given.ready_json)
    stopped, failed = asyncio.ensure_future(told.wait()), asyncio.ensure_future(host.failed())
    done, waiting = await asyncio.wait({stopped, failed}, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    clean = await host.stop()
    for task in done:
        task.result()
    return clean


def _announce(app: App, host: Host, *, as_json: bool) -> None:
    if as_json:
        names = [function.name for function in app.functions]
        print(json.dumps({"ready": True, "url": host.url, "functions": names}), flush=True)
        return
    print(f"Functions host ready on {host.url}", flush=True)
    for function in app.functions:
        print(f"  {function.name}: {function.trigger_type}{' (disabled)' * function.disabled}", flush=True)


def _stop_on_signals(told: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()

    def stop() -> None:
        told.set()
        #  The second time means now.
        for number in _SIGNALS:
            loop.remove_signal_handler(number)

    for number in _SIGNALS:
        loop.add_signal_handler(number, stop)


def _stop_at_end_of_input(told: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()

    def read_to_the_end() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        loop.call_soon_threadsafe(told.set)

    threading.Thread(target=read_to_the_end, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
