"""Undoing a run puts back what it changed, in the same order of effects as any run, and says what it could not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.adapters.queues.orders import GROUP_SYNCS
from sync_core.domain import email
from sync_core.domain.directory import InactiveBecause, Origin, Recipient, Status
from sync_core.domain.errors import SyncRefused
from sync_core.domain.events import RECIPIENT_CHANGED
from sync_core.domain.ids import EntraUserId, GroupId, RecipientId, RunId
from sync_core.domain.journal import OUTDATED, JournalEntry, JournalPage
from sync_core.domain.options import OnLeaveLast, RemovalGuard, SyncOptions
from sync_core.domain.orders import SyncOrder, encode
from sync_core.domain.runs import Mode, Run, RunState
from sync_core.domain.undoing import CHANGED_SINCE, PUT_BACK
from sync_core.domain.workspaces import Connection, ConnectionStatus, Rulebook
from sync_core.flows.deliver_order import deliver_order
from sync_core.flows.locate_people import entra_key
from sync_core.flows.undo_run import WILL_BE_REDONE, order_undo
from sync_core.ports import RecipientWrite
from tests.fakes.world import TENANT, WORKSPACE, World, a_user
from tests.unit.flows.held_worlds import (
    G1,
    UNGUARDED,
    a_synced_world,
    ask_for,
    join,
    journal,
    kinds_in,
    leave,
    rid,
    run_of,
    some,
    told,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

G2 = GroupId("g2")
DELETING = Rulebook(
    options=SyncOptions(removal_guard=RemovalGuard(enabled=False), when_user_leaves_last_group=OnLeaveLast.DELETE)
)


async def an_eventful_world(rulebook: Rulebook = UNGUARDED) -> tuple[World, Mapping[str, Recipient], Run]:
    """Return a world after a night of everything, the people from before it, and its run of ``g1``.

    u0 left one group of two, u1 their only one, u2 was disabled, u3 changed, u4 got another address, u9 joined.
    """
    world = await a_synced_world(6, rulebook, g2=["u0", "u3"])
    before = await world.recipients()
    leave(world, "u0", "u1")
    world.entra.users["u2"]["accountEnabled"] = False
    world.entra.users["u3"]["jobTitle"] = "Engineer"
    world.entra.users["u4"]["mail"] = "new@example.com"
    world.entra.users["u9"] = a_user("u9")
    join(world, "u9")
    [run, _] = await world.night()
    return world, before, run


async def undo(world: World, run: Run, group: GroupId = G1) -> Run:
    """Undo *run*, work off the queue and return the undo as it ended."""
    world.clock.advance(timedelta(hours=1))
    ordered = await order_undo(world.services, WORKSPACE, group, run.id)
    await world.drain()
    return await run_of(world, ordered.id, group)


def as_seen(people: Mapping[str, Recipient]) -> dict[str, Any]:
    """Return what can be seen of people but for the versions of their cards."""
    return {
        key: (
            person.entra_id,
            dict(person.values),
            dict(person.card_content),
            (person.status, person.inactive_because),
            {group: card.state for group, card in person.cards.items()},
        )
        for key, person in people.items()
    }


async def index_of(world: World, group: GroupId = G1) -> dict[str, str]:
    """Return the fingerprints of the group's member index by Entra id."""
    state = await world.services.states.state(WORKSPACE, group)
    assert state is not None
    rows = world.services.members.index(WORKSPACE, group, spread=bool(state.value.spread))
    return {row.entra_id: row.fingerprint async for row in rows}


async def change(world: World, user: str, **changes: Any) -> None:
    """Change somebody behind every run's back."""
    [found] = (await world.services.people.people(WORKSPACE, [rid(user)])).values()
    person = replace(found.value, revision=found.value.revision + 1, **changes)
    await world.services.people.write(WORKSPACE, [RecipientWrite(person, found.etag)])


async def owner_of(world: World, key: str) -> RecipientId | None:
    claim = (await world.services.identities.owners(WORKSPACE, [key])).get(key)
    return None if claim is None else claim.owner


