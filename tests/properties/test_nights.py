"""After any history of nights the directory is what an independent model says, and a quiet night changes nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync_core.domain.options import RemovalGuard, SyncOptions
from sync_core.domain.workspaces import Rulebook
from tests.fakes.memory_tables import MemoryTables
from tests.fakes.world import World, a_group, a_tenant, a_user
from tests.properties.model import Person, after_night
from tests.properties.tenants import USERS, directory_as_model, happen, happenings, tenants

if TYPE_CHECKING:
    from random import Random

    from sync_core.domain.runs import Run
    from tests.fakes.memory_entra import MemoryEntra

UNGUARDED = Rulebook(options=SyncOptions(removal_guard=RemovalGuard(enabled=False)))

Histories = list[list[tuple[str, str, str, "str | None"]]]
histories = st.lists(st.lists(happenings, max_size=6), min_size=1, max_size=4)
patient = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _as_tuples(people: dict[str, Person]) -> dict[str, tuple[dict[str, str], bool, dict[str, int]]]:
    return {key: (one.values, one.active, one.cards) for key, one in people.items()}


def _changes(runs: list[Run]) -> int:
    return sum(run.counts.added + run.counts.updated + run.counts.removed for run in runs)


@patient
@given(tenants(), histories, st.booleans(), st.randoms(use_true_random=False))
def test_every_night_ends_in_the_directory_that_the_model_says(
    entra: MemoryEntra, history: Histories, together: bool, turns: Random
) -> None:
    """One group after the other, or all at once taking turns at every storage call, whatever happened in Entra."""

    async def take_turns(*_call: object) -> None:
        for _ in range(turns.randrange(4)):
            await asyncio.sleep(0)

    async def live() -> None:
        world = await World(entra, tables=MemoryTables(before_read=take_turns, before_write=take_turns)).set_up(
            UNGUARDED
        )
        model: dict[str, Person] = {}
        for number, happened in enumerate([[], *history]):
            for one in happened:
                happen(entra, one, number=number)
            await world.night(together=together)
            model = after_night(model, entra)
            assert directory_as_model(await world.recipients()) == _as_tuples(model)

        quiet = await world.night(together=together)

        assert _changes(quiet) == 0
        assert directory_as_model(await world.recipients()) == _as_tuples(model)

    asyncio.run(live())


@patient
@given(st.permutations(USERS), st.integers(1, 8))
def test_addresses_may_change_hands_among_the_members_of_a_group(order: list[str], page_size: int) -> None:
    """Chains and rings of people who take over each other's address, whoever comes first in the read."""

    async def live() -> None:
        entra = a_tenant([a_user(user) for user in USERS], [a_group("g1", *USERS)])
        entra.page_size = page_size
        world = await World(entra).set_up(UNGUARDED)
        await world.night()
        for user, heir in zip(USERS, order, strict=True):
            entra.users[heir]["mail"] = f"{user}@example.com"
        [run] = await world.night()

        assert run.state == "succeeded"
        assert {key: one.values["email"] for key, one in (await world.recipients()).items()} == {
            heir: f"{user}@example.com" for user, heir in zip(USERS, order, strict=True)
        }

    asyncio.run(live())
