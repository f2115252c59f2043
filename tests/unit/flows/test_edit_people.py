from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.adapters.queues.events import DIRECTORY_CHANGES
from sync_core.domain import email
from sync_core.domain.directory import Origin, Status
from sync_core.domain.errors import SyncRefused
from sync_core.domain.field_settings import CustomField, FieldSettings, Switches
from sync_core.domain.ids import GroupId, RecipientId, recipient_of
from sync_core.domain.journal import PEOPLE
from sync_core.domain.on_demand import Scope
from sync_core.domain.options import RemovalGuard, SyncOptions
from sync_core.domain.runs import RunState
from sync_core.domain.workspaces import Rulebook
from sync_core.flows.edit_people import add_recipient, edit_recipient, give_card, take_card
from sync_core.flows.explain_person import timeline
from sync_core.flows.sync_person import sync_person
from sync_core.ports import RecipientWrite
from tests.fakes.world import WORKSPACE, World, a_group, a_tenant, a_user

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from sync_core.domain.directory import Recipient
    from sync_core.domain.ids import EntraUserId
    from sync_core.flows.change_person import PersonStored

KEEPING = Rulebook(
    settings=FieldSettings({"jobTitle": Switches(overwrite=False)}),
    options=SyncOptions(removal_guard=RemovalGuard(enabled=False)),
)
G1 = GroupId("g1")


async def a_world(*users: str, **properties: Any) -> World:
    """One night old: *users* are in group g1, g2 is empty; all have the *properties*."""
    people = [a_user(user, **properties) for user in users]
    world = World(a_tenant(people, [a_group("g1", *users), a_group("g2")]))
    await world.set_up(KEEPING)
    await world.night()
    return world


def id_of(user: str) -> RecipientId:
    entra_id: EntraUserId = user  # type: ignore[assignment]
    return recipient_of(entra_id)


async def add(world: World, **values: str) -> RecipientId:
    stored = await add_recipient(world.services, WORKSPACE, values=values, by="boss")
    return stored.person.id


async def edit(world: World, recipient: RecipientId, status: Status | None = None, **values: Any) -> PersonStored:
    return await edit_recipient(world.services, WORKSPACE, recipient, values=values, status=status, by="boss")


async def person(world: World, recipient: RecipientId) -> Recipient:
    return (await world.services.people.people(WORKSPACE, [recipient]))[recipient].value


async def refusal_of(call: Awaitable[object]) -> str:
    with pytest.raises(SyncRefused) as raised:
        await call
    return raised.value.code


async def test_somebody_made_by_hand_stays_as_made_through_the_nights() -> None:
    world = await a_world("u1")
    made = await add(world, email="hand@example.com", name="Hand Made")
    before = await person(world, made)

    await world.night()

    assert await person(world, made) == before
    assert (before.origin, before.status, before.values["name"]) == (Origin.BY_HAND, Status.ACTIVE, "Hand Made")


async def test_an_address_belongs_to_one_person_whatever_its_case() -> None:
    world = await a_world("u1")
    made = await add(world, email="hand@example.com")

    assert await refusal_of(add(world, email="HAND@example.com")) == "email-taken"
    assert await refusal_of(add(world, email="u1@example.com")) == "email-taken"
    assert await refusal_of(edit(world, made, email="u1@example.com")) == "email-taken"
    assert await refusal_of(add(world, email="nobody")) == "email-malformed"
    assert await refusal_of(add(world, name="Nobody")) == "email-missing"


async def test_of_two_people_made_at_the_same_moment_with_one_address_one_is_refused() -> None:
    """The second finds a claim without a person, and goes on where the first seems to have been cut off."""
    world = await a_world("u1")

    async def overtake(table: str, *_: object) -> None:
        if table == "Recipients":
            world.tables.before_write = None
            await add(world, email="hand@example.com", name="Second")

    world.tables.before_write = overtake

    assert await refusal_of(add(world, email="hand@example.com", name="First")) == "email-taken"
    assert {one.values["name"] for one in (await world.recipients()).values()} == {"Person u1", "Second"}


async def test_an_address_that_a_sync_is_about_to_use_is_taken_until_that_is_long_ago() -> None:
    world = await a_world("u1")
    key = email.key_of("soon@example.com")
    await world.services.identities.claim(WORKSPACE, {key: id_of("u9")}, at=world.clock.now())

    assert await refusal_of(add(world, email="soon@example.com")) == "email-taken"
    world.clock.advance(timedelta(minutes=16))
    assert await add(world, email="soon@example.com")


