"""The host's own routes under /admin: fire a function, list functions, tell and change the host's state."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any, Protocol

from aiohttp import web

from devkit.functions_host.access_keys import ADMIN
from devkit.functions_host.converters import datum
from devkit.functions_host.functions import HttpTrigger, LoadedFunction, QueueTrigger
from devkit.functions_host.http_server import given_key
from devkit.functions_host.invocations import VIA_HOST_API, Call
from devkit.functions_host.queue_messages import overridden
from devkit.functions_host.timer_listener import timer_datum

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from devkit.functions_host.access_keys import AccessKeys
    from devkit.functions_host.invocations import Invoker

_VERSION = "4.0.0"


class HostState(Protocol):
    """What the admin routes show of the host and change."""

    host_id: str
    prefix: str

    @property
    def state(self) -> str: ...

    @property
    def outstanding(self) -> int: ...

    def drain(self) -> None: ...


class AdminRoutes:
    """Handlers of the admin routes; with *access_keys* they ask for the master key."""

    def __init__(
        self,
        functions: Sequence[LoadedFunction],
        *,
        invoker: Invoker,
        host: HostState,
        access_keys: AccessKeys | None,
    ) -> None:
        self._functions = {function.name.lower(): function for function in functions}
        self._invoker = invoker
        self._host = host
        self._access_keys = access_keys
        self._started = time.monotonic()
        self._fired: set[asyncio.Task[Any]] = set()

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Register the routes."""
        router.add_route("*", "/admin/host/ping", self._ping)
        for method, path, handler in (
            ("GET", "/admin/functions", self._list),
            ("GET", "/admin/functions/{name}", self._show),
            ("GET", "/admin/functions/{name}/status", self._status_of_function),
            ("POST", "/admin/functions/{name}", self._fire),
            ("GET", "/admin/host/status", self._status),
            ("POST", "/admin/host/drain", self._drain),
            ("GET", "/admin/host/drain/status", self._drain_status),
        ):
            router.add_route(method, path, self._for_admins(handler))

    async def finish(self) -> None:
        """Wait for the functions that were fired here."""
        if self._fired:
            await asyncio.wait(self._fired)

    def abandon(self) -> None:
        for task in self._fired:
            task.cancel()

    def _for_admins(
        self, handler: Callable[[web.Request], Awaitable[web.Response]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def guarded(request: web.Request) -> web.Response:
            keys = self._access_keys
            if keys is not None and not keys.opens(given_key(request), level=ADMIN):
                return web.Response(status=401)
            return await handler(request)

        return guarded

    async def _ping(self, _: web.Request) -> web.Response:
        return web.Response()

    async def _list(self, request: web.Request) -> web.Response:
        return web.json_response([self._described(function, request) for function in self._functions.values()])

    async def _show(self, request: web.Request) -> web.Response:
        function = self._named(request)
        return web.json_response(self._described(function, request)) if function else web.Response(status=404)

    async def _status_of_function(self, request: web.Request) -> web.Response:
        return web.json_response({}) if self._named(request) else web.Response(status=404)

    async def _fire(self, request: web.Request) -> web.Response:
        function = self._named(request)
        if function is None:
            return web.Response(status=404)
        if request.content_type != "application/json":
            return web.Response(status=415)
        try:
            body = json.loads(await request.read() or b"null")
        except ValueError:
            body = None
        if not isinstance(body, dict):
            return web.Response(status=400, text="The body must be a JSON object such as {}.")
        if isinstance(function.trigger, HttpTrigger):
            return web.Response(status=400, text="Call an HTTP function on its own route.")
        task = asyncio.ensure_future(self._invoker.invoke(function, _call(function, body.get("input"))))
        self._fired.add(task)
        task.add_done_callback(self._fired.discard)
        return web.Response(status=202)

    async def _status(self, _: web.Request) -> web.Response:
        return web.json_response(
            {
                "id": self._host.host_id,
                "state": self._host.state,
                "version": _VERSION,
                "versionDetails": f"{_VERSION}-local-stand-in",
                "processUptime": round((time.monotonic() - self._started) * 1000),
            }
        )

    async def _drain(self, _: web.Request) -> web.Response:
        self._host.drain()
        return web.Response(status=202)

    async def _drain_status(self, _: web.Request) -> web.Response:
        outstanding, draining = self._host.outstanding, self._host.state == "Draining"
        state = ("InProgress" if outstanding else "Completed") if draining else "Disabled"
        return web.json_response({"state": state, "outstandingInvocations": outstanding, "outstandingRetries": 0})

    def _named(self, request: web.Request) -> LoadedFunction | None:
        return self._functions.get(request.match_info["name"].lower())

    def _described(self, function: LoadedFunction, request: web.Request) -> dict[str, Any]:
        origin = f"{request.scheme}://{request.host}"
        described: dict[str, Any] = {
            "name": function.name,
            "href": f"{origin}/admin/functions/{function.name}",
            "language": "python",
            "isDisabled": function.disabled,
            "config": {"bindings": list(function.bindings)},
        }
        if isinstance(function.trigger, HttpTrigger):
            path = "/".join(part for part in (self._host.prefix, function.trigger.route.text) if part)
            described["invoke_url_template"] = f"{origin}/{path}"
        return described


def _call(function: LoadedFunction, given: object) -> Call:
    if isinstance(function.trigger, QueueTrigger):
        text = "" if given is None else given if isinstance(given, str) else json.dumps(given)
        raw = datum("bytes", text.encode()) if function.trigger.binary else datum("string", text)
        return Call(
            raw=raw,
            reason=VIA_HOST_API,
            metadata=overridden({"QueueTrigger": datum("string", text)}, text.encode()),
        )
    return Call(raw=timer_datum(None, past_due=False), reason=VIA_HOST_API)
