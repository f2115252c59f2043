"""Each sync option and field setting, seen through a whole night."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sync_core.domain.directory import CardState, InactiveBecause, Origin, Status
from sync_core.domain.field_settings import CustomField, FieldSettings, Switches
from sync_core.domain.ids import GroupId
from sync_core.domain.options import OnDisabled, OnLeave, OnLeaveLast
from sync_core.domain.runs import RunState
from tests.builders import GROUP, WORKSPACE, a_card
from tests.fakes.world import World, a_group, a_tenant, a_user
from tests.unit.flows.worlds import a_world, change_person, journal_of, now_in, rulebook, the_run

GUEST = {"userType": "Guest"}
NESTED = "#microsoft.graph.group"


def inner_group(group: str) -> dict[str, str]:
    return {"@odata.type": NESTED, "id": group}


async def details(world: World) -> tuple[str, str]:
    found = await world.services.groups.group(WORKSPACE, GROUP)
    assert found is not None
    return found.value.name, found.value.description


async def test_guests_are_left_out() -> None:
    world = await a_world("u1", "guest", guest=GUEST)

    run = await the_run(world)

    assert await world.members(GROUP) == {"u1"}
    assert (run.state, run.counts.read, run.counts.refused) == (RunState.SUCCEEDED, 2, 0)


async def test_guests_can_be_taken_in() -> None:
    world = await a_world("u1", "guest", rules=rulebook(include_guests=True), guest=GUEST)

    await the_run(world)

    assert await world.members(GROUP) == {"u1", "guest"}


async def test_a_member_who_became_a_guest_is_taken_out_with_that_reason() -> None:
    world = await a_world("u1", "u2")
    await the_run(world)
    world.entra.users["u2"] |= GUEST

    run = await the_run(world)

    assert await world.members(GROUP) == {"u1"}
    assert [(entry.entra_id, entry.kind, entry.reason) for entry in await journal_of(world, run)] == [
        ("u2", "removed", "guest-left-out")
    ]


async def test_guests_go_when_they_are_not_wanted_any_more() -> None:
    world = await a_world("u1", "guest", rules=rulebook(include_guests=True), guest=GUEST)
    await the_run(world)
    await world.set_up(rulebook())

    await the_run(world)

    assert await world.members(GROUP) == {"u1"}


async def test_members_of_inner_groups_are_left_out() -> None:
    world = await nested_world(nested=False)

    await the_run(world)

    assert await world.members(GROUP) == {"u1"}


async def test_members_of_inner_groups_can_be_taken_in_through_all_levels_and_circles() -> None:
    world = await nested_world(nested=True)

    run = await the_run(world)

    assert await world.members(GROUP) == {"u1", "u2", "u3"}
    assert run.counts.added == 3


async def nested_world(*, nested: bool) -> World:
    """The group holds u1 and an inner group with u2, that one an innermost with u3, which holds the group itself."""
    users = [a_user(f"u{number}") for number in (1, 2, 3)]
    groups = [a_group(GROUP, "u1"), a_group("inner", "u2"), a_group("innermost", "u3", "u1")]
    for outer, inner in ((0, "inner"), (1, "innermost"), (2, GROUP)):
        groups[outer]["members"].append(inner_group(inner))
    world = World(a_tenant(users, groups))
    return await world.set_up(rulebook(include_nested_groups=nested), groups=(GROUP,))


async def test_a_groups_name_and_description_follow_entra() -> None:
    world = await a_world("u1")
    now_in(world, GROUP, "u1", displayName="Sales & Co", description="Who sells")

    await the_run(world)

    assert await details(world) == ("Sales & Co", "Who sells")


async def test_a_description_that_is_gone_in_entra_is_gone_here() -> None:
    world = await a_world("u1")
    now_in(world, GROUP, "u1", description="Who sells")
    await the_run(world)
    now_in(world, GROUP, "u1")

    await the_run(world)

    assert (await details(world))[1] == ""


async def test_a_groups_name_can_be_left_alone() -> None:
    world = await a_world("u1", rules=rulebook(update_group_details=False))
    now_in(world, GROUP, "u1", displayName="Sales & Co")

    await the_run(world)

    found = await world.services.groups.group(WORKSPACE, GROUP)
    assert found is not None
    assert (found.value.name, found.value.members) == (f"Group {GROUP}", 1)


async def test_who_leaves_the_group_can_be_kept() -> None:
    world = await a_world("u1", "u2", rules=rulebook(when_user_leaves_group=OnLeave.KEEP))
    await the_run(world)
    now_in(world, GROUP, "u1")

    run = await the_run(world)

    assert await world.members(GROUP) == {"u1", "u2"}
    assert (run.state, run.counts.removed) == (RunState.SUCCEEDED, 0)


async def test_who_was_kept_leaves_when_the_option_changes() -> None:
    world = await a_world("u1", "u2", rules=rulebook(when_user_leaves_group=OnLeave.KEEP))
    await the_run(world)
    now_in(world, GROUP, "u1")
    await the_run(world)
    await world.set_up(rulebook())

    await the_run(world)

    assert await world.members(GROUP) == {"u1"}


@pytest.mark.parametrize(
    ("option", "left_here"),
    [
        (OnLeaveLast.KEEP, (Status.ACTIVE, None)),
        (OnLeaveLast.DEACTIVATE, (Status.INACTIVE, InactiveBecause.LEFT)),
        (OnLeaveLast.DELETE, None),
    ],
)
async def test_who_leaves_the_last_group_is_treated_as_the_option_says(option: OnLeaveLast, left_here: Any) -> None:
    world = await a_world("u1", "u2", rules=rulebook(when_user_leaves_last_group=option))
    await the_run(world)
    now_in(world, GROUP, "u1")

    run = await the_run(world)

    person = (await world.recipients()).get("u2")
    assert (None if person is None else (person.status, person.inactive_because)) == left_here
    assert person is None or person.cards == {}
    assert run.counts.removed == 1


async def test_the_address_of_somebody_deleted_is_free_for_the_next() -> None:
    world = await a_world("u1", "u2", rules=rulebook(when_user_leaves_last_group=OnLeaveLast.DELETE))
    await the_run(world)
    now_in(world, GROUP, "u1")
    await the_run(world)
    world.entra.users |= {"u3": a_user("u3", mail="u2@example.com")}
    now_in(world, GROUP, "u1", "u3")

    await the_run(world)

    assert (await world.recipients())["u3"].values["email"] == "u2@example.com"


async def test_somebody_disabled_becomes_inactive_and_active_again() -> None:
    world = await a_world("u1")
    await the_run(world)
    world.entra.users["u1"]["accountEnabled"] = False
    await the_run(world)
    disabled = (await world.recipients())["u1"]
    world.entra.users["u1"]["accountEnabled"] = True

    await the_run(world)

    enabled = (await world.recipients())["u1"]
    assert (disabled.status, disabled.cards[GROUP].state) == (Status.INACTIVE, CardState.PAUSED)
    assert (enabled.status, enabled.cards[GROUP].state) == (Status.ACTIVE, CardState.ACTIVE)


async def test_somebody_disabled_can_be_kept_active() -> None:
    world = await a_world("u1", rules=rulebook(when_user_disabled=OnDisabled.KEEP))
    await the_run(world)
    world.entra.users["u1"]["accountEnabled"] = False

    run = await the_run(world)

    assert (await world.recipients())["u1"].status is Status.ACTIVE
    assert run.counts.updated == 0


async def test_an_option_that_changes_applies_to_everybody_at_the_next_run() -> None:
    """Nothing changed in Entra; the rules are part of what was applied."""
    world = await a_world(
        "u1", "u2", rules=rulebook(when_user_disabled=OnDisabled.KEEP), u2={"accountEnabled": False}
    )
    await the_run(world)
    await world.set_up(rulebook())

    await the_run(world)

    people = await world.recipients()
    assert (people["u1"].status, people["u2"].status) == (Status.ACTIVE, Status.INACTIVE)


async def test_whom_a_person_made_inactive_stays_inactive() -> None:
    world = await a_world("u1")
    await the_run(world)
    await change_person(world, "u1", status=Status.INACTIVE, inactive_because=InactiveBecause.BY_HAND)
    world.entra.users["u1"]["jobTitle"] = "Engineer"

    await the_run(world)

    person = (await world.recipients())["u1"]
    assert (person.inactive_because, person.values["jobTitle"]) == (InactiveBecause.BY_HAND, "Engineer")


async def test_cards_can_be_left_alone_and_brought_up_to_date_later() -> None:
    world = await a_world("u1", rules=rulebook(update_cards=False))
    await the_run(world)
    world.entra.users["u1"]["jobTitle"] = "Engineer"
    await the_run(world)
    lagging = (await world.recipients())["u1"]
    await world.set_up(rulebook())

    await the_run(world)

    current = (await world.recipients())["u1"]
    assert (lagging.values["jobTitle"], lagging.cards[GROUP].version) == ("Engineer", 1)
    assert "jobTitle" not in lagging.card_content
    assert (current.card_content["jobTitle"], current.cards[GROUP].version) == ("Engineer", 2)


async def test_a_card_made_by_hand_stays_when_its_owner_leaves() -> None:
    world = await a_world("u1")
    await the_run(world)
    await change_person(world, "u1", cards={GROUP: a_card(origin=Origin.BY_HAND)})
    now_in(world, GROUP)

    await the_run(world)

    person = (await world.recipients())["u1"]
    assert (set(person.cards), person.status) == ({GROUP}, Status.ACTIVE)


async def test_a_field_without_overwrite_is_imported_once_and_then_kept() -> None:
    settings = FieldSettings(fields={"jobTitle": Switches(overwrite=False)})
    world = await a_world("u1", rules=rulebook(settings), u1={"jobTitle": "Analyst"})
    await the_run(world)
    first = (await world.recipients())["u1"]
    world.entra.users["u1"]["jobTitle"] = "Engineer"

    run = await the_run(world)

    assert first.values["jobTitle"] == "Analyst"
    assert (await world.recipients())["u1"] == first
    assert run.counts.updated == 0


async def test_an_entra_null_clears_a_field_with_overwrite() -> None:
    world = await a_world("u1", u1={"jobTitle": "Analyst"})
    await the_run(world)
    world.entra.users["u1"]["jobTitle"] = None

    await the_run(world)

    assert "jobTitle" not in (await world.recipients())["u1"].values


async def test_a_mapped_attribute_arrives_in_its_custom_field() -> None:
    settings = FieldSettings(custom={3: CustomField("costCenter")})
    attributes = {"onPremisesExtensionAttributes": {"extensionAttribute3": "4711", "extensionAttribute4": "no"}}
    world = await a_world("u1", rules=rulebook(settings), u1=attributes)

    await the_run(world)

    values = (await world.recipients())["u1"].values
    assert values["costCenter"] == "4711"
    assert "no" not in values.values()


async def test_a_quiet_night_changes_and_records_nothing() -> None:
    world = await a_world("u1", "u2", u2={"accountEnabled": False})
    await the_run(world)
    before = await world.recipients()

    run = await the_run(world)

    assert await world.recipients() == before
    assert await journal_of(world, run) == []
    assert (run.counts.added, run.counts.updated, run.counts.removed) == (0, 0, 0)


async def test_a_quiet_night_writes_no_person_and_no_row_of_the_index() -> None:
    world = await a_world("u1", "u2")
    await the_run(world)
    written: set[str] = set()

    async def note(table: str, *_: object) -> None:
        written.add(table)

    world.tables.before_write = note
    await the_run(world)

    assert not written & {"Recipients", "Members", "Identities", "Journal"}


async def test_what_changed_is_told_person_by_person() -> None:
    world = await a_world("u1", "u2", u1={"jobTitle": "Analyst"})
    await the_run(world)
    world.entra.users["u1"]["jobTitle"] = "Engineer"
    now_in(world, GROUP, "u1")

    run = await the_run(world)

    told = {str(entry.entra_id): (entry.kind, entry.reason, entry.changes) for entry in await journal_of(world, run)}
    assert told["u1"][:2] == ("updated", "")
    assert told["u1"][2]["values.jobTitle"] == ["Analyst", "Engineer"]
    assert told["u2"][:2] == ("removed", "left-in-entra")


async def test_every_change_leaves_its_mark_on_the_person() -> None:
    world = await a_world("u1")
    run = await the_run(world)

    person = (await world.recipients())["u1"]

    assert person.revision == 1
    assert [mark.rsplit("/", 1)[0] for mark in person.runs] == [f"{GROUP}/{run.id}"]


@pytest.mark.parametrize(("members", "partitions"), [(1000, {"acme|sales"}), (1001, 16)])
async def test_the_index_of_a_large_group_is_spread(members: int, partitions: Any) -> None:
    users = [f"u{number}" for number in range(members)]
    world = await a_world(*users)
    world.entra.page_size = 999

    await the_run(world)

    used = {row.partition for row in world.tables.rows("Members")}
    assert used == partitions or len(used) == partitions


async def test_a_spread_index_is_found_again_in_the_next_run() -> None:
    users = [f"u{number}" for number in range(1001)]
    world = await a_world(*users)
    world.entra.page_size = 999
    await the_run(world)
    now_in(world, GROUP, *users[1:])

    run = await the_run(world)

    assert (run.counts.added, run.counts.updated, run.counts.removed) == (0, 0, 1)


async def test_a_group_that_grows_keeps_its_index_where_it_is() -> None:
    world = await a_world("u0")
    await the_run(world)
    users = [f"u{number}" for number in range(1001)]
    world.entra.users |= {user: a_user(user) for user in users}
    world.entra.page_size = 999
    now_in(world, GROUP, *users)

    await the_run(world)

    assert {row.partition for row in world.tables.rows("Members")} == {"acme|sales"}


async def test_settings_are_read_when_the_run_starts() -> None:
    world = await a_world("u1", rules=rulebook(when_user_disabled=OnDisabled.KEEP), u1={"accountEnabled": False})

    async def change_them() -> None:
        rules = replace(rulebook(), confirmed_at=world.clock.now())
        await world.services.workspaces.put_rulebook(WORKSPACE, rules)

    world.entra.before_page = change_them
    await the_run(world)

    assert (await world.recipients())["u1"].status is Status.ACTIVE
    assert GroupId(GROUP) in (await world.recipients())["u1"].cards
