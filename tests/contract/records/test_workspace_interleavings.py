"""A workspace changes hands back and forth, in every order of the two changes' storage calls."""

from __future__ import annotations

import pytest

from sync_core.adapters.tables.workspaces import TableWorkspaces
from sync_core.domain.errors import RowConflict
from sync_core.domain.ids import TenantId
from tests.builders import TENANT, WORKSPACE, a_workspace
from tests.fakes.memory_tables import MemoryTables

OTHER_TENANT = TenantId("11111111-2222-4333-8444-555555555555")

#  To the other tenant: look at the index, write it, write the workspace, clear the index.
WRITES = 3


@pytest.mark.parametrize("stop_before", range(1, WRITES + 2))
async def test_whoever_gets_a_workspace_back_while_it_is_being_given_away_finds_it(stop_before: int) -> None:
    """The change that comes second begins at any write of the first one, and ends before it goes on."""
    tables = MemoryTables()
    workspaces = TableWorkspaces(tables)
    await workspaces.save_workspace(a_workspace(), read=None)
    read = await workspaces.workspace(WORKSPACE)
    seen = 0

    async def give_back(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == stop_before:
            tables.before_write = None
            now = await workspaces.workspace(WORKSPACE)
            await workspaces.save_workspace(a_workspace(plan="business", revision=3), read=now)

    tables.before_write = give_back
    try:
        await workspaces.save_workspace(a_workspace(tenant=OTHER_TENANT, revision=2), read=read)
    except RowConflict:
        assert stop_before < WRITES

    found = await workspaces.workspace(WORKSPACE)
    assert found is not None
    assert found.value.tenant is not None
    assert [one.id async for one in workspaces.managed_by(found.value.tenant)] == [WORKSPACE]
    for tenant in {TENANT, OTHER_TENANT} - {found.value.tenant}:
        assert [one.id async for one in workspaces.managed_by(tenant)] == []


@pytest.mark.parametrize("cut_before", range(1, WRITES + 1))
async def test_a_change_of_hands_that_is_cut_off_leaves_the_workspace_with_exactly_one_tenant(
    cut_before: int,
) -> None:
    tables = MemoryTables()
    workspaces = TableWorkspaces(tables)
    await workspaces.save_workspace(a_workspace(), read=None)
    read = await workspaces.workspace(WORKSPACE)
    seen = 0

    async def cut(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == cut_before:
            raise ConnectionError

    tables.before_write = cut
    with pytest.raises(ConnectionError):
        await workspaces.save_workspace(a_workspace(tenant=OTHER_TENANT, revision=2), read=read)

    listed = [tenant for tenant in (TENANT, OTHER_TENANT) if [one.id async for one in workspaces.managed_by(tenant)]]
    found = await workspaces.workspace(WORKSPACE)
    assert found is not None
    assert listed == [found.value.tenant]
