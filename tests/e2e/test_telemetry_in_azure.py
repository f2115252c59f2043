"""What the operators' queries find in Application Insights after a night in which everything goes wrong.

The host's process sends through Microsoft's own exporter; what it sends is turned into rows as Azure does, and every
query is held against them: its tables, names, properties, columns and the values that it compares them with.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from azure.data.tables.aio import TableServiceClient
from azure.storage.queue.aio import QueueServiceClient

from devkit.data_folder import claimed
from devkit.demo_workspace import WORKSPACE, PlannedGroup, link_and_schedule, set_up_workspace
from devkit.nights import fire_midnight, until_done, until_over
from devkit.stack import Ports, Stack
from devkit.stack_settings import CLIENT_ID
from devkit.tenants.demo_tenant import DEMO_TENANT_ID
from devkit.tenants.mutations import mutation_from_json
from devkit.tenants.tenant_file import tenant_from_json
from sync_core.adapters.queues.connection_trials import CONNECTION_TRIALS
from sync_core.adapters.queues.events import DIRECTORY_CHANGES
from sync_core.adapters.queues.orders import GROUP_SYNCS
from sync_core.adapters.tables.names import JOURNAL, WORKSPACES
from sync_core.domain.connection_trials import ConnectionTrial
from sync_core.domain.directory import LinkedGroup
from sync_core.domain.ids import EntraGroupId, GroupId, WorkspaceId
from sync_core.domain.orders import SyncOrder
from sync_core.domain.runs import Mode, night_run_id
from sync_core.flows.start_run import start_run
from sync_core.telemetry.catalogue import OBSERVE, WATCH_OVER
from tests.e2e.local_stack import MARKS, eventually
from tests.e2e.tenants import group, person
from tests.fakes.app_tables import rows_of
from tests.fakes.ingestion import ALONE, connection_string, ingestion
from tests.infra.complaints import complaints
from tests.infra.emitted import seen_in
from tests.infra.kql import QUERIES, filled_in, understood
from tests.infra.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from devkit.stack import Insight
    from tests.fakes.app_tables import Row
    from tests.infra.complaints import Emitted
    from tests.infra.kql import Query

    Items = list[dict[str, Any]]

pytestmark = MARKS

SALES, LEAVING, DRIFTING, PAUSED = map(GroupId, ("sales", "leaving", "drifting", "paused"))
LEAVERS = [f"leaver-{number}" for number in range(6)]
USERS = [person(name) for name in ("ada", "ben", "dan", *LEAVERS)]
GROUPS = [group("sales", ["ada", "ben"]), group("leaving", LEAVERS), group("drifting", ["dan"]), group("paused", [])]
LINKED = [PlannedGroup(one, EntraGroupId(one), enabled=one != PAUSED) for one in (SALES, LEAVING, DRIFTING, PAUSED)]

#  A workspace whose connection nobody can read.
BROKEN = WorkspaceId("broken")

FAULTS: list[dict[str, Any]] = [
    {"path": r"/sales/members\?", "status": 429, "headers": {"Retry-After": "1"}},
    {"path": r"/drifting/members/graph.user/\$count", "count": 9, "times": None},
]
#  The fifth is the last one: host.json, maxDequeueCount.
DELIVERIES_BEFORE = 4


@dataclass(frozen=True)
class Told:
    """What lies in the tables after the night. *person*: whom it has added."""

    rows: list[Row]
    run: str
    person: str

    @property
    def emitted(self) -> Emitted:
        return seen_in(self.rows)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return asyncio.run(a_rough_night(tmp_path_factory.mktemp("rough-night")))


@pytest.fixture(scope="module")
def read(told: Told) -> dict[str, Query]:
    """Return what the queries mean, with what an operator would enter who asks about this night."""
    asked = {"Run": told.run, "Person": told.person}
    return understood({name: filled_in(text, asked) for name, text in QUERIES.items()})


async def a_rough_night(folder: Path) -> Told:
    with ingestion() as (endpoint, items), claimed(folder / "data", kind="demo", afresh=True) as data:
        settings = {
            **ALONE,
            "TMPDIR": str(folder),
            "TELEMETRY": "azure-monitor",
            "APPLICATIONINSIGHTS_CONNECTION_STRING": connection_string(endpoint),
        }
        async with Stack(data, Ports(), more_settings=settings) as stack, stack.insight() as insight:
            await prepare(stack, insight)
            await stack.start_host()
            await the_night(stack, insight)
            await by_hand(stack, insight, items)
            await take_away(stack, insight, items)
            await stack.stop_host()
            people = [person.id async for person in insight.services.people.all(WORKSPACE)]
        run = night_run_id(datetime.now(UTC).date(), generation=1)
    return Told(rows_of(items), f"{WORKSPACE}/{SALES}/{run}", people[0])


async def prepare(stack: Stack, insight: Insight) -> None:
    """Fill tenant and workspace; leave an order and a trial that will fail, each before its last delivery."""
    tenant = tenant_from_json({"users": USERS, "groups": GROUPS})
    await stack.load_tenant(DEMO_TENANT_ID, tenant)
    for fault in FAULTS:
        await stack.control.add_fault(fault)
    services = insight.services
    await set_up_workspace(services, tenant=DEMO_TENANT_ID)
    await link_and_schedule(services, LINKED)
    await services.groups.add(BROKEN, LinkedGroup(SALES, EntraGroupId(SALES), "Sales", ""))
    async with TableServiceClient.from_connection_string(storage_of(stack)) as tables:
        unreadable = {"PartitionKey": BROKEN, "RowKey": "connection", "tenant": DEMO_TENANT_ID, "status": "nonsense"}
        await tables.get_table_client(WORKSPACES).create_entity(unreadable)
    await services.orders.send(order_of_tonight(BROKEN, SALES))
    await services.trials.send(ConnectionTrial(BROKEN, "a-consent"), delay=timedelta(0))
    for _ in range(DELIVERIES_BEFORE):
        for queue in (GROUP_SYNCS, CONNECTION_TRIALS):
            await deliver_in_vain(insight, queue)


async def deliver_in_vain(insight: Insight, queue: str) -> None:
    messages = insight.queues.one_by_one
    for message in await messages.take(queue, hide_for=timedelta(minutes=1)):
        await messages.put_back(queue, message)


async def the_night(stack: Stack, insight: Insight) -> None:
    """Fire midnight twice, beside messages that are none and the order of a group that is paused."""
    await insight.services.orders.send(order_of_tonight(WORKSPACE, PAUSED))
    for queue in (GROUP_SYNCS, CONNECTION_TRIALS):
        await insight.queues.send(queue, "no message of ours")
    await fire_midnight(stack.url)
    await until_done(insight, datetime.now(UTC).date())
    await fire_midnight(stack.url)


async def by_hand(stack: Stack, insight: Insight, items: Items) -> None:
    """Preview a group, then hold everybody's removal from another, and let the timers look at it all."""
    await run_to_its_end(insight, SALES, Mode.PREVIEW)
    gone = [{"op": "removeMember", "group": LEAVING, "user": name} for name in LEAVERS]
    await stack.control.apply(DEMO_TENANT_ID, [mutation_from_json(one, place="leavers") for one in gone])
    await run_to_its_end(insight, LEAVING, Mode.SYNC)
    async with httpx.AsyncClient(base_url=stack.url, trust_env=False) as http:
        for timer in (WATCH_OVER.name, OBSERVE.name):
            (await http.post(f"/admin/functions/{timer}", json={})).raise_for_status()
            await eventually(seen(items, timer))


