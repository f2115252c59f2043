"""What is counted of runs, and what the five minutes' timer says of night and queues."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.adapters.queues.orders import GROUP_SYNCS
from sync_core.domain.errors import RowConflict
from sync_core.domain.ids import GroupId
from sync_core.domain.options import RemovalGuard
from sync_core.domain.runs import Mode
from sync_core.flows.deliver_order import deliver_order
from sync_core.flows.enqueue_due import enqueue_due
from sync_core.flows.expire_holds import expire_holds
from sync_core.flows.manage_schedules import put_schedule
from sync_core.flows.observe import observe
from sync_core.flows.start_run import start_run
from sync_core.telemetry.catalogue import (
    CHANGES,
    DRIFT,
    DUE,
    ENQUEUED,
    HELD,
    HOLDS_WAITING,
    QUEUE_DEPTH,
    QUEUE_OLDEST_AGE,
    QUEUE_POISON,
    RUN_DURATION,
    RUNS,
)
from tests.builders import GROUP, WORKSPACE
from tests.fakes.world import DAILY, World, a_group, a_tenant, a_user
from tests.unit.flows.worlds import a_world, now_in, on_write_to, rulebook, the_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync_core.telemetry.catalogue import Metric


def told(world: World, *metrics: Metric) -> list[float | None]:
    return [world.telemetry.last(metric) for metric in metrics]


class TestRuns:
    async def test_a_run_is_counted_with_its_end_and_its_people(self) -> None:
        world = await a_world("ada", "ben")
        await the_run(world)
        now_in(world, GROUP, "ada")
        await the_run(world)

        numbers = world.telemetry
        assert numbers.total(RUNS, state="succeeded", mode="sync", trigger="night", reason="none") == 2
        assert numbers.total(CHANGES, kind="added", mode="sync") == 2
        assert numbers.total(CHANGES, kind="removed", mode="sync") == 1
        assert numbers.total(HELD) == 0

    async def test_how_long_it_took_reaches_over_all_its_attempts(self) -> None:
        world = await a_world("ada")

        async def slow() -> None:
            world.clock.advance(timedelta(seconds=7))

        world.entra.before_page = slow
        await the_run(world)

        assert world.telemetry.last(RUN_DURATION, state="succeeded", mode="sync") == 7

    async def test_whoever_is_held_is_counted_as_held_and_waits(self) -> None:
        guard = RemovalGuard(percent=1, minimum=1)
        world = await a_world("ada", "ben", "cyd", rules=rulebook(removal_guard=guard))
        await the_run(world)
        now_in(world, GROUP, "ada")
        await the_run(world)
        await expire_holds(world.services)

        assert world.telemetry.total(RUNS, state="held", reason="removals-held") == 1
        assert world.telemetry.total(HELD) == 2
        assert world.telemetry.last(HOLDS_WAITING) == 1

    async def test_a_preview_is_a_run_that_changes_nobody(self) -> None:
        world = await a_world("ada")
        await start_run(world.services, WORKSPACE, GROUP, mode=Mode.PREVIEW)
        await world.drain()

        assert world.telemetry.total(RUNS, mode="preview", trigger="manual") == 1
        assert world.telemetry.total(CHANGES) == 0

    async def test_a_run_that_never_started_took_no_time(self) -> None:
        world = await a_world("ada")
        await enqueue_due(world.services)
        await put_schedule(world.services, WORKSPACE, GroupId(GROUP), cadence=DAILY, enabled=False)
        await world.drain()

        assert world.telemetry.total(RUNS, state="skipped") == 1
        assert world.telemetry.last(RUN_DURATION) is None

    async def test_an_end_that_has_to_be_written_again_is_counted_once(self) -> None:
        world = await a_world("ada")

        async def changed() -> None:
            raise RowConflict("Runs", 0)

        world.tables.before_write = on_write_to("Runs", number=2, then=changed)
        await the_run(world)

        assert world.telemetry.total(RUNS) == 1


class TestDrift:
    @pytest.mark.parametrize(
        ("options", "users"),
        [
            ({}, {}),
            ({}, {"ben": {"mail": None, "userPrincipalName": "nonsense"}}),
            ({}, {"ben": {"userType": "Guest"}}),
            ({"include_guests": True}, {"ben": {"userType": "Guest"}}),
            ({"import_new_users": False}, {}),
            ({}, {"ben": {"accountEnabled": False}}),
        ],
        ids=["plain", "refused", "guest", "guest taken in", "nobody new", "disabled"],
    )
    async def test_whoever_is_taken_in_refused_or_left_out_is_known(
        self, options: dict[str, Any], users: dict[str, dict[str, Any]]
    ) -> None:
        world = await a_world("ada", "ben", "cyd", rules=rulebook(**options), **users)
        for members in (("ada", "ben", "cyd"), ("ada", "ben"), ("ada", "ben")):
            now_in(world, GROUP, *members)
            await the_run(world)

        assert len([value for metric, value, _ in world.telemetry.numbers if metric is DRIFT]) == 3
        assert world.telemetry.total(DRIFT) == 0

    async def test_whoever_entra_counts_and_nobody_has_seen_is_drift(self, caplog: pytest.LogCaptureFixture) -> None:
        world = await a_world("ada", "ben", "cyd")
        world.entra.lose = {"ben", "cyd"}
        with caplog.at_level(logging.WARNING, "sync_core"):
            run = await the_run(world)

        assert world.telemetry.total(DRIFT) == 2
        [event] = [record for record in caplog.records if record.message == "directory_differs"]
        assert (event.__dict__["run"], event.__dict__["group"], event.__dict__["people"]) == (run.id, GROUP, 2)


class TestTheNightAsItStands:
    async def world(self, *groups: str) -> World:
        tenant = a_tenant([a_user("ada")], [a_group(group, "ada") for group in groups])
        return await World(tenant).set_up()

    async def test_before_the_first_night_nothing_is_due(self) -> None:
        world = await self.world("g1")
        await observe(world.services)

        assert told(world, DUE, ENQUEUED) == [0, 0]

    async def test_a_complete_night_has_enqueued_what_was_due(self) -> None:
        world = await self.world("g1", "g2")
        await world.night()
        await observe(world.services)

        assert told(world, DUE, ENQUEUED) == [2, 2]

    async def test_a_night_that_was_missed_is_due_and_not_enqueued(self) -> None:
        """The dead man's switch: nobody enqueues, and this tells."""
        world = await self.world("g1", "g2")
        await world.night()
        world.clock.advance(timedelta(days=1, minutes=15))
        await observe(world.services)

        assert told(world, DUE, ENQUEUED) == [2, 0]

    async def test_a_night_that_was_cut_off_shows_how_far_it_came(self) -> None:
        groups = [f"g{number:02}" for number in range(40)]
        world = await self.world(*groups)
        await world.night()
        world.clock.advance(timedelta(days=1))

        async def killed() -> None:
            raise KeyboardInterrupt

        world.tables.before_write = on_write_to("Nights", number=3, then=killed)
        with pytest.raises(KeyboardInterrupt):
            await enqueue_due(world.services)
        world.tables.before_write = None
        await observe(world.services)

        assert told(world, DUE, ENQUEUED) == [40, 32]


class TestTheQueuesAsTheyStand:
    def queue(self, world: World) -> Sequence[float | None]:
        numbers = world.telemetry
        return [numbers.last(metric, queue=GROUP_SYNCS) for metric in (QUEUE_DEPTH, QUEUE_OLDEST_AGE, QUEUE_POISON)]

    async def test_an_empty_queue_is_told_too(self) -> None:
        world = await a_world("ada")
        await observe(world.services)

        assert self.queue(world) == [0, 0, 0]
        assert world.telemetry.last(QUEUE_DEPTH, queue="connection-trials") == 0

    async def test_an_order_that_nobody_fetches_grows_old(self) -> None:
        world = await a_world("ada")
        await enqueue_due(world.services)
        world.clock.advance(timedelta(minutes=20))
        await observe(world.services)

        assert self.queue(world) == [1, 1200, 0]

    async def test_what_was_put_aside_is_counted(self) -> None:
        world = await a_world("ada")
        await deliver_order(world.services, "no order")
        await observe(world.services)

        assert self.queue(world) == [0, 0, 1]
