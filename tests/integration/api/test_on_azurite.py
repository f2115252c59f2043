"""The same API over the real storage SDKs."""

from __future__ import annotations

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