async def refusal(world: World, run: str, group: GroupId = G1) -> str:
    with pytest.raises(SyncRefused) as caught:
        await order_undo(world.services, WORKSPACE, group, RunId(run))
    return caught.value.code


async def test_a_whole_night_of_a_group_is_put_back() -> None:
    world, before, run = await an_eventful_world()
    undone = await undo(world, run)

    assert as_seen(await world.recipients()) == as_seen(before)
    assert (undone.state, undone.mode, undone.about) == (RunState.SUCCEEDED, Mode.UNDO, run.id)
    assert (undone.counts.added, undone.counts.updated, undone.counts.removed) == (2, 3, 1)


async def test_the_run_and_the_answer_say_that_the_next_sync_would_do_it_again() -> None:
    world, _, run = await an_eventful_world()
    world.clock.advance(timedelta(hours=1))
    ordered = await order_undo(world.services, WORKSPACE, G1, run.id)
    await world.drain()
    undone = await run_of(world, ordered.id)

    assert ordered.state is RunState.QUEUED
    assert ordered.reason is not None
    assert ordered.reason.text == WILL_BE_REDONE
    assert undone.reason is not None
    assert undone.reason.text == f"6 people were put back. {WILL_BE_REDONE}"


async def test_the_next_sync_does_it_again() -> None:
    """The directory decides; nobody whom an undo touched may be passed over because of a fingerprint."""
    world, _, run = await an_eventful_world()
    made = as_seen(await world.recipients())
    await undo(world, run)
    await world.night()

    assert as_seen(await world.recipients()) == made


async def test_the_next_sync_of_another_group_really_looks_at_the_person() -> None:
    world, _, run = await an_eventful_world()
    await undo(world, run)

    assert (await index_of(world, G2))["u3"] == ""

    await ask_for(world, group=G2)

    assert (await world.recipients())["u3"].values["jobTitle"] == "Engineer"


async def test_the_member_index_has_exactly_the_members_without_fingerprints_of_those_who_changed() -> None:
    world, _, run = await an_eventful_world()
    untouched = await index_of(world)
    await undo(world, run)

    assert await index_of(world) == {**dict.fromkeys(some(0, 5), ""), "u5": untouched["u5"]}


async def test_the_group_counts_its_members_again() -> None:
    world, _, run = await an_eventful_world()
    await undo(world, run)
    group = await world.services.groups.group(WORKSPACE, G1)

    assert group is not None
    assert group.value.members == 6


async def test_the_journal_and_the_platform_are_told_of_everybody_who_was_put_back() -> None:
    world, _, run = await an_eventful_world()
    undone = await undo(world, run)
    entries = await journal(world, undone.id)
    events = [event for event in told(world, RECIPIENT_CHANGED) if event["data"]["run"] == undone.id]

    assert {entry.reason for entry in entries} == {PUT_BACK}
    assert await kinds_in(world, undone.id) == {
        "u0": "added",
        "u1": "added",
        "u2": "updated",
        "u3": "updated",
        "u4": "updated",
        "u9": "removed",
    }
    assert {(event["data"]["recipient"], event["data"]["revision"]) for event in events} == {
        (entry.recipient, entry.revision) for entry in entries
    }


async def test_undoing_the_undo_gives_the_night_back_and_warns_of_nothing() -> None:
    world, _, run = await an_eventful_world()
    made = as_seen(await world.recipients())
    undone = await undo(world, run)
    again = await undo(world, undone)

    assert as_seen(await world.recipients()) == made
    assert again.reason is not None
    assert again.reason.text == "6 people were put back."
    quiet = await ask_for(world)
    assert (quiet.counts.added, quiet.counts.updated, quiet.counts.removed) == (0, 0, 0)


async def test_a_third_undo_warns_again() -> None:
    world, before, run = await an_eventful_world()
    third = await undo(world, await undo(world, await undo(world, run)))

    assert as_seen(await world.recipients()) == as_seen(before)
    assert third.reason is not None
    assert third.reason.text.endswith(WILL_BE_REDONE)


