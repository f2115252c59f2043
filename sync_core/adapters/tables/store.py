"""Rows in Azure Table Storage."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from azure.core.rest import AsyncHttpResponse, HttpRequest

from sync_core.adapters.storage import busy_means_later
from sync_core.adapters.tables.batches import read_batch_answer, write_batch
from sync_core.adapters.tables.entities import entity_path, from_entity, literal
from sync_core.adapters.tables.failures import Refusal
from sync_core.adapters.tables.limits import check_batch_size, check_transaction
from sync_core.ports import MAX_ROWS_PER_READ
from sync_core.telemetry import NO_TELEMETRY
from sync_core.telemetry.catalogue import TABLE_READ, TABLE_WRITE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

    from azure.core import AsyncPipelineClient
    from azure.data.tables.aio import TableServiceClient

    from sync_core.ports import RowWrite, StoredRow
    from sync_core.telemetry import Telemetry

_OK = 200
_ACCEPTED = 202
#  Writes are POSTs, which azure-core repeats after a 500, 503 or 504 but not after a broken connection, and an idle
#  connection can break under any request.
_REPEATABLE = frozenset({"GET", "POST"})


class AzureTableStore:
    """The `TableStore` of a storage account, or of the emulator.

    *service* is the SDK's client: it creates the tables. Rows go through *client*, with the same transport and
    credential, so that they are read and written as cheaply as storage itself allows.
    """

    def __init__(
        self,
        *,
        service: TableServiceClient,
        client: AsyncPipelineClient[HttpRequest, AsyncHttpResponse],
        prefix: str = "",
        telemetry: Telemetry = NO_TELEMETRY,
    ) -> None:
        self._service = service
        self._client = client
        self._endpoint = service.url.rstrip("/")
        self._prefix = prefix
        self._telemetry = telemetry

    async def ensure_tables(self, names: Iterable[str]) -> None:
        """Create those tables that do not exist yet."""
        with busy_means_later():
            await asyncio.gather(*(self._service.create_table_if_not_exists(self._prefix + name) for name in names))

    async def close(self) -> None:
        await self._client.close()
        await self._service.close()

    async def get(self, table: str, partition: str, key: str) -> StoredRow | None:
        with self._telemetry.span(TABLE_READ, table=table):
            response = await self._send("GET", entity_path(self._prefix + table, partition, key))
            if response.status_code == _OK:
                return from_entity(partition, json.loads(response.content))
            refusal = Refusal.of(response.status_code, response.content)
            if refusal.means_no_row:
                return None
            raise refusal.error(table)

    async def query(
        self,
        table: str,
        partition: str,
        *,
        after: str | None = None,
        first: str | None = None,
        below: str | None = None,
        select: Sequence[str] | None = None,
        at_a_time: int = MAX_ROWS_PER_READ,
    ) -> AsyncIterator[StoredRow]:
        question = _question([_is(partition), *_range(after=after, first=first, below=below)], select, at_a_time)
        async for entity in self._answers(table, question):
            yield from_entity(partition, entity)

    async def scan(
        self,
        table: str,
        *,
        first: str | None = None,
        below: str | None = None,
        select: Sequence[str] | None = None,
    ) -> AsyncIterator[StoredRow]:
        question = _question(_range(first=first, below=below), select)
        async for entity in self._answers(table, question):
            yield from_entity(entity["PartitionKey"], entity)

    async def write(self, table: str, partition: str, rows: Sequence[RowWrite]) -> list[str]:
        check_transaction(table, partition, rows)
        batch = write_batch(self._endpoint, self._prefix + table, partition, rows)
        check_batch_size(table, len(batch.body))
        with self._telemetry.span(TABLE_WRITE, table=table, rows=len(rows)):
            response = await self._send(
                "POST", "$batch", headers={"Content-Type": batch.content_type}, content=batch.body
            )
            if response.status_code != _ACCEPTED:
                raise Refusal.of(response.status_code, response.content).error(table)
            return read_batch_answer(table, rows, response.content)

    async def _answers(self, table: str, question: Mapping[str, str]) -> AsyncIterator[dict[str, Any]]:
        rest: Mapping[str, str] | None = {}
        while rest is not None:
            page, rest = await self._page(table, {**question, **rest})
            for entity in page:
                yield entity

    async def _page(
        self, table: str, question: Mapping[str, str]
    ) -> tuple[list[dict[str, Any]], Mapping[str, str] | None]:
        with self._telemetry.span(TABLE_READ, table=table):
            response = await self._send("GET", f"{self._prefix}{table}()?{urlencode(question, quote_via=quote)}")
            if response.status_code != _OK:
                raise Refusal.of(response.status_code, response.content).error(table)
            return json.loads(response.content)["value"], _continuation(response.headers)

    async def _send(
        self, verb: str, path: str, *, headers: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> AsyncHttpResponse:
        request = HttpRequest(verb, f"{self._endpoint}/{path}", headers=dict(headers or {}), content=content)
        with busy_means_later():
            response = await self._client.send_request(request, retry_on_methods=_REPEATABLE)
        self._telemetry.note(status=response.status_code)
        return response


def _question(
    conditions: Sequence[str], select: Sequence[str] | None, at_a_time: int = MAX_ROWS_PER_READ
) -> dict[str, str]:
    question = {"$top": str(at_a_time)}
    if conditions:
        question["$filter"] = " and ".join(conditions)
    if select is not None:
        question["$select"] = ",".join(["PartitionKey", "RowKey", *select])
    return question


def _is(partition: str) -> str:
    return f"PartitionKey eq {literal(partition)}"


def _range(*, after: str | None = None, first: str | None = None, below: str | None = None) -> list[str]:
    limits = (("gt", after), ("ge", first), ("lt", below))
    return [f"RowKey {comparison} {literal(key)}" for comparison, key in limits if key is not None]


def _continuation(headers: Mapping[str, str]) -> Mapping[str, str] | None:
    """Return where the next page starts: a page may be short, or even empty, and still not be the last."""
    named = {name: headers.get(f"x-ms-continuation-{name}") for name in ("NextPartitionKey", "NextRowKey")}
    return {name: value for name, value in named.items() if value} or None
