"""The storage queues that an app uses, one client per account."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from azure.core.exceptions import AzureError, HttpResponseError, ResourceNotFoundError
from azure.core.pipeline.transport import AioHttpTransport
from azure.storage.queue.aio import QueueServiceClient

from devkit.errors import DevkitError
from devkit.functions_host.queue_messages import stored_text
from devkit.functions_host.queue_outputs import MAX_STORED_BYTES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from azure.storage.queue.aio import QueueClient

    from devkit.functions_host.functions import QueueOutput


class MessageTooLarge(ValueError):
    """The service would answer 413."""


class Queues:
    """Opens queues, writes to them and wakes who listens to them."""

    def __init__(self, *, base64: bool) -> None:
        self._base64 = base64
        self._accounts: dict[str, QueueServiceClient] = {}
        self._listening: dict[str, list[asyncio.Event]] = {}

    def open(self, connection_string: str, name: str) -> QueueClient:
        """Return a client of the queue; nothing is asked of storage yet.

        Raises:
            DevkitError: The connection string is none.
        """
        account = self._accounts.get(connection_string)
        if account is None:
            account = self._accounts[connection_string] = _account(connection_string)
        return account.get_queue_client(name)

    def watch(self, queue: QueueClient) -> asyncio.Event:
        """Return an event that is set whenever this host puts something on *queue*."""
        event = asyncio.Event()
        self._listening.setdefault(queue.url, []).append(event)
        return event

    async def send_outputs(self, output: QueueOutput, texts: Sequence[str]) -> None:
        """Put the messages on the output's queue, encoded as host.json says.

        Raises:
            MessageTooLarge: One is above the service's limit, which an emulator may not keep.
            AzureError: Storage refused one.
        """
        queue = self.open(output.connection_string, output.queue)
        for text in texts:
            stored = stored_text(text, base64_encoded=self._base64)
            _check_size(stored)
            await self.put(queue, stored)

    async def put(self, queue: QueueClient, stored: str) -> None:
        """Put *stored* on *queue* as it is, creating the queue if needed.

        Raises:
            AzureError: Storage refused it.
        """
        try:
            await queue.send_message(stored)
        except ResourceNotFoundError:
            await _create(queue)
            await queue.send_message(stored)
        for event in self._listening.get(queue.url, []):
            event.set()

    async def close(self) -> None:
        for account in self._accounts.values():
            await account.close()
        self._accounts.clear()


def _check_size(stored: str) -> None:
    size = len(stored.encode())
    if size > MAX_STORED_BYTES:
        raise MessageTooLarge(f"a message of {size} bytes as stored is over the limit of {MAX_STORED_BYTES}")


def error_code(error: HttpResponseError) -> str:
    """Return the service's own name for what is wrong, such as MessageNotFound."""
    #  The storage clients add it when they have read the answer; the class does not declare it.
    code = getattr(error, "error_code", None)
    return str(getattr(code, "value", code))


async def _create(queue: QueueClient) -> None:
    try:
        await queue.create_queue()
    except HttpResponseError as error:
        if error_code(error) != "QueueAlreadyExists":
            raise


def _account(connection_string: str) -> QueueServiceClient:
    try:
        return QueueServiceClient.from_connection_string(
            connection_string,
            #  Looking up proxies for every request doubles its cost.
            transport=AioHttpTransport(use_env_settings=False),
            #  Listeners wait and ask again by themselves; long retries would only delay the stop.
            retry_total=2,
            initial_backoff=1,
            increment_base=1,
            random_jitter_range=0,
        )
    except (ValueError, AzureError) as error:
        raise DevkitError(f"A storage connection string cannot be used: {error}") from error
