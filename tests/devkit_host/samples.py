"""Small function apps, written to a folder and run in a host."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import httpx
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from devkit.functions_host.host import Host, HostOptions, load_app
from devkit.functions_host.http_server import HttpOptions

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
    from pathlib import Path
    from types import ModuleType

    from azure.storage.queue import QueueMessage
    from azure.storage.queue.aio import QueueClient

    from devkit.functions_host.host import App
    from devkit.functions_host.queues import Queues

PATIENCE = 10.0
HEADER = """
import asyncio, queue, threading, time
import azure.functions as func
app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
seen = asyncio.Queue()
"""


@dataclass(frozen=True, slots=True)
class Account:
    """Azurite's queues as a test sees them."""

    connection_string: str
    queues: Queues
    prefix: str

    def name(self, suffix: str = "") -> str:
        return f"{self.prefix}{suffix}"

    def queue(self, suffix: str = "") -> QueueClient:
        return self.queues.open(self.connection_string, self.name(suffix))

    async def send(self, *texts: str, suffix: str = "") -> None:
        for text in texts:
            await self.queues.put(self.queue(suffix), text)

    async def waiting(self, suffix: str = "") -> list[QueueMessage]:
        """The visible messages of the queue; peeking hides nothing."""
        return await self.queue(suffix).peek_messages(max_messages=32)

    async def count(self, suffix: str = "") -> int:
        """How many messages the queue holds, invisible ones included."""
        properties = await self.queue(suffix).get_queue_properties()
        return properties.approximate_message_count or 0

    async def is_empty(self) -> bool:
        return await self.count() == 0

    async def visible(self) -> int:
        return len(await self.waiting())

    async def exists(self, suffix: str = "") -> bool:
        try:
            await self.count(suffix)
        except ResourceNotFoundError:
            return False
        return True

    async def holds_by(self, message_id: str, pop_receipt: str) -> bool:
        """Whether the receipt is still good; the message is gone then."""
        try:
            await self.queue().delete_message(message_id, pop_receipt)
        except HttpResponseError:
            return False
        return True

    async def receive_and_release(self) -> None:
        """Deliver one message once, to nobody."""
        queue = self.queue()
        message = await queue.receive_message(visibility_timeout=60)
        assert message is not None
        await queue.update_message(message.id, message.pop_receipt, visibility_timeout=0)


@dataclass(frozen=True, slots=True)
class Hosted:
    """A running host with its app's module and an HTTP client of its address."""

    host: Host
    module: ModuleType
    http: httpx.AsyncClient

    async def next_seen(self) -> Any:
        return await asyncio.wait_for(self.module.seen.get(), PATIENCE)

    async def fire(self, name: str, given: object = None) -> None:
        """Call a function through the admin route."""
        answer = await self.http.post(f"/admin/functions/{name}", json={"input": given})
        assert answer.status_code == 202, answer.text


class Workbench:
    """Writes an app's files and runs them."""

    def __init__(self, root: Path, *, connection_string: str) -> None:
        self.root = root
        self.environ = {
            "AzureWebJobsStorage": connection_string,
            "AZURE_FUNCTIONS_ENVIRONMENT": "Development",
        }

    def write(self, source: str, *, queues: Mapping[str, Any] | None = None, **settings: Any) -> None:
        """Write function_app.py (after HEADER) and host.json (*settings* beside its version)."""
        self.root.mkdir(exist_ok=True)
        (self.root / "function_app.py").write_text(HEADER + dedent(source))
        #  Byte-code is told from stale by size and whole seconds: an app rewritten at once would be the old one.
        shutil.rmtree(self.root / "__pycache__", ignore_errors=True)
        quick = {"messageEncoding": "none", "maxPollingInterval": "00:00:00.1"}
        extensions = {"queues": {**quick, **(queues or {})}, **settings.pop("extensions", {})}
        host = {"version": "2.0", "extensions": extensions, **settings}
        (self.root / "host.json").write_text(json.dumps(host))

    def load(self) -> App:
        return load_app(self.root, self.environ)

    @asynccontextmanager
    async def running(self, *, port: int = 0, http: Any = None, **options: Any) -> AsyncIterator[Hosted]:
        """Run the app that was written, in this process, until the block ends."""
        app = self.load()
        module = sys.modules["function_app"]
        host = Host(
            app,
            HostOptions(
                http=HttpOptions(port=port, **(http or {})),
                data=self.root / "data",
                **{"grace": timedelta(seconds=PATIENCE), **options},
            ),
        )
        try:
            await host.start()
            async with httpx.AsyncClient(base_url=host.url, trust_env=False) as client:
                yield Hosted(host, module, client)
        finally:
            await host.stop()


async def eventually(claim: Callable[[], Awaitable[bool]]) -> None:
    """Wait until *claim* holds, asking often; fails after PATIENCE."""
    async with asyncio.timeout(PATIENCE):
        while not await claim():  # noqa: ASYNC110  storage in another process sets no event
            await asyncio.sleep(0.02)
