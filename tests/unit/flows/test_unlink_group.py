from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sync_core.adapters.queues.orders import GROUP_SYNCS
from sync_core.domain.directory import Card, CardState, Member, MemberState, Origin
from sync_core.domain.errors import LeaseLost, SyncRefused
from sync_core.domain.holds import HoldState
from sync_core.domain.ids import EntraGroupId, EntraUserId, GroupId, recipient_of
from sync_core.domain.options import OnLeave, OnLeaveLast, SyncOptions
from sync_core.domain.runs import Mode, Run, RunState, night_run_id
from sync_core.domain.schedule import midnight_of, night_of
from sync_core.domain.state import GroupState
from sync_core.domain.workspaces import ConnectionStatus, Rulebook
from sync_core.flows.deliver_order import deliver_order
from sync_core.flows.enqueue_due import enqueue_due
from sync_core.flows.lease import take_lease
from sync_core.flows.manage_schedules import put_schedule
from sync_core.flows.set_up_workspace import link_group
from sync_core.flows.show_runs import list_runs
from sync_core.flows.start_run import start_run
from sync_core.flows.unlink_group import order_unlink
from sync_core.ports import RecipientWrite
from tests.builders import NIGHT
from tests.fakes.world import DAILY, WORKSPACE, World, a_group, a_tenant, a_user

if TYPE_CHECKING:
    from sync_core.domain.directory import Recipient

G1, G2 = GroupId("g1"), GroupId("g2")
EVERYBODY = [f"u{number}" for number in range(12)]


class Killed(BaseException):
    """The process is gone: no handler of the product's may see it and tidy up."""


async def a_world(**options: object) -> World:
    """A world after its first night: all twelve in ``g1``, the first two in ``g2`` as well."""
    users = [a_user(user) for user in EVERYBODY]
    world = World(a_tenant(users, [a_group("g1", *EVERYBODY), a_group("g2", "u0", "u1")]))
    await world.set_up(Rulebook(options=replace(SyncOptions(), **options)))  # type: ignore[arg-type]
    await world.night()
    world.clock.advance(timedelta(hours=9))
    return world


async def unlink(world: World, group: GroupId = G1) -> Run:
    ordered = await order_unlink(world.services, WORKSPACE, group)
    await world.drain()
    return await run_of(world, ordered, group)


async def run_of(world: World, run: Run, group: GroupId = G1) -> Run:
    found = await world.services.runs.run(WORKSPACE, group, run.id)
    assert found is not None
    return found.value


async def link(world: World, group: GroupId = G1, *, entra_group: str | None = None) -> int:
    linked = await link_group(world.services, WORKSPACE, group, entra_group=EntraGroupId(entra_group or group))
    return linked.generation


async def person(world: World, user: str) -> Recipient:
    return (await world.recipients())[user]


async def is_linked(world: World, group: GroupId = G1) -> bool:
    return await world.services.groups.group(WORKSPACE, group) is not None


async def sync(world: World, group: GroupId = G1) -> Run:
    world.clock.advance(timedelta(minutes=1))
    run = await start_run(world.services, WORKSPACE, group, mode=Mode.SYNC)
    await world.drain()
    return await run_of(world, run, group)


async def test_an_unlinked_group_has_no_cards_members_or_schedule_any_more() -> None:
    world = await a_world()

    run = await unlink(world)

    assert (run.state, run.mode, run.counts.removed) == (RunState.SUCCEEDED, Mode.UNLINK, 12)
    assert await world.members("g1") == set()
    assert not await is_linked(world)
    assert [row for row in world.tables.rows("Members") if row.partition.startswith("acme|g1")] == []
    schedule = await world.services.schedules.schedule(WORKSPACE, G1)
    assert schedule is not None
    assert schedule.value.deleted
    assert [group async for _, group in world.services.schedules.due("daily")] == [G2]


async def test_who_is_left_without_a_group_is_treated_as_the_options_say() -> None:
    world = await a_world()

    await unlink(world)

    assert (await person(world, "u0")).status == "active"
    assert (await person(world, "u5")).status == "inactive"


