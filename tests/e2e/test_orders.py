"""What is put on the queue of a running host: the same order twice, and what is no order."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from devkit.demo_workspace import WORKSPACE
from devkit.directory_dump import dump_directory
from sync_core.adapters.queues.orders import GROUP_SYNCS, GROUP_SYNCS_POISON
from sync_core.domain.ids import GroupId
from sync_core.domain.orders import SyncOrder
from tests.e2e.local_stack import MARKS, local_stack, until_no_order_is_left
from tests.e2e.tenants import group, person

if TYPE_CHECKING:
    from pathlib import Path

    from devkit.stack import Insight
    from sync_core.domain.runs import Run

pytestmark = MARKS

USERS = [person("ada"), person("ben")]
SALES = GroupId("sales")


def an_order() -> SyncOrder:
    now = datetime.now(UTC)
    return SyncOrder(WORKSPACE, SALES, now + timedelta(hours=1), night=now.date(), covers=(now.date(),))


async def runs(insight: Insight) -> list[Run]:
    return [run async for run in insight.services.runs.newest_first(WORKSPACE, SALES)]


async def test_the_same_order_twice_has_one_effect(tmp_path: Path) -> None:
    """At once, when they race, and again when the run is over."""
    async with local_stack(tmp_path, USERS, [group("sales", ["ada", "ben"])]) as (_, insight):
        order = an_order()
        for _ in range(2):
            await insight.services.orders.send(order)
        await until_no_order_is_left(insight)
        once = await dump_directory(insight.services), await runs(insight)
        await insight.services.orders.send(order)
        await until_no_order_is_left(insight)

        assert (await dump_directory(insight.services), await runs(insight)) == once
        [run] = once[1]
        assert (run.state, run.counts.added, run.counts.updated) == ("succeeded", 2, 0)
        assert [one["cards"]["sales"]["version"] for one in once[0].recipients.values()] == [1, 1]
        assert await insight.queues.depth(GROUP_SYNCS_POISON) == 0


async def test_a_malformed_message_is_put_aside_with_a_log_line_and_the_others_are_processed(tmp_path: Path) -> None:
    async with local_stack(tmp_path, USERS, [group("sales", ["ada", "ben"])]) as (_, insight):
        await insight.queues.send(GROUP_SYNCS, "no order at all")
        await insight.queues.send(GROUP_SYNCS, '{"version": 1, "order": "sync"}')
        await insight.services.orders.send(an_order())
        await until_no_order_is_left(insight)
        poison = [json.loads(text) for text in await insight.queues.peek(GROUP_SYNCS_POISON, 10)]
        [run] = await runs(insight)

    log = (tmp_path / "logs" / "host.log").read_text()
    assert {message["message"] for message in poison} == {"no order at all", '{"version": 1, "order": "sync"}'}
    assert all(message["reason"] for message in poison)
    assert log.count("order_malformed") == 2
    assert run.state == "succeeded"
