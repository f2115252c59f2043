from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sync_core.domain.directory import LinkedGroup, Status
from sync_core.domain.errors import SyncRefused
from sync_core.domain.field_settings import CustomField, FieldSettings, Switches
from sync_core.domain.holds import HeldKind
from sync_core.domain.ids import EntraGroupId, GroupId
from sync_core.domain.journal import place_of
from sync_core.domain.options import OnLeaveLast, RemovalGuard, SyncOptions
from sync_core.domain.standing import Place, ValueState
from sync_core.domain.workspaces import Rulebook
from sync_core.flows.decide_removals import decide_removals
from sync_core.flows.edit_people import add_recipient, edit_recipient, give_card
from sync_core.flows.explain_person import MOST_GROUPS_LOOKED_INTO, standing, timeline
from tests.fakes.world import WORKSPACE, World, a_group, a_tenant, a_user
from tests.unit.flows.held_worlds import G1, rid

if TYPE_CHECKING:
    from sync_core.domain.ids import RecipientId
    from sync_core.domain.standing import GroupStanding
    from sync_core.flows.explain_person import TimelineEntry

DELETING = Rulebook(
    options=SyncOptions(removal_guard=RemovalGuard(enabled=False), when_user_leaves_last_group=OnLeaveLast.DELETE)
)
G2 = GroupId("g2")


async def a_world(rulebook: Rulebook | None = None) -> World:
    """One night old: everybody in g1, u0 in g2 too."""
    users = [f"u{number}" for number in range(6)]
    world = World(a_tenant([a_user(user) for user in users], [a_group("g1", *users), a_group("g2", "u0")]))
    await world.set_up(rulebook)
    await world.night()
    return world


async def told(world: World, recipient: RecipientId, *, limit: int = 50) -> list[TimelineEntry]:
    return await timeline(world.services, WORKSPACE, recipient, limit=limit)


async def in_group(world: World, recipient: RecipientId, group: str = "g1") -> GroupStanding:
    found = await standing(world.services, WORKSPACE, recipient)
    return next(one for one in found.groups if one.group == group)


async def leave(world: World, *left: str) -> None:
    members = [member["id"] for member in world.entra.groups["g1"]["members"]]
    world.entra.groups["g1"] = a_group("g1", *(one for one in members if one not in left))
    await world.night()


async def test_a_timeline_tells_of_all_groups_newest_first() -> None:
    world = await a_world(DELETING)
    world.entra.users["u0"]["jobTitle"] = "Analyst"
    await world.night()
    await leave(world, "u0")

    entries = await told(world, rid("u0"))

    assert [(one.group, one.entry.kind) for one in entries if one.entry] == [
        ("g1", "removed"),
        ("g1", "updated"),
        ("g2", "added"),
        ("g1", "added"),
    ]
    assert entries[1].entry is not None
    assert entries[1].entry.changes["values.jobTitle"] == [None, "Analyst"]
    assert [one.at for one in entries] == sorted((one.at for one in entries), reverse=True)


async def test_a_timeline_is_read_in_pages() -> None:
    world = await a_world(DELETING)
    for title in ("a", "b", "c"):
        world.entra.users["u1"]["jobTitle"] = title
        await world.night()
    whole = await told(world, rid("u1"))

    first = await told(world, rid("u1"), limit=3)
    rest = await timeline(world.services, WORKSPACE, rid("u1"), limit=3, after=first[-1].mark)
    none = await timeline(world.services, WORKSPACE, rid("u1"), limit=3, after="g1/long/forgotten")

    assert (len(whole), first + rest, none) == (4, whole, [])


async def test_a_deleted_person_can_still_be_asked_about() -> None:
    world = await a_world(DELETING)
    await leave(world, "u1")

    [gone, _] = await told(world, rid("u1"))
    found = await standing(world.services, WORKSPACE, rid("u1"))

    assert gone.entry is not None
    assert (gone.group, gone.entry.kind, gone.entry.reason) == ("g1", "removed", "left-in-entra")
    assert gone.entry.changes["deleted"] == [None, True]
    assert found.person is not None
    assert (found.person.deleted, found.kept_by, found.values) == (True, (), {})


async def test_a_change_whose_journal_has_expired_is_still_a_change() -> None:
    world = await a_world()
    [mark] = (await world.services.people.people(WORKSPACE, [rid("u1")]))[rid("u1")].value.runs
    group, run, page = place_of(mark)
    await world.services.journal.drop(WORKSPACE, group, run, [page])

    [expired] = await told(world, rid("u1"))

    assert (expired.group, expired.run, expired.entry) == (group, run, None)


async def test_the_groups_that_keep_somebody_are_named() -> None:
    world = await a_world(DELETING)
    await leave(world, "u0")

    found = await standing(world.services, WORKSPACE, rid("u0"))

    assert found.kept_by == (G2,)
    assert [(one.group, one.place) for one in found.groups] == [("g2", Place.MEMBER)]


async def test_a_card_given_by_hand_is_what_keeps_somebody() -> None:
    world = await a_world()
    await give_card(world.services, WORKSPACE, rid("u1"), G2, by="boss")

    assert (await in_group(world, rid("u1"), "g2")).place is Place.BY_HAND


async def test_a_card_by_hand_in_a_group_that_is_not_linked_any_more_is_still_told_of() -> None:
    world = await a_world()
    await give_card(world.services, WORKSPACE, rid("u1"), G2, by="boss")
    linked = await world.services.groups.group(WORKSPACE, G2)
    assert linked is not None
    await world.services.groups.remove(WORKSPACE, linked.value)

    left = await in_group(world, rid("u1"), "g2")

    assert (left.name, left.place, left.keeps) == ("", Place.BY_HAND, True)


