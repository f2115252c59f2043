"""A small server of the test's own, for what the simulator does not show: headers and connections."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable


@dataclass(frozen=True, slots=True)
class Outside:
    """*connections* holds the client's port of each request: requests over one connection have the same."""

    url: str
    requests: list[web.Request] = field(default_factory=list)
    connections: list[int] = field(default_factory=list)


@asynccontextmanager
async def serving(answer: Callable[[web.Request], web.Response]) -> AsyncIterator[Outside]:
    """Serve plain http on a free port of this machine until the block ends."""

    async def recorded(request: web.Request) -> web.Response:
        outside.requests.append(request)
        assert request.transport is not None
        outside.connections.append(request.transport.get_extra_info("peername")[1])
        return answer(request)

    application = web.Application()
    application.router.add_get("/{path:.*}", recorded)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        outside = Outside(f"http://{host}:{port}")
        yield outside
    finally:
        await runner.cleanup()
