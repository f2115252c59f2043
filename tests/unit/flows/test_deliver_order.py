"""Whatever happens to an order, somebody hears of it: carried out, put off, failed with a reason, or put aside."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.adapters.queues.orders import GROUP_SYNCS
from sync_core.domain.errors import EntraRefused, GroupGone, TryAgainLater
from sync_core.domain.ids import GroupId
from sync_core.domain.orders import encode
from sync_core.domain.runs import RunState
from sync_core.flows.deliver_order import deliver_order, give_up_order
from sync_core.flows.enqueue_due import enqueue_due
from sync_core.flows.lease import take_lease
from sync_core.ports import etag_of
from tests.builders import GROUP, MIDNIGHT, WORKSPACE, a_sync_order
from tests.unit.flows.worlds import (
    a_world,
    change_person,
    journal_of,
    now_in,
    on_write_to,
    orders_on_queue,
    stored_run,
    the_run,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.fakes.memory_entra import MemoryEntra
    from tests.fakes.world import World

DAY = timedelta(days=1)


def break_reads(entra: MemoryEntra, error: Exception, *, page: int = 1) -> None:
    """Let the *page*-th page and all after it fail."""
    pages = 0

    async def fail() -> None:
        nonlocal pages
        pages += 1
        if pages >= page:
            raise error

    entra.before_page = fail


async def deliver_tonight(world: World) -> None:
    """Move to the next midnight and deliver each visible order once, as the host does."""
    world.clock.move_to(world.clock.now() + DAY)
    await enqueue_due(world.services)
    await deliver_once(world)


async def deliver_once(world: World) -> str:
    text = world.queue.receive(GROUP_SYNCS)
    assert text is not None
    await deliver_order(world.services, text)
    return text


async def lease_is_free(world: World) -> bool:
    found = await world.services.states.state(WORKSPACE, GROUP)
    return found is None or found.value.lease_left(now=world.clock.now()) is None


async def test_an_order_that_was_carried_out_is_gone() -> None:
    world = await a_world("u1")

    await deliver_tonight(world)

    assert world.queue.messages(GROUP_SYNCS) == []
    assert (await stored_run(world)).state is RunState.SUCCEEDED
    assert await lease_is_free(world)


async def test_an_order_delivered_again_changes_nothing() -> None:
    world = await a_world("u1")
    await deliver_tonight(world)
    run, people = await stored_run(world), await world.recipients()
    world.entra.users["u1"]["jobTitle"] = "Engineer"

    order = a_sync_order(night=run.night, covers=(), not_after=world.clock.now() + DAY)
    await deliver_order(world.services, encode(order))

    assert (await stored_run(world), await world.recipients()) == (run, people)


@pytest.mark.parametrize("text", ["", "no json", '{"order": "sync"}', "\x00\x01", encode(a_sync_order()) + "}"])
async def test_a_message_that_is_no_order_is_put_aside_at_once_with_its_reason(text: str) -> None:
    world = await a_world()

    await deliver_order(world.services, text)

    [poison] = world.poison()
    assert json.loads(poison)["message"] == text
    assert json.loads(poison)["reason"]


async def test_one_bad_message_does_not_stop_the_others() -> None:
    world = await a_world("u1")
    await world.queue.send(GROUP_SYNCS, "no json")

    run = await the_run(world)

    assert run.state is RunState.SUCCEEDED
    assert len(world.poison()) == 1


async def test_when_entra_is_busy_the_run_is_retrying_and_its_order_comes_back_later() -> None:
    world = await a_world("u1")
    break_reads(world.entra, TryAgainLater("Entra is throttling", after=timedelta(minutes=7)))

    await deliver_tonight(world)

    run = await stored_run(world)
    assert (run.state, run.reason and run.reason.text) == (RunState.RETRYING, "Entra is throttling")
    [message] = world.queue.messages(GROUP_SYNCS)
    assert message.visible_at == world.clock.now() + timedelta(minutes=7)
    assert await lease_is_free(world)


async def test_a_run_that_was_put_off_goes_on_when_its_order_is_back() -> None:
    world = await a_world("u1", "u2")
    world.entra.page_size = 1
    break_reads(world.entra, TryAgainLater("busy", after=timedelta(minutes=7)), page=2)
    await deliver_tonight(world)
    world.entra.before_page = None

    await world.drain()

    run = await stored_run(world)
    assert (run.state, run.attempts, run.counts.added) == (RunState.SUCCEEDED, 2, 2)
    assert run.reason is None


async def test_the_order_that_comes_back_is_the_same_order() -> None:
    world = await a_world("u1")
    world.clock.move_to(MIDNIGHT + DAY)
    await enqueue_due(world.services)
    before = orders_on_queue(world)
    break_reads(world.entra, TryAgainLater("busy", after=timedelta(minutes=7)))

    await deliver_once(world)

    assert orders_on_queue(world) == before


async def test_an_order_that_is_put_off_past_its_time_ends_as_failed() -> None:
    world = await a_world("u1")
    break_reads(world.entra, TryAgainLater("busy", after=timedelta(hours=6)))

    run = await the_run(world)

    assert (run.state, run.reason and run.reason.code) == (RunState.FAILED, "too-late")
    assert world.queue.messages(GROUP_SYNCS) == []
    assert await lease_is_free(world)


async def test_when_storage_is_busy_the_run_is_put_off_and_nothing_is_lost() -> None:
    world = await a_world("u1", "u2")
    for table in ("Recipients", "Journal", "Identities", "Members"):
        world.entra.users["u1"]["jobTitle"] = f"before {table}"
        world.entra.users |= {table: world.entra.users["u1"] | {"id": table, "mail": f"{table}@example.com"}}
        now_in(world, GROUP, *world.entra.users)

        async def busy() -> None:
            world.tables.before_write = None
            raise TryAgainLater("storage is busy", after=timedelta(seconds=30))

        world.tables.before_write = on_write_to(table, then=busy)
        run = await the_run(world)

        assert (run.state, run.attempts) == (RunState.SUCCEEDED, 2), table
        assert (await world.recipients())["u1"].values["jobTitle"] == f"before {table}"
        assert await world.members(GROUP) == set(world.entra.users)


async def test_a_group_that_is_gone_in_entra_fails_with_the_reason_and_touches_nobody() -> None:
    world = await a_world("u1", "u2")
    await the_run(world)
    people = await world.recipients()
    del world.entra.groups[GROUP]

    run = await the_run(world)

    assert (run.state, run.reason and run.reason.code) == (RunState.FAILED, "group-gone")
    assert await world.recipients() == people
    assert world.queue.messages(GROUP_SYNCS) == []
    assert await lease_is_free(world)


async def test_a_group_that_goes_while_it_is_read_takes_nobody_out() -> None:
    world = await a_world("u1", "u2")
    await the_run(world)
    break_reads(world.entra, GroupGone("group-gone", "The group is not in Entra ID any more."))
    now_in(world, GROUP)

    run = await the_run(world)

    assert run.state is RunState.FAILED
    assert await world.members(GROUP) == {"u1", "u2"}


async def test_when_entra_refuses_the_run_fails_with_the_sentence_that_tells_the_fix() -> None:
    world = await a_world("u1")
    break_reads(world.entra, EntraRefused("consent-revoked", "Ask an administrator to consent again."))

    run = await the_run(world)

    assert (run.state, run.reason and (run.reason.code, run.reason.text)) == (
        RunState.FAILED,
        ("consent-revoked", "Ask an administrator to consent again."),
    )
    last = await world.services.groups.last_run(WORKSPACE, GROUP)
    assert last is not None
    assert last.reason == run.reason


async def test_a_run_that_is_refused_half_way_keeps_what_it_did_and_counts_it() -> None:
    """Two of three pages are a full wave, which is applied before the third is asked for."""
    world = await a_world(*(f"u{number:04d}" for number in range(2100)))
    world.entra.page_size = 900
    break_reads(world.entra, EntraRefused("consent-revoked", "Consent again."), page=3)

    run = await the_run(world)

    assert run.state is RunState.FAILED
    assert run.counts.added == len(await world.members(GROUP)) == 1800
    assert len(await journal_of(world, run)) == 1800


async def test_what_nobody_expected_is_raised_for_the_host_to_deliver_again() -> None:
    world = await a_world("u1")
    break_reads(world.entra, ZeroDivisionError())

    with pytest.raises(ZeroDivisionError):
        await deliver_tonight(world)

    run = await stored_run(world)
    assert (run.state, run.reason and run.reason.code) == (RunState.RETRYING, "unexpected")
    assert await lease_is_free(world)
    assert world.poison() == []


async def test_after_the_last_delivery_the_run_is_failed_and_the_message_put_aside() -> None:
    world = await a_world("u1")
    break_reads(world.entra, ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        await deliver_tonight(world)
    text = encode(a_sync_order(night=(await stored_run(world)).night))

    await give_up_order(world.services, text, ZeroDivisionError())

    run = await stored_run(world)
    assert (run.state, run.reason and run.reason.code) == (RunState.FAILED, "gave-up")
    assert run.ended_at is not None
    [poison] = world.poison()
    assert json.loads(poison)["message"] == text
    assert "ZeroDivisionError" in json.loads(poison)["reason"]
    last = await world.services.groups.last_run(WORKSPACE, GROUP)
    assert last is not None
    assert last.state is RunState.FAILED


async def test_a_run_that_never_came_to_a_record_is_failed_all_the_same() -> None:
    """Whatever broke broke before the claim: the group's list must not go on showing last night's success."""
    world = await a_world("u1")

    await give_up_order(world.services, encode(a_sync_order()), ZeroDivisionError())

    run = await stored_run(world)
    assert (run.state, run.reason and run.reason.code) == (RunState.FAILED, "gave-up")
    last = await world.services.groups.last_run(WORKSPACE, GROUP)
    assert last is not None
    assert last.state is RunState.FAILED


async def test_giving_up_leaves_a_run_that_is_over_as_it_is() -> None:
    world = await a_world("u1")
    await deliver_tonight(world)
    run = await stored_run(world)

    await give_up_order(world.services, encode(a_sync_order(night=run.night)), ZeroDivisionError())

    assert await stored_run(world) == run
    assert len(world.poison()) == 1


async def test_giving_up_an_order_of_a_group_that_is_not_linked_puts_it_aside() -> None:
    world = await a_world()

    await give_up_order(world.services, encode(a_sync_order(group=GroupId("unlinked"))), ZeroDivisionError())

    assert len(world.poison()) == 1


async def test_the_reason_of_an_unexpected_error_holds_none_of_its_text() -> None:
    """Its text may hold anything, an address too; its type is enough to begin with."""
    world = await a_world("u1")

    await give_up_order(world.services, encode(a_sync_order()), ValueError("ada@example.com is odd"))

    assert "ada" not in json.loads(world.poison()[0])["reason"]


async def test_a_run_whose_lease_was_taken_stops_and_its_order_comes_back() -> None:
    """Another delivery took the group over while this one slept."""
    world = await a_world("u1", "u2")
    world.entra.page_size = 1

    async def fall_asleep() -> None:
        world.entra.before_page = None
        world.clock.advance(world.services.lease)
        run = (await stored_run(world)).id
        await take_lease(world.services, WORKSPACE, GROUP, run=run, attempt="theirs", generation=1)

    world.entra.before_page = fall_asleep
    await deliver_tonight(world)

    assert await world.recipients() == {}
    assert len(orders_on_queue(world)) == 1
    found = await world.services.states.state(WORKSPACE, GROUP)
    assert found is not None
    assert found.value.attempt == "theirs"


async def test_a_run_whose_lease_was_taken_a_moment_ago_changes_nobody_any_more() -> None:
    """No time has passed that would call for a renewal: the lease is renewed before people are changed anyway."""
    world = await a_world("u1", "u2")

    async def lose_the_lease() -> None:
        found = await world.services.states.state(WORKSPACE, GROUP)
        assert found is not None
        theirs = replace(found.value, attempt="theirs")
        await world.services.states.save(WORKSPACE, GROUP, theirs, etag=found.etag)

    world.entra.before_page = lose_the_lease
    await deliver_tonight(world)

    assert await world.recipients() == {}
    assert len(orders_on_queue(world)) == 1


async def test_a_run_that_was_cancelled_takes_nobody_out_any_more_and_stays_cancelled() -> None:
    world = await a_world("u1", "u2")
    await the_run(world)
    now_in(world, GROUP, "u1")

    async def cancel() -> None:
        run = await stored_run(world)
        found = await world.services.runs.run(WORKSPACE, GROUP, run.id)
        cancelled = run.ended(RunState.CANCELLED, at=world.clock.now())
        await world.services.runs.save(WORKSPACE, GROUP, cancelled, etag=etag_of(found))

    world.entra.before_page = cancel
    run = await the_run(world)

    assert run.state is RunState.CANCELLED
    assert await world.members(GROUP) == {"u1", "u2"}
    assert world.queue.messages(GROUP_SYNCS) == []


def lose_the_run(world: World, error: Exception) -> Callable[[], Awaitable[None]]:
    """Return a hook after which the record is another delivery's, and something happens to this one."""

    async def hook() -> None:
        run = await stored_run(world)
        found = await world.services.runs.run(WORKSPACE, GROUP, run.id)
        await world.services.runs.save(WORKSPACE, GROUP, replace(run, attempt="theirs"), etag=etag_of(found))
        raise error

    return hook