async def take_away(stack: Stack, insight: Insight, items: Items) -> None:
    """Take a table away from under a run, then the consent, and the queue on which that would be told.

    Each run fails its order, as the one did that came before the night.
    """
    storage, control = storage_of(stack), stack.control
    joins = {"op": "addMember", "group": SALES, "user": "dan"}
    await control.apply(DEMO_TENANT_ID, [mutation_from_json(joins, place="dan")])
    async with TableServiceClient.from_connection_string(storage) as tables:
        await tables.delete_table(JOURNAL)
    await start_run(insight.services, WORKSPACE, SALES, mode=Mode.SYNC)
    await eventually(seen(items, "order_failed", times=2))
    async with QueueServiceClient.from_connection_string(storage) as queues:
        await queues.delete_queue(DIRECTORY_CHANGES)
    await control.revoke_consent(DEMO_TENANT_ID, CLIENT_ID)
    await control.add_fault({"path": f"/groups/{DRIFTING}", "status": 401})
    await start_run(insight.services, WORKSPACE, DRIFTING, mode=Mode.SYNC)
    await eventually(seen(items, "order_failed", times=3))


async def run_to_its_end(insight: Insight, which: GroupId, mode: Mode) -> None:
    run = await start_run(insight.services, WORKSPACE, which, mode=mode)
    await until_over(insight, which, run.id)


def order_of_tonight(workspace: WorkspaceId, which: GroupId) -> SyncOrder:
    now = datetime.now(UTC)
    return SyncOrder(workspace, which, now + timedelta(hours=1), night=now.date(), covers=(now.date(),))


def storage_of(stack: Stack) -> str:
    text = stack.settings.storage.connection_string
    assert text is not None
    return text


def seen(items: Items, name: str, times: int = 1) -> Callable[[], Awaitable[bool]]:
    async def arrived() -> bool:
        return [row.name for row in rows_of(items)].count(name) >= times

    return arrived


@pytest.mark.parametrize("name", QUERIES)
def test_what_a_query_asks_for_lies_in_the_tables(told: Told, read: dict[str, Query], name: str) -> None:
    assert complaints(read[name], told.emitted) == []


def test_one_runs_rows_are_found_by_its_path(told: Told) -> None:
    """The workbook is handed workspace/group/run, which `one_run` takes apart."""
    workspace, which, run = told.run.split("/")
    asked = {"workspace": workspace, "group": which, "run": run}
    found = {row.table for row in told.rows if asked.items() <= row.properties.items()}

    assert found == {"AppTraces", "AppRequests", "AppDependencies"}


def test_one_persons_changes_are_found_by_the_id(told: Told) -> None:
    changes = [row for row in told.rows if row.name == "people_changed"]

    assert [row for row in changes if told.person in row.properties["recipients"].split(" ")]


def test_rows_have_the_columns_that_azure_documents(told: Told) -> None:
    assert all(row.columns.keys() <= TABLES[row.table].keys() for row in told.rows)


def test_nobody_is_named(told: Told) -> None:
    """The exporter adds to what it is given; ids are all that it may say of people."""
    assert "contoso.example" not in str(told.rows)
