"""A preview and the run after it: person by person the same, whatever there is to do."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync_core.domain.ids import GroupId
from sync_core.domain.options import OnDisabled, OnLeave, OnLeaveLast, RemovalGuard, SyncOptions
from sync_core.domain.runs import Mode
from sync_core.domain.workspaces import Rulebook
from sync_core.flows.set_up_workspace import confirm_rules
from sync_core.flows.start_run import start_run
from tests.fakes.world import WORKSPACE, World
from tests.properties.tenants import GROUPS, happen, happenings, tenants, user_ids
from tests.unit.flows.test_preview import everything_else

if TYPE_CHECKING:
    from sync_core.domain.journal import JournalEntry
    from sync_core.domain.runs import Run
    from tests.fakes.memory_entra import MemoryEntra

patient = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])

guards = st.sampled_from([RemovalGuard(enabled=False), RemovalGuard(percent=30, minimum=2, maximum=3)])
options = st.builds(
    SyncOptions,
    import_new_users=st.sampled_from([True, True, False]),
    include_guests=st.booleans(),
    include_nested_groups=st.booleans(),
    when_user_leaves_group=st.sampled_from([OnLeave.REMOVE_FROM_GROUP, OnLeave.REMOVE_FROM_GROUP, OnLeave.KEEP]),
    when_user_leaves_last_group=st.sampled_from(OnLeaveLast),
    when_user_disabled=st.sampled_from(OnDisabled),
    update_group_details=st.booleans(),
    update_cards=st.booleans(),
    removal_guard=guards,
)

#  Beside what `happenings` has: an address that somebody else has or had, one that is none, and none at all.
addresses = st.sampled_from(["u1@example.com", "u2@example.com", "U3@Example.com", "no address", None])
readdressed = st.tuples(st.just("address"), user_ids, addresses)
nights = st.tuples(st.lists(happenings | readdressed, max_size=6), options, st.sampled_from([0, 0, 0, 1]))


async def _by_hand(world: World, group: GroupId, mode: Mode) -> tuple[Run, list[JournalEntry]]:
    world.clock.advance(timedelta(minutes=1))
    started = await start_run(world.services, WORKSPACE, group, mode=mode)
    await world.drain()
    found = await world.services.runs.run(WORKSPACE, group, started.id)
    assert found is not None
    pages = world.services.journal.pages(WORKSPACE, group, started.id)
    entries = [entry async for page in pages for entry in page.entries]
    return found.value, sorted(entries, key=lambda one: (one.recipient, one.revision, one.kind, one.reason))


@patient
@given(tenants(), st.lists(nights, min_size=1, max_size=3))
def test_a_run_does_exactly_what_the_preview_before_it_showed(
    entra: MemoryEntra, history: list[tuple[list[tuple[str, ...]], SyncOptions, int]]
) -> None:
    async def live() -> None:
        world = await World(entra).set_up()
        for number, (happened, rules, miscount) in enumerate(history):
            for one in happened:
                if one[0] != "address":
                    happen(entra, one, number=number)  # type: ignore[arg-type]
                elif one[1] in entra.users:
                    entra.users[one[1]] |= {"mail": one[2], "userPrincipalName": one[2]}
            await confirm_rules(world.services, WORKSPACE, Rulebook(options=rules))
            entra.miscount = miscount
            for group in map(GroupId, GROUPS):
                before = everything_else(world)
                preview, shown = await _by_hand(world, group, Mode.PREVIEW)
                assert everything_else(world) == before
                run, done = await _by_hand(world, group, Mode.SYNC)

                assert done == shown
                assert (run.counts, run.state, run.proof) == (preview.counts, preview.state, preview.proof)

    asyncio.run(live())