async def test_people_who_leave_their_last_group_by_an_unlink_are_deleted_where_the_options_say_so() -> None:
    world = await a_world(when_user_leaves_last_group=OnLeaveLast.DELETE)

    await unlink(world)

    assert set(await world.recipients()) == {"u0", "u1"}


async def test_people_keep_their_cards_where_leavers_do() -> None:
    world = await a_world(when_user_leaves_group=OnLeave.KEEP)
    before = await world.recipients()

    run = await unlink(world)

    assert run.counts.removed == 0
    assert await world.recipients() == before
    assert not await is_linked(world)


async def test_a_card_that_was_made_by_hand_stays() -> None:
    world = await a_world()
    recipient = recipient_of(EntraUserId("u5"))
    found = (await world.services.people.people(WORKSPACE, [recipient]))[recipient]
    by_hand = replace(found.value, cards={G1: Card(1, CardState.ACTIVE, origin=Origin.BY_HAND)})
    await world.services.people.write(WORKSPACE, [RecipientWrite(by_hand, found.etag)])

    await unlink(world)

    assert await world.members("g1") == {"u5"}


async def test_who_is_kept_by_a_decision_leaves_with_the_link() -> None:
    world = await a_world()
    kept = Member(recipient_of(EntraUserId("u5")), EntraUserId("u5"), "", MemberState.KEPT)
    await world.services.members.save(WORKSPACE, G1, spread=False, changed=[kept])

    await unlink(world)

    assert await world.members("g1") == set()


async def test_a_member_whom_a_killed_run_stored_and_did_not_index_is_found() -> None:
    world = await a_world()
    lost = recipient_of(EntraUserId("u5"))
    await world.services.members.save(WORKSPACE, G1, spread=False, changed=[], gone=[lost])

    run = await unlink(world)

    assert run.counts.removed == 12
    assert await world.members("g1") == set()


async def test_the_platform_is_told_of_everybody_whom_an_unlink_changed() -> None:
    world = await a_world()
    before = world.queue.messages("directory-changes")

    await unlink(world)

    told = "".join(message.text for message in world.queue.messages("directory-changes")[len(before) :])
    assert all(recipient_of(EntraUserId(user)) in told for user in EVERYBODY)


async def test_an_unlink_needs_no_connection() -> None:
    world = await a_world()
    found = await world.services.workspaces.connection(WORKSPACE)
    assert found is not None
    gone = replace(found.value, status=ConnectionStatus.DISCONNECTED)
    await world.services.workspaces.put_connection(WORKSPACE, gone)

    assert (await unlink(world)).state is RunState.SUCCEEDED


async def test_an_unlink_that_comes_late_comes_all_the_same() -> None:
    world = await a_world()
    await order_unlink(world.services, WORKSPACE, G1)
    world.clock.advance(timedelta(hours=30))

    await world.drain()

    assert not await is_linked(world)


async def test_held_removals_end_with_the_link() -> None:
    world = await a_world()
    world.entra.groups["g1"]["members"] = world.entra.groups["g1"]["members"][:3]
    held = next(run for run in await world.night() if run.state is RunState.HELD)

    await unlink(world)

    hold = await world.services.holds.hold(WORKSPACE, G1, held.id)
    assert hold is not None
    assert hold.value.state is HoldState.OBSOLETE


async def test_asked_for_twice_it_is_the_same_run() -> None:
    world = await a_world()
    first = await order_unlink(world.services, WORKSPACE, G1)
    world.clock.advance(timedelta(seconds=1))

    second = await order_unlink(world.services, WORKSPACE, G1)
    await world.drain()

    assert second.id == first.id
    assert (await run_of(world, first)).counts.removed == 12
    assert world.poison() == []


async def test_asked_for_twice_at_the_same_moment_both_runs_end() -> None:
    world = await a_world()
    first = await order_unlink(world.services, WORKSPACE, G1)
    second = await start_run(world.services, WORKSPACE, G1, mode=Mode.UNLINK)

    await world.drain()

    ends = {(await run_of(world, run)).state for run in (first, second)}
    assert ends == {RunState.SUCCEEDED, RunState.SKIPPED}
    assert world.poison() == []


