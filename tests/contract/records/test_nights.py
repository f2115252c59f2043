from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sync_core.adapters.tables.names import NIGHTS
from sync_core.adapters.tables.nights import TableNights
from sync_core.domain.errors import RowConflict
from tests.builders import GROUP, MIDNIGHT, NIGHT, WORKSPACE, a_night

if TYPE_CHECKING:
    from sync_core.ports import TableStore

TABLES = (NIGHTS,)
DAY = timedelta(days=1)


async def test_a_night_is_read_as_it_was_saved(tables: TableStore) -> None:
    nights = TableNights(tables)
    night = a_night(
        covers=(NIGHT - DAY, NIGHT), enqueued={"daily": 7, "weekly-1": 0}, slot="weekly-1", after=(WORKSPACE, GROUP)
    )
    etag = await nights.save(night, etag=None)

    found = await nights.night(NIGHT)

    assert found is not None
    assert (found.value, found.etag) == (night, etag)


async def test_a_completed_night_forgets_where_to_go_on(tables: TableStore) -> None:
    nights = TableNights(tables)
    etag = await nights.save(a_night(slot="daily", after=(WORKSPACE, GROUP)), etag=None)
    await nights.save(a_night(completed_at=MIDNIGHT), etag=etag)

    found = await nights.night(NIGHT)

    assert found is not None
    assert found.value == a_night(completed_at=MIDNIGHT)


async def test_two_firings_cannot_both_begin_a_night(tables: TableStore) -> None:
    nights = TableNights(tables)
    await nights.save(a_night(), etag=None)

    with pytest.raises(RowConflict):
        await nights.save(a_night(), etag=None)


async def test_a_firing_that_was_overtaken_cannot_save(tables: TableStore) -> None:
    nights = TableNights(tables)
    etag = await nights.save(a_night(), etag=None)
    await nights.save(a_night(slot="daily"), etag=etag)

    with pytest.raises(RowConflict):
        await nights.save(a_night(completed_at=MIDNIGHT), etag=etag)


async def test_the_last_complete_night_is_the_newest_one_before(tables: TableStore) -> None:
    nights = TableNights(tables)
    for days, completed_at in ((5, MIDNIGHT), (3, MIDNIGHT), (1, None), (0, MIDNIGHT)):
        await nights.save(a_night(night=NIGHT - days * DAY, completed_at=completed_at), etag=None)

    assert await nights.last_complete(before=NIGHT) == NIGHT - 3 * DAY


async def test_a_night_of_more_than_400_days_ago_is_not_looked_for(tables: TableStore) -> None:
    nights = TableNights(tables)
    await nights.save(a_night(night=NIGHT - 401 * DAY, completed_at=MIDNIGHT), etag=None)

    assert await nights.last_complete(before=NIGHT) is None
