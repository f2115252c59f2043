"""Whatever the options, whoever is killed and however often an order comes: the directory is what the model says."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync_core.domain.options import OnDisabled, OnLeave, OnLeaveLast, RemovalGuard, SyncOptions
from sync_core.domain.workspaces import Rulebook
from sync_core.flows.set_up_workspace import confirm_rules
from tests.fakes.world import WORKSPACE, World
from tests.properties.model import Person, after_night
from tests.properties.rough_nights import kills, rough_night
from tests.properties.tenants import GROUPS, directory_as_model, happen, happenings, tenants

if TYPE_CHECKING:
    from sync_core.domain.runs import Run
    from tests.fakes.memory_entra import MemoryEntra

UNGUARDED = RemovalGuard(enabled=False)

patient = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])

#  What may change from night to night.
turning = st.fixed_dictionaries(
    {
        "import_new_users": st.sampled_from([True, True, True, False]),
        "include_guests": st.booleans(),
        "include_nested_groups": st.booleans(),
        "when_user_leaves_group": st.sampled_from(OnLeave),
        "when_user_leaves_last_group": st.sampled_from(OnLeaveLast),
    }
)
#  What stays, because what a card shows would depend on which group of a night comes first.
staying = st.fixed_dictionaries({"update_cards": st.booleans(), "when_user_disabled": st.sampled_from(OnDisabled)})

nests = st.tuples(st.just("nest"), st.sampled_from(GROUPS), st.sampled_from(GROUPS), st.none())
nights = st.tuples(st.lists(happenings | nests, max_size=6), turning, kills, st.booleans())


def _live_a_day(entra: MemoryEntra, happened: list[tuple[str, str, str, str | None]], *, number: int) -> None:
    for one in happened:
        if one[0] == "nest":
            entra.groups[one[2]]["members"].append({"@odata.type": "#microsoft.graph.group", "id": one[1]})
        else:
            happen(entra, one, number=number)


def _as_tuples(people: dict[str, Person]) -> dict[str, tuple[dict[str, str], bool, dict[str, int]]]:
    return {key: (one.values, one.active, one.cards) for key, one in people.items() if not one.deleted}


def _changes(runs: list[Run]) -> int:
    return sum(run.counts.added + run.counts.updated + run.counts.removed for run in runs)


@patient
@given(tenants(), staying, st.lists(nights, min_size=1, max_size=4))
def test_after_any_history_of_options_crashes_and_redeliveries_the_directory_is_what_the_model_says(
    entra: MemoryEntra,
    fixed: dict[str, object],
    history: list[tuple[list[tuple[str, str, str, str | None]], dict[str, object], tuple[int, bool], bool]],
) -> None:
    async def live() -> None:
        world = await World(entra).set_up()
        model: dict[str, Person] = {}
        options = SyncOptions()
        for number, (happened, turned, kill, twice) in enumerate(history):
            _live_a_day(entra, happened, number=number)
            options = replace(SyncOptions(removal_guard=UNGUARDED), **fixed, **turned)  # type: ignore[arg-type]
            await confirm_rules(world.services, WORKSPACE, Rulebook(options=options))
            await rough_night(world, kill=kill, twice=twice)
            model = after_night(model, entra, options)
            assert directory_as_model(await world.recipients()) == _as_tuples(model), f"night {number}"

        quiet = await rough_night(world, twice=True)

        assert _changes(quiet) == 0
        assert directory_as_model(await world.recipients()) == _as_tuples(model)
        assert world.poison() == []

    asyncio.run(live())