async def test_a_group_that_is_not_linked_cannot_be_unlinked() -> None:
    world = await a_world()
    await unlink(world)

    with pytest.raises(SyncRefused) as refused:
        await order_unlink(world.services, WORKSPACE, G1)

    assert refused.value.code == "group-not-linked"


async def test_while_it_is_unlinked_nothing_else_starts() -> None:
    world = await a_world()
    await order_unlink(world.services, WORKSPACE, G1)

    for refused in (
        start_run(world.services, WORKSPACE, G1, mode=Mode.SYNC),
        put_schedule(world.services, WORKSPACE, G1, cadence=DAILY, enabled=True),
        link_group(world.services, WORKSPACE, G1, entra_group=EntraGroupId("g1")),
    ):
        with pytest.raises(SyncRefused, match="is being unlinked") as caught:
            await refused
        assert caught.value.code == "unlinking"


async def test_an_order_that_comes_while_the_group_is_unlinked_is_skipped() -> None:
    world = await a_world()
    before = await start_run(world.services, WORKSPACE, G1, mode=Mode.SYNC)
    text = world.queue.receive(GROUP_SYNCS)
    await order_unlink(world.services, WORKSPACE, G1)
    assert text is not None

    await deliver_order(world.services, text)

    run = await run_of(world, before)
    assert run.state is RunState.SKIPPED
    assert run.reason is not None
    assert run.reason.code == "unlinking"


async def test_what_was_ordered_before_the_link_ended_is_over() -> None:
    world = await a_world()
    before = await start_run(world.services, WORKSPACE, G1, mode=Mode.SYNC)
    text = world.queue.receive(GROUP_SYNCS)
    assert text is not None
    await unlink(world)

    assert (await run_of(world, before)).state is RunState.SKIPPED
    await deliver_order(world.services, text)
    assert (await run_of(world, before)).state is RunState.SKIPPED


async def test_a_run_in_flight_makes_way_at_its_next_sign_of_life() -> None:
    """It is closed as any other: what it stored is counted, and nobody is changed behind that."""
    world = await a_world()
    for user in EVERYBODY:
        world.entra.users[user]["jobTitle"] = "Analyst"
    pages = 0

    async def unlink_while_reading() -> None:
        nonlocal pages
        pages += 1
        world.clock.advance(timedelta(seconds=40))
        if pages == 2:
            await order_unlink(world.services, WORKSPACE, G1)

    world.entra.before_page = unlink_while_reading
    run = await sync(world)

    assert run.state is RunState.CANCELLED
    assert run.reason is not None
    assert run.reason.code == "unlinking"
    assert pages == 2
    assert not await is_linked(world)
    assert await world.members("g1") == set()


async def kill_a_run(world: World) -> tuple[Run, str]:
    """Start a run whose process dies while it reads; return it with its order, which the queue still hides."""

    async def die() -> None:
        raise Killed

    started = await start_run(world.services, WORKSPACE, G1, mode=Mode.SYNC)
    text = world.queue.receive(GROUP_SYNCS)
    assert text is not None
    world.entra.before_page = die
    with pytest.raises(Killed):
        await deliver_order(world.services, text)
    world.entra.before_page = None
    return started, text


async def test_a_run_that_a_killed_process_left_is_cancelled() -> None:
    world = await a_world()
    killed, text = await kill_a_run(world)
    assert (await run_of(world, killed)).state is RunState.RUNNING

    await unlink(world)
    await deliver_order(world.services, text)

    run = await run_of(world, killed)
    assert run.state is RunState.CANCELLED
    assert run.reason is not None
    assert run.reason.code == "unlinked"


