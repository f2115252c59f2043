"""A write that landed and was not answered is repeated by the storage client and finds itself: no harm is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.domain.errors import RowConflict
from tests.faults.second_night import lived_one_night, outcome, second_night

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync_core.ports import RowWrite


class Forgetful:
    """Loses the answer to the *target*-th transaction whose repeat would not fit any more."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.conditional = 0

    async def __call__(self, table: str, _partition: str, rows: Sequence[RowWrite]) -> None:
        if any(_fits_once(row) for row in rows):
            self.conditional += 1
            if self.conditional == self.target:
                raise RowConflict(table, 0)


def _fits_once(row: RowWrite) -> bool:
    return row.kind in {"insert", "delete"} or (row.kind in {"replace", "merge"} and row.etag != "*")


async def test_a_night_with_any_answer_lost_ends_as_if_nothing_had_happened() -> None:
    """Same people, same card versions, same counts, same journal."""
    world = await lived_one_night()
    world.tables.after_write = counter = Forgetful(0)
    await second_night(world)
    expected = await outcome(world)

    for target in range(1, counter.conditional + 1):
        world = await lived_one_night()
        world.tables.after_write = Forgetful(target)
        await second_night(world)

        assert await outcome(world) == expected, f"lost answer {target} of {counter.conditional}"
