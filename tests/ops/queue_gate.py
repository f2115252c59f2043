"""A gate before a storage account's queues: all goes through but deletions past so many; those it never answers."""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import aiohttp
from aiohttp import web
from yarl import URL

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_TAKEN = re.compile(r"<MessageId>(.*?)</MessageId>.*?<PopReceipt>(.*?)</PopReceipt>", re.DOTALL)
_ITS_OWN = {"host", "transfer-encoding", "content-length", "content-encoding", "connection"}


@dataclass(slots=True)
class QueueGate:
    """*deletions*: how many are let through. *deleting*: set once one more was asked for, which waits for ever.

    *receipts*: of each message that was taken through the gate.
    """

    behind: str
    session: aiohttp.ClientSession
    deletions: int
    address: str = ""
    receipts: dict[str, str] = field(default_factory=dict)
    deleting: asyncio.Event = field(default_factory=asyncio.Event)
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    async def pass_on(self, request: web.Request) -> web.Response:
        if request.method == "DELETE":
            if self.deletions == 0:
                self.deleting.set()
                await self.closing.wait()
                return web.Response(status=503)
            self.deletions -= 1
        url = URL(f"{self.behind}{request.raw_path}", encoded=True)
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _ITS_OWN}
        async with self.session.request(
            request.method,
            url,
            headers=headers,
            data=await request.read() or None,
            #  It is signed, missing or not.
            skip_auto_headers=["Content-Type"],
        ) as answer:
            body = await answer.read()
        self.receipts |= dict(_TAKEN.findall(body.decode()))
        kept = {name: value for name, value in answer.headers.items() if name.lower() not in _ITS_OWN}
        return web.Response(status=answer.status, headers=kept, body=body)


@asynccontextmanager
async def queue_gate(endpoint: str, *, deletions: int = 0) -> AsyncIterator[QueueGate]:
    """Open a gate on a free port before the queues at *endpoint* for as long as the context lasts."""
    behind = URL(endpoint)
    async with aiohttp.ClientSession() as session:
        gate = QueueGate(str(behind.origin()), session, deletions)
        application = web.Application()
        application.router.add_route("*", "/{tail:.*}", gate.pass_on)
        runner = web.AppRunner(application)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        gate.address = f"http://{host}:{port}{behind.path}"
        try:
            yield gate
        finally:
            gate.closing.set()
            await runner.cleanup()
