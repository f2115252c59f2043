"""What a delivery of an order does, by what it finds: the claim table, row by row."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.domain.errors import RowConflict, TryAgainLater
from sync_core.domain.ids import GroupId
from sync_core.domain.runs import Reason, RunState, Trigger, manual_run_id
from sync_core.domain.schedule import Cadence
from sync_core.domain.workspaces import ConnectionStatus, Rulebook
from sync_core.flows.claim_run import claim_run
from sync_core.flows.lease import take_lease
from sync_core.flows.manage_schedules import change_schedule, delete_schedule
from sync_core.flows.set_up_workspace import put_workspace
from sync_core.ports import etag_of
from tests.builders import (
    GROUP,
    MIDNIGHT,
    NIGHT,
    RUN,
    WORKSPACE,
    a_connection,
    a_manual_order,
    a_run,
    a_sync_order,
    a_workspace,
)
from tests.unit.flows.worlds import a_world, lost_answer_of, on_write_to, stored_run

if TYPE_CHECKING:
    from sync_core.domain.runs import Run
    from tests.fakes.world import World

ORDER = a_sync_order()
MANUAL = manual_run_id(MIDNIGHT, request="0a1b")
FINAL = [state for state in RunState if a_run(state=state).is_over]


async def store(world: World, run: Run) -> None:
    found = await world.services.runs.run(WORKSPACE, GROUP, run.id)
    await world.services.runs.save(WORKSPACE, GROUP, run, etag=etag_of(found))


async def works_elsewhere(world: World, run: Run | None = None) -> None:
    """Let another delivery be at work on the run, with a fresh sign of life."""
    held = run or a_run(attempt="theirs", started_at=MIDNIGHT, heartbeat=MIDNIGHT)
    await store(world, held)
    await take_lease(world.services, WORKSPACE, GROUP, run=held.id, attempt=held.attempt, generation=1)


async def lease_holder(world: World) -> str:
    found = await world.services.states.state(WORKSPACE, GROUP)
    return "" if found is None else found.value.attempt


async def test_without_a_record_the_run_is_claimed() -> None:
    world = await a_world()

    claimed = await claim_run(world.services, ORDER)

    assert claimed is not None
    run = await stored_run(world)
    assert run == claimed.run.value
    assert (run.id, run.state, run.trigger, run.night) == (RUN, RunState.RUNNING, Trigger.NIGHT, NIGHT)
    assert (run.attempts, run.started_at) == (1, MIDNIGHT)
    assert run.attempt
    assert await lease_holder(world) == run.attempt


async def test_a_queued_record_is_claimed() -> None:
    world = await a_world()
    await store(world, a_run(id=MANUAL, state=RunState.QUEUED, trigger=Trigger.MANUAL, night=None, attempts=0))

    claimed = await claim_run(world.services, a_manual_order(MANUAL))

    assert claimed is not None
    assert (await stored_run(world, MANUAL)).state is RunState.RUNNING


async def test_a_running_run_with_a_sign_of_life_is_left_alone_until_past_its_lease() -> None:
    """Returning well would delete the message, and nobody would notice if the other dies."""
    world = await a_world()
    await works_elsewhere(world)

    with pytest.raises(TryAgainLater) as later:
        await claim_run(world.services, ORDER)

    assert later.value.after > world.services.lease
    assert (await stored_run(world)).attempt == "theirs"


async def test_a_running_run_without_a_sign_of_life_is_taken_over() -> None:
    world = await a_world()
    await works_elsewhere(world)
    world.clock.advance(world.services.lease)

    claimed = await claim_run(world.services, ORDER)

    assert claimed is not None
    run = await stored_run(world)
    assert run.state is RunState.RUNNING
    assert run.attempts == 2
    assert run.attempt == await lease_holder(world) != "theirs"
    assert run.started_at == MIDNIGHT


async def test_a_retrying_run_is_taken_up_at_once() -> None:
    world = await a_world()
    await store(world, a_run(state=RunState.RETRYING, started_at=MIDNIGHT, reason=Reason("try-again", "busy")))

    claimed = await claim_run(world.services, ORDER)

    assert claimed is not None
    run = await stored_run(world)
    assert (run.state, run.attempts, run.reason) == (RunState.RUNNING, 2, None)


async def test_a_failed_run_is_reopened_by_a_redrive() -> None:
    world = await a_world()
    await store(world, a_run().ended(RunState.FAILED, at=MIDNIGHT, reason=Reason("group-gone", "Gone.")))

    claimed = await claim_run(world.services, replace(ORDER, redrive=True))

    assert claimed is not None
    run = await stored_run(world)
    assert (run.state, run.reason, run.ended_at) == (RunState.RUNNING, None, None)


@pytest.mark.parametrize("state", FINAL)
async def test_a_run_that_is_over_is_a_repeat(state: RunState) -> None:
    world = await a_world()
    over = a_run().ended(state, at=MIDNIGHT)
    await store(world, over)

    assert await claim_run(world.services, ORDER) is None
    assert await stored_run(world) == over
    assert await lease_holder(world) == ""


@pytest.mark.parametrize("state", [state for state in FINAL if state is not RunState.FAILED])
async def test_a_redrive_reopens_nothing_but_failures(state: RunState) -> None:
    world = await a_world()
    over = a_run().ended(state, at=MIDNIGHT)
    await store(world, over)

    assert await claim_run(world.services, replace(ORDER, redrive=True)) is None
    assert await stored_run(world) == over


async def test_a_group_that_is_not_linked_any_more_leaves_no_trace() -> None:
    world = await a_world()

    assert await claim_run(world.services, replace(ORDER, group=GroupId("unlinked"))) is None
    assert world.tables.rows("Runs") == []


async def test_another_run_of_the_same_group_makes_the_order_wait() -> None:
    world = await a_world()
    await works_elsewhere(world, a_run(id=MANUAL, attempt="theirs", started_at=MIDNIGHT))

    with pytest.raises(TryAgainLater):
        await claim_run(world.services, ORDER)

    assert await world.services.runs.run(WORKSPACE, GROUP, RUN) is None


async def pause(world: World) -> None:
    await change_schedule(world.services, WORKSPACE, GROUP, enabled=False)


async def delete(world: World) -> None:
    await delete_schedule(world.services, WORKSPACE, GROUP)


async def move_to_tuesday(world: World) -> None:
    await change_schedule(world.services, WORKSPACE, GROUP, cadence=Cadence("weekly", 1))


async def lose_the_plan(world: World) -> None:
    await put_workspace(world.services, a_workspace(plan="free"))


async def downgrade(world: World) -> None:
    await put_workspace(world.services, a_workspace(plan="business"))


async def disconnect(world: World) -> None:
    connection = a_connection(status=ConnectionStatus.DISCONNECTED)
    await world.services.workspaces.put_connection(WORKSPACE, connection)


async def wait_for_consent(world: World) -> None:
    await world.services.workspaces.put_connection(WORKSPACE, a_connection(status=ConnectionStatus.PENDING))


async def leave_settings_unconfirmed(world: World) -> None:
    await world.services.workspaces.put_rulebook(WORKSPACE, Rulebook())


async def wait_too_long(world: World) -> None:
    world.clock.move_to(ORDER.not_after + timedelta(microseconds=1))


SKIPS: list[Any] = [
    (pause, "schedule-paused"),
    (delete, "schedule-deleted"),
    (move_to_tuesday, "not-due"),
    (lose_the_plan, "plan-required"),
    (downgrade, "daily-needs-enterprise"),
    (disconnect, "not-connected"),
    (wait_for_consent, "not-connected"),
    (leave_settings_unconfirmed, "settings-not-confirmed"),
]


@pytest.mark.parametrize(("happens", "code"), SKIPS)
async def test_an_order_that_may_not_start_is_recorded_as_skipped(happens: Any, code: str) -> None:
    world = await a_world()
    await happens(world)

    assert await claim_run(world.services, ORDER) is None

    run = await stored_run(world)
    assert (run.state, run.reason and run.reason.code, run.ended_at) == (RunState.SKIPPED, code, MIDNIGHT)
    assert run.started_at is None


@pytest.mark.parametrize(("happens", "code"), SKIPS)
async def test_lists_show_a_skip_unless_a_person_asked_for_it(happens: Any, code: str) -> None:
    """Whoever paused a schedule wants to see the last run that did something."""
    world = await a_world()
    await happens(world)
    await claim_run(world.services, ORDER)

    last = await world.services.groups.last_run(WORKSPACE, GROUP)

    quiet = code in {"schedule-paused", "schedule-deleted", "not-due"}
    assert (last is None) is quiet


async def test_an_order_that_comes_too_late_is_recorded_as_failed() -> None:
    world = await a_world()
    await wait_too_long(world)

    assert await claim_run(world.services, ORDER) is None

    run = await stored_run(world)
    assert (run.state, run.reason and run.reason.code) == (RunState.FAILED, "too-late")
    last = await world.services.groups.last_run(WORKSPACE, GROUP)
    assert last is not None
    assert last.state is RunState.FAILED


@pytest.mark.parametrize("happens", [pause, delete, move_to_tuesday])
async def test_a_started_run_goes_on_whatever_becomes_of_its_schedule(happens: Any) -> None:
    world = await a_world()
    await store(world, a_run(state=RunState.RETRYING, started_at=MIDNIGHT))
    await happens(world)

    assert await claim_run(world.services, ORDER) is not None


@pytest.mark.parametrize("happens", [disconnect, lose_the_plan, wait_too_long])
async def test_a_started_run_that_can_go_on_no_more_is_failed(happens: Any) -> None:
    world = await a_world()
    await store(world, a_run(state=RunState.RETRYING, started_at=MIDNIGHT))
    await happens(world)

    assert await claim_run(world.services, ORDER) is None
    assert (await stored_run(world)).state is RunState.FAILED


@pytest.mark.parametrize("happens", [pause, disconnect, lose_the_plan, wait_too_long])
async def test_a_run_that_works_elsewhere_is_not_ended_by_a_repeat_of_its_order(happens: Any) -> None:
    """Whoever works on it knows best; the repeat looks again when that one is done or dead."""
    world = await a_world()
    await happens(world)
    await works_elsewhere(world)

    with pytest.raises(TryAgainLater):
        await claim_run(world.services, ORDER)

    assert (await stored_run(world)).state is RunState.RUNNING


@pytest.mark.parametrize("happens", [disconnect, wait_too_long])
async def test_a_run_whose_worker_died_is_failed_when_it_can_go_on_no_more(happens: Any) -> None:
    world = await a_world()
    await works_elsewhere(world)
    world.clock.advance(world.services.lease)
    await happens(world)

    assert await claim_run(world.services, ORDER) is None
    assert (await stored_run(world)).state is RunState.FAILED
    assert await lease_holder(world) in {"", "theirs"}


async def test_a_run_that_ended_between_the_look_and_the_lease_is_a_repeat() -> None:
    world = await a_world()
    over = a_run().ended(RunState.SUCCEEDED, at=MIDNIGHT)

    async def end_it() -> None:
        await store(world, over)

    world.tables.before_write = on_write_to("SyncState", then=end_it)

    assert await claim_run(world.services, ORDER) is None
    assert await stored_run(world) == over
    assert await lease_holder(world) == ""


async def test_of_two_deliveries_at_once_one_claims_and_one_waits() -> None:
    world = await a_world()

    async def take_turns(*_call: object) -> None:
        await asyncio.sleep(0)

    world.tables.before_read = world.tables.before_write = take_turns
    outcomes = await asyncio.gather(*(claim_run(world.services, ORDER) for _ in range(3)), return_exceptions=True)

    claimed = [one for one in outcomes if not isinstance(one, TryAgainLater)]
    assert len(claimed) == 1
    assert (await stored_run(world)).attempts == 1


async def test_a_claim_whose_answer_was_lost_is_ours() -> None:
    world = await a_world()
    world.tables.after_write = lost_answer_of("Runs")

    claimed = await claim_run(world.services, ORDER)

    assert claimed is not None
    assert claimed.run.value == await stored_run(world)


async def test_a_record_that_somebody_else_wrote_meanwhile_makes_the_order_wait() -> None:
    world = await a_world()

    async def theirs() -> None:
        world.tables.before_write = None
        await store(world, a_run(attempt="theirs"))

    world.tables.before_write = on_write_to("Runs", then=theirs)

    with pytest.raises(TryAgainLater):
        await claim_run(world.services, ORDER)

    assert (await stored_run(world)).attempt == "theirs"
    assert await lease_holder(world) == ""


async def test_the_settings_are_those_of_the_moment_the_run_starts() -> None:
    world = await a_world()
    claimed = await claim_run(world.services, ORDER)
    await leave_settings_unconfirmed(world)

    assert claimed is not None
    assert claimed.rulebook.confirmed_at is not None


async def test_an_end_that_somebody_else_recorded_first_is_looked_at_again() -> None:
    world = await a_world()
    await pause(world)

    async def theirs() -> None:
        world.tables.before_write = None
        await store(world, a_run(attempt="theirs"))

    world.tables.before_write = on_write_to("Runs", then=theirs)

    with pytest.raises(TryAgainLater):
        await claim_run(world.services, ORDER)


async def test_an_end_whose_answer_was_lost_is_recorded() -> None:
    world = await a_world()
    await pause(world)
    world.tables.after_write = lost_answer_of("Runs")

    assert await claim_run(world.services, ORDER) is None
    assert (await stored_run(world)).state is RunState.SKIPPED


async def test_conflicts_come_from_the_store_as_row_conflicts() -> None:
    """What the tests above lean on: a second insert of one record is refused."""
    world = await a_world()
    await store(world, a_run())

    with pytest.raises(RowConflict):
        await world.services.runs.save(WORKSPACE, GROUP, a_run(), etag=None)
