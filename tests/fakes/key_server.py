"""A sign-in service that publishes its keys as a test tells it to, over real HTTP."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping


@dataclass(slots=True)
class KeyServer:
    """Answers every request with *status*, *headers* and *body*, after *open* is set; keeps the paths.

    *called* is set with each request.
    """

    address: str = ""
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    called: asyncio.Event = field(default_factory=asyncio.Event)

    def publish(self, keys: Iterable[Mapping[str, Any]]) -> None:
        self.status, self.body = 200, json.dumps({"keys": list(keys)}).encode()

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        self.called.set()
        await self.open.wait()
        return web.Response(
            status=self.status, body=self.body, headers={"Content-Type": "application/json", **self.headers}
        )


@asynccontextmanager
async def key_server(*keys: Mapping[str, Any]) -> AsyncIterator[KeyServer]:
    """Serve *keys* on a free port as long as the context lasts."""
    server = KeyServer()
    server.publish(keys)
    server.open.set()
    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", server.answer)
    runner = web.AppRunner(application, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    server.address = f"http://{host}:{port}"
    try:
        yield server
    finally:
        server.open.set()
        await runner.cleanup()
