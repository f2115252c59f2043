"""A second look at a group hears what the first one heard, whatever has happened in Entra since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.domain.ids import EntraGroupId
from sync_core.flows.entra_once import EntraOnce
from tests.fakes.world import TENANT, a_group, a_tenant, a_user

if TYPE_CHECKING:
    from sync_core import ports
    from sync_core.domain.entra import MembersPage

G1 = EntraGroupId("g1")
USERS = [f"u{number}" for number in range(7)]


async def pages_of(entra: ports.Entra, *, nested: bool = False) -> list[MembersPage]:
    return [page async for page in entra.members(TENANT, G1, nested=nested)]


async def test_members_are_heard_again_page_by_page_as_they_were() -> None:
    entra = a_tenant([a_user(user) for user in USERS], [a_group("g1", *USERS)])
    once = EntraOnce(entra)
    first = await pages_of(once.listener())
    del entra.users["u0"]

    assert len(first) == 2
    assert await pages_of(once.listener()) == first


async def test_a_second_reading_of_one_look_is_another_than_its_first() -> None:
    entra = a_tenant([a_user(user) for user in USERS], [a_group("g1", *USERS)])
    once, looks = EntraOnce(entra), []
    listener = once.listener()
    looks.append(await pages_of(listener))
    del entra.users["u0"]
    looks.append(await pages_of(listener))

    again = once.listener()

    assert looks[0] != looks[1]
    assert [await pages_of(again), await pages_of(again)] == looks


async def test_counts_are_heard_again_in_their_order_and_then_asked_for() -> None:
    entra = a_tenant([a_user(user) for user in USERS], [a_group("g1", *USERS)])
    once = EntraOnce(entra)
    listener, counts = once.listener(), []
    for entra.miscount in (1, 2):
        counts.append(await listener.count_users(TENANT, G1, nested=False))
    entra.miscount = 3
    again = once.listener()

    assert counts == [8, 9]
    assert [await again.count_users(TENANT, G1, nested=False) for _ in range(3)] == [8, 9, 10]


async def test_the_group_itself_is_asked_for_once() -> None:
    entra = a_tenant([], [a_group("g1")])
    once = EntraOnce(entra)

    assert await once.listener().group(TENANT, G1) == await once.listener().group(TENANT, G1)
    assert entra.asked == 1


async def test_nested_members_are_another_question() -> None:
    entra = a_tenant([a_user("u0"), a_user("deep")], [a_group("g1", "u0"), a_group("inner", "deep")])
    entra.groups["g1"]["members"].append({"@odata.type": "#microsoft.graph.group", "id": "inner"})
    once = EntraOnce(entra)
    await pages_of(once.listener())

    [page] = await pages_of(once.listener(), nested=True)

    assert {user.id for user in page.users} == {"u0", "deep"}


async def test_a_reading_that_was_broken_off_is_not_taken_for_a_whole_one() -> None:
    entra = a_tenant([a_user(user) for user in USERS], [a_group("g1", *USERS)])
    once = EntraOnce(entra)
    broken = once.listener().members(TENANT, G1, nested=False)
    await anext(broken)

    assert [user.id for page in await pages_of(once.listener()) for user in page.users] == USERS
