"""A read that is not proved complete removes nobody, and the run names it; one that is may remove."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sync_core.domain.errors import TryAgainLater
from sync_core.domain.options import RemovalGuard, SyncOptions
from sync_core.domain.runs import RunState
from sync_core.domain.workspaces import Rulebook
from tests.fakes.world import World, a_group, a_tenant, a_user
from tests.unit.flows.held_worlds import UNGUARDED, a_synced_world, join, kinds_in, leave, some

if TYPE_CHECKING:
    from typing import Any

    from sync_core.domain.runs import Run

NESTED = Rulebook(options=SyncOptions(include_nested_groups=True, removal_guard=RemovalGuard(enabled=False)))


def other_members() -> list[dict[str, Any]]:
    kinds = ("device", "servicePrincipal", "group", "orgContact")
    return [{"@odata.type": f"#microsoft.graph.{kind}", "id": f"other-{kind}"} for kind in kinds]


async def a_leaver_and_a_joiner() -> World:
    world = await a_synced_world(12, UNGUARDED)
    leave(world, "u0")
    world.entra.users["new"] = a_user("new")
    join(world, "new")
    return world


async def check_that_nobody_was_taken_out(world: World, run: Run, *, joined: bool = True) -> None:
    assert run.counts.removed == 0
    assert await world.members("g1") == {*some(0, 12), *(["new"] if joined else [])}


async def test_fewer_people_than_counted_are_added_and_updated_and_nobody_goes() -> None:
    world = await a_leaver_and_a_joiner()
    world.entra.miscount = 1

    [run] = await world.night()

    await check_that_nobody_was_taken_out(world, run)
    assert run.reason is not None
    assert (run.state, run.reason.code) == (RunState.SUCCEEDED_WITH_WARNINGS, "read-not-proved")
    assert run.reason.text == (
        "Entra counts 13 people and showed 12, so nobody was taken out; 1 who were not seen stay until a read is "
        "complete."
    )


async def test_a_lost_page_takes_nobody_out() -> None:
    world = await a_leaver_and_a_joiner()
    world.entra.lose = {"u3", "u4", "u5"}

    [run] = await world.night()

    await check_that_nobody_was_taken_out(world, run)
    assert run.proof is not None
    assert (run.proof.complete, run.proof.users, run.proof.counted, run.proof.readings) == (False, 9, 12, 2)


async def test_a_page_that_comes_at_the_second_reading_completes_the_proof() -> None:
    world = await a_leaver_and_a_joiner()
    world.entra.lose = {"u11"}
    pages: list[int] = []

    async def find_again() -> None:
        pages.append(len(pages))
        if len(pages) == 3:
            world.entra.lose = set()

    world.entra.before_page = find_again

    [run] = await world.night()

    assert (run.state, run.counts.removed) == (RunState.SUCCEEDED, 1)
    assert run.proof is not None
    assert (run.proof.complete, run.proof.readings) == (True, 2)


async def test_a_read_error_on_the_last_page_takes_nobody_out_and_the_run_waits() -> None:
    """The joiners of the pages before are in by then; whoever is on the last page is not taken for gone."""
    world = await a_leaver_and_a_joiner()
    pages: list[int] = []
    seen: list[set[str]] = []

    async def break_once() -> None:
        pages.append(len(pages))
        if len(pages) == 3:
            raise TryAgainLater("Microsoft Graph cannot be reached", after=timedelta(minutes=1))
        if len(pages) == 4:
            seen.append(await world.members("g1"))

    world.entra.before_page = break_once

    [run] = await world.night()

    assert set(some(0, 12)) <= seen[0]
    assert (run.state, run.attempts, run.counts.removed) == (RunState.SUCCEEDED, 2, 1)


async def test_more_people_than_counted_are_a_proof() -> None:
    """The count's index lags behind."""
    world = await a_leaver_and_a_joiner()
    world.entra.miscount = -2

    [run] = await world.night()

    assert (run.state, run.counts.removed) == (RunState.SUCCEEDED, 1)


async def test_people_who_are_counted_and_lost_are_removed_by_the_first_complete_read_only() -> None:
    world = await a_leaver_and_a_joiner()
    world.entra.lose = {"u3"}
    await world.night()
    world.entra.lose = set()

    [run] = await world.night()

    assert await kinds_in(world, run.id) == {"u0": "removed"}


@pytest.mark.parametrize("nested", [False, True])
async def test_a_group_with_devices_service_principals_and_groups_among_its_members_can_be_proved(
    nested: bool,
) -> None:
    world = await a_synced_world(12, NESTED if nested else UNGUARDED)
    world.entra.groups["g1"]["members"] += other_members()
    leave(world, "u0")

    [run] = await world.night()

    assert run.proof is not None
    assert (run.proof.complete, run.proof.users, run.counts.removed) == (True, 11, 1)
    assert sum(run.proof.others.values()) == 4


async def test_a_nested_group_is_proved_by_its_transitive_members() -> None:
    """Cycles and people who are reached twice count once."""
    inner = {"@odata.type": "#microsoft.graph.group", "id": "inner"}
    outer = {"@odata.type": "#microsoft.graph.group", "id": "g1"}
    world = World(
        a_tenant(
            [a_user(user) for user in some(0, 4)],
            [a_group("g1", "u0", "u1"), a_group("inner", "u1", "u2", "u3")],
        )
    )
    world.entra.groups["g1"]["members"].append(inner)
    world.entra.groups["inner"]["members"].append(outer)
    await world.set_up(NESTED, groups=("g1",))
    await world.night()
    assert await world.members("g1") == set(some(0, 4))
    leave(world, "u3", group="inner")

    [run] = await world.night()

    assert run.proof is not None
    assert run.proof.complete
    assert await world.members("g1") == set(some(0, 3))


async def test_guests_are_counted_in_the_proof_and_left_out_of_the_group() -> None:
    world = await a_synced_world(3, UNGUARDED)
    world.entra.users["u0"]["userType"] = "Guest"

    [run] = await world.night()

    assert run.proof is not None
    assert (run.proof.complete, run.proof.users) == (True, 3)
    assert await world.members("g1") == {"u1", "u2"}