async def test_a_second_undo_of_the_same_run_puts_nobody_back() -> None:
    world, before, run = await an_eventful_world()
    await undo(world, run)
    second = await undo(world, run)

    assert second.reason is not None
    assert second.reason.text.startswith("Nobody was put back.")
    assert as_seen(await world.recipients()) == as_seen(before)
    assert await journal(world, second.id) == []


async def test_what_a_later_run_has_changed_is_left_and_listed() -> None:
    world, before, run = await an_eventful_world()
    world.entra.users["u3"]["jobTitle"] = "Director"
    await world.night()
    undone = await undo(world, run)
    now = await world.recipients()
    [note] = [entry for entry in await journal(world, undone.id) if entry.kind == OUTDATED]

    assert now["u3"].values["jobTitle"] == "Director"
    assert as_seen({"u1": now["u1"]}) == as_seen({"u1": before["u1"]})
    assert (note.recipient, note.reason) == (rid("u3"), CHANGED_SINCE)
    assert note.changes == {"values.jobTitle": ["Engineer", "Director"]}
    assert undone.state is RunState.SUCCEEDED_WITH_WARNINGS
    assert undone.reason is not None
    assert undone.reason.code == "undone-in-part"
    assert undone.reason.text.startswith("5 people were put back. 1 person was left, in whole or in part,")


async def test_who_is_left_is_no_change_that_could_be_undone_again() -> None:
    world, _, run = await an_eventful_world()
    world.entra.users["u3"]["jobTitle"] = "Director"
    await world.night()
    undone = await undo(world, run)
    await undo(world, undone)

    assert (await world.recipients())["u3"].values["jobTitle"] == "Director"


async def test_somebody_whom_the_run_made_and_another_group_took_in_stays_there() -> None:
    world, _, run = await an_eventful_world()
    join(world, "u9", group="g2")
    await world.night()
    undone = await undo(world, run)

    assert set((await world.recipients())["u9"].cards) == {G2}
    assert (await kinds_in(world, undone.id))["u9"] == OUTDATED
    assert "u9" not in await index_of(world)


async def test_somebody_whom_the_run_made_leaves_no_personal_data_and_frees_the_address() -> None:
    world, _, run = await an_eventful_world()
    await undo(world, run)
    [found] = (await world.services.people.people(WORKSPACE, [rid("u9")])).values()

    assert found.value.deleted
    assert found.value.values == {}
    assert await owner_of(world, email.key_of("u9@example.com")) is None


async def test_who_was_deleted_is_back_with_the_address_and_the_link() -> None:
    world, before, run = await an_eventful_world(DELETING)
    undone = await undo(world, run)

    assert as_seen(await world.recipients()) == as_seen(before)
    assert undone.state is RunState.SUCCEEDED
    assert await owner_of(world, email.key_of("u1@example.com")) == rid("u1")
    assert await owner_of(world, entra_key(EntraUserId("u1"))) == rid("u1")


async def test_who_was_deleted_and_whose_address_somebody_else_has_now_stays_deleted_and_is_listed() -> None:
    world, _, run = await an_eventful_world(DELETING)
    world.entra.users["u5"]["mail"] = "u1@example.com"
    await world.night()
    undone = await undo(world, run)
    [note] = [entry for entry in await journal(world, undone.id) if entry.kind == OUTDATED]

    assert "u1" not in await world.recipients()
    assert (note.recipient, note.reason) == (rid("u1"), email.TAKEN)
    assert await owner_of(world, email.key_of("u1@example.com")) == rid("u5")


