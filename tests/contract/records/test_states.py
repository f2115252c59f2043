from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sync_core.adapters.tables.names import SYNC_STATE
from sync_core.adapters.tables.states import TableGroupStates
from sync_core.domain.errors import RowConflict
from sync_core.domain.state import GroupState
from tests.builders import GROUP, MIDNIGHT, WORKSPACE, a_group_state

if TYPE_CHECKING:
    from sync_core.ports import TableStore

TABLES = (SYNC_STATE,)


@pytest.mark.parametrize("spread", [None, False, True])
async def test_a_state_is_read_as_it_was_saved(tables: TableStore, *, spread: bool | None) -> None:
    states = TableGroupStates(tables)
    state = a_group_state(spread=spread, generation=4, last_full_read=MIDNIGHT, asked="an order")
    etag = await states.save(WORKSPACE, GROUP, state, etag=None)

    found = await states.state(WORKSPACE, GROUP)

    assert found is not None
    assert (found.value, found.etag) == (state, etag)


async def test_a_lease_that_was_given_back_is_nobodys(tables: TableStore) -> None:
    states = TableGroupStates(tables)
    etag = await states.save(WORKSPACE, GROUP, a_group_state(), etag=None)
    await states.save(WORKSPACE, GROUP, GroupState(spread=False), etag=etag)

    found = await states.state(WORKSPACE, GROUP)

    assert found is not None
    assert found.value == GroupState(spread=False)


async def test_only_one_of_two_runs_gets_the_lease(tables: TableStore) -> None:
    states = TableGroupStates(tables)
    etag = await states.save(WORKSPACE, GROUP, GroupState(), etag=None)
    await states.save(WORKSPACE, GROUP, a_group_state(attempt="a1"), etag=etag)

    with pytest.raises(RowConflict):
        await states.save(WORKSPACE, GROUP, a_group_state(attempt="a2"), etag=etag)
    with pytest.raises(RowConflict):
        await states.save(WORKSPACE, GROUP, a_group_state(attempt="a3"), etag=None)
