"""Which recipient an Entra user is: by Entra id, else by the address of one made by hand, else somebody new."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync_core.domain.directory import Origin, Recipient, Status
from sync_core.domain.ids import EntraUserId, RecipientId, recipient_of
from sync_core.domain.options import OnLeaveLast
from sync_core.domain.runs import RunState
from tests.builders import GROUP, WORKSPACE, entra_user_id
from tests.fakes.world import World, a_group, a_tenant, a_user
from tests.unit.flows.worlds import a_world, journal_of, now_in, put_person, rulebook, the_run

ADA = RecipientId("made-by-hand")
NO_IMPORT = rulebook(import_new_users=False)


def by_hand(email: str = "u1@example.com", person: RecipientId = ADA) -> Recipient:
    return Recipient(person, None, {"email": email, "name": "By Hand"}, origin=Origin.BY_HAND)


async def test_somebody_new_gets_an_id_that_is_derived_from_the_entra_id() -> None:
    """Two groups that import one person at the same moment make one."""
    world = await a_world("u1")

    await the_run(world)

    assert (await world.recipients())["u1"].id == recipient_of(EntraUserId("u1"))


async def test_somebody_is_found_again_by_the_entra_id_whatever_else_changed() -> None:
    world = await a_world("u1")
    await the_run(world)
    before = (await world.recipients())["u1"]
    world.entra.users["u1"] |= {"mail": "married@example.com", "displayName": "New Name"}

    await the_run(world)

    after = (await world.recipients())["u1"]
    assert after.id == before.id
    assert after.values["email"] == "married@example.com"


@pytest.mark.parametrize("email", ["u1@example.com", "U1@Example.Com"])
async def test_a_recipient_made_by_hand_with_the_address_is_linked(email: str) -> None:
    world = await a_world("u1")
    await put_person(world, by_hand(email))

    run = await the_run(world)

    people = await world.recipients()
    assert set(people) == {"u1"}
    assert (people["u1"].id, people["u1"].origin) == (ADA, Origin.BY_HAND)
    assert people["u1"].values["name"] == "Person u1"
    assert run.counts.added == 1


async def test_who_was_linked_is_found_by_the_entra_id_from_then_on() -> None:
    world = await a_world("u1")
    await put_person(world, by_hand())
    await the_run(world)
    world.entra.users["u1"]["mail"] = "new@example.com"

    await the_run(world)

    people = await world.recipients()
    assert {key: person.id for key, person in people.items()} == {"u1": ADA}
    assert people["u1"].values["email"] == "new@example.com"


async def test_a_recipient_linked_to_another_user_is_not_taken_for_the_address() -> None:
    world = await a_world("u1")
    await put_person(world, replace(by_hand(), entra_id=entra_user_id(9)))

    run = await the_run(world)

    assert set(await world.recipients()) == {entra_user_id(9)}
    assert (run.state, run.counts.refused) == (RunState.SUCCEEDED_WITH_WARNINGS, 1)


@pytest.mark.parametrize("page_size", [1, 5])
async def test_of_two_users_who_want_one_recipient_made_by_hand_one_gets_it(page_size: int) -> None:
    world = await a_world("u1", "u2", u2={"mail": "u1@example.com"})
    world.entra.page_size = page_size
    await put_person(world, by_hand())

    run = await the_run(world)

    people = await world.recipients()
    assert len(people) == 1
    assert people["u1"].id == ADA
    assert [(entry.entra_id, entry.reason) for entry in await journal_of(world, run) if entry.kind == "refused"] == [
        ("u2", "email-taken")
    ]


@pytest.mark.parametrize("page_size", [1, 5])
async def test_two_groups_at_once_make_one_recipient_of_one_user(page_size: int) -> None:
    entra = a_tenant([a_user("u1")], [a_group("g1", "u1"), a_group("g2", "u1")])
    entra.page_size = page_size
    world = await World(entra).set_up(rulebook())

    await world.night(together=True)

    people = await world.recipients()
    assert set(people) == {"u1"}
    assert set(people["u1"].cards) == {"g1", "g2"}


async def test_two_users_with_one_address_in_two_groups_never_share_a_recipient() -> None:
    users = [a_user("u1", mail="same@example.com"), a_user("u2", mail="same@example.com")]
    world = World(a_tenant(users, [a_group("g1", "u1"), a_group("g2", "u2")]))
    await world.set_up(rulebook())
    await put_person(world, by_hand("same@example.com"))

    for _ in range(3):
        await world.night(together=True)

    [person] = (await world.recipients()).values()
    assert person.id == ADA
    assert len(person.cards) == 1


async def test_a_link_that_a_killed_run_left_behind_gives_nobody_the_recipient_of_another() -> None:
    """The claim says that u2 is the recipient, the recipient itself says that it is u1."""
    world = await a_world("u1", "u2", u2={"mail": "other@example.com"})
    await put_person(world, replace(by_hand(), entra_id=EntraUserId("u1")))
    await world.services.identities.claim(WORKSPACE, {"entra:u2": ADA}, at=world.clock.now())

    await the_run(world)
    await the_run(world)

    people = await world.recipients()
    assert people["u1"].id == ADA
    assert people["u2"].id != ADA


async def test_with_import_off_nobody_new_is_made() -> None:
    world = await a_world("u1", "u2", rules=NO_IMPORT)

    run = await the_run(world)

    assert await world.recipients() == {}
    assert (run.state, run.counts.read, run.counts.added, run.counts.refused) == (RunState.SUCCEEDED, 2, 0, 0)


async def test_with_import_off_somebody_who_is_here_is_matched_by_address() -> None:
    world = await a_world("u1", "u2", rules=NO_IMPORT)
    await put_person(world, by_hand())

    await the_run(world)

    assert {key: person.id for key, person in (await world.recipients()).items()} == {"u1": ADA}
    assert await world.members(GROUP) == {"u1"}


async def test_with_import_off_somebody_who_was_imported_is_kept_current() -> None:
    world = await a_world("u1")
    await the_run(world)
    await world.set_up(NO_IMPORT)
    world.entra.users["u1"]["jobTitle"] = "Engineer"

    await the_run(world)

    assert (await world.recipients())["u1"].values["jobTitle"] == "Engineer"


async def test_with_import_off_somebody_who_is_here_joins_further_groups() -> None:
    world = World(a_tenant([a_user("u1")], [a_group("g1", "u1"), a_group("g2")]))
    await world.set_up(rulebook())
    await world.night()
    await world.set_up(NO_IMPORT)
    now_in(world, "g2", "u1")

    await world.night()

    assert set((await world.recipients())["u1"].cards) == {"g1", "g2"}


async def test_with_import_off_a_leaver_still_leaves() -> None:
    world = await a_world("u1", "u2")
    await the_run(world)
    await world.set_up(NO_IMPORT)
    now_in(world, GROUP, "u1")

    await the_run(world)

    assert await world.members(GROUP) == {"u1"}


async def test_with_import_off_somebody_who_could_not_be_taken_in_before_is_not_taken_in_now() -> None:
    """They never were in the workspace; only a row of the index remembered them."""
    world = await a_world("u1", u1={"mail": None, "userPrincipalName": None})
    await the_run(world)
    await world.set_up(NO_IMPORT)
    world.entra.users["u1"]["mail"] = "u1@example.com"

    await the_run(world)

    assert await world.recipients() == {}


async def test_with_import_off_somebody_deleted_stays_deleted() -> None:
    rules = rulebook(when_user_leaves_last_group=OnLeaveLast.DELETE)
    world = await a_world("u1", rules=rules)
    await the_run(world)
    now_in(world, GROUP)
    await the_run(world)
    await world.set_up(NO_IMPORT)
    now_in(world, GROUP, "u1")

    await the_run(world)

    assert await world.recipients() == {}


async def test_with_import_off_somebody_deleted_is_matched_to_a_recipient_made_by_hand_since() -> None:
    rules = rulebook(when_user_leaves_last_group=OnLeaveLast.DELETE)
    world = await a_world("u1", rules=rules)
    await the_run(world)
    now_in(world, GROUP)
    await the_run(world)
    await put_person(world, by_hand())
    await world.set_up(NO_IMPORT)
    now_in(world, GROUP, "u1")

    await the_run(world)

    assert (await world.recipients())["u1"].id == ADA


async def test_somebody_deleted_comes_back_as_themselves() -> None:
    rules = rulebook(when_user_leaves_last_group=OnLeaveLast.DELETE)
    world = await a_world("u1", rules=rules)
    await the_run(world)
    before = (await world.recipients())["u1"]
    now_in(world, GROUP)
    await the_run(world)
    now_in(world, GROUP, "u1")

    run = await the_run(world)

    after = (await world.recipients())["u1"]
    assert (after.id, after.status, run.counts.added) == (before.id, Status.ACTIVE, 1)
    assert set(before.runs) < set(after.runs)


async def test_a_recipient_made_by_hand_whom_entra_does_not_know_stays_as_it_is() -> None:
    world = await a_world("u1")
    await put_person(world, by_hand("other@example.com"))

    await the_run(world)

    people = await world.recipients()
    assert set(people) == {"u1", ADA}
    assert people[ADA] == by_hand("other@example.com")