async def test_of_many_groups_those_that_gave_a_card_and_some_others_are_looked_into() -> None:
    """An answer about one person must not ask ten thousand groups; it says that it did not."""
    world = await a_world()
    for number in range(MOST_GROUPS_LOOKED_INTO + 10):
        group = LinkedGroup(GroupId(f"a{number:04d}"), EntraGroupId(f"e{number}"), f"Group {number}", "")
        assert await world.services.groups.add(WORKSPACE, group)
    read: list[str] = []

    async def note(table: str, _partition: str) -> None:
        read.append(table)

    world.tables.before_read = note
    found = await standing(world.services, WORKSPACE, rid("u0"))

    assert ([one.group for one in found.groups], found.complete) == (["g1", "g2"], False)
    assert len(read) < 2 * MOST_GROUPS_LOOKED_INTO + 20


async def test_all_groups_are_looked_into_where_they_are_few() -> None:
    world = await a_world()

    assert (await standing(world.services, WORKSPACE, rid("u1"))).complete


async def test_a_timeline_names_the_groups_that_are_linked() -> None:
    world = await a_world()
    linked = await world.services.groups.group(WORKSPACE, G2)
    assert linked is not None
    await world.services.groups.remove(WORKSPACE, linked.value)
    await edit_recipient(world.services, WORKSPACE, rid("u0"), status=Status.INACTIVE, by="boss")

    names = [(one.group, one.group_name) for one in await told(world, rid("u0"))]

    assert names == [(None, ""), ("g2", ""), ("g1", "Group g1")]


async def test_somebody_who_could_not_be_taken_in_has_a_standing_with_the_reason() -> None:
    world = await a_world()
    world.entra.users["u9"] = a_user("u9", mail="U1@example.com")
    world.entra.groups["g2"] = a_group("g2", "u0", "u9")
    await world.night()

    found = await standing(world.services, WORKSPACE, rid("u9"))
    refused = await in_group(world, rid("u9"), "g2")

    assert found.person is None
    assert (refused.place, refused.reason, refused.looked_at_next) == (Place.REFUSED, "email-taken", True)


async def test_what_stops_a_part_of_an_update_is_named() -> None:
    world = await a_world()
    world.entra.users["u1"]["mail"] = "u2@example.com"
    await world.night()

    stopped = await in_group(world, rid("u1"))

    assert (stopped.place, stopped.reason, stopped.looked_at_next) == (Place.MEMBER, "email-taken", True)


async def test_somebody_whose_removal_waits_is_held_until_it_is_decided() -> None:
    world = await a_world()
    await leave(world, "u0", "u1", "u2", "u3", "u4")
    run = await anext(aiter(world.services.runs.newest_first(WORKSPACE, G1)))
    hold = await world.services.holds.hold(WORKSPACE, G1, run.id)
    assert hold is not None

    assert (await in_group(world, rid("u1"))).held is HeldKind.REMOVAL
    assert (await in_group(world, rid("u5"))).held is None

    await decide_removals(world.services, WORKSPACE, G1, run.id, digest=hold.value.digest, reject="all", by="boss")
    assert (await in_group(world, rid("u1"))).held is None

    await world.drain()
    kept = await in_group(world, rid("u1"))
    assert (kept.place, kept.held, kept.keeps) == (Place.KEPT, None, True)


async def test_what_decides_about_each_value_is_told() -> None:
    settings = FieldSettings(
        {name: Switches(overwrite=False) for name in ("jobTitle", "department", "company")}
        | {"mobilePhone": Switches(sync=False)}
    )
    world = await a_world(replace(DELETING, settings=settings))
    await edit_recipient(
        world.services, WORKSPACE, rid("u1"), values={"jobTitle": "Chief", "mobilePhone": "1"}, by="boss"
    )
    world.entra.users["u1"]["department"] = "Sales"
    await world.night()

    values = (await standing(world.services, WORKSPACE, rid("u1"))).values

    assert {name: values[name] for name in ("name", "jobTitle", "department", "company", "mobilePhone")} == {
        "name": ValueState.FOLLOWS_ENTRA,
        "jobTitle": ValueState.EDITED_HERE,
        "department": ValueState.KEPT_HERE,
        "company": ValueState.FILLED_ONCE,
        "mobilePhone": ValueState.NOT_SYNCED,
    }


async def test_what_is_left_of_a_custom_field_that_is_mapped_no_more_is_told_apart() -> None:
    custom = FieldSettings(custom={1: CustomField("desk", Switches(overwrite=False))})
    world = await a_world(replace(DELETING, settings=custom))
    await edit_recipient(world.services, WORKSPACE, rid("u1"), values={"desk": "12"}, by="boss")
    await world.services.workspaces.put_rulebook(WORKSPACE, DELETING)

    values = (await standing(world.services, WORKSPACE, rid("u1"))).values

    assert (values["desk"], values["desk"].is_editable) == (ValueState.NOT_MAPPED, False)
    assert values["city"] is ValueState.FOLLOWS_ENTRA


async def test_of_somebody_made_by_hand_nothing_follows_entra() -> None:
    world = await a_world()
    made = await add_recipient(world.services, WORKSPACE, values={"email": "hand@example.com"}, by="boss")

    values = (await standing(world.services, WORKSPACE, made.person.id)).values

    assert set(values.values()) == {ValueState.NOT_LINKED}


async def test_nobody_has_neither_timeline_nor_standing() -> None:
    world = await a_world()

    for ask in (told(world, rid("u9")), standing(world.services, WORKSPACE, rid("u9"))):
        with pytest.raises(SyncRefused) as raised:
            await ask
        assert raised.value.code == "recipient-not-found"
