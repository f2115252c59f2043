"""The product at work over a storage account of a test's own, and the command line beside it."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING, Any, cast

from ops.arguments import parser
from ops.main import carry_out
from ops.output import Output
from sync_core.adapters.directory.names import TABLES as DIRECTORY_TABLES
from sync_core.adapters.queues import connection_trials, orders
from sync_core.adapters.queues.events import DIRECTORY_CHANGES
from sync_core.adapters.queues.messages import open_queues
from sync_core.adapters.queues.orders import GROUP_SYNCS, GROUP_SYNCS_POISON
from sync_core.adapters.tables.connect import open_table_store
from sync_core.adapters.tables.names import TABLES
from sync_core.domain.ids import GroupId
from sync_core.domain.runs import night_run_id
from sync_core.domain.schedule import night_of
from sync_core.flows.deliver_order import deliver_order, give_up_order
from sync_core.flows.enqueue_due import enqueue_due
from sync_core.ports import value_of
from sync_core.wiring import assemble
from tests.fakes.clock import FakeClock
from tests.fakes.world import WORKSPACE, World, a_group, a_tenant, a_user
from tests.ops.processes import Said

if TYPE_CHECKING:
    from datetime import date

    from sync_core.adapters.queues.messages import AzureQueues
    from sync_core.domain.runs import Run
    from sync_core.flows.services import Services

#  Half an hour into a Monday's night.
NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
TONIGHT = night_of(NOW)
PEOPLE = [f"u{number}" for number in range(4)]
_QUEUES_AT = "QueueEndpoint="
#  By the machine's clock, and longer than any test works on what it has taken.
_HIDDEN = timedelta(hours=1)


@dataclass
class Site:
    """A customer with two daily groups, ``g1`` and ``g2``, in a storage account. *environ*: what leads to it."""

    world: World
    queues: AzureQueues
    environ: dict[str, str] = field(repr=False)

    @property
    def services(self) -> Services:
        return self.world.services

    @property
    def queue_endpoint(self) -> str:
        [endpoint] = [part for part in self.environ["SyncStorage"].split(";") if part.startswith(_QUEUES_AT)]
        return endpoint.removeprefix(_QUEUES_AT)

    async def ops(self, *arguments: str) -> Said:
        """Carry out one command in this process."""
        given = parser().parse_args(arguments)
        out, err = io.StringIO(), io.StringIO()
        status = await carry_out(given, self.environ, Output(as_json=given.json, stdout=out, stderr=err))
        return Said(status, out.getvalue(), err.getvalue())

    async def json(self, *arguments: str) -> Any:
        """Carry out one command that goes well, and return its document."""
        said = await self.ops(*arguments, "--json")
        assert said.status == 0, said
        return said.json

    async def enqueue(self) -> None:
        await enqueue_due(self.services)

    async def work_off(self) -> None:
        """Deliver every order that can be fetched; one that fails is given up at once, as after five deliveries."""
        while taken := await self.queues.one_by_one.take(GROUP_SYNCS, hide_for=_HIDDEN):
            for message in taken:
                try:
                    await deliver_order(self.services, message.text)
                except Exception as exc:  # noqa: BLE001  as the trigger does
                    await give_up_order(self.services, message.text, exc)
                await self.queues.one_by_one.delete(GROUP_SYNCS, message)

    async def night(self) -> None:
        await self.enqueue()
        await self.work_off()

    async def failed_night(self, error: Exception | None = None) -> None:
        """Let both of tonight's runs fail, which puts their orders aside; then what failed is mended."""

        async def fail() -> None:
            raise error or ConnectionResetError

        self.world.entra.before_page = fail
        await self.night()
        self.world.entra.before_page = None

    async def run(self, group: str = "g1", night: date = TONIGHT) -> Run | None:
        run = night_run_id(night, generation=1)
        return value_of(await self.services.runs.run(WORKSPACE, GroupId(group), run))

    async def states(self) -> list[str]:
        """Return how the two runs of tonight stand."""
        runs = [await self.run(group) for group in ("g1", "g2")]
        return ["none" if run is None else run.state.value for run in runs]

    async def poison(self) -> int:
        return await self.queues.depth(GROUP_SYNCS_POISON)

    async def orders(self) -> int:
        return await self.queues.depth(GROUP_SYNCS)


async def a_site(connection_string: str) -> Site:
    """Set a site up in an empty account; close its services' storage with `close`.

    The product's clock stands at `NOW`, until a test moves it. Commands have a clock of their own, which goes: theirs
    is moved by whole seconds, rounded up, or it would stand before `NOW` as often as behind it.
    """
    offset = ceil((NOW - datetime.now(UTC)).total_seconds())
    tables = open_table_store(connection_string=connection_string)
    queues = open_queues(connection_string=connection_string)
    await tables.ensure_tables((*TABLES, *DIRECTORY_TABLES))
    await queues.ensure_queues((*orders.QUEUES, *connection_trials.QUEUES, DIRECTORY_CHANGES))
    users = [a_user(user) for user in PEOPLE]
    world = World(a_tenant(users, [a_group("g1", *PEOPLE), a_group("g2", *PEOPLE[:2])]), FakeClock(NOW))
    world.services = assemble(
        tables=tables,
        sender=queues,
        clock=world.clock,
        entra=world.entra,
        signing_keys=world.keys,
        telemetry=world.telemetry,
    )
    await world.set_up()
    environ = {
        "SyncStorage": connection_string,
        "SYNC_CLOCK_OFFSET": str(offset),
        "AZURE_FUNCTIONS_ENVIRONMENT": "Development",
    }
    world.tables = cast("Any", tables)
    return Site(world, queues, environ)


async def close(site: Site) -> None:
    await site.queues.close()
    await cast("Any", site.world.tables).close()


def with_queues_at(site: Site, address: str) -> dict[str, str]:
    """Return what leads to the site by another address of its queues."""
    elsewhere = site.environ["SyncStorage"].replace(f"{_QUEUES_AT}{site.queue_endpoint}", f"{_QUEUES_AT}{address}")
    return {**site.environ, "SyncStorage": elsewhere}
