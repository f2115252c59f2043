"""Serves HTTP functions on their routes, and the host's own routes beside them."""

from __future__ import annotations

import errno
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web

from devkit.errors import DevkitError
from devkit.functions_host.functions import HttpTrigger, LoadedFunction
from devkit.functions_host.http_messages import request_datum, response_from
from devkit.functions_host.invocations import VIA_HOST_API, Call

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from devkit.functions_host.access_keys import AccessKeys
    from devkit.functions_host.admin import AdminRoutes
    from devkit.functions_host.invocations import Invoker
    from devkit.functions_host.sign_in import SignIn

#  Azure/azure-functions-host, ScriptConstants.cs; past it the host answers 500 (its issue 10519).
MAX_BODY_BYTES = 104_857_600
#  Wider than Kestrel's 8 KiB (learn.microsoft.com, "KestrelServerLimits.MaxRequestLineSize"), past which the server
#  itself refuses: here the app is heard on long addresses, too.
_LONGEST_LINE = 65_536
_HOME = "<!DOCTYPE html><title>Functions host</title><h1>The local functions host is up and running.</h1>"


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """*access_keys* None lets everybody in.

    Who is signed in: whom *sign_in* knows by their browser's session, without it whom the *identity* headers name.
    """

    port: int
    address: str = "127.0.0.1"
    access_keys: AccessKeys | None = None
    identity: Mapping[str, str] = field(default_factory=dict)
    sign_in: SignIn | None = None


@dataclass(frozen=True, slots=True)
class _Match:
    function: LoadedFunction
    trigger: HttpTrigger
    route_params: Mapping[str, str]


class HttpServer:
    """One aiohttp server on one port; requests under way are answered before it closes."""

    def __init__(
        self,
        functions: Sequence[LoadedFunction],
        *,
        prefix: str,
        invoker: Invoker,
        admin: AdminRoutes,
        options: HttpOptions,
    ) -> None:
        routed = [(function, function.trigger) for function in functions if isinstance(function.trigger, HttpTrigger)]
        self._functions = sorted(
            ((function, trigger) for function, trigger in routed if isinstance(trigger, HttpTrigger)),
            key=lambda pair: pair[1].route.precedence,
        )
        self._prefix = prefix
        self._invoker = invoker
        self._options = options
        application = web.Application(client_max_size=MAX_BODY_BYTES + 1)
        admin.add_to(application.router)
        if options.sign_in is not None:
            options.sign_in.add_to(application.router)
        application.router.add_get("/", self._home)
        #  Line breaks, too: what an address may hold is for the app to say.
        application.router.add_route("*", r"/{path:[\s\S]*}", self._handle)
        self._runner = web.AppRunner(
            application,
            access_log=None,
            handle_signals=False,
            max_line_size=_LONGEST_LINE,
            max_field_size=_LONGEST_LINE,
        )

    async def start(self) -> str:
        """Listen and return the address.

        Raises:
            DevkitError: The port is taken or not allowed.
        """
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._options.address, self._options.port)
        try:
            await site.start()
        except OSError as error:
            await self._runner.cleanup()
            why = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
            raise DevkitError(f"Port {self._options.port} {why}: choose another with --port.") from error
        port = self._runner.addresses[0][1]
        return f"http://{self._options.address}:{port}"

    async def stop(self) -> None:
        """Take no more requests and wait for those under way."""
        await self._runner.cleanup()

    async def _home(self, request: web.Request) -> web.Response:
        if self._match(request) is not None:
            return await self._handle(request)
        return web.Response(text=_HOME, content_type="text/html")

    async def _handle(self, request: web.Request) -> web.Response:
        found = self._match(request)
        if found is None:
            return web.Response(status=404)
        if not self._may_enter(request, found):
            return web.Response(status=401)
        if found.function.disabled:
            return web.Response(status=404)
        if (request.content_length or 0) > MAX_BODY_BYTES:
            return web.Response(status=500)
        #  Without a Content-Length the real host hands on no body (its issue 4926).
        body = await request.read() if request.content_length else b""
        raw = request_datum(request, body, route_params=found.route_params, identity=self._identity(request))
        outcome = await self._invoker.invoke(found.function, Call(raw=raw, reason=VIA_HOST_API))
        return response_from(outcome.response)

    def _match(self, request: web.Request) -> _Match | None:
        path = request.raw_path.partition("?")[0].lstrip("/")
        if self._prefix:
            first, _, rest = path.partition("/")
            if first.lower() != self._prefix.lower():
                return None
            path = rest
        for function, trigger in self._functions:
            if trigger.methods is not None and request.method not in trigger.methods:
                continue
            route_params = trigger.route.match(path)
            if route_params is not None:
                return _Match(function, trigger, route_params)
        return None

    def _identity(self, request: web.Request) -> Mapping[str, str]:
        sign_in = self._options.sign_in
        return self._options.identity if sign_in is None else sign_in.identity(request)

    def _may_enter(self, request: web.Request, found: _Match) -> bool:
        keys = self._options.access_keys
        if keys is None:
            return True
        return keys.opens(given_key(request), level=found.trigger.auth_level, function=found.function.name)


def given_key(request: web.Request) -> str | None:
    """Return the access key of a request: the header before the query."""
    return request.headers.get("x-functions-key") or request.query.get("code")
