"""A group's members with their cards, page by page; and what unlinking does to them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sync_core.domain.directory import Member
from sync_core.domain.errors import SyncRefused
from sync_core.domain.ids import EntraUserId, GroupId, RecipientId
from sync_core.domain.options import OnLeaveLast, SyncOptions
from sync_core.domain.state import GroupState
from sync_core.domain.workspaces import Rulebook
from sync_core.flows.edit_people import add_recipient, give_card
from sync_core.flows.foresee_unlink import MOST_COUNTED, foresee_unlink
from sync_core.flows.list_members import list_members
from sync_core.flows.unlink_group import order_unlink
from sync_core.ports import RecipientWrite
from tests.builders import WORKSPACE
from tests.fakes.world import World, a_group, a_tenant, a_user

if TYPE_CHECKING:
    from sync_core.flows.list_members import ListedMember

G1, G2 = GroupId("g1"), GroupId("g2")


async def synced(rulebook: Rulebook | None = None) -> World:
    """Two groups: u1 to u5 are in the first, u1 and u2 in the second, and u5 has no usable address."""
    users = [a_user(f"u{number}") for number in range(1, 5)]
    users.append(a_user("u5", mail="no address", userPrincipalName="no address"))
    groups = [a_group("g1", *(f"u{number}" for number in range(1, 6))), a_group("g2", "u1", "u2")]
    world = await World(a_tenant(users, groups)).set_up(rulebook)
    await world.night()
    return world


async def spread_over(world: World, number: int) -> None:
    """Put so many more rows into the first group's index, in 16 partitions."""
    found = await world.services.states.state(WORKSPACE, G1)
    await world.services.states.save(
        WORKSPACE,
        G1,
        GroupState(spread=True) if found is None else replace(found.value, spread=True),
        etag=None if found is None else found.etag,
    )
    rows = [Member(RecipientId(f"r-{row}"), EntraUserId(f"x{row}"), "f") for row in range(number)]
    await world.services.members.save(WORKSPACE, G1, spread=True, changed=rows)


async def all_of(world: World, *, limit: int) -> list[ListedMember]:
    listed, after = await list_members(world.services, WORKSPACE, G1, limit=limit)
    while after is not None:
        page, after = await list_members(world.services, WORKSPACE, G1, limit=limit, after=after)
        listed += page
    return listed


async def test_members_are_listed_with_card_and_place() -> None:
    world = await synced()

    listed = {one.member.entra_id: one for one in await all_of(world, limit=2)}

    assert sorted(listed) == ["u1", "u2", "u3", "u4", "u5"]
    ada = listed[EntraUserId("u1")]
    assert ada.person is not None
    assert (ada.person.values["email"], ada.standing.place, ada.standing.reason) == ("u1@example.com", "member", "")
    assert ada.standing.card == ada.person.cards[G1]


async def test_who_could_not_be_taken_in_is_listed_with_the_reason() -> None:
    world = await synced()

    [refused] = [one for one in await all_of(world, limit=50) if one.member.entra_id == "u5"]

    assert (refused.person, refused.standing.card) == (None, None)
    assert (refused.standing.place, refused.standing.reason) == ("refused", "email-malformed")


async def test_a_card_given_by_hand_says_so() -> None:
    world = await synced()
    person = (await add_recipient(world.services, WORKSPACE, values={"email": "u6@example.com"}, by="me")).person
    await give_card(world.services, WORKSPACE, person.id, G1, by="me")
    world.entra.users["u6"] = a_user("u6")
    world.entra.groups["g1"]["members"].append({"@odata.type": "#microsoft.graph.user", "id": "u6"})
    await world.night()

    [listed] = [one for one in await all_of(world, limit=50) if one.member.entra_id == "u6"]

    assert listed.standing.place == "by-hand"


async def test_of_somebody_who_was_deleted_nothing_but_the_row_is_told() -> None:
    world = await synced()
    ada = (await world.recipients())["u1"]
    [held] = (await world.services.people.people(WORKSPACE, [ada.id])).values()
    await world.services.people.write(WORKSPACE, [RecipientWrite(replace(ada, deleted=True), held.etag)])

    [listed] = [one for one in await all_of(world, limit=50) if one.member.entra_id == "u1"]

    assert (listed.person, listed.standing.place) == (None, "outside")


@pytest.mark.parametrize("limit", [1, 7, 200])
async def test_a_large_groups_pages_hold_everybody_once(limit: int) -> None:
    world = await World(a_tenant([], [a_group("g1")])).set_up()
    await spread_over(world, 45)

    listed = [one.member.recipient for one in await all_of(world, limit=limit)]

    assert len(listed) == len(set(listed)) == 45


async def test_a_page_reads_its_own_people_and_nobody_else() -> None:
    world = await World(a_tenant([], [a_group("g1")])).set_up()
    await spread_over(world, 400)
    reads: list[str] = []

    async def note(table: str, _: str) -> None:
        reads.append(table)

    world.tables.before_read = note
    await list_members(world.services, WORKSPACE, G1, limit=10)

    assert reads.count("Recipients") == 10
    assert reads.count("Members") <= 2


async def test_a_group_that_was_never_synced_has_no_members() -> None:
    world = await World(a_tenant([], [a_group("g1")])).set_up()

    assert await list_members(world.services, WORKSPACE, G1, limit=10) == ([], None)


async def test_a_group_that_is_not_linked_has_no_list() -> None:
    with pytest.raises(SyncRefused) as refused:
        await list_members(World().services, WORKSPACE, G1, limit=10)

    assert refused.value.code == "group-not-linked"


@pytest.mark.parametrize("on_leave", list(OnLeaveLast))
async def test_what_was_foreseen_is_what_unlinking_does(on_leave: OnLeaveLast) -> None:
    world = await synced(Rulebook(SyncOptions(when_user_leaves_last_group=on_leave)))
    active = {key for key, one in (await world.recipients()).items() if one.status == "active"}

    foreseen = await foresee_unlink(world.services, WORKSPACE, G1)
    run = await order_unlink(world.services, WORKSPACE, G1)
    await world.drain()

    people = await world.recipients()
    ended = await world.services.runs.run(WORKSPACE, G1, run.id)
    assert ended is not None
    assert foreseen.exact
    assert foreseen.cards_end == ended.value.counts.removed == 4
    assert foreseen.deleted == len(active - people.keys())
    assert foreseen.deactivated == len({key for key in active & people.keys() if people[key].status == "inactive"})


async def test_of_a_large_group_only_the_most_is_told_and_nobody_is_read() -> None:
    world = await World(a_tenant([], [a_group("g1")])).set_up()
    await spread_over(world, MOST_COUNTED + 1)
    reads: list[str] = []

    async def note(table: str, _: str) -> None:
        reads.append(table)

    world.tables.before_read = note
    foreseen = await foresee_unlink(world.services, WORKSPACE, G1)

    assert (foreseen.exact, foreseen.cards_end) == (False, MOST_COUNTED + 1)
    assert "Recipients" not in reads
