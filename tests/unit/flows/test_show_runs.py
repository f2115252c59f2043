"""What people see of runs, and whether storage is well."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from sync_core.domain.errors import SyncRefused, TryAgainLater
from sync_core.domain.ids import GroupId, WorkspaceId
from sync_core.flows.check_health import check_storage
from sync_core.flows.show_runs import list_runs, show_run
from tests.builders import GROUP, WORKSPACE
from tests.fakes.world import World
from tests.unit.flows.worlds import a_world, the_run


async def test_runs_come_newest_first_page_by_page() -> None:
    world = await a_world("u1")
    runs = [(await the_run(world)).id for _ in range(5)]

    first, after = await list_runs(world.services, WORKSPACE, GROUP, limit=3)
    second, end = await list_runs(world.services, WORKSPACE, GROUP, limit=3, after=after)

    assert [run.id for run in (*first, *second)] == runs[::-1]
    assert (len(first), end) == (3, None)


async def test_one_run_is_shown_as_it_is_kept_and_of_its_own_group_alone() -> None:
    world = await a_world("u1")
    run = await the_run(world)

    assert await show_run(world.services, WORKSPACE, GROUP, run.id) == run
    with pytest.raises(SyncRefused) as refused:
        await show_run(world.services, WORKSPACE, GroupId("other"), run.id)
    assert refused.value.code == "run-not-found"


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

    with pytest.raises(SyncRefused) as refused:
        await list_runs(world.services, where, of, limit=1)

    assert refused.value.code == code


async def test_storage_that_answers_is_healthy_also_before_anything_was_stored() -> None:
    await check_storage(World().services, within=timedelta(seconds=1))


async def test_storage_that_does_not_answer_in_time_is_not_healthy() -> None:
    world = World()

    async def hang(*_: object) -> None:
        await asyncio.Event().wait()

    world.tables.before_read = hang

    with pytest.raises(TryAgainLater):
        await check_storage(world.services, within=timedelta(milliseconds=10))
