"""A stack in the test's own process, to interfere with."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from devkit.data_folder import claimed
from devkit.demo_workspace import all_daily, link_and_schedule, set_up_workspace
from devkit.stack import Insight, Ports, Stack
from devkit.tenants.demo_tenant import DEMO_TENANT_ID
from devkit.tenants.tenant_file import tenant_from_json
from sync_core.adapters.queues.orders import GROUP_SYNCS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
    from pathlib import Path

    from devkit.demo_workspace import PlannedGroup

PATIENCE = 60.0

MARKS = [
    #  The SDK's own modules warn of each other while they are imported.
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
]

#  A killed host's messages and leases are free again soon.
RECEIVE_VISIBILITY = 2
LEASE = {"RUN_LEASE_SECONDS": "2"}


@asynccontextmanager
async def local_stack(
    folder: Path,
    users: Sequence[dict[str, Any]],
    groups: Sequence[dict[str, Any]],
    *,
    linked: Sequence[PlannedGroup] | None = None,
    more_settings: Mapping[str, str] | None = None,
) -> AsyncIterator[tuple[Stack, Insight]]:
    """Run everything with a workspace whose groups are linked and daily, or *linked*, until the block ends."""
    tenant = tenant_from_json({"users": list(users), "groups": list(groups)})
    with claimed(folder, kind="demo", afresh=True) as data:
        settings = {**LEASE, **(more_settings or {})}
        async with Stack(data, Ports(), receive_visibility=RECEIVE_VISIBILITY, more_settings=settings) as stack:
            await stack.load_tenant(DEMO_TENANT_ID, tenant)
            async with stack.insight() as insight:
                await set_up_workspace(insight.services, tenant=DEMO_TENANT_ID)
                await link_and_schedule(insight.services, linked or all_daily(tenant.groups))
                await stack.start_host()
                yield stack, insight


async def eventually(claim: Callable[[], Awaitable[bool]]) -> None:
    """Wait until *claim* holds, asking often."""
    async with asyncio.timeout(PATIENCE):
        while not await claim():  # noqa: ASYNC110  another process sets no event
            await asyncio.sleep(0.05)


async def until_no_order_is_left(insight: Insight) -> None:
    async def empty() -> bool:
        return await insight.queues.depth(GROUP_SYNCS) == 0

    await eventually(empty)
