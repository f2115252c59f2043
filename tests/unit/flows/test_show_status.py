"""What people see of schedules and runs."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from sync_core.domain.errors import SyncRefused, TryAgainLater
from sync_core.domain.ids import GroupId, WorkspaceId
from sync_core.domain.runs import RunState
from sync_core.domain.workspaces import ConnectionStatus, Rulebook
from sync_core.flows.check_health import check_storage
from sync_core.flows.manage_schedules import change_schedule, delete_schedule
from sync_core.flows.set_up_workspace import put_workspace
from sync_core.flows.show_status import list_runs, list_schedules, show_schedule
from tests.builders import GROUP, MIDNIGHT, MONDAYS, WORKSPACE, a_connection, a_workspace
from tests.fakes.world import World, a_group, a_tenant
from tests.unit.flows.worlds import a_world, the_run

DAY = timedelta(days=1)


async def five_groups() -> World:
    return await World(a_tenant([], [a_group(f"g{number}") for number in range(5)])).set_up()


async def pages(world: World, limit: int) -> list[list[str]]:
    after: GroupId | None = None
    read: list[list[str]] = []
    while True:
        shown, after = await list_schedules(world.services, WORKSPACE, limit=limit, after=after)
        read.append([status.group.id for status in shown])
        if after is None:
            return read


@pytest.mark.parametrize(("limit", "sizes"), [(1, [1, 1, 1, 1, 1]), (2, [2, 2, 1]), (5, [5]), (100, [5])], ids=str)
async def test_schedules_come_page_by_page_each_once(limit: int, sizes: list[int]) -> None:
    read = await pages(await five_groups(), limit)

    assert [len(page) for page in read] == sizes
    assert [group for page in read for group in page] == [f"g{number}" for number in range(5)]


async def test_groups_without_a_schedule_are_not_listed() -> None:
    world = await five_groups()
    await delete_schedule(world.services, WORKSPACE, GroupId("g2"))

    assert await pages(world, 100) == [["g0", "g1", "g3", "g4"]]


async def test_a_workspace_without_schedules_has_an_empty_list() -> None:
    world = await World(a_tenant([], [])).set_up()

    assert await list_schedules(world.services, WORKSPACE, limit=10) == ([], None)


async def test_a_schedule_shows_its_group_and_its_next_run() -> None:
    world = await a_world()
    await change_schedule(world.services, WORKSPACE, GROUP, cadence=MONDAYS)

    status = await show_schedule(world.services, WORKSPACE, GROUP)

    assert (status.group.name, status.schedule.cadence) == (f"Group {GROUP}", MONDAYS)
    assert (status.next_run, status.paused_because) == (MIDNIGHT + 7 * DAY, "")
    assert status.last_run is None


async def test_a_schedule_shows_its_last_run_in_the_list_and_alone() -> None:
    world = await a_world("u1")
    run = await the_run(world)

    alone = await show_schedule(world.services, WORKSPACE, GROUP)
    [listed], _ = await list_schedules(world.services, WORKSPACE, limit=10)

    assert alone == listed
    assert alone.last_run is not None
    assert (alone.last_run.id, alone.last_run.state, alone.last_run.counts.added) == (run.id, RunState.SUCCEEDED, 1)
    assert alone.last_run.ended_at == MIDNIGHT + DAY


async def pause(world: World) -> None:
    await change_schedule(world.services, WORKSPACE, GROUP, enabled=False)


async def lose_the_plan(world: World) -> None:
    await put_workspace(world.services, a_workspace(plan="free"))


async def downgrade(world: World) -> None:
    await put_workspace(world.services, a_workspace(plan="business"))


async def disconnect(world: World) -> None:
    connection = a_connection(status=ConnectionStatus.DISCONNECTED)
    await world.services.workspaces.put_connection(WORKSPACE, connection)


async def wait_for_consent(world: World) -> None:
    await world.services.workspaces.put_connection(WORKSPACE, a_connection(status=ConnectionStatus.PENDING))


async def never_confirm(world: World) -> None:
    await world.services.workspaces.put_rulebook(WORKSPACE, Rulebook())


@pytest.mark.parametrize(
    ("happens", "because"),
    [
        (never_confirm, "settings-not-confirmed"),
        (pause, "paused"),
        (lose_the_plan, "plan-required"),
        (downgrade, "daily-needs-enterprise"),
        (disconnect, "not-connected"),
        (wait_for_consent, "not-connected"),
    ],
)
async def test_a_schedule_that_will_not_run_has_no_next_run_and_says_why(happens: Any, because: str) -> None:
    world = await a_world()
    await happens(world)

    status = await show_schedule(world.services, WORKSPACE, GROUP)

    assert (status.next_run, status.paused_because) == (None, because)


async def test_an_upgrade_resumes_what_the_system_had_paused() -> None:
    world = await a_world()
    await downgrade(world)
    await put_workspace(world.services, a_workspace(plan="enterprise"))

    status = await show_schedule(world.services, WORKSPACE, GROUP)

    assert (status.next_run, status.paused_because) == (MIDNIGHT + DAY, "")


async def test_a_failed_connection_is_tried_tonight() -> None:
    world = await a_world()
    await world.services.workspaces.put_connection(WORKSPACE, a_connection(status=ConnectionStatus.FAILED))

    assert (await show_schedule(world.services, WORKSPACE, GROUP)).next_run is not None


async def test_runs_come_newest_first_page_by_page() -> None:
    world = await a_world("u1")
    runs = [(await the_run(world)).id for _ in range(5)]

    first, after = await list_runs(world.services, WORKSPACE, GROUP, limit=3)
    second, end = await list_runs(world.services, WORKSPACE, GROUP, limit=3, after=after)

    assert [run.id for run in (*first, *second)] == runs[::-1]
    assert (len(first), end) == (3, None)


async def test_a_page_that_ends_with_the_last_run_is_the_last() -> None:
    world = await a_world("u1")
    await the_run(world)

    shown, after = await list_runs(world.services, WORKSPACE, GROUP, limit=1)

    assert (len(shown), after) == (1, None)


@pytest.mark.parametrize(
    ("workspace", "group", "code"),
    [("nowhere", GROUP, "workspace-not-found"), (WORKSPACE, "nowhere", "group-not-linked")],
)
async def test_what_is_not_there_is_refused_with_its_code(workspace: str, group: str, code: str) -> None:
    world = await a_world()
    where, of = WorkspaceId(workspace), GroupId(group)

    for call in (show_schedule(world.services, where, of), list_runs(world.services, where, of, limit=1)):
        with pytest.raises(SyncRefused) as refused:
            await call
        assert refused.value.code == code


async def test_a_group_without_a_schedule_says_so() -> None:
    world = await a_world()
    await delete_schedule(world.services, WORKSPACE, GROUP)

    with pytest.raises(SyncRefused) as refused:
        await show_schedule(world.services, WORKSPACE, GROUP)

    assert refused.value.code == "schedule-not-found"


async def test_the_list_of_an_unknown_workspace_is_refused() -> None:
    with pytest.raises(SyncRefused) as refused:
        await list_schedules(World().services, WORKSPACE, limit=1)

    assert refused.value.code == "workspace-not-found"


async def test_storage_that_answers_is_healthy_also_before_anything_was_stored() -> None:
    await check_storage(World().services, within=timedelta(seconds=1))


async def test_storage_that_does_not_answer_in_time_is_not_healthy() -> None:
    world = World()

    async def hang(*_: object) -> None:
        await asyncio.Event().wait()

    world.tables.before_read = hang

    with pytest.raises(TryAgainLater):
        await check_storage(world.services, within=timedelta(milliseconds=10))
