"""What saving would change is told beforehand, by the engine itself, and nothing at all is stored for it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.adapters.directory.names import TABLES as DIRECTORY_TABLES
from sync_core.adapters.queues.events import DIRECTORY_CHANGES
from sync_core.adapters.queues.orders import GROUP_SYNCS, GROUP_SYNCS_POISON
from sync_core.adapters.tables.names import SYNC_STATE, TABLES
from sync_core.domain.effect import SAMPLE
from sync_core.domain.errors import EntraRefused, SyncRefused, TryAgainLater
from sync_core.domain.field_settings import FieldSettings, Switches
from sync_core.domain.ids import GroupId
from sync_core.domain.options import OnDisabled, OnLeaveLast, SyncOptions
from sync_core.domain.runs import Counts, RunState
from sync_core.domain.workspaces import Connection, ConnectionStatus, Rulebook, Workspace
from sync_core.flows.set_up_workspace import put_workspace
from sync_core.flows.show_effect import OUT_OF_TIME, show_effect
from tests.fakes.world import TENANT, WORKSPACE, World, a_group, a_tenant, a_user
from tests.unit.flows.held_worlds import G1, UNGUARDED, a_synced_world, join, leave, rid, some
from tests.unit.flows.test_preview import a_world_with_everything_to_do
from tests.unit.flows.worlds import on_write_to

if TYPE_CHECKING:
    from sync_core.flows.show_effect import Effect, GroupEffect

G2 = GroupId("g2")
GUESTS = replace(UNGUARDED, options=replace(UNGUARDED.options, include_guests=True))
NO_TITLES = replace(UNGUARDED, settings=FieldSettings(fields={"jobTitle": Switches(sync=False)}))


def everything(world: World) -> dict[str, list[Any]]:
    """Return every row of every table, ETags included, and every message."""
    tables = {table: world.tables.rows(table) for table in (*TABLES, *DIRECTORY_TABLES)}
    queues = {queue: world.queue.messages(queue) for queue in (GROUP_SYNCS, GROUP_SYNCS_POISON, DIRECTORY_CHANGES)}
    return {**tables, **queues}


async def effect_of(world: World, candidate: Rulebook, **asked: Any) -> Effect:
    return await show_effect(world.services, WORKSPACE, candidate, **asked)


async def effect_on(world: World, candidate: Rulebook, group: GroupId = G1) -> GroupEffect:
    [effect] = (await effect_of(world, candidate, groups=[group])).groups
    return effect


async def a_titled_world(people: int = 3, **groups: list[str]) -> World:
    """Everybody is an analyst, here as in Entra."""
    users = some(0, people)
    tenant = a_tenant(
        [a_user(user, jobTitle="Analyst") for user in users],
        [a_group("g1", *users), *(a_group(group, *members) for group, members in groups.items())],
    )
    world = await World(tenant).set_up(UNGUARDED)
    await world.night()
    return world


async def test_nothing_is_stored_sent_or_held_for_it() -> None:
    world = await a_world_with_everything_to_do()
    before = everything(world)

    effect = await effect_of(world, replace(GUESTS, options=replace(GUESTS.options, update_cards=False)))

    assert effect.complete
    assert effect.people > 0
    assert everything(world) == before


async def test_what_the_next_sync_does_anyway_is_not_put_down_to_saving() -> None:
    world = await a_titled_world(3)
    world.entra.users["u0"]["jobTitle"] = "Engineer"

    effect = await effect_on(world, UNGUARDED)

    assert effect.candidate == effect.present
    assert effect.candidate is not None
    assert (effect.candidate.counts.updated, effect.candidate.cards) == (1, 1)
    assert (effect.difference.people, effect.difference.cards, effect.sample) == (set(), 0, ())


async def test_guests_who_would_come_in_are_counted_and_shown() -> None:
    world = await a_synced_world(3, UNGUARDED)
    world.entra.users["guest"] = a_user("guest", userType="Guest", jobTitle="Visitor")
    join(world, "guest")

    effect = await effect_on(world, GUESTS)

    assert effect.candidate is not None
    assert effect.candidate.counts == Counts(read=4, added=1)
    assert effect.present is not None
    assert effect.present.counts == Counts(read=4)
    assert (len(effect.difference.people), effect.difference.cards) == (1, 1)
    [shown] = effect.sample
    assert (shown.name, shown.email, shown.entry.kind) == ("Person guest", "guest@example.com", "added")
    assert shown.entry.changes["values.jobTitle"] == [None, "Visitor"]


async def test_a_change_that_saving_would_prevent_counts_as_a_difference() -> None:
    world = await a_titled_world(3)
    world.entra.users["u0"]["jobTitle"] = "Engineer"

    effect = await effect_on(world, NO_TITLES)

    assert effect.candidate is not None
    assert effect.candidate.counts.updated == 0
    assert effect.present is not None
    assert effect.present.counts.updated == 1
    assert (len(effect.difference.people), effect.difference.cards) == (1, 1)


async def test_before_anything_was_saved_all_that_the_first_sync_does_is_because_of_saving() -> None:
    world = await World(a_tenant([a_user("u0"), a_user("u1")], [a_group("g1", "u0", "u1")])).set_up()
    await world.services.workspaces.put_rulebook(WORKSPACE, Rulebook())

    effect = await effect_on(world, Rulebook())

    assert effect.present is None
    assert effect.candidate is not None
    assert effect.candidate.counts.added == len(effect.difference.people) == effect.difference.cards == 2


async def test_statuses_that_would_change_are_counted() -> None:
    world = await a_synced_world(4, UNGUARDED)
    world.entra.users["u0"]["accountEnabled"] = False
    await world.night()
    world.entra.users["u1"]["accountEnabled"] = False
    leave(world, "u2")
    rules = replace(
        UNGUARDED.options, when_user_disabled=OnDisabled.KEEP, when_user_leaves_last_group=OnLeaveLast.DELETE
    )

    effect = await effect_on(world, replace(UNGUARDED, options=rules))

    assert effect.candidate is not None
    assert effect.present is not None
    assert (effect.candidate.reactivated, effect.candidate.deactivated, effect.candidate.deleted) == (1, 0, 1)
    assert (effect.present.reactivated, effect.present.deactivated, effect.present.deleted) == (0, 2, 0)


async def test_removals_that_would_wait_for_an_approval_are_told_as_held() -> None:
    world = await a_synced_world(10)
    leave(world, *some(0, 6))

    effect = await effect_on(world, Rulebook(options=SyncOptions(include_guests=True)))

    assert effect.candidate is not None
    assert effect.candidate.state is RunState.HELD
    assert effect.candidate.reason is not None
    assert effect.candidate.reason.code == "removals-held"
    assert (effect.candidate.counts.held, effect.candidate.counts.removed) == (6, 0)
    assert effect.difference.people == set()


async def test_people_whom_only_the_guard_keeps_make_the_difference() -> None:
    world = await a_synced_world(10)
    leave(world, *some(0, 6))

    effect = await effect_on(world, UNGUARDED)

    assert effect.candidate is not None
    assert effect.candidate.counts.removed == len(effect.difference.people) == 6
    assert {shown.entry.kind for shown in effect.sample} == {"removed"}


async def test_people_whom_a_guard_would_begin_to_hold_are_shown_as_waiting() -> None:
    world = await a_synced_world(10, UNGUARDED)
    leave(world, *some(0, 6))

    effect = await effect_on(world, Rulebook())

    assert effect.candidate is not None
    assert effect.candidate.counts.held == len(effect.difference.people) == 6
    assert {shown.entry.kind for shown in effect.sample} == {"held-removal"}
    assert {shown.email for shown in effect.sample} == {f"{user}@example.com" for user in some(0, 6)}


async def test_the_sample_is_small_however_many_change() -> None:
    world = await a_titled_world(3 * SAMPLE)
    unsynced = await effect_on(world, NO_TITLES)
    assert unsynced.difference.people == set()
    for user in world.entra.users.values():
        user["jobTitle"] = "Engineer"

    effect = await effect_on(world, NO_TITLES)
    first = await effect_on(world, replace(UNGUARDED, options=replace(UNGUARDED.options, update_cards=False)))

    assert (len(effect.difference.people), len(effect.sample)) == (3 * SAMPLE, 0)
    assert (len(first.difference.people), len(first.sample)) == (3 * SAMPLE, SAMPLE)


async def test_somebody_in_two_groups_counts_with_the_first_that_changes_them() -> None:
    """As in a night, where the second group finds them as the first has left them."""
    world = await a_titled_world(2, g2=["u0"])
    world.entra.users["u0"]["department"] = "Sales"
    world.entra.users["u0"]["userType"] = "Guest"
    world.entra.users["u1"]["department"] = "Sales"

    effect = await effect_of(world, GUESTS)

    counts = {one.group: one.candidate.counts.updated for one in effect.groups if one.candidate is not None}
    assert counts == {"g1": 2, "g2": 0}
    assert effect.people == 1


async def test_somebody_who_loses_every_group_is_deactivated_with_the_last() -> None:
    world = await a_synced_world(2, GUESTS, g2=["u0"])
    world.entra.users["u0"]["userType"] = "Guest"

    effect = await effect_of(world, UNGUARDED)

    told = {
        one.group: (one.candidate.counts.removed, one.candidate.deactivated) for one in effect.groups if one.candidate
    }
    assert told == {"g1": (1, 0), "g2": (1, 1)}
    assert effect.people == 1


async def test_who_waits_on_a_list_that_nobody_decided_about_goes_on_waiting() -> None:
    world = await a_synced_world(10)
    leave(world, *some(0, 6))
    await world.night()
    join(world, *some(0, 5))

    effect = await effect_on(world, Rulebook(options=SyncOptions(include_guests=True)))

    assert effect.candidate is not None
    assert effect.candidate.counts.held == 1


async def test_a_run_at_work_is_neither_waited_for_nor_disturbed() -> None:
    world = await a_synced_world(10, UNGUARDED)
    shown: list[Effect] = []

    async def look() -> None:
        world.tables.before_write = None
        shown.append(await effect_of(world, GUESTS))

    world.tables.before_write = on_write_to(SYNC_STATE, number=2, then=look)
    [run] = await world.night()

    assert shown[0].complete
    assert run.state is RunState.SUCCEEDED


async def test_entra_is_read_once_for_both_rules() -> None:
    world = await a_synced_world(12, UNGUARDED)
    pages: list[None] = []

    async def count() -> None:
        pages.append(None)

    world.entra.before_page = count

    await effect_of(world, GUESTS)

    assert len(pages) == 3


async def test_other_members_are_read_for_nested_groups() -> None:
    world = await a_synced_world(3, UNGUARDED)
    world.entra.users["deep"] = a_user("deep")
    world.entra.groups["inner"] = a_group("inner", "deep")
    world.entra.groups["g1"]["members"].append({"@odata.type": "#microsoft.graph.group", "id": "inner"})

    effect = await effect_on(
        world, replace(UNGUARDED, options=replace(UNGUARDED.options, include_nested_groups=True))
    )

    assert effect.candidate is not None
    assert effect.present is not None
    assert (effect.candidate.counts.added, effect.present.counts.added) == (1, 0)
    assert [shown.entry.recipient for shown in effect.sample] == [rid("deep")]


async def test_groups_come_in_order_from_where_the_last_answer_ended() -> None:
    world = await a_synced_world(2, UNGUARDED, g2=["u0"], g3=["u1"])

    first = await effect_of(world, GUESTS, limit=2)
    rest = await effect_of(world, GUESTS, limit=2, after=first.groups[-1].group)

    assert ([one.group for one in first.groups], first.complete) == (["g1", "g2"], False)
    assert ([one.group for one in rest.groups], rest.complete) == (["g3"], True)


async def test_only_the_groups_that_were_asked_for_are_computed() -> None:
    world = await a_synced_world(2, UNGUARDED, g2=["u0"], g3=["u1"])

    asked = [GroupId("g3"), GroupId("g1"), GroupId("g3")]

    both = await effect_of(world, GUESTS, groups=asked, limit=2)
    first = await effect_of(world, GUESTS, groups=asked, limit=1)
    second = await effect_of(world, GUESTS, groups=asked, limit=1, after=G1)

    assert ([one.group for one in both.groups], both.complete) == (["g1", "g3"], True)
    assert ([one.group for one in first.groups], first.complete) == (["g1"], False)
    assert ([one.group for one in second.groups], second.complete) == (["g3"], True)


async def test_a_group_that_cannot_be_told_of_says_why_and_the_others_go_on() -> None:
    world = await a_synced_world(2, UNGUARDED, g2=["u0"], g3=["u1"])
    del world.entra.groups["g1"]
    linked = await world.services.groups.group(WORKSPACE, G2)
    assert linked is not None
    await world.services.groups.mark_unlinking(WORKSPACE, linked.value)

    effect = await effect_of(world, GUESTS, groups=[G1, G2, GroupId("g3"), GroupId("g4")])

    told = {one.group: one.problem and one.problem.code for one in effect.groups}
    assert told == {"g1": "group-gone", "g2": "unlinking", "g3": None, "g4": "unlinked"}


async def test_when_the_time_is_up_the_answer_has_what_is_ready() -> None:
    world = await a_synced_world(2, UNGUARDED, g2=["u0"], g3=["u1"])
    never, pages = asyncio.Event(), list[None]()

    async def stall_in_the_second_group() -> None:
        pages.append(None)
        if len(pages) > 1:
            await never.wait()

    world.entra.before_page = stall_in_the_second_group

    effect = await effect_of(world, GUESTS, within=timedelta(seconds=0.5))

    assert ([one.group for one in effect.groups], effect.complete) == (["g1"], False)


async def test_a_first_group_that_takes_too_long_is_told_of_so_that_asking_on_gets_somewhere() -> None:
    world = await a_synced_world(2, UNGUARDED, g2=["u0"])
    world.entra.before_page = asyncio.Event().wait  # type: ignore[assignment]  # what it answers is not looked at

    effect = await effect_of(world, GUESTS, within=timedelta(milliseconds=20))

    [told] = effect.groups
    assert told.problem is not None
    assert (told.group, told.problem.code, effect.complete) == ("g1", OUT_OF_TIME, False)


async def test_what_entra_is_too_busy_for_is_left_to_the_next_answer() -> None:
    world = await a_synced_world(2, UNGUARDED, g2=["u0"])
    pages: list[None] = []

    async def busy_in_the_second_group() -> None:
        pages.append(None)
        if len(pages) > 1:
            raise TryAgainLater("Microsoft Graph is throttling", after=timedelta(minutes=3))

    world.entra.before_page = busy_in_the_second_group

    effect = await effect_of(world, GUESTS)

    assert ([one.group for one in effect.groups], effect.complete) == (["g1"], False)


async def test_where_nothing_is_ready_whoever_asks_is_told_when_to_come_again() -> None:
    world = await a_synced_world(2, UNGUARDED)

    async def busy() -> None:
        raise TryAgainLater("Microsoft Graph is throttling", after=timedelta(minutes=3))

    world.entra.before_page = busy

    with pytest.raises(TryAgainLater):
        await effect_of(world, GUESTS)


async def test_a_refusal_of_entra_is_told_and_not_noted() -> None:
    world = await a_synced_world(2, UNGUARDED)
    world.entra.refusal = EntraRefused("consent-missing", "Connect Entra ID again.")
    before = everything(world)

    with pytest.raises(SyncRefused) as refused:
        await effect_of(world, GUESTS)

    assert (refused.value.code, refused.value.reason) == ("connection-failed", "Connect Entra ID again.")
    assert everything(world) == before


@pytest.mark.parametrize("status", [ConnectionStatus.PENDING, ConnectionStatus.DISCONNECTED])
async def test_it_needs_a_connection(status: ConnectionStatus) -> None:
    world = await a_synced_world(2, UNGUARDED)
    await world.services.workspaces.put_connection(WORKSPACE, Connection(TENANT, status))

    with pytest.raises(SyncRefused) as refused:
        await effect_of(world, GUESTS)

    assert refused.value.code == "not-connected"


async def test_it_needs_a_plan_that_syncs() -> None:
    world = await a_synced_world(2, UNGUARDED)
    await put_workspace(world.services, Workspace(WORKSPACE, "Acme", "starter"))

    with pytest.raises(SyncRefused) as refused:
        await effect_of(world, GUESTS)

    assert refused.value.code == "plan-required"
