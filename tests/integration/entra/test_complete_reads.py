from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sync_core.domain.entra import EntraGroup
from sync_core.domain.errors import EntraRefused, GroupGone, TryAgainLater
from sync_core.domain.ids import EntraGroupId
from tests.integration.entra.tenants import MARKS, group, member, new_id, person

if TYPE_CHECKING:
    from typing import Any

    from tests.integration.entra.tenants import Rig

pytestmark = MARKS


async def test_a_group_is_read_with_name_and_description(rig: Rig) -> None:
    sales = rig.load(group(displayName="Vertrieb & Co", description="Who sells"))

    assert await rig.entra.group(rig.tenant, sales) == EntraGroup(sales, "Vertrieb & Co", "Who sells")


async def test_a_group_without_description_has_an_empty_one(rig: Rig) -> None:
    sales = rig.load(group(description=None))

    assert (await rig.entra.group(rig.tenant, sales)).description == ""


async def test_every_page_of_a_large_group_arrives(rig: Rig) -> None:
    people = [person(number) for number in range(2500)]
    sales = rig.load(group([member("user", one) for one in people]), users=people)

    pages = await rig.read(sales)

    assert [len(page.users) for page in pages] == [999, 999, 502]
    assert {user.id for page in pages for user in page.users} == {one["id"] for one in people}
    assert rig.asked("/oauth2/v2.0/token") == 1


async def test_an_empty_group_is_one_empty_page(rig: Rig) -> None:
    sales = rig.load(group())

    (page,) = await rig.read(sales)

    assert (page.users, page.others) == ((), {})


async def test_a_profile_comes_with_what_was_selected(rig: Rig) -> None:
    anna = person(
        department="Energy",
        accountEnabled=False,
        userType="Guest",
        onPremisesExtensionAttributes={"extensionAttribute3": "north"},
    )
    sales = rig.load(group([member("user", anna)]), users=[anna])

    ((user,),) = [page.users for page in await rig.read(sales)]

    assert (user.enabled, user.guest) == (False, True)
    assert user.values == {
        "email": "person1@contoso.example",
        "name": "Person 1",
        "department": "Energy",
        "extensionAttribute3": "north",
    }


async def test_members_that_are_no_people_are_counted_by_type(rig: Rig) -> None:
    anna, laptop, inner = person(), {"id": new_id(), "displayName": "LAPTOP-1"}, group(displayName="Inner")
    sales = rig.load(
        group([member("user", anna), member("device", laptop), member("group", inner)]), inner, users=[anna]
    )

    (page,) = await rig.read(sales)

    assert [user.id for user in page.users] == [anna["id"]]
    assert page.others == {"device": 1, "group": 1}


async def test_nested_members_come_only_when_asked_for(rig: Rig) -> None:
    anna, ben = person(1), person(2)
    inner = group([member("user", ben)], displayName="Inner")
    sales = rig.load(group([member("user", anna), member("group", inner)]), inner, users=[anna, ben])

    async def read(*, nested: bool) -> tuple[set[str], int]:
        pages = await rig.read(sales, nested=nested)
        counted = await rig.entra.count_users(rig.tenant, sales, nested=nested)
        return {user.id for page in pages for user in page.users}, counted

    assert await read(nested=False) == ({anna["id"]}, 1)
    assert await read(nested=True) == ({anna["id"], ben["id"]}, 2)


async def test_only_people_are_counted(rig: Rig) -> None:
    anna, laptop = person(), {"id": new_id()}
    sales = rig.load(group([member("user", anna), member("device", laptop)]), users=[anna])

    assert await rig.entra.count_users(rig.tenant, sales, nested=False) == 1


async def test_a_group_that_does_not_exist_is_gone(rig: Rig) -> None:
    rig.load(group())

    with pytest.raises(GroupGone):
        await rig.entra.group(rig.tenant, EntraGroupId(new_id()))


async def test_members_that_are_not_found_do_not_say_that_the_group_is_gone(rig: Rig) -> None:
    """A replica may lag behind; whether the group is gone is for the group's own answer to say."""
    rig.load(group())

    with pytest.raises(TryAgainLater):
        await rig.read(EntraGroupId(new_id()))


async def test_people_without_properties_mean_a_missing_permission(rig: Rig) -> None:
    """Graph answers 200 with nulls, which would look like a tenant full of strangers."""
    anna = person()
    sales = rig.load(group([member("user", anna)]), users=[anna])
    rig.consent("GroupMember.Read.All")

    with pytest.raises(EntraRefused, match=r"User\.Read\.All") as raised:
        await rig.read(sales)

    assert raised.value.code == "permission-missing"


async def test_a_group_that_may_not_be_read_is_a_missing_permission(rig: Rig) -> None:
    sales = rig.load(group())
    rig.consent("User.Read.All")

    with pytest.raises(EntraRefused) as raised:
        await rig.entra.group(rig.tenant, sales)

    assert raised.value.code == "permission-missing"


INCOMPLETE: list[Any] = [
    "no json",
    "[]",
    {"value": None},
    {"value": {}},
    {},
    {"value": ["text"]},
    {"value": [{"id": "6ea91a8d-e32e-41a1-b7bd-d2d185eed0e0", "displayName": "Anna"}]},
    {"value": [{"@odata.type": "#microsoft.graph.user", "displayName": "Anna"}]},
    {"value": [{"@odata.type": "#microsoft.graph.user", "id": "a/b", "displayName": "Anna"}]},
    {"value": [{"@odata.type": "#microsoft.graph.device"}]},
    {"value": [], "@odata.nextLink": 7},
]


@pytest.mark.parametrize("body", INCOMPLETE, ids=range(len(INCOMPLETE)))
async def test_a_page_that_cannot_be_trusted_is_no_page(rig: Rig, body: Any) -> None:
    sales = rig.load(group())
    rig.fault("/members", status=200, body=body)

    with pytest.raises(TryAgainLater, match="incompletely"):
        await rig.read(sales)


async def test_pages_that_lead_in_a_circle_end(rig: Rig) -> None:
    sales = rig.load(group())
    link = f"{rig.simulator.url}/v1.0/groups/{sales}/members?$skiptoken=again"
    rig.fault("/members", times=None, status=200, body={"value": [], "@odata.nextLink": link})

    with pytest.raises(TryAgainLater, match="circle"):
        await rig.read(sales)

    assert rig.asked("/members") == 2


@pytest.mark.parametrize("body", ["many", "-1", "", "1.5"])
async def test_a_count_that_is_no_number_is_no_count(rig: Rig, body: str) -> None:
    sales = rig.load(group())
    rig.fault("count", status=200, body=body)

    with pytest.raises(TryAgainLater):
        await rig.entra.count_users(rig.tenant, sales, nested=False)


async def test_a_count_may_begin_with_a_byte_order_mark(rig: Rig) -> None:
    sales = rig.load(group())
    rig.fault("count", status=200, body="\ufeff12")

    assert await rig.entra.count_users(rig.tenant, sales, nested=False) == 12
