"""An HTTP server that answers as a test scripts it, in the place of a storage account in trouble."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

#  Any account key will do: nobody here checks signatures.
_KEY = "a2V5"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one request gets; *drop* breaks the connection after the request was read."""

    status: int = 200
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False


@dataclass(slots=True)
class StorageServer:
    """Gives the scripted *answers* in turn, the last one again and again, and keeps what it was asked."""

    answers: Sequence[Answer]
    address: str = ""
    requests: list[str] = field(default_factory=list)

    @property
    def connection_string(self) -> str:
        return (
            f"DefaultEndpointsProtocol=http;AccountName=account;AccountKey={_KEY};"
            f"TableEndpoint={self.address};QueueEndpoint={self.address};"
        )

    async def answer(self, request: web.Request) -> web.Response:
        await request.read()
        answer = self.answers[min(len(self.requests), len(self.answers) - 1)]
        self.requests.append(f"{request.method} {request.path_qs}")
        if answer.drop and request.transport is not None:
            request.transport.close()
        return web.Response(status=answer.status, text=answer.body, headers=answer.headers)


@asynccontextmanager
async def storage_server(*answers: Answer) -> AsyncIterator[StorageServer]:
    """Serve on a free port as long as the context lasts."""
    server = StorageServer(answers)
    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", server.answer)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    server.address = f"http://{host}:{port}/account"
    try:
        yield server
    finally:
        await runner.cleanup()
