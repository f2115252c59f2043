"""The same API over the real storage SDKs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from sync_core.adapters.directory.names import TABLES as DIRECTORY_TABLES
from sync_core.adapters.tables.names import TABLES
from sync_core.wiring import assemble
from tests.fakes.clock import FakeClock
from tests.fakes.memory_entra import MemoryEntra
from tests.fakes.memory_queue import MemoryQueue
from tests.fakes.tokens import Signer
from tests.integration.api.acme import DAILY, MONDAYS, SALES, SALES_RUNS, SCHEDULES, set_up
from tests.integration.api.client import Api

if TYPE_CHECKING:
    from sync_core.adapters.tables.store import AzureTableStore
    from sync_core.flows.services import Services


@pytest.fixture
async def api(azurite_tables: AzureTableStore) -> Api:
    await azurite_tables.ensure_tables((*TABLES, *DIRECTORY_TABLES))
    made = assemble(
        tables=azurite_tables,
        sender=MemoryQueue(),
        clock=FakeClock(),
        entra=MemoryEntra(),
        signing_keys=Signer().keys,
    )
    await set_up(made)

    async def services() -> Services:
        return made

    return Api(services)


async def test_a_schedule_lives_from_put_to_delete(api: Api) -> None:
    assert (await api.call("PUT", SALES, DAILY, headers={"If-None-Match": "*"})).status == 201
    assert (await api.call("PATCH", SALES, MONDAYS, headers={"If-Match": '"1"'})).json["dayOfWeek"] == "monday"
    assert (await api.call("DELETE", SALES, headers={"If-Match": '"1"'})).status == 412
    assert (await api.call("DELETE", SALES, headers={"If-Match": '"2"'})).status == 204
    assert (await api.get(SCHEDULES)).json["schedules"] == []


async def test_lists_are_paged(api: Api) -> None:
    for group in ("sales", "support"):
        await api.call("PUT", f"/api/workspaces/acme/groups/{group}/schedule", DAILY)

    first = (await api.get(f"{SCHEDULES}?limit=1")).json
    second = (await api.get(f"{SCHEDULES}?limit=1&continuationToken={first['continuationToken']}")).json

    assert [schedule["groupId"] for schedule in first["schedules"] + second["schedules"]] == ["sales", "support"]
    assert "continuationToken" not in second


async def test_reading_finds_what_is_not_there_yet(api: Api) -> None:
    assert (await api.get("/api/health")).status == 200
    assert (await api.get(SALES_RUNS)).json == {"runs": []}


async def test_sync_options_keep_their_etag_until_they_change(api: Api) -> None:
    address = "/api/workspaces/acme/sync-options"
    document = {"fields": {}, "customAttributes": {"1": {"name": "costCenter"}}, "options": {"includeGuests": True}}
    before = (await api.get(address)).headers["ETag"]

    saved = await api.call("PUT", address, document, headers={"If-Match": before})
    again = await api.call("PUT", address, document, headers={"If-Match": saved.headers["ETag"]})
    stale = await api.call("PUT", address, document | {"options": {}}, headers={"If-Match": before})

    assert saved.headers["ETag"] == again.headers["ETag"] == stale.headers["ETag"] != before
    assert (saved.status, again.status, stale.problem) == (200, 200, "options-changed")
    assert (await api.get(address)).json == saved.json


async def test_of_runs_that_are_asked_for_at_once_one_starts_and_can_be_cancelled(api: Api) -> None:
    answers = await asyncio.gather(*(api.call("POST", SALES_RUNS, {"mode": "sync"}) for _ in range(4)))
    [started] = [answer for answer in answers if answer.status == 202]
    refused = [answer for answer in answers if answer.status == 409]

    cancelled = await api.call("POST", f"{started.headers['Location']}/cancel")

    assert [answer.json["run"]["runId"] for answer in refused] == [started.json["runId"]] * 3
    assert (cancelled.status, cancelled.json["state"]) == (202, "cancelled")
    assert (await api.get(SALES_RUNS)).json["runs"] == [cancelled.json]
    assert (await api.call("POST", SALES_RUNS, {"mode": "sync"})).status == 202
