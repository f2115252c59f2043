"""Whatever happens between two writes of a change, a group whose schedule is on can be found by the night."""

from __future__ import annotations

import random
from types import coroutine
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.adapters.tables.names import DUE_SLOTS, SCHEDULES
from sync_core.adapters.tables.schedules import TableSchedules
from sync_core.domain.errors import RowConflict
from sync_core.domain.schedule import Cadence
from tests.builders import DAILY, GROUP, MONDAYS, WORKSPACE, a_schedule
from tests.fakes.memory_tables import MemoryTables

if TYPE_CHECKING:
    from collections.abc import Coroutine, Generator, Sequence

    from sync_core.domain.schedule import Schedule
    from sync_core.ports import RowWrite

FRIDAYS = Cadence("weekly", 4)
CHANGES = (
    a_schedule(DAILY),
    a_schedule(MONDAYS),
    a_schedule(FRIDAYS),
    a_schedule(DAILY, enabled=False),
    a_schedule(MONDAYS, enabled=False),
    a_schedule(MONDAYS, deleted=True),
)
SEED = 20261123


class Killed(Exception):
    """Stands for the end of the process."""


def slots_on(tables: MemoryTables) -> set[str]:
    return {row.partition for row in tables.rows(DUE_SLOTS) if row.cells["on"] is True}


def slot_wanted(tables: MemoryTables) -> set[str]:
    """Return the slot of the stored schedule, nothing where there is none or it is off."""
    rows = tables.rows(SCHEDULES)
    return {str(row.cells["slot"]) for row in rows if row.cells["enabled"] and not row.cells["deleted"]}


async def change(tables: MemoryTables, schedule: Schedule) -> None:
    schedules = TableSchedules(tables)
    await schedules.save(WORKSPACE, GROUP, schedule, read=await schedules.schedule(WORKSPACE, GROUP))


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("write", [1, 2, 3])
@pytest.mark.parametrize("second", CHANGES, ids=str)
@pytest.mark.parametrize("first", CHANGES, ids=str)
async def test_a_change_cut_off_at_any_write_leaves_its_group_due(
    first: Schedule, second: Schedule, write: int, *, applied: bool
) -> None:
    tables = MemoryTables()
    await change(tables, first)
    writes = 0

    async def cut_off(_table: str, _partition: str, _rows: Sequence[RowWrite]) -> None:
        nonlocal writes
        writes += 1
        if writes == write:
            raise Killed

    if applied:
        tables.after_write = cut_off
    else:
        tables.before_write = cut_off
    try:
        await change(tables, second)
    except Killed:
        pass
    else:
        assert writes < write

    assert slot_wanted(tables) <= slots_on(tables)


@pytest.mark.parametrize("second", CHANGES, ids=str)
@pytest.mark.parametrize("first", CHANGES, ids=str)
async def test_a_repeated_change_mends_the_slot_that_a_cut_off_one_left_off(
    first: Schedule, second: Schedule
) -> None:
    tables = MemoryTables()
    await change(tables, first)
    await change(tables, second)
    await change(tables, second)

    assert slots_on(tables) == slot_wanted(tables)


def test_no_order_of_the_steps_of_four_changes_leaves_a_group_that_is_on_without_its_slot() -> None:
    """Each writer may be overtaken, refused or killed between any two requests."""
    chance = random.Random(SEED)  # noqa: S311  repeatable on purpose
    for _ in range(2000):
        tables = MemoryTables(before_read=_turn_to_read, before_write=_turn_to_write)
        _finish(change(tables, chance.choice(CHANGES)))
        writers = [change(tables, chance.choice(CHANGES)) for _ in range(4)]
        while writers:
            writer = chance.choice(writers)
            if not _goes_on(writer) or chance.random() < 0.02:
                writer.close()
                writers.remove(writer)

            assert slot_wanted(tables) <= slots_on(tables)


@coroutine
def _turn() -> Generator[None, None, None]:
    """Let the others have their turn."""
    yield


async def _turn_to_read(_table: str, _partition: str) -> None:
    await _turn()


async def _turn_to_write(_table: str, _partition: str, _rows: Sequence[RowWrite]) -> None:
    await _turn()


def _goes_on(writer: Coroutine[Any, Any, None]) -> bool:
    """Let *writer* go up to its next request; False where it came to its end."""
    try:
        writer.send(None)
    except (StopIteration, RowConflict):
        return False
    return True


def _finish(writer: Coroutine[Any, Any, None]) -> None:
    while _goes_on(writer):
        pass
