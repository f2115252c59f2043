"""Storage that is busy, breaks off or refuses: repeated a few times here, then handed back to the queue."""

from __future__ import annotations

import json
import socket
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sync_core.adapters.queues.messages import open_queues
from sync_core.adapters.tables.connect import open_table_store
from sync_core.domain.errors import RowConflict, TryAgainLater
from sync_core.ports import RowWrite
from tests.fakes.storage_server import Answer, storage_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sync_core.adapters.tables.store import AzureTableStore

ROWS = [RowWrite("insert", "a", {}), RowWrite("delete", "b", {})]
BUSY = Answer(status=503, body=json.dumps({"odata.error": {"code": "ServerBusy", "message": {"value": "Busy."}}}))
DROPPED = Answer(drop=True)
#  As Azure writes it: learn.microsoft.com, "Performing entity group transactions".
PART = (
    "--changesetresponse_1\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
    "HTTP/1.1 {status}\r\nX-Content-Type-Options: nosniff\r\nDataServiceVersion: 3.0;\r\n{rest}\r\n\r\n"
)


def batch_answer(*parts: str) -> Answer:
    body = (
        "--batchresponse_1\r\nContent-Type: multipart/mixed; boundary=changesetresponse_1\r\n\r\n"
        f"{''.join(parts)}--changesetresponse_1--\r\n--batchresponse_1--\r\n"
    )
    return Answer(status=202, body=body, headers={"Content-Type": "multipart/mixed; boundary=batchresponse_1"})


def refused(status: str, code: str, message: str) -> Answer:
    error = {"odata.error": {"code": code, "message": {"lang": "en-US", "value": message}}}
    return batch_answer(PART.format(status=status, rest=f"Content-Type: application/json\r\n\r\n{json.dumps(error)}"))


STORED = batch_answer(
    PART.format(status="204 No Content", rest="ETag: W/\"datetime'1'\""),
    PART.format(status="204 No Content", rest=""),
)


@asynccontextmanager
async def table_store(connection_string: str) -> AsyncIterator[AzureTableStore]:
    store = open_table_store(connection_string=connection_string)
    try:
        yield store
    finally:
        await store.close()


@pytest.mark.parametrize("trouble", [pytest.param(BUSY, id="busy"), pytest.param(DROPPED, id="broken connection")])
async def test_a_write_is_repeated_by_itself(trouble: Answer) -> None:
    """A POST too: an idle connection can break under it, and a repeated write is told apart by its conflict."""
    async with storage_server(trouble, STORED) as server, table_store(server.connection_string) as store:
        etags = await store.write("Rows", "p", ROWS)

    assert etags == ["W/\"datetime'1'\"", ""]
    assert server.requests == ["POST /account/$batch"] * 2


async def test_storage_that_stays_busy_is_for_later() -> None:
    async with storage_server(BUSY) as server, table_store(server.connection_string) as store:
        with pytest.raises(TryAgainLater, match="storage is busy") as caught:
            await store.get("Rows", "p", "k")

    assert caught.value.after == timedelta(seconds=30)
    assert len(server.requests) == 4


async def test_storage_that_cannot_be_reached_is_for_later() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}/account"
        endpoints = f"AccountName=account;AccountKey=a2V5;TableEndpoint={address};QueueEndpoint={address};"
        queues = open_queues(connection_string=endpoints)
        async with table_store(endpoints) as store:
            with pytest.raises(TryAgainLater, match="cannot be reached"):
                await store.write("Rows", "p", ROWS)
        with pytest.raises(TryAgainLater, match="cannot be reached"):
            await queues.send("orders", "1")
        await queues.close()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param(
            refused("412 Precondition Failed", "UpdateConditionNotSatisfied", "1:The update condition."),
            RowConflict,
            id="stale ETag",
        ),
        pytest.param(refused("409 Conflict", "TableBeingDeleted", "0:Deleted."), RuntimeError, id="another 409"),
        pytest.param(refused("500 Internal Server Error", "OperationTimedOut", "0:Late."), TryAgainLater, id="late"),
        pytest.param(refused("400 Bad Request", "EntityTooLarge", "1:Too large."), ValueError, id="grown too large"),
        pytest.param(refused("404 Not Found", "TableNotFound", "0:No table."), RuntimeError, id="no table"),
        pytest.param(batch_answer(), RuntimeError, id="no answer inside"),
        pytest.param(Answer(status=403, body="no JSON"), RuntimeError, id="not allowed"),
        pytest.param(Answer(status=403, body="[]"), RuntimeError, id="other JSON"),
    ],
)
async def test_a_refused_write_raises_what_should_happen_next(answer: Answer, error: type[Exception]) -> None:
    async with storage_server(answer) as server, table_store(server.connection_string) as store:
        with pytest.raises(error) as caught:
            await store.write("Rows", "p", ROWS)

    if isinstance(caught.value, RowConflict):
        assert (caught.value.table, caught.value.index) == ("Rows", 1)


async def test_an_empty_page_is_not_the_end() -> None:
    """Azure may end a page at a partition's border with nothing in it but where to go on."""
    row = {
        "odata.etag": "e",
        "RowKey": "k",
        "Timestamp": "2026-11-23T00:00:00Z",
        "n@odata.type": "Edm.Int64",
        "n": "1",
    }
    more = {"x-ms-continuation-NextPartitionKey": "1!4!cA--", "x-ms-continuation-NextRowKey": "1!4!aw--"}
    pages = [
        Answer(body=json.dumps({"value": []}), headers=more),
        Answer(body=json.dumps({"value": [row]})),
    ]
    async with storage_server(*pages) as server, table_store(server.connection_string) as store:
        rows = [row async for row in store.query("Rows", "p")]

    assert [(row.key, row.cells) for row in rows] == [("k", {"n": 1})]
    assert server.requests[1].endswith("&NextPartitionKey=1!4!cA--&NextRowKey=1!4!aw--")


@pytest.mark.parametrize(
    "connection_string", [None, "AccountName=a;TableEndpoint=http://localhost/a;SharedAccessSignature=sv=1&sig=x"]
)
async def test_a_store_without_a_key_or_credential_is_refused(connection_string: str | None) -> None:
    with pytest.raises(ValueError, match="needs"):
        open_table_store(connection_string=connection_string)
