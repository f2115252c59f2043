"""Saving confirms, replaces what the caller saw and nothing else, and is harmless to repeat."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import cycle

import pytest

from sync_core.adapters.tables.names import WORKSPACES
from sync_core.domain.errors import SyncRefused, TryAgainLater
from sync_core.domain.field_settings import FieldSettings, Switches
from sync_core.domain.options import SyncOptions
from sync_core.domain.workspaces import Rulebook
from sync_core.flows.save_rules import save_rules
from tests.builders import WORKSPACE
from tests.fakes.world import World
from tests.unit.flows.worlds import lost_answer_of, on_write_to

GUESTS = Rulebook(options=SyncOptions(include_guests=True))
NESTED = Rulebook(options=SyncOptions(include_nested_groups=True))
KEEPING = Rulebook(settings=FieldSettings(fields={"jobTitle": Switches(sync=True, overwrite=False)}))


async def rules_in(world: World) -> Rulebook:
    return (await world.services.workspaces.rulebook(WORKSPACE)).value


async def test_saving_confirms_the_rules() -> None:
    world = World()

    saved = await save_rules(world.services, WORKSPACE, GUESTS)

    assert saved == replace(GUESTS, confirmed_at=world.clock.now())
    assert await rules_in(world) == saved


async def test_equal_rules_are_left_as_they_are() -> None:
    """Saved twice, they were confirmed when they were saved first."""
    world = World()
    first = await save_rules(world.services, WORKSPACE, KEEPING)
    before = world.tables.rows(WORKSPACES)
    world.clock.advance(timedelta(hours=1))

    again = await save_rules(world.services, WORKSPACE, KEEPING)

    assert again == first
    assert world.tables.rows(WORKSPACES) == before


async def test_equal_rules_that_were_never_confirmed_are_confirmed() -> None:
    world = World()
    await world.services.workspaces.put_rulebook(WORKSPACE, GUESTS)

    await save_rules(world.services, WORKSPACE, GUESTS)

    assert (await rules_in(world)).confirmed_at == world.clock.now()


async def test_rules_that_the_caller_did_not_see_are_not_overwritten() -> None:
    world = World()
    read = await world.services.workspaces.rulebook(WORKSPACE)
    theirs = await save_rules(world.services, WORKSPACE, NESTED)

    with pytest.raises(SyncRefused) as refused:
        await save_rules(world.services, WORKSPACE, GUESTS, read=read)

    assert refused.value.code == "options-changed"
    assert await rules_in(world) == theirs


async def test_two_who_save_the_same_at_once_are_both_right() -> None:
    world = World()
    read = await world.services.workspaces.rulebook(WORKSPACE)
    first = await save_rules(world.services, WORKSPACE, GUESTS, read=read)

    assert await save_rules(world.services, WORKSPACE, GUESTS, read=read) == first


async def test_without_a_condition_the_last_one_wins_also_against_somebody_at_the_same_moment() -> None:
    world = World()

    async def save_theirs() -> None:
        world.tables.before_write = None
        await save_rules(world.services, WORKSPACE, NESTED)

    world.tables.before_write = on_write_to(WORKSPACES, then=save_theirs)

    await save_rules(world.services, WORKSPACE, GUESTS)

    assert (await rules_in(world)).options == GUESTS.options


async def test_a_save_whose_answer_was_lost_succeeds() -> None:
    world = World()
    read = await world.services.workspaces.rulebook(WORKSPACE)
    world.tables.after_write = lost_answer_of(WORKSPACES)

    saved = await save_rules(world.services, WORKSPACE, GUESTS, read=read)

    assert await rules_in(world) == saved


async def test_whoever_never_gets_a_turn_is_asked_to_come_again() -> None:
    world = World()
    theirs = cycle([GUESTS, KEEPING])

    async def save_theirs(*_: object) -> None:
        world.tables.before_write = None
        await save_rules(world.services, WORKSPACE, next(theirs))
        world.tables.before_write = save_theirs

    world.tables.before_write = save_theirs

    with pytest.raises(TryAgainLater):
        await save_rules(world.services, WORKSPACE, NESTED)