async def test_an_address_that_somebody_else_has_now_is_left_and_the_rest_of_the_person_is_put_back() -> None:
    world, _, run = await an_eventful_world()
    world.entra.users["u5"]["mail"] = "u4@example.com"
    await world.night()
    undone = await undo(world, run)
    now = await world.recipients()

    assert now["u4"].values["email"] == "new@example.com"
    assert now["u5"].values["email"] == "u4@example.com"
    assert [
        (entry.recipient, entry.reason) for entry in await journal(world, undone.id) if entry.kind == OUTDATED
    ] == [(rid("u4"), email.TAKEN)]


@pytest.mark.parametrize(
    "addresses",
    [
        {"u0": "u1", "u1": "u2", "u2": "fresh"},
        {"u2": "u1", "u1": "u0", "u0": "fresh"},
        {"u0": "u1", "u1": "u0"},
        {"u0": "u1", "u1": "u2", "u2": "u0"},
    ],
    ids=["chain", "chain the other way", "swap", "ring"],
)
async def test_addresses_that_changed_hands_in_the_run_go_back(addresses: dict[str, str]) -> None:
    world = await a_synced_world(4, UNGUARDED)
    before = await world.recipients()
    for user, address in addresses.items():
        world.entra.users[user]["mail"] = f"{address}@example.com"
    [run] = await world.night()
    undone = await undo(world, run)

    assert as_seen(await world.recipients()) == as_seen(before)
    assert undone.state is RunState.SUCCEEDED
    for user in addresses:
        assert await owner_of(world, email.key_of(f"{user}@example.com")) == rid(user)
    assert await owner_of(world, email.key_of("fresh@example.com")) is None


async def test_a_person_made_by_hand_whom_the_run_linked_is_as_before_and_free_to_be_linked() -> None:
    world = await a_synced_world(2, UNGUARDED)
    by_hand = Recipient(
        RecipientId("r-eve"), None, {"email": "eve@example.com", "name": "Eve"}, origin=Origin.BY_HAND
    )
    await world.services.people.write(WORKSPACE, [RecipientWrite(by_hand, None)])
    key = email.key_of("eve@example.com")
    await world.services.identities.claim(WORKSPACE, {key: by_hand.id}, at=world.clock.now())
    world.entra.users["eve"] = a_user("eve")
    join(world, "eve")
    [run] = await world.night()
    assert (await world.recipients())["eve"].id == by_hand.id
    await undo(world, run)
    now = (await world.recipients())[by_hand.id]

    assert (now.entra_id, now.values, now.cards) == (None, by_hand.values, {})
    assert now.status is Status.ACTIVE
    assert await owner_of(world, entra_key(EntraUserId("eve"))) is None
    assert await owner_of(world, key) == by_hand.id


@pytest.mark.parametrize("step", [1, -1], ids=["older first", "newer first"])
async def test_a_run_that_was_taken_over_is_undone_over_all_its_attempts(step: int) -> None:
    """Killed behind its changes, the run read Entra again and changed one person a second time.

    In its journal the pages of any attempt can come first: they are named by a random token.
    """
    world = await a_synced_world(3, UNGUARDED)
    tokens = count(5000, step)
    world.services = replace(world.services, new_token=lambda: str(next(tokens)))
    before = await world.recipients()
    world.entra.users["u0"]["jobTitle"] = "Engineer"
    world.entra.users["u1"]["jobTitle"] = "Engineer"
    titles = ["Director", "Clerk"]

    async def break_behind_the_people(table: str, *_: object) -> None:
        if table == "Members" and titles:
            world.entra.users["u0"]["jobTitle"] = titles.pop(0)
            raise RuntimeError

    world.tables.after_write = break_behind_the_people
    with pytest.raises(RuntimeError):
        await world.night()
    with pytest.raises(RuntimeError):
        await deliver_again(world)
    run = await deliver_again(world)
    assert run.attempts == 3
    assert (await world.recipients())["u0"].values["jobTitle"] == "Clerk"
    undone = await undo(world, run)

    assert as_seen(await world.recipients()) == as_seen(before)
    assert (undone.counts.updated, undone.state) == (2, RunState.SUCCEEDED)


