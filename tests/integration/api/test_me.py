"""Who the caller is: their roles, and the workspaces of their tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schedules_api.callers import Role
from sync_core.domain.ids import TenantId, WorkspaceId
from sync_core.domain.workspaces import Workspace
from sync_core.flows.set_up_workspace import put_workspace
from tests.fakes.tokens import OTHER_TENANT, PERSON, PLATFORM_TENANT, TENANT
from tests.integration.api.callers import MANAGER, NO_ROLE, PLATFORM, READER, STRANGER, As

if TYPE_CHECKING:
    from tests.fakes.world import World
    from tests.integration.api.client import Api

ME = "/api/me"
ACME = {"id": "acme", "name": "Acme", "plan": "enterprise"}


async def make(world: World, *names: str, tenant: str = TENANT) -> None:
    for name in names:
        workspace = Workspace(WorkspaceId(name), name.capitalize(), "business", TenantId(tenant))
        await put_workspace(world.services, workspace)


@pytest.mark.parametrize(("caller", "role"), [(READER, Role.READ), (MANAGER, Role.MANAGE)])
async def test_a_person_sees_who_they_are_and_their_tenants_workspaces(api: Api, caller: As, role: Role) -> None:
    found = await api.get(ME, caller=caller)

    assert (found.status, found.json) == (
        200,
        {"id": PERSON, "tenantId": TENANT, "roles": [role], "workspaces": [ACME]},
    )


async def test_who_has_no_role_sees_no_workspace(api: Api) -> None:
    found = await api.get(ME, caller=NO_ROLE)

    assert (found.status, found.json["roles"], found.json["workspaces"]) == (200, [], [])


async def test_nobody_sees_another_tenants_workspaces(api: Api, world: World) -> None:
    await make(world, "globex", tenant=OTHER_TENANT)

    mine, theirs = await api.get(ME), await api.get(ME, caller=STRANGER)

    assert [one["id"] for one in mine.json["workspaces"]] == ["acme"]
    assert [one["id"] for one in theirs.json["workspaces"]] == ["globex"]


async def test_the_platform_is_told_who_it_is_and_manages_none_itself(api: Api) -> None:
    found = await api.get(ME, caller=PLATFORM)

    assert (found.json["tenantId"], found.json["roles"]) == (PLATFORM_TENANT, ["Workspaces.Manage.All"])
    assert found.json["workspaces"] == []


async def test_a_role_of_the_platforms_in_a_customers_tenant_is_none(api: Api) -> None:
    found = await api.get(ME, caller=As(Role.PLATFORM))

    assert (found.json["roles"], found.json["workspaces"]) == ([], [])


async def test_many_workspaces_come_in_pages(api: Api, world: World) -> None:
    await make(world, "b", "c", "d")

    first = await api.get(f"{ME}?limit=2")
    second = await api.get(f"{ME}?limit=2&continuationToken={first.json['continuationToken']}")

    assert [[one["id"] for one in page.json["workspaces"]] for page in (first, second)] == [["acme", "b"], ["c", "d"]]
    assert "continuationToken" not in second.json


@pytest.mark.parametrize("token", ["nonsense", "c2NoZWR1bGVzOmE", "bXktd29ya3NwYWNlczphL2I"])
async def test_a_token_that_this_list_never_gave_is_refused(api: Api, token: str) -> None:
    """The second is another list's, the third names what no workspace can be called."""
    refused = await api.get(f"{ME}?continuationToken={token}")

    assert (refused.status, refused.problem, refused.wrong) == (400, "invalid-request", ["continuationToken"])


async def test_a_workspace_that_was_given_away_is_gone_at_once(api: Api, world: World) -> None:
    await make(world, "acme", tenant=OTHER_TENANT)

    assert (await api.get(ME)).json["workspaces"] == []


async def test_nobody_is_anybody_without_a_token(api: Api) -> None:
    refused = await api.get(ME, caller=None)

    assert (refused.status, refused.problem) == (401, "not-signed-in")