async def test_an_order_is_put_off_also_when_the_run_is_another_deliverys_by_now() -> None:
    world = await a_world("u1")
    world.entra.before_page = lose_the_run(world, TryAgainLater("busy", after=timedelta(minutes=1)))

    await deliver_tonight(world)

    assert (await stored_run(world)).attempt == "theirs"
    assert len(orders_on_queue(world)) == 1


async def test_what_nobody_expected_is_raised_as_itself_also_when_the_run_is_another_deliverys_by_now() -> None:
    world = await a_world("u1")
    world.entra.before_page = lose_the_run(world, ZeroDivisionError())

    with pytest.raises(ZeroDivisionError):
        await deliver_tonight(world)

    assert (await stored_run(world)).attempt == "theirs"


async def test_what_nobody_expected_is_raised_as_itself_also_when_storage_is_busy() -> None:
    world = await a_world("u1")

    async def busy(_table: str, *_: object) -> None:
        raise TryAgainLater("storage is busy", after=timedelta(seconds=30))

    async def fail() -> None:
        world.tables.before_write = busy
        raise ZeroDivisionError

    world.entra.before_page = fail
    with pytest.raises(ZeroDivisionError):
        await deliver_tonight(world)


async def test_a_run_that_worked_for_too_long_goes_on_in_a_new_delivery_at_once() -> None:
    world = await a_world("u1", "u2", "u3")
    world.entra.page_size = 1

    async def slowly() -> None:
        world.clock.advance(world.services.run_time * 0.6)

    world.entra.before_page = slowly
    await deliver_tonight(world)
    [message] = world.queue.messages(GROUP_SYNCS)
    retrying = await stored_run(world)
    world.entra.before_page = None
    await world.drain()

    assert (retrying.state, message.visible_at <= world.clock.now()) == (RunState.RETRYING, True)
    assert (await stored_run(world)).state is RunState.SUCCEEDED