async def deliver_again(world: World) -> Run:
    """Deliver tonight's order once more, as the queue does after a failure, and return the run."""
    world.clock.advance(timedelta(minutes=10))
    [run] = [run async for run in world.services.runs.newest_first(WORKSPACE, G1) if not run.is_over]
    assert run.night is not None
    order = SyncOrder(WORKSPACE, G1, world.clock.now() + timedelta(hours=1), night=run.night, covers=(run.night,))
    await deliver_order(world.services, encode(order))
    return await run_of(world, run.id)


async def test_somebody_who_is_changed_while_the_undo_works_is_planned_afresh() -> None:
    world, _, run = await an_eventful_world()

    async def meddle(table: str, *_: object) -> None:
        if table == "Journal":
            world.tables.before_write = None
            [found] = (await world.services.people.people(WORKSPACE, [rid("u3")])).values()
            await change(world, "u3", values={**found.value.values, "jobTitle": "Director"})

    world.tables.before_write = meddle
    undone = await undo(world, run)
    now = await world.recipients()

    assert now["u3"].values["jobTitle"] == "Director"
    assert (await kinds_in(world, undone.id))["u3"] == OUTDATED
    assert undone.counts.updated == 2


async def test_who_was_put_back_and_synced_again_before_the_undo_went_on_is_not_put_back_twice() -> None:
    world, _, run = await an_eventful_world()

    async def break_behind_the_people(table: str, *_: object) -> None:
        if table == "Members":
            world.tables.after_write = None
            raise RuntimeError

    world.clock.advance(timedelta(hours=1))
    ordered = await order_undo(world.services, WORKSPACE, G1, run.id)
    world.tables.after_write = break_behind_the_people
    text = world.queue.receive(GROUP_SYNCS)
    assert text is not None
    with pytest.raises(RuntimeError):
        await deliver_order(world.services, text)
    assert (await world.recipients())["u3"].values.get("jobTitle") is None
    [member] = [
        one async for one in world.services.members.index(WORKSPACE, G2, spread=False) if one.entra_id == "u3"
    ]
    await world.services.members.save(WORKSPACE, G2, spread=False, changed=[replace(member, fingerprint="")])
    await ask_for(world, group=G2)
    await deliver_order(world.services, text)
    entries = [entry for entry in await journal(world, ordered.id) if entry.recipient == rid("u3")]

    assert (await world.recipients())["u3"].values["jobTitle"] == "Engineer"
    assert [entry.kind for entry in entries] == ["updated"]


async def test_who_was_made_inactive_by_hand_since_stays_inactive() -> None:
    world, _, run = await an_eventful_world()
    await change(world, "u1", inactive_because=InactiveBecause.BY_HAND)
    await undo(world, run)
    now = (await world.recipients())["u1"]

    assert (now.status, now.inactive_because) == (Status.INACTIVE, InactiveBecause.BY_HAND)
    assert G1 in now.cards


async def test_people_who_remember_fifty_later_changes_are_undone_as_far_as_they_are_the_same() -> None:
    world, before, run = await an_eventful_world()
    await change(world, "u1", runs=tuple(f"g2/20261201T000000Z-night-1/a-{number:06d}" for number in range(50)))
    await undo(world, run)

    assert as_seen(await world.recipients()) == as_seen(before)


async def test_what_the_journal_tells_of_somebody_but_never_happened_is_passed_over() -> None:
    """A run that was given up can leave a page whose people were never stored."""
    world, _, run = await an_eventful_world()
    entry = JournalEntry(
        rid("u5"), EntraUserId("u5"), "updated", changes={"values.name": ["Ada", "Person u5"]}, revision=2
    )
    await world.services.journal.write(WORKSPACE, G1, run.id, [JournalPage("lost-000001", (entry,))])
    await undo(world, run)

    assert (await world.recipients())["u5"].values["name"] == "Person u5"


