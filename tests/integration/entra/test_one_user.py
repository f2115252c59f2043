from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sync_core.domain.entra import EntraUser
from sync_core.domain.errors import EntraRefused, TryAgainLater
from sync_core.domain.ids import EntraUserId
from tests.fakes.memory_entra import MemoryEntra
from tests.integration.entra.tenants import MARKS, group, member, new_id, person

if TYPE_CHECKING:
    from typing import Any

    from tests.integration.entra.tenants import Rig

pytestmark = MARKS


@pytest.mark.parametrize("properties", [{}, {"accountEnabled": False, "userType": "Guest", "jobTitle": "Analyst"}])
async def test_one_user_is_read_as_the_members_of_a_group_are(rig: Rig, properties: dict[str, Any]) -> None:
    """Otherwise a sync on demand and the night would undo each other's work; the tests' own Entra says the same."""
    anna = person(**properties)
    sales = rig.load(group([member("user", anna)]), users=[anna])
    ((from_group,),) = [page.users for page in await rig.read(sales)]

    alone = await rig.entra.user(rig.tenant, EntraUserId(anna["id"]))

    assert alone == from_group
    assert alone == await MemoryEntra({anna["id"]: anna}).user(rig.tenant, EntraUserId(anna["id"]))


async def test_a_user_who_does_not_exist_is_none(rig: Rig) -> None:
    rig.load(group())

    assert await rig.entra.user(rig.tenant, EntraUserId(new_id())) is None


async def test_a_deleted_user_is_none(rig: Rig) -> None:
    """Graph shows a user who was deleted for a while only among the deleted items."""
    anna = person()
    rig.load(group([member("user", anna)]), users=[anna])
    tenant = rig.simulator.simulation.tenants[rig.tenant]
    tenant.deleted_users[anna["id"]] = tenant.users.pop(anna["id"])

    assert await rig.entra.user(rig.tenant, EntraUserId(anna["id"])) is None


async def test_a_user_who_may_not_be_read_is_a_missing_permission(rig: Rig) -> None:
    anna = person()
    rig.load(group(), users=[anna])
    rig.consent("GroupMember.Read.All")

    with pytest.raises(EntraRefused) as raised:
        await rig.entra.user(rig.tenant, EntraUserId(anna["id"]))

    assert raised.value.code == "permission-missing"


async def test_a_user_without_properties_is_a_missing_permission(rig: Rig) -> None:
    anna = person()
    rig.load(group(), users=[anna])
    rig.fault("/users/", status=200, body={"id": anna["id"], "displayName": None, "businessPhones": []})

    with pytest.raises(EntraRefused) as raised:
        await rig.entra.user(rig.tenant, EntraUserId(anna["id"]))

    assert raised.value.code == "permission-missing"


@pytest.mark.parametrize("body", ["no json", [], {}, {"id": "somebody-else", "userPrincipalName": "bo@example.com"}])
async def test_an_answer_that_is_not_about_the_user_is_none_of_ours(rig: Rig, body: Any) -> None:
    anna = person()
    rig.load(group(), users=[anna])
    rig.fault("/users/", status=200, body=body)

    with pytest.raises(TryAgainLater, match="incompletely"):
        await rig.entra.user(rig.tenant, EntraUserId(anna["id"]))


async def test_a_user_is_read_again_after_a_hiccup(rig: Rig) -> None:
    anna = person()
    rig.load(group(), users=[anna])
    rig.fault("/users/", times=2, status=503)

    found = await rig.entra.user(rig.tenant, EntraUserId(anna["id"]))

    assert isinstance(found, EntraUser)
    assert len(rig.slept) == 2