async def test_counts_are_summed_over_all_attempts() -> None:
    """The first attempt adds a wave of people and is put off; the second adds the rest."""
    world = await a_world(*(f"u{number:04d}" for number in range(2100)))
    world.entra.page_size = 900
    break_reads(world.entra, TryAgainLater("busy", after=timedelta(minutes=1)), page=3)
    await deliver_tonight(world)
    first = await world.members(GROUP)
    world.entra.before_page = None

    await world.drain()

    run = await stored_run(world)
    assert len(first) == 1800
    assert (run.attempts, run.counts.added, run.counts.read) == (2, 2100, 2100)
    assert len(await journal_of(world, run)) == 2100


async def test_no_log_line_holds_a_name_or_an_address(caplog: pytest.LogCaptureFixture) -> None:
    world = await a_world("u1", "u2", u1={"displayName": "Ada Lovelace", "mail": "ada@example.com"})
    with caplog.at_level(logging.DEBUG):
        await the_run(world)
        await change_person(world, "u1", edited=frozenset({"name"}))
        await deliver_order(world.services, "ada@example.com")
        await give_up_order(world.services, encode(a_sync_order()), ValueError("ada@example.com"))

    said = json.dumps([record.__dict__ for record in caplog.records], default=str).lower()
    assert "run_ended" in said
    assert "ada" not in said


async def test_a_run_says_how_far_it_is_while_it_works() -> None:
    world = await a_world("u1", "u2", "u3")
    world.entra.page_size = 1
    phases: list[Any] = []

    async def slowly() -> None:
        world.clock.advance(world.services.lease / 2)
        phases.append(await stored_run(world))

    world.entra.before_page = slowly
    await deliver_tonight(world)

    assert [run.phase for run in phases] == ["reading"] * 3
    assert [run.counts.read for run in phases] == [0, 1, 2]
    assert phases[-1].heartbeat > phases[0].heartbeat
