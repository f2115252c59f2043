"""What saving is told to change, and what the next night does, saved or not: the same, whatever there is to do."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync_core.domain.effect import Forecast
from sync_core.domain.field_settings import FieldSettings, Switches
from sync_core.domain.workspaces import Rulebook
from sync_core.flows.save_rules import save_rules
from sync_core.flows.show_effect import show_effect
from tests.fakes.world import WORKSPACE, World
from tests.properties.tenants import happen, happenings, tenants
from tests.properties.test_previews import options, readdressed
from tests.unit.flows.test_show_effect import everything

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sync_core.domain.ids import GroupId
    from tests.fakes.memory_entra import MemoryEntra

patient = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])

rulebooks = st.builds(
    lambda chosen, title: Rulebook(options=chosen, settings=FieldSettings(fields={"jobTitle": title})),
    options,
    st.builds(Switches, st.booleans(), st.booleans()),
)
#  What happens in Entra, the candidate, whether it is saved, and by how much Entra miscounts.
days = st.tuples(
    st.lists(happenings | readdressed, max_size=6), rulebooks, st.booleans(), st.sampled_from([0, 0, 0, 1])
)


def _live_a_day(entra: MemoryEntra, happened: Iterable[tuple[Any, ...]], *, number: int) -> None:
    for one in happened:
        if one[0] != "address":
            happen(entra, one, number=number)
        elif one[1] in entra.users:
            entra.users[one[1]] |= {"mail": one[2], "userPrincipalName": one[2]}


async def _what_was_done(world: World, group: GroupId) -> Forecast:
    """Return what the group's last run did, read from its record and its journal."""
    run = await anext(aiter(world.services.runs.newest_first(WORKSPACE, group)))
    pages = [page async for page in world.services.journal.pages(WORKSPACE, group, run.id)]
    entries = [entry for page in pages for entry in page.entries]
    statuses = [entry.changes.get("status") for entry in entries]
    return Forecast(
        run.counts,
        run.state,
        run.reason,
        deactivated=statuses.count(["active", "inactive"]),
        reactivated=statuses.count(["inactive", "active"]),
        deleted=sum(entry.changes.get("deleted") == [None, True] for entry in entries),
        cards=len({(one.recipient, path) for one in entries for path in one.changes if path.startswith("cards.")}),
    )


@patient
@given(tenants(), st.lists(days, min_size=1, max_size=3))
def test_the_night_does_what_was_told_of_it(
    entra: MemoryEntra, history: list[tuple[list[tuple[Any, ...]], Rulebook, bool, int]]
) -> None:
    async def live() -> None:
        world = await World(entra).set_up()
        for number, (happened, candidate, is_saved, entra.miscount) in enumerate(history):
            _live_a_day(entra, happened, number=number)
            #  An address that the last night has claimed is settled by now, as it is in the next night.
            world.clock.advance(timedelta(hours=1))
            before = everything(world)
            effect = await show_effect(world.services, WORKSPACE, candidate)
            assert everything(world) == before
            if is_saved:
                await save_rules(world.services, WORKSPACE, candidate)
            await world.night()

            for told in effect.groups:
                assert await _what_was_done(world, told.group) == (told.candidate if is_saved else told.present)

    asyncio.run(live())


@patient
@given(tenants(), rulebooks)
def test_saving_what_is_saved_makes_no_difference(entra: MemoryEntra, rules: Rulebook) -> None:
    async def live() -> None:
        world = await World(entra).set_up(rules)

        effect = await show_effect(world.services, WORKSPACE, rules)

        assert effect.people == 0
        for told in effect.groups:
            assert told.candidate == told.present
            assert (told.difference.cards, told.sample) == (0, ())

    asyncio.run(live())