async def test_an_undo_needs_no_entra() -> None:
    """It is most needed when something is wrong there."""
    world, before, run = await an_eventful_world()
    await world.services.workspaces.put_connection(WORKSPACE, Connection(TENANT, ConnectionStatus.DISCONNECTED))
    world.entra.users.clear()
    world.entra.groups.clear()
    undone = await undo(world, run)

    assert undone.state is RunState.SUCCEEDED
    assert as_seen(await world.recipients()) == as_seen(before)


async def test_an_undo_waits_for_a_run_that_is_at_work() -> None:
    world, before, run = await an_eventful_world()
    state = await world.services.states.state(WORKSPACE, G1)
    assert state is not None
    held = replace(state.value, run=RunId("other"), attempt="x", lease_until=world.clock.now() + timedelta(hours=2))
    await world.services.states.save(WORKSPACE, G1, held, etag=state.etag)
    world.clock.advance(timedelta(hours=1))
    await order_undo(world.services, WORKSPACE, G1, run.id)
    text = world.queue.receive(GROUP_SYNCS)
    assert text is not None
    await deliver_order(world.services, text)

    assert as_seen(await world.recipients()) != as_seen(before)

    await world.drain()

    assert as_seen(await world.recipients()) == as_seen(before)


async def test_one_that_is_asked_for_again_while_it_is_under_way_is_the_same_undo() -> None:
    world, _, run = await an_eventful_world()
    first = await order_undo(world.services, WORKSPACE, G1, run.id)
    world.clock.advance(timedelta(minutes=1))

    again = await order_undo(world.services, WORKSPACE, G1, run.id)

    assert again == first
    assert len(world.queue.messages(GROUP_SYNCS)) == 1


async def test_only_a_run_that_changed_somebody_can_be_undone() -> None:
    world, _, run = await an_eventful_world()
    preview = await ask_for(world, Mode.PREVIEW)
    [quiet, _] = await world.night()

    assert await refusal(world, run.id, GroupId("g9")) == "group-not-linked"
    assert await refusal(world, "20200101T000000Z-night-1") == "run-not-found"
    assert await refusal(world, preview.id) == "nothing-to-undo"
    assert await refusal(world, quiet.id) == "nothing-to-undo"


async def test_a_run_that_is_not_over_cannot_be_undone() -> None:
    world, _, run = await an_eventful_world()
    found = await world.services.runs.run(WORKSPACE, G1, run.id)
    assert found is not None
    await world.services.runs.save(WORKSPACE, G1, replace(run, state=RunState.RETRYING), etag=found.etag)

    assert await refusal(world, run.id) == "run-not-over"


async def test_a_run_of_an_older_link_cannot_be_undone() -> None:
    world, _, run = await an_eventful_world()
    found = await world.services.runs.run(WORKSPACE, G1, run.id)
    assert found is not None
    await world.services.runs.save(WORKSPACE, G1, replace(run, generation=0), etag=found.etag)

    assert await refusal(world, run.id) == "older-link"


async def test_a_run_whose_journal_is_not_kept_any_more_cannot_be_undone() -> None:
    world, _, run = await an_eventful_world()
    await world.services.journal.erase(WORKSPACE, G1, run.id, at_most=100)

    assert await refusal(world, run.id) == "journal-gone"


async def test_a_run_that_is_older_than_the_history_cannot_be_undone() -> None:
    """Its journal may be half deleted."""
    world, _, run = await an_eventful_world()
    world.clock.advance(world.services.history + timedelta(minutes=1))

    assert await refusal(world, run.id) == "journal-gone"


async def test_a_journal_that_went_after_the_undo_was_ordered_ends_it_with_the_reason() -> None:
    world, _, run = await an_eventful_world()
    made = as_seen(await world.recipients())
    ordered = await order_undo(world.services, WORKSPACE, G1, run.id)
    await world.services.journal.erase(WORKSPACE, G1, run.id, at_most=100)
    await world.drain()
    undone = await run_of(world, ordered.id)

    assert undone.state is RunState.FAILED
    assert undone.reason is not None
    assert undone.reason.code == "journal-gone"
    assert as_seen(await world.recipients()) == made