async def test_an_address_that_was_given_up_can_be_anybodys() -> None:
    world = await a_world("u1")
    made = await add(world, email="old@example.com")
    world.clock.advance(timedelta(minutes=1))
    await edit(world, made, email="new@example.com")

    heir = await add(world, email="old@example.com")

    assert heir != made
    assert await refusal_of(add(world, email="new@example.com")) == "email-taken"


async def test_somebody_made_by_hand_is_linked_to_the_entra_user_with_the_address() -> None:
    world = await a_world("u1")
    made = await add(world, email="u2@example.com", jobTitle="By hand")
    world.entra.users["u2"] = a_user("u2", jobTitle="From Entra")
    world.entra.groups["g1"] = a_group("g1", "u1", "u2")

    await world.night()

    linked = await person(world, made)
    assert (linked.entra_id, linked.values["name"], linked.values["jobTitle"]) == ("u2", "Person u2", "By hand")
    assert len(await world.recipients()) == 2


async def test_a_synced_field_cannot_be_edited_and_nothing_of_the_edit_is_stored() -> None:
    world = await a_world("u1", department="Sales")
    before = await person(world, id_of("u1"))

    assert await refusal_of(edit(world, id_of("u1"), jobTitle="x", department="y")) == "follows-entra"
    assert await refusal_of(edit(world, id_of("u1"), salary="x")) == "field-unknown"
    assert await person(world, id_of("u1")) == before


@pytest.mark.parametrize("edited", ["Chief", None])
async def test_what_was_set_or_emptied_here_is_never_replaced(edited: str | None) -> None:
    """Overwrite is off; Entra says something else the next night, and the night after."""
    world = await a_world("u1", jobTitle="Analyst")
    await edit(world, id_of("u1"), jobTitle=edited)
    for title in ("Engineer", None, "Analyst"):
        world.entra.users["u1"]["jobTitle"] = title
        await world.night()

        assert (await person(world, id_of("u1"))).values.get("jobTitle") == edited


async def test_an_edit_names_what_it_was_decided_on() -> None:
    world = await a_world("u1")
    edited = (await edit(world, id_of("u1"), jobTitle="Chief")).person

    late = edit_recipient(world.services, WORKSPACE, edited.id, values={"jobTitle": "x"}, by="boss", revision=1)
    assert await refusal_of(late) == "recipient-changed"
    again = edit_recipient(
        world.services, WORKSPACE, edited.id, values={"jobTitle": "x"}, by="boss", revision=edited.revision
    )
    assert (await again).person.values["jobTitle"] == "x"


async def test_who_is_made_inactive_by_hand_stays_so_until_made_active_by_hand() -> None:
    world = await a_world("u1")
    await edit(world, id_of("u1"), Status.INACTIVE)
    for enabled in (False, True):
        world.entra.users["u1"]["accountEnabled"] = enabled
        await world.night()
        assert (await person(world, id_of("u1"))).status is Status.INACTIVE

    await edit(world, id_of("u1"), Status.ACTIVE)
    await world.night()

    assert (await person(world, id_of("u1"))).status is Status.ACTIVE


async def test_a_card_given_by_hand_is_never_taken_by_a_sync() -> None:
    world = await a_world("u1", "u2")
    made = await add(world, email="hand@example.com")
    for recipient in (made, id_of("u1")):
        await give_card(world.services, WORKSPACE, recipient, GroupId("g2"), by="boss")
    world.entra.groups["g2"] = a_group("g2", "u1")
    await world.night()
    world.entra.groups["g2"] = a_group("g2")
    world.entra.groups["g1"] = a_group("g1", "u2")
    await world.night()

    assert await world.members("g2") == {made, "u1"}
    assert (await person(world, id_of("u1"))).status is Status.ACTIVE


async def test_a_card_taken_by_hand_comes_back_for_a_member_in_entra_alone() -> None:
    """The night's read would pass over somebody of whom Entra says nothing new, had the edit not told it to look."""
    world = await a_world("u1")
    made = await add(world, email="hand@example.com")
    for recipient in (made, id_of("u1")):
        await give_card(world.services, WORKSPACE, recipient, GroupId("g2"), by="boss")
    world.entra.groups["g2"] = a_group("g2", "u1")
    await world.night()
    for recipient in (made, id_of("u1")):
        await take_card(world.services, WORKSPACE, recipient, GroupId("g2"), by="boss")
    assert await world.members("g2") == set()

    await world.night()

    assert await world.members("g2") == {"u1"}