async def test_a_run_that_still_works_is_not_ended_by_a_second_delivery_of_its_order() -> None:
    """It ends itself at its next sign of life; ended from outside, what it is storing would not be counted."""
    world = await a_world()
    killed, text = await kill_a_run(world)
    await order_unlink(world.services, WORKSPACE, G1)
    world.queue.receive(GROUP_SYNCS)

    await deliver_order(world.services, text)
    assert (await run_of(world, killed)).state is RunState.RUNNING

    await world.drain()
    assert (await run_of(world, killed)).state is RunState.CANCELLED


async def test_a_run_of_an_older_link_loses_its_lease_to_the_new_one() -> None:
    world = await a_world()
    lease = await take_lease(
        world.services, WORKSPACE, G1, run=night_run_id(NIGHT, generation=1), attempt="a", generation=1
    )
    group = await world.services.groups.group(WORKSPACE, G1)
    assert group is not None
    await world.services.groups.remove(WORKSPACE, group.value)
    with pytest.raises(LeaseLost):
        await lease.renew()
    await link(world)

    with pytest.raises(LeaseLost):
        await lease.renew()


async def test_an_unlink_marks_the_group_though_whoever_asked_for_it_was_cut_off() -> None:
    world = await a_world()
    marked = []

    async def look(table: str, _partition: str, _rows: object) -> None:
        if table == "Recipients":
            group = await world.services.groups.group(WORKSPACE, G1)
            marked.append(group is not None and group.value.unlinking)

    await start_run(world.services, WORKSPACE, G1, mode=Mode.UNLINK)
    world.tables.before_write = look
    await world.drain()

    assert marked
    assert all(marked)
    assert not await is_linked(world)


async def test_history_can_be_read_when_the_group_is_not_linked_any_more() -> None:
    world = await a_world()
    unlinked = await unlink(world)

    runs, _ = await list_runs(world.services, WORKSPACE, G1, limit=10)

    assert [run.mode for run in runs] == [Mode.UNLINK, Mode.SYNC]
    assert runs[0] == unlinked


async def test_a_new_link_begins_anew_under_the_next_generation() -> None:
    world = await a_world()
    await unlink(world)

    assert await link(world) == 2
    run = await sync(world)

    assert run.generation == 2
    assert (run.state, run.counts.added) == (RunState.SUCCEEDED, 12)
    assert await world.members("g1") == set(EVERYBODY)
    assert (await person(world, "u5")).status == "active"


async def test_cards_that_were_kept_are_taken_up_by_the_next_link() -> None:
    world = await a_world(when_user_leaves_group=OnLeave.KEEP)
    await unlink(world)
    await link(world)
    before = await world.recipients()

    run = await sync(world)

    assert (run.counts.read, run.counts.added, run.counts.removed) == (12, 0, 0)
    assert {key: one.cards[G1].version for key, one in (await world.recipients()).items()} == {
        key: one.cards[G1].version for key, one in before.items()
    }


async def test_a_night_after_a_new_link_is_a_run_of_its_own() -> None:
    """The night that has run for the old link runs for the new one too, where it is scheduled again."""
    world = await a_world()
    tonight = night_of(world.clock.now()) + timedelta(days=1)
    world.clock.move_to(midnight_of(tonight))
    await enqueue_due(world.services)
    text = next(one.text for one in world.queue.messages(GROUP_SYNCS) if '"g1"' in one.text)
    await world.drain()
    await unlink(world)
    await link(world)
    await put_schedule(world.services, WORKSPACE, G1, cadence=DAILY, enabled=True)

    await deliver_order(world.services, text)

    runs, _ = await list_runs(world.services, WORKSPACE, G1, limit=10)
    assert {run.generation for run in runs if run.night == tonight} == {1, 2}


@pytest.mark.parametrize("mode", [Mode.SYNC, Mode.UNLINK])
async def test_an_order_for_an_older_link_never_touches_the_new_one(mode: Mode) -> None:
    """Its record may be lost: the order itself says which link it was meant for."""
    world = await a_world()
    old = await start_run(world.services, WORKSPACE, G1, mode=mode)
    text = world.queue.receive(GROUP_SYNCS)
    assert text is not None
    await unlink(world)
    await link(world)
    await sync(world)
    before = await world.recipients()
    await world.services.runs.delete(WORKSPACE, G1, old.id)

    await deliver_order(world.services, text)

    run = await run_of(world, old)
    assert run.state is RunState.SKIPPED
    assert run.reason is not None
    assert run.reason.code == "relinked"
    assert run.generation == 1
    assert await world.recipients() == before
    assert await is_linked(world)


