"""The local functions host: an app's timers, queues and HTTP routes in one process, on one event loop.

It stands in for ``func start`` where Core Tools are not installed, and deviates from the real host on purpose:

* one process is one instance: no scale controller, no dynamic concurrency, no singleton lock between two hosts
  that share a storage account;
* how long a received message stays invisible can be set (the real host: always 10 minutes);
* timer statuses are JSON files in a data folder, not blobs;
* access keys come from a file; there is no key store;
* no platform authentication: identity headers of clients are dropped; for development one identity can be set, or
  browsers choose theirs on a page of the local sign-in;
* a function that exceeds functionTimeout fails, but the process is not restarted; a thread cannot be stopped;
* a retry policy is honoured on timers alone; connections take connection strings alone;
* bindings other than timer, queue and HTTP are refused at the start; no extension bundle is loaded, no CORS headers;
* a storage account that cannot be reached is asked again instead of ending the process.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from devkit.errors import DevkitError
from devkit.functions_host.admin import AdminRoutes
from devkit.functions_host.app_settings import AppSettings
from devkit.functions_host.execution import FunctionRunner
from devkit.functions_host.functions import LoadedFunction, QueueTrigger, TimerTrigger
from devkit.functions_host.host_json import HostConfig, read_host_json
from devkit.functions_host.http_server import HttpOptions, HttpServer
from devkit.functions_host.invocations import Invoker
from devkit.functions_host.loading import load_functions
from devkit.functions_host.queue_listener import QueueListener
from devkit.functions_host.queues import Queues
from devkit.functions_host.timer_listener import TimerListener
from devkit.functions_host.timer_status import StatusFile

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
    from pathlib import Path

#  Seconds for what is cancelled to notice it.
_LAST_MOMENT = 1.0
_THREADS = "PYTHON_THREADPOOL_THREAD_COUNT"
_log = logging.getLogger("Host.Startup")


@dataclass(frozen=True, slots=True)
class App:
    """A function app that is loaded and checked, but not running yet."""

    root: Path
    config: HostConfig
    functions: tuple[LoadedFunction, ...]
    threads: int | None


def load_app(root: Path, environ: Mapping[str, str]) -> App:
    """Read host.json and function_app.py below *root*.

    Raises:
        DevkitError: Something is wrong with the app or its settings; nothing was started.
    """
    config = read_host_json(root / "host.json", environ=environ)
    functions = load_functions(root, AppSettings(environ))
    return App(root=root, config=config, functions=functions, threads=_thread_count(environ))


def _thread_count(environ: Mapping[str, str]) -> int | None:
    text = environ.get(_THREADS)
    if text is None:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise DevkitError(f"The setting {_THREADS} must be a whole number of at least 1, not '{text}'.")
    return int(text)


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class HostOptions:
    """How to run an app: timer statuses go to *data*; *grace* is how long a stop waits for what runs."""

    http: HttpOptions
    data: Path
    receive_visibility: timedelta = timedelta(minutes=10)
    grace: timedelta = timedelta(seconds=30)
    now: Callable[[], datetime] = field(default=_utc_now)
    sleep: Callable[[float], Awaitable[None]] = field(default=asyncio.sleep)


class Host:
    """Runs one app; start it once, stop it once."""

    def __init__(self, app: App, options: HostOptions) -> None:
        self.prefix = app.config.route_prefix
        self.host_id = hashlib.sha256(str(app.root.resolve()).encode()).hexdigest()[:32]
        self.url = ""
        self.state = "Initializing"
        self._options = options
        self._queues = Queues(base64=app.config.queues.base64)
        self._runner = FunctionRunner(timeout=app.config.function_timeout, threads=app.threads)
        self._invoker = Invoker(
            root=app.root,
            sender=self._queues,
            runner=self._runner,
            sleep=options.sleep,
        )
        self._listeners = [
            listener
            for function in app.functions
            if not function.disabled and (listener := self._listener(function, app.config)) is not None
        ]
        self._listening: list[asyncio.Task[None]] = []
        self._admin = AdminRoutes(
            app.functions, invoker=self._invoker, host=self, access_keys=options.http.access_keys
        )
        self._server = HttpServer(
            app.functions,
            prefix=self.prefix,
            invoker=self._invoker,
            admin=self._admin,
            options=options.http,
        )

    @property
    def outstanding(self) -> int:
        """How many invocations are under way."""
        return self._invoker.running

    async def start(self) -> None:
        """Serve HTTP and start the listeners.

        Raises:
            DevkitError: The port cannot be used.
        """
        self.url = await self._server.start()
        self._listening = [asyncio.ensure_future(listener.run()) for listener in self._listeners]
        self.state = "Running"

    async def failed(self) -> None:
        """Wait until a listener cannot go on.

        Raises:
            DevkitError: What it met.
        """
        pending = set(self._listening)
        while pending:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        await asyncio.Event().wait()

    def drain(self) -> None:
        """Stop listening; HTTP goes on."""
        self.state = "Draining"
        for listener in self._listeners:
            listener.stop()

    async def stop(self) -> bool:
        """Take nothing new, wait for what runs, at most for the grace, and close; False when some was left."""
        self.drain()
        self.state = "Stopping"
        closing = [asyncio.ensure_future(part) for part in (self._server.stop(), self._admin.finish())]
        ending = [*closing, *self._listening]
        _, late = await asyncio.wait(ending, timeout=self._options.grace.total_seconds())
        if late:
            _log.warning("The host stops with %d invocations under way; they are left.", self.outstanding)
            self._abandon(late)
            await asyncio.wait(late, timeout=_LAST_MOMENT)
        self._runner.close()
        await self._queues.close()
        self.state = "Stopped"
        return not late

    def _abandon(self, late: set[asyncio.Task[None]]) -> None:
        for task in late:
            task.cancel()
        self._admin.abandon()
        for listener in self._listeners:
            listener.abandon()

    def _listener(self, function: LoadedFunction, config: HostConfig) -> QueueListener | TimerListener | None:
        trigger = function.trigger
        if isinstance(trigger, QueueTrigger):
            return QueueListener(
                function,
                trigger,
                options=config.queues,
                queues=self._queues,
                invoker=self._invoker,
                visibility=self._options.receive_visibility,
                sleep=self._options.sleep,
            )
        if isinstance(trigger, TimerTrigger):
            return TimerListener(
                function,
                trigger,
                invoker=self._invoker,
                file=StatusFile(self._options.data / "timers" / f"{function.name}.json"),
                now=self._options.now,
                sleep=self._options.sleep,
            )
        return None


@asynccontextmanager
async def running(app: App, options: HostOptions) -> AsyncIterator[Host]:
    """Run *app* for as long as the block lasts."""
    host = Host(app, options)
    try:
        await host.start()
        yield host
    finally:
        await host.stop()
