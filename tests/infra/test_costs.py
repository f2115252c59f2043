"""What docs/deploy.md says that a night takes is what it takes."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from bench.entra import BenchEntra
from sync_core.domain.ids import EntraGroupId, GroupId
from sync_core.domain.orders import SyncOrder
from sync_core.domain.schedule import midnight_of
from sync_core.domain.workspaces import Rulebook, Workspace
from sync_core.flows.manage_schedules import put_schedule
from sync_core.flows.run_order import run_order
from sync_core.flows.set_up_workspace import confirm_rules, connect, link_group, put_workspace
from sync_core.wiring import assemble
from tests.fakes.clock import FakeClock
from tests.fakes.memory_queue import MemoryQueue
from tests.fakes.memory_tables import MemoryTables
from tests.fakes.tokens import Signer
from tests.fakes.world import DAILY, TENANT, WORKSPACE
from tests.infra.bicep import INFRA, PROJECT

GUIDE = (PROJECT / "docs" / "deploy.md").read_text(encoding="utf-8")
GROUP = GroupId("everybody")

_COUNTED = [
    [int(cell.replace(",", "")) for cell in line.strip("| ").split("|")]
    for line in re.findall(r"^\|(?: [\d,]+ \|){5}$", GUIDE, flags=re.MULTILINE)
]


class Requests:
    """Counts requests to Table Storage."""

    def __init__(self) -> None:
        self._count = 0
        self.tables = MemoryTables(before_read=self._another, before_write=self._another)

    def taken(self) -> int:
        """Return how many there were since this was asked last."""
        count, self._count = self._count, 0
        return count

    async def _another(self, *_: object) -> None:
        self._count += 1


def test_the_guide_tells_of_small_groups_and_of_large_ones() -> None:
    assert [row[0] for row in _COUNTED] == [10, 100, 1000, 3000]


@pytest.mark.parametrize(
    ("people", "first", "quiet", "changing", "of_each"), _COUNTED, ids=[f"{row[0]}-people" for row in _COUNTED]
)
async def test_a_night_takes_as_many_requests_as_the_guide_says(
    people: int, first: int, quiet: int, changing: int, of_each: int
) -> None:
    """The price of a night follows from them; a request per person would be seen here at once."""
    entra, clock, requests = BenchEntra(people), FakeClock(), Requests()
    services = assemble(
        tables=requests.tables,
        sender=MemoryQueue(clock.now),
        clock=clock,
        entra=entra,
        signing_keys=Signer(clock.now).keys,
    )
    await put_workspace(services, Workspace(WORKSPACE, "Acme", "enterprise", TENANT))
    await connect(services, WORKSPACE, tenant=TENANT)
    await confirm_rules(services, WORKSPACE, Rulebook())
    await link_group(services, WORKSPACE, GROUP, entra_group=EntraGroupId("everybody"))
    await put_schedule(services, WORKSPACE, GROUP, cadence=DAILY, enabled=True)
    requests.taken()

    async def night() -> int:
        clock.advance(timedelta(days=1))
        date = clock.now().date()
        order = SyncOrder(WORKSPACE, GROUP, midnight_of(date) + timedelta(days=1), night=date, covers=(date,))
        await run_order(services, order)
        return requests.taken()

    counted = [await night(), await night()]
    entra.churn(of_each)
    counted.append(await night())

    assert counted == [first, quiet, changing]


def test_the_guide_prices_the_alerts_that_there_are() -> None:
    every = [alert["every"] for alert in json.loads((INFRA / "alerts.json").read_text(encoding="utf-8"))]
    often = every.count("PT5M")

    assert set(every) <= {"PT5M", "PT15M", "PT1H"}
    assert f"| ${1.5 * often + 0.5 * (len(every) - often):.2f} |" in GUIDE
