"""The stack that is tried with made-up requests: workspaces with people, groups and runs, one of them held."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from devkit.demo_workspace import WORKSPACE, PlannedGroup
from devkit.tenants.demo_tenant import DEMO_TENANT_ID
from devkit.tenants.tenant_file import tenant_from_json
from sync_core.domain.ids import EntraGroupId, GroupId, TenantId, WorkspaceId
from sync_core.domain.plans import ENTERPRISE
from sync_core.domain.runs import Mode
from sync_core.domain.workspaces import Workspace
from sync_core.flows.set_up_workspace import connect, put_workspace
from sync_core.flows.start_run import start_run
from tests.e2e.local_stack import local_stack, until_no_order_is_left
from tests.e2e.tenants import group, person

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from pathlib import Path

    from devkit.stack import Insight, Stack

_PEOPLE = [person(f"person{number:02d}", jobTitle="Seller") for number in range(12)]
_NAMES = [one["id"] for one in _PEOPLE]
#  The first Entra id is the one that the description gives as an example.
_LINKED = {
    "sales": "b1c7d3d2-6a0f-4e0b-8c43-2b9c0d9a7e55",
    "support": "0f5a6f0e-2f5b-4f4e-9a53-0d4b8f6a7c11",
    "new": "7a9e1b34-5c2d-4e8f-b0a6-3d1c5e7f9b22",
}
_AT_FIRST = {"sales": _NAMES[:8], "support": _NAMES[4:], "new": _NAMES[:1]}
#  So many are gone from sales at once that a run holds them.
_LATER = _AT_FIRST | {"sales": _NAMES[:2]}
_SPARE = WorkspaceId("spare")
#  One caller makes all the requests.
_NO_LIMIT = {"API_REQUESTS_PER_MINUTE": "1000000"}


@asynccontextmanager
async def fuzzed_stack(folder: Path) -> AsyncIterator[tuple[Stack, Mapping[str, Sequence[str]]]]:
    """Run the stack; yield it with ids that exist, by the name of the path's parameter."""
    linked = [PlannedGroup(GroupId(name), EntraGroupId(entra_id)) for name, entra_id in _LINKED.items()]
    entra = _groups(_AT_FIRST)
    async with local_stack(folder, _PEOPLE, entra, linked=linked, more_settings=_NO_LIMIT) as (stack, insight):
        await put_workspace(insight.services, Workspace(_SPARE, "Spare", ENTERPRISE, TenantId(DEMO_TENANT_ID)))
        await connect(insight.services, _SPARE, tenant=TenantId(DEMO_TENANT_ID))
        for members in (_AT_FIRST, _LATER):
            tenant = tenant_from_json({"users": _PEOPLE, "groups": _groups(members)})
            await stack.load_tenant(DEMO_TENANT_ID, tenant)
            await _sync_everybody(insight)
        yield stack, await _ids(insight)


def _groups(members: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    return [group(entra_id, members[name]) for name, entra_id in _LINKED.items()]


async def _sync_everybody(insight: Insight) -> None:
    for name in _LINKED:
        await start_run(insight.services, WORKSPACE, GroupId(name), mode=Mode.SYNC)
    await until_no_order_is_left(insight)


async def _ids(insight: Insight) -> dict[str, list[str]]:
    services = insight.services
    runs = [run.id async for run in services.runs.newest_first(WORKSPACE, GroupId("sales"))]
    people: list[str] = [one.id async for one in services.people.all(WORKSPACE)]
    return {"workspaceId": [WORKSPACE], "groupId": list(_LINKED), "runId": [*runs], "recipientId": people[:3]}
