"""The platform makes and changes workspaces; nobody else even learns that they can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.tokens import OTHER_TENANT, TENANT
from tests.fakes.world import WORKSPACE
from tests.integration.api.acme import SCHEDULES
from tests.integration.api.callers import MANAGER, PLATFORM, READER, STRANGER
from tests.unit.flows.worlds import on_write_to

if TYPE_CHECKING:
    from tests.fakes.world import World
    from tests.integration.api.callers import As
    from tests.integration.api.client import Answered, Api

ACME = "/api/workspaces/acme"
GLOBEX = "/api/workspaces/globex"
AS_IT_IS = {"name": "Acme", "plan": "enterprise", "tenantId": TENANT}
NEW = {"name": "Globex", "plan": "business", "tenantId": OTHER_TENANT}


async def put(api: Api, address: str, value: Any, **headers: str) -> Answered:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return await api.call("PUT", address, value, headers=named, caller=PLATFORM)


async def show(api: Api, address: str) -> Answered:
    return await api.get(address, caller=PLATFORM)


async def test_the_platform_makes_a_workspace_and_sees_it(api: Api) -> None:
    made = await put(api, GLOBEX, NEW)

    shown = await show(api, GLOBEX)
    assert (made.status, made.headers["ETag"]) == (201, '"1"')
    assert (shown.status, shown.headers["ETag"]) == (200, '"1"')
    assert made.json == shown.json == {"id": "globex", **NEW}


async def test_the_same_again_changes_nothing(api: Api) -> None:
    await put(api, GLOBEX, NEW)

    again = await put(api, GLOBEX, NEW)

    assert (again.status, again.headers["ETag"]) == (200, '"1"')


async def test_a_change_has_a_new_etag(api: Api) -> None:
    changed = await put(api, ACME, AS_IT_IS | {"plan": "starter"}, If_Match='"1"')

    assert (changed.status, changed.headers["ETag"], changed.json["plan"]) == (200, '"2"', "starter")


async def test_a_stale_change_is_refused_with_the_etag_to_go_on_with(api: Api) -> None:
    await put(api, ACME, AS_IT_IS | {"plan": "business"})

    refused = await put(api, ACME, AS_IT_IS | {"plan": "starter"}, If_Match='"1"')

    assert (refused.status, refused.problem, refused.headers["ETag"]) == (412, "workspace-changed", '"2"')
    assert (await show(api, ACME)).json["plan"] == "business"


async def test_whoever_is_overtaken_is_told_the_etag_to_go_on_with(api: Api, world: World) -> None:
    async def overtake() -> None:
        world.tables.before_write = None
        await put(api, ACME, AS_IT_IS | {"plan": "business"})

    world.tables.before_write = on_write_to("Workspaces", then=overtake)
    refused = await put(api, ACME, AS_IT_IS | {"plan": "starter"}, If_Match='"1"')

    assert (refused.status, refused.problem, refused.headers["ETag"]) == (412, "workspace-changed", '"2"')


async def test_what_is_to_be_made_anew_must_not_be_there(api: Api) -> None:
    refused = await put(api, ACME, AS_IT_IS, If_None_Match="*")
    made = await put(api, GLOBEX, NEW, If_None_Match="*")

    assert (refused.status, refused.problem, refused.headers["ETag"]) == (412, "workspace-changed", '"1"')
    assert made.status == 201


async def test_a_change_of_what_is_not_there_is_refused(api: Api) -> None:
    refused = await put(api, GLOBEX, NEW, If_Match='"1"')

    assert (refused.status, refused.problem) == (412, "workspace-changed")
    assert (await show(api, GLOBEX)).problem == "workspace-not-found"


async def test_a_connected_workspace_is_not_given_to_another_tenant(api: Api) -> None:
    refused = await put(api, ACME, AS_IT_IS | {"tenantId": OTHER_TENANT})

    assert (refused.status, refused.problem) == (409, "connected-elsewhere")
    assert (await show(api, ACME)).json["tenantId"] == TENANT


async def test_people_lose_a_workspace_the_moment_it_is_given_away(api: Api) -> None:
    await put(api, GLOBEX, NEW | {"tenantId": TENANT})
    theirs = f"{GLOBEX}/schedules"
    before = [await api.get(theirs, caller=caller) for caller in (MANAGER, STRANGER)]

    await put(api, GLOBEX, NEW)

    after = [await api.get(theirs, caller=caller) for caller in (MANAGER, STRANGER)]
    assert [answered.status for answered in before] == [200, 404]
    assert [answered.status for answered in after] == [404, 200]


async def test_nobody_reaches_a_workspace_that_has_no_tenant(api: Api) -> None:
    made = await put(api, GLOBEX, NEW | {"tenantId": None})

    assert (made.status, made.json["tenantId"]) == (201, None)
    assert (await api.get(f"{GLOBEX}/schedules")).problem == "workspace-not-found"


async def test_a_tenant_is_kept_in_small_letters(api: Api) -> None:
    made = await put(api, GLOBEX, NEW | {"tenantId": OTHER_TENANT.upper()})

    assert made.json["tenantId"] == OTHER_TENANT


async def test_a_lost_plan_takes_effect_at_once(api: Api) -> None:
    await api.call("PUT", "/api/workspaces/acme/groups/sales/schedule", {"cadence": "daily"})

    await put(api, ACME, AS_IT_IS | {"plan": "starter"})

    [schedule] = (await api.get(SCHEDULES)).json["schedules"]
    assert schedule["state"] == "paused-by-system"


@pytest.mark.parametrize("caller", [READER, MANAGER, STRANGER])
@pytest.mark.parametrize(("method", "value"), [("GET", None), ("PUT", AS_IT_IS | {"plan": "starter"})])
async def test_for_everybody_else_there_is_nothing_here(
    api: Api, world: World, caller: As, method: str, value: Any
) -> None:
    refused = await api.call(method, ACME, value, caller=caller)

    found = await world.services.workspaces.workspace(WORKSPACE)
    assert (refused.status, refused.problem) == (404, "workspace-not-found")
    assert found is not None
    assert found.value.plan == "enterprise"


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": None}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"plan": ""}, "plan"),
        ({"plan": "Enterprise"}, "plan"),
        ({"plan": "x" * 65}, "plan"),
        ({"plan": 7}, "plan"),
        ({"tenantId": "contoso.example"}, "tenantId"),
        ({"tenantId": f"{TENANT}\n"}, "tenantId"),
        ({"tenantId": ""}, "tenantId"),
        ({"tenant": TENANT}, "tenant"),
    ],
)
async def test_a_workspace_that_cannot_be_is_refused_with_the_field(
    api: Api, changes: dict[str, Any], wrong: str
) -> None:
    refused = await put(api, GLOBEX, NEW | changes)

    assert (refused.status, refused.problem, refused.wrong) == (400, "invalid-request", [wrong])
    assert (await show(api, GLOBEX)).status == 404


@pytest.mark.parametrize("field", ["name", "plan", "tenantId"])
async def test_nothing_may_be_missing(api: Api, field: str) -> None:
    """A forgotten tenant would take the workspace away from its people."""
    refused = await put(api, ACME, {name: value for name, value in AS_IT_IS.items() if name != field})

    assert (refused.status, refused.wrong) == (400, [field])


@pytest.mark.parametrize("workspace", ["a.b", "x" * 65, "a%27b"])
async def test_what_cannot_be_an_id_is_not_there(api: Api, workspace: str) -> None:
    refused = await put(api, f"/api/workspaces/{workspace}", NEW)

    assert (refused.status, refused.problem) == (404, "workspace-not-found")