async def test_a_repeated_unlink_order_leaves_the_new_link_and_its_own_record_alone() -> None:
    world = await a_world()
    ordered = await order_unlink(world.services, WORKSPACE, G1)
    text = world.queue.receive(GROUP_SYNCS)
    assert text is not None
    await deliver_order(world.services, text)
    ended = await run_of(world, ordered)
    await link(world)

    await deliver_order(world.services, text)

    assert await is_linked(world)
    assert await run_of(world, ordered) == ended


async def test_what_runs_of_the_old_link_handed_on_is_forgotten() -> None:
    world = await a_world()
    await unlink(world)
    found = await world.services.states.state(WORKSPACE, G1)
    assert found is not None
    assert found.value == GroupState()
    left = replace(found.value, spread=True, hold=night_run_id(night_of(world.clock.now()), generation=1))
    await world.services.states.save(WORKSPACE, G1, left, etag=found.etag)

    await link(world)
    await sync(world)

    found = await world.services.states.state(WORKSPACE, G1)
    assert found is not None
    assert found.value == GroupState(generation=2, spread=False)


async def test_what_a_killed_run_of_the_old_link_left_in_the_index_hides_nobody_from_the_new_one() -> None:
    world = await a_world()
    index = [member async for member in world.services.members.index(WORKSPACE, G1, spread=False)]
    await unlink(world)
    await world.services.members.save(WORKSPACE, G1, spread=False, changed=index)
    await link(world)

    await sync(world)

    assert await world.members("g1") == set(EVERYBODY)


async def test_linking_the_same_two_again_changes_nothing() -> None:
    world = await a_world()

    assert await link(world) == 1

    assert await world.members("g1") == set(EVERYBODY)


async def test_a_group_of_another_entra_group_is_taken() -> None:
    world = await a_world()

    with pytest.raises(SyncRefused) as refused:
        await link(world, G1, entra_group="g2")

    assert refused.value.code == "group-taken"


async def test_one_entra_group_is_linked_once() -> None:
    world = await a_world()

    with pytest.raises(SyncRefused) as refused:
        await link(world, GroupId("again"), entra_group="g1")

    assert refused.value.code == "already-linked"


async def test_one_entra_group_is_linked_once_by_two_at_the_same_moment() -> None:
    """The second links while the first still asks Entra for the group's name."""
    world = await a_world()
    world.entra.groups["new"] = a_group("new")
    interfered = False

    async def be_faster(table: str, _partition: str, _rows: object) -> None:
        nonlocal interfered
        if table == "Groups" and not interfered:
            interfered = True
            await link(world, GroupId("faster"), entra_group="new")

    world.tables.before_write = be_faster
    with pytest.raises(SyncRefused) as refused:
        await link(world, GroupId("slower"), entra_group="new")

    assert refused.value.code == "already-linked"
    assert await is_linked(world, GroupId("faster"))
    assert not await is_linked(world, GroupId("slower"))


async def test_the_same_link_made_twice_at_the_same_moment_is_made_once() -> None:
    world = await a_world()
    world.entra.groups["new"] = a_group("new")
    generations: list[int] = []

    async def be_faster(table: str, _partition: str, _rows: object) -> None:
        if table == "Groups" and not generations:
            generations.append(0)
            generations[0] = await link(world, GroupId("new"))

    world.tables.before_write = be_faster
    generations.append(await link(world, GroupId("new")))

    assert generations == [1, 1]


async def test_an_unlinked_entra_group_can_be_linked_to_another_group() -> None:
    world = await a_world()
    await unlink(world)

    assert await link(world, GroupId("other"), entra_group="g1") == 1
