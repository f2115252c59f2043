"""The night at a glance: what is counted, and what of it needs a look."""

from __future__ import annotations

from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING

from sync_core.adapters.queues.connection_trials import CONNECTION_TRIALS_POISON
from sync_core.domain.errors import EntraRefused
from sync_core.domain.ids import GroupId
from sync_core.domain.nights import Night
from sync_core.domain.runs import Mode
from sync_core.domain.schedule import midnight_of
from sync_core.flows.start_run import start_run
from tests.fakes.world import WORKSPACE
from tests.ops.site import TONIGHT

if TYPE_CHECKING:
    from tests.ops.site import Site

DAY = timedelta(days=1)
#  Storage tells of them alone, and so does what is printed.
WHOLE_SECONDS = 2


async def complete(site: Site, *, days_ago: int) -> None:
    night = TONIGHT - days_ago * DAY
    at = midnight_of(night)
    await site.services.nights.save(Night(night, (night,), at, completed_at=at), etag=None)


async def test_a_night_that_went_through_is_well(site: Site) -> None:
    await site.night()

    told = await site.json("status")

    assert (told["night"], told["due"], told["enqueued"], told["withoutRun"]) == (TONIGHT.isoformat(), 2, 2, 0)
    assert {state: number for state, number in told["runs"].items() if number} == {"succeeded": 2}
    assert (told["heldLists"], told["failedConnections"], told["findings"]) == (0, 0, [])
    assert [(one["queue"], one["messages"], one["poison"]) for one in told["queues"]] == [
        ("group-syncs", 0, 0),
        ("connection-trials", 0, 0),
    ]


async def test_people_read_it_in_tables(site: Site) -> None:
    await site.night()

    said = await site.ops("status")

    assert (said.status, said.err) == (0, "")
    assert "Night               2026-11-23, 00:00 UTC" in said.out
    assert "succeeded" in said.out
    assert said.out.endswith("All is well.\n")
    assert "\x1b" not in said.out


async def test_orders_that_nobody_fetched_are_counted_with_their_age(site: Site) -> None:
    began = monotonic()
    await site.enqueue()

    told = await site.json("status")

    assert (told["withoutRun"], told["queues"][0]["messages"]) == (2, 2)
    assert 0 <= told["queues"][0]["oldestSeconds"] <= monotonic() - began + WHOLE_SECONDS


async def test_a_night_that_was_missed_needs_a_look(site: Site) -> None:
    await complete(site, days_ago=2)

    said = await site.ops("status", "--json")

    assert said.status == 1
    assert (said.json["due"], said.json["enqueued"], said.json["begunAt"]) == (2, 0, None)
    assert [one["alert"] for one in said.json["findings"]] == ["night-missing"]


async def test_before_the_first_night_of_all_nothing_was_missed(site: Site) -> None:
    assert (await site.ops("status")).status == 0


async def test_failed_runs_and_their_poison_need_a_look(site: Site) -> None:
    await site.failed_night()

    said = await site.ops("status", "--json")

    assert said.status == 1
    assert said.json["runs"]["failed"] == 2
    assert said.json["queues"][0]["poison"] == 2
    assert [one["alert"] for one in said.json["findings"]] == ["poison-not-empty", "runs-fail"]


async def test_poison_of_the_other_queue_counts_too(site: Site) -> None:
    await site.queues.send(CONNECTION_TRIALS_POISON, "{}")

    said = await site.ops("status")

    assert said.status == 1
    assert "1 message put aside as poison. See docs/runbook.md#poison-not-empty." in said.out


async def test_a_list_that_waits_needs_a_look(site: Site) -> None:
    await site.night()
    site.world.entra.groups["g2"]["members"] = []
    await start_run(site.services, WORKSPACE, GroupId("g2"), mode=Mode.SYNC)
    await site.work_off()

    said = await site.ops("status", "--json")

    assert (said.status, said.json["heldLists"]) == (1, 1)
    assert [one["alert"] for one in said.json["findings"]] == ["holds-wait"]


async def test_a_tenant_that_refuses_needs_a_look(site: Site) -> None:
    site.world.entra.refusal = EntraRefused("consent-missing", "Consent is missing.")
    await site.night()

    said = await site.ops("status", "--json")

    assert (said.status, said.json["failedConnections"]) == (1, 1)
    assert "consent-lost" in [one["alert"] for one in said.json["findings"]]


async def test_the_nights_run_is_told_though_another_came_since(site: Site) -> None:
    """The group's own row tells of its last run alone."""
    await site.failed_night()
    await start_run(site.services, WORKSPACE, GroupId("g1"), mode=Mode.SYNC)
    await site.work_off()

    told = (await site.ops("status", "--json")).json

    assert told["runs"]["failed"] == 2