async def test_cards_are_given_in_linked_groups_to_people_who_are_there() -> None:
    world = await a_world("u1")
    nobody, nowhere = RecipientId("p-none"), GroupId("g9")

    assert await refusal_of(give_card(world.services, WORKSPACE, id_of("u1"), nowhere, by="x")) == "group-not-linked"
    assert await refusal_of(give_card(world.services, WORKSPACE, nobody, G1, by="x")) == "recipient-not-found"
    assert await refusal_of(take_card(world.services, WORKSPACE, nobody, G1, by="x")) == "recipient-not-found"
    assert await refusal_of(edit(world, nobody, name="x")) == "recipient-not-found"


async def test_of_somebody_who_was_deleted_it_is_told_that_they_were() -> None:
    world = await a_world("u1")
    held = (await world.services.people.people(WORKSPACE, [id_of("u1")]))[id_of("u1")]
    await world.services.people.write(WORKSPACE, [RecipientWrite(replace(held.value, deleted=True), held.etag)])

    assert await refusal_of(edit(world, id_of("u1"), jobTitle="x")) == "recipient-deleted"
    assert await refusal_of(give_card(world.services, WORKSPACE, id_of("u1"), G1, by="x")) == "recipient-deleted"
    synced = sync_person(world.services, WORKSPACE, id_of("u1"), Scope.FULL, by="x")
    assert await refusal_of(synced) == "recipient-deleted"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"salary": "x"}, "values.salary"),
        ({"jobTitle": "x" * 1025}, "values.jobTitle"),
        ({"email": None}, "values.email"),
        ({"email": "nobody"}, "values.email"),
        ({"department": "y"}, "values.department"),
    ],
)
async def test_a_refused_edit_names_the_field_and_repeats_nothing_of_it(values: dict[str, Any], field: str) -> None:
    world = await a_world("u1")

    with pytest.raises(SyncRefused) as raised:
        await edit(world, id_of("u1"), **values)

    assert raised.value.field == field
    assert "salary" not in raised.value.reason


async def test_a_refused_status_names_itself() -> None:
    world = await a_world("u1", accountEnabled=False)

    with pytest.raises(SyncRefused) as raised:
        await edit(world, id_of("u1"), Status.ACTIVE)

    assert (raised.value.code, raised.value.field) == ("follows-entra", "status")


async def test_nobody_gets_a_card_in_a_group_whose_link_is_being_ended() -> None:
    world = await a_world("u1")
    group = await world.services.groups.group(WORKSPACE, GroupId("g2"))
    assert group is not None
    await world.services.groups.mark_unlinking(WORKSPACE, group.value)

    refused = await refusal_of(give_card(world.services, WORKSPACE, id_of("u1"), GroupId("g2"), by="boss"))

    assert refused == "group-not-linked"


async def test_an_edit_is_told_once_and_stands_in_the_timeline() -> None:
    world = await a_world("u1", jobTitle="Analyst")
    told = len(_told(world))
    stored = await edit(world, id_of("u1"), jobTitle="Chief")
    await edit(world, id_of("u1"), jobTitle="Chief")

    [event] = _told(world)[told:]
    [newest, imported] = await timeline(world.services, WORKSPACE, id_of("u1"), limit=10)
    assert event["subject"] == id_of("u1")
    assert event["data"]["revision"] == stored.person.revision == 2
    assert newest.entry is not None
    assert (newest.group, newest.entry.by, newest.entry.reason) == (None, "boss", "by-hand")
    assert newest.entry.changes == {
        "cards.g1": [[1, "active"], [2, "active"]],
        "values.jobTitle": ["Analyst", "Chief"],
    }
    assert imported.group == "g1"


async def test_more_than_a_row_can_hold_is_refused_and_leaves_nothing_behind() -> None:
    world = await a_world("u1")
    custom = {number: CustomField(f"custom{number}") for number in range(1, 16)}
    await world.services.workspaces.put_rulebook(WORKSPACE, replace(KEEPING, settings=FieldSettings(custom=custom)))
    made = await add(world, email="hand@example.com")
    before = await person(world, made)
    world.clock.advance(timedelta(seconds=1))

    much = dict.fromkeys(["name", "city", *(one.name for one in custom.values())], '"' * 1024)
    refused = await refusal_of(edit_recipient(world.services, WORKSPACE, made, values=much, by="boss"))

    assert refused == "person-too-large"
    assert await person(world, made) == before
    newest = await anext(aiter(world.services.runs.newest_first(WORKSPACE, PEOPLE)))
    assert newest.state is RunState.CANCELLED
    assert not [page async for page in world.services.journal.pages(WORKSPACE, PEOPLE, newest.id)]


def _told(world: World) -> list[dict[str, Any]]:
    batches = [json.loads(message.text) for message in world.queue.messages(DIRECTORY_CHANGES)]
    return [event for batch in batches for event in batch]
