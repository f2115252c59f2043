"""The trace of a run: from what caused its order over each delivery to its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sync_core.adapters.queues.orders import GROUP_SYNCS
from sync_core.domain.errors import TryAgainLater
from sync_core.domain.orders import decode, encode
from sync_core.domain.runs import Mode
from sync_core.flows.deliver_order import deliver_order, give_up_order
from sync_core.flows.enqueue_due import enqueue_due
from sync_core.flows.revive_runs import revive_runs
from sync_core.flows.start_run import start_run
from sync_core.flows.watch_over import watch_over
from sync_core.telemetry.catalogue import (
    APPLY_PEOPLE,
    CLAIM_RUN,
    CLOSE_RUN,
    DELIVER_ORDER,
    ENQUEUE_DUE,
    READ_GROUP,
    SEND_ORDER,
    SETTLE_HOLDS,
    SYNC_GROUP,
    TAKE_OUT,
    WATCH,
    WATCH_OVER,
)
from tests.builders import GROUP, WORKSPACE
from tests.fakes.world import World, a_group, a_tenant, a_user
from tests.unit.flows.worlds import a_world, orders_on_queue, the_run

if TYPE_CHECKING:
    from tests.fakes.telemetry import Seen

GROUPS = ("g1", "g2", "g3")


async def three_groups() -> World:
    tenant = a_tenant([a_user("ada")], [a_group(group, "ada") for group in GROUPS])
    return await World(tenant).set_up()


def inside(world: World, root: Seen) -> list[Seen]:
    """Return the spans that hang together with *root*, itself included."""
    found = {root.id: root}
    for span in world.telemetry.spans:
        if span.parent in found:
            found[span.id] = span
    return list(found.values())


async def test_each_run_of_a_night_is_a_trace_of_its_own_that_the_timer_has_caused() -> None:
    world = await three_groups()
    runs = await world.night()

    [timer] = world.telemetry.named(ENQUEUE_DUE)
    orders = world.telemetry.named(SEND_ORDER)
    assert len({order.trace for order in orders} | {timer.trace}) == len(GROUPS) + 1
    assert [order.causes for order in orders] == [(timer.id,)] * len(GROUPS)
    for order in orders:
        connected = inside(world, order)
        assert [span for span in world.telemetry.spans if span.trace == order.trace] == connected
        assert {span.attributes["group"] for span in connected} == {order.attributes["group"]}
        [run] = {span.attributes["run"] for span in connected if span.kind is SYNC_GROUP}
        assert run in {one.id for one in runs}


async def test_a_sync_is_told_step_by_step() -> None:
    world = await a_world("ada", "ben")
    run = await the_run(world)

    by_id = {span.id: span for span in world.telemetry.spans}
    tree = {
        span.name: by_id[span.parent].name if span.parent in by_id else None
        for span in world.telemetry.spans
        if span.trace == world.telemetry.named(DELIVER_ORDER)[0].trace
    }
    assert tree == {
        SEND_ORDER.name: None,
        DELIVER_ORDER.name: SEND_ORDER.name,
        CLAIM_RUN.name: DELIVER_ORDER.name,
        SYNC_GROUP.name: DELIVER_ORDER.name,
        READ_GROUP.name: SYNC_GROUP.name,
        APPLY_PEOPLE.name: READ_GROUP.name,
        TAKE_OUT.name: SYNC_GROUP.name,
        SETTLE_HOLDS.name: SYNC_GROUP.name,
        CLOSE_RUN.name: DELIVER_ORDER.name,
    }
    [delivery] = world.telemetry.named(DELIVER_ORDER)
    assert delivery.attributes == {
        "workspace": WORKSPACE,
        "group": GROUP,
        "run": run.id,
        "mode": "sync",
        "trigger": "night",
        "attempt": 1,
    }
    [read] = world.telemetry.named(READ_GROUP)
    assert {"pages": 1, "users": 2, "counted": 2, "complete": True}.items() <= read.attributes.items()
    [closed] = world.telemetry.named(CLOSE_RUN)
    assert closed.attributes["state"] == "succeeded"


async def test_an_order_that_is_put_off_stays_in_its_trace() -> None:
    world = await a_world("ada")

    async def throttled() -> None:
        world.entra.before_page = None
        raise TryAgainLater("throttled", after=timedelta(minutes=5))

    world.entra.before_page = throttled
    await world.night()

    first, again = world.telemetry.named(SEND_ORDER)
    deliveries = world.telemetry.named(DELIVER_ORDER)
    assert {span.trace for span in (first, again, *deliveries)} == {first.trace}
    assert again.parent == deliveries[0].id
    assert [span.attributes["attempt"] for span in deliveries] == [1, 2]
    assert [span.attributes["delay"] for span in (first, again)] == [0, 300]
    assert not any(span.failed for span in deliveries)


async def test_a_run_that_is_put_back_by_the_watch_goes_on_in_its_trace() -> None:
    world = await a_world("ada")

    async def killed() -> None:
        world.entra.before_page = None
        raise KeyboardInterrupt

    world.entra.before_page = killed
    with pytest.raises(KeyboardInterrupt):
        await world.night()
    world.clock.advance(timedelta(hours=1))
    with world.telemetry.span(WATCH, watch="stuck-runs"):
        await revive_runs(world.services)
    await world.drain()

    [watch] = world.telemetry.named(WATCH)
    first, again = world.telemetry.named(SEND_ORDER)
    assert (again.trace, again.parent, again.causes) == (first.trace, first.id, (watch.id,))
    assert {span.trace for span in world.telemetry.named(DELIVER_ORDER)} == {first.trace}


async def test_an_order_from_before_there_were_traces_begins_one() -> None:
    world = await a_world("ada")
    await enqueue_due(world.services)
    text = world.queue.receive(GROUP_SYNCS)
    assert text is not None
    old = encode(replace(decode(text), traceparent=None))
    await deliver_order(world.services, old)

    [delivery] = world.telemetry.named(DELIVER_ORDER)
    assert delivery.parent is None
    [run] = await world.runs_of(world.clock.now().date())
    assert run.state == "succeeded"


async def test_what_is_given_up_is_told_in_the_runs_trace() -> None:
    world = await a_world("ada")
    await enqueue_due(world.services)
    text = world.queue.receive(GROUP_SYNCS)
    assert text is not None
    await give_up_order(world.services, text, ValueError("x"))

    [order], [delivery] = world.telemetry.named(SEND_ORDER), world.telemetry.named(DELIVER_ORDER)
    assert delivery.parent == order.id
    assert (decode(text).traceparent or "").split("-")[1] == f"{order.trace:032x}"


async def test_a_run_by_hand_names_itself_from_the_start() -> None:
    world = await a_world("ada")
    run = await start_run(world.services, WORKSPACE, GROUP, mode=Mode.PREVIEW)

    [order] = world.telemetry.named(SEND_ORDER)
    assert order.attributes["run"] == run.id
    assert order.attributes["mode"] == "preview"
    [sent] = orders_on_queue(world)
    assert sent.traceparent is not None


async def test_each_watch_is_a_span_of_its_own() -> None:
    world = await a_world("ada")
    await watch_over(world.services)

    [hour] = world.telemetry.named(WATCH_OVER)
    watches = world.telemetry.named(WATCH)
    assert {span.parent for span in watches} == {hour.id}
    assert "stuck-runs" in {span.attributes["watch"] for span in watches}
