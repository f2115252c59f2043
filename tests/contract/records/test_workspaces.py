from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.adapters.tables.names import TENANT_WORKSPACES, WORKSPACES
from sync_core.adapters.tables.workspaces import TableWorkspaces
from sync_core.domain.consent import ConsentStep
from sync_core.domain.errors import RowConflict
from sync_core.domain.field_settings import CustomField, FieldSettings, Switches
from sync_core.domain.ids import TenantId, WorkspaceId
from sync_core.domain.options import OnLeaveLast, RemovalGuard, SyncOptions
from sync_core.domain.workspaces import ConnectionStatus, Rulebook
from sync_core.ports import RowWrite, Stored
from tests.builders import MIDNIGHT, TENANT, WORKSPACE, a_connection, a_consent, a_rulebook, a_workspace

if TYPE_CHECKING:
    from sync_core.domain.workspaces import Workspace
    from sync_core.ports import TableStore

TABLES = (WORKSPACES, TENANT_WORKSPACES)
OTHER_TENANT = TenantId("11111111-2222-4333-8444-555555555555")


async def listed(tables: TableStore, tenant: TenantId) -> list[str]:
    return [row.key async for row in tables.query(TENANT_WORKSPACES, tenant)]


async def stored(workspaces: TableWorkspaces, **changes: Any) -> Stored[Workspace]:
    """Store the workspace over whatever is there, and return it as it is read."""
    await workspaces.save_workspace(a_workspace(**changes), read=await workspaces.workspace(WORKSPACE))
    found = await workspaces.workspace(WORKSPACE)
    assert found is not None
    return found


async def managed(workspaces: TableWorkspaces, tenant: TenantId, **page: Any) -> list[str]:
    return [workspace.id async for workspace in workspaces.managed_by(tenant, **page)]


async def test_a_workspace_is_read_as_it_was_saved(tables: TableStore) -> None:
    workspaces = TableWorkspaces(tables)

    etag = await workspaces.save_workspace(a_workspace(revision=7), read=None)

    assert await workspaces.workspace(WORKSPACE) == Stored(a_workspace(revision=7), etag)


async def test_what_was_never_saved_is_not_there(tables: TableStore) -> None:
    workspaces = TableWorkspaces(tables)

    assert await workspaces.workspace(WORKSPACE) is None
    assert await workspaces.connection(WORKSPACE) is None


async def test_a_workspace_that_is_there_is_not_made_again(tables: TableStore) -> None:
    workspaces = TableWorkspaces(tables)
    before = await stored(workspaces)

    with pytest.raises(RowConflict):
        await workspaces.save_workspace(a_workspace(plan="business"), read=None)

    assert await workspaces.workspace(WORKSPACE) == before


async def test_only_one_of_two_changes_of_a_workspace_is_stored(tables: TableStore) -> None:
    workspaces = TableWorkspaces(tables)
    read = await stored(workspaces)
    after = await stored(workspaces, plan="business", revision=2)

    with pytest.raises(RowConflict):
        await workspaces.save_workspace(a_workspace(plan="starter", revision=2), read=read)

    assert await workspaces.workspace(WORKSPACE) == after


async def test_a_workspace_and_its_connection_are_stored_together_or_not_at_all(tables: TableStore) -> None:
    workspaces = TableWorkspaces(tables)
    read = await stored(workspaces)
    await workspaces.put_connection(WORKSPACE, a_connection())
    old = await workspaces.connection(WORKSPACE)
    assert old is not None
    ended = a_connection(status=ConnectionStatus.DISCONNECTED)
    new_etag = await workspaces.save_connection(WORKSPACE, a_connection(tried_at=MIDNIGHT), etag=old.etag)

    with pytest.raises(RowConflict):
        await workspaces.save_workspace(a_workspace(plan="starter"), read=read, connection=Stored(ended, old.etag))
    unchanged = await workspaces.workspace(WORKSPACE)
    await workspaces.save_workspace(a_workspace(plan="starter"), read=read, connection=Stored(ended, new_etag))

    workspace, connection = await workspaces.workspace(WORKSPACE), await workspaces.connection(WORKSPACE)
    assert workspace is not None
    assert connection is not None
    assert unchanged == read
    assert (workspace.value.plan, connection.value) == ("starter", ended)


async def test_a_workspace_is_listed_under_the_tenant_that_manages_it(tables: TableStore) -> None:
    workspaces = TableWorkspaces(tables)
    await stored(workspaces)

    assert await listed(tables, TENANT) == [WORKSPACE]
    assert await managed(workspaces, TENANT) == [WORKSPACE]
    assert await managed(workspaces, OTHER_TENANT) == []


async def test_a_tenant_is_the_same_in_any_case_of_letters(tables: TableStore) -> None:
    workspaces = TableWorkspaces(tables)
    await stored(workspaces, tenant=TenantId(TENANT.upper()))

    assert await managed(workspaces, TENANT) == [WORKSPACE]


async def test_a_tenants_workspaces_come_in_order_from_where_the_page_before_ended(tables: TableStore) -> None:
    workspaces = TableWorkspaces(tables)
    for workspace in ("c", "a", "e", "b", "d"):
        await workspaces.save_workspace(a_workspace(id=WorkspaceId(workspace)), read=None)

    assert await managed(workspaces, TENANT) == ["a", "b", "c", "d", "e"]
    assert await managed(workspaces, TENANT, after=WorkspaceId("b"), at_a_time=2) == ["c", "d", "e"]


async def test_a_workspace_that_changes_hands_is_listed_under_its_new_tenant_only(tables: TableStore) -> None:
    workspaces = TableWorkspaces(tables)
    await stored(workspaces)
    await stored(workspaces, tenant=OTHER_TENANT)

    assert await listed(tables, TENANT) == []
    assert await listed(tables, OTHER_TENANT) == [WORKSPACE]


async def test_a_workspace_without_a_tenant_stays_without(tables: TableStore) -> None:
    workspaces = TableWorkspaces(tables)
    await stored(workspaces)

    found = await stored(workspaces, tenant=None)

    assert found.value.tenant is None
    assert await listed(tables, TENANT) == []


async def test_what_the_index_says_counts_only_where_the_workspace_says_the_same(tables: TableStore) -> None:
    """The index can be behind, after a crash; who manages a workspace stands in its own row."""
    workspaces = TableWorkspaces(tables)
    await stored(workspaces, tenant=OTHER_TENANT)
    await tables.write(TENANT_WORKSPACES, TENANT, [RowWrite("upsert", name, {}) for name in (WORKSPACE, "gone")])

    assert await managed(workspaces, TENANT) == []
    assert await managed(workspaces, OTHER_TENANT) == [WORKSPACE]


async def test_a_change_that_failed_takes_no_tenant_its_workspace(tables: TableStore) -> None:
    workspaces = TableWorkspaces(tables)
    read = await stored(workspaces)
    await stored(workspaces, revision=2)

    with pytest.raises(RowConflict):
        await workspaces.save_workspace(a_workspace(tenant=OTHER_TENANT), read=read)

    assert await managed(workspaces, TENANT) == [WORKSPACE]
    assert await managed(workspaces, OTHER_TENANT) == []


async def test_a_mended_connection_forgets_why_it_failed(tables: TableStore) -> None:
    workspaces = TableWorkspaces(tables)
    failed = a_connection(status=ConnectionStatus.FAILED, reason="The consent was revoked.")
    await workspaces.put_connection(WORKSPACE, failed)
    await workspaces.put_connection(WORKSPACE, a_connection())

    found = await workspaces.connection(WORKSPACE)

    assert found is not None
    assert found.value == a_connection()


async def test_rules_that_were_never_saved_are_the_defaults_and_not_confirmed(tables: TableStore) -> None:
    rulebook = await TableWorkspaces(tables).rulebook(WORKSPACE)

    assert rulebook.value == Rulebook()
    assert rulebook.value.confirmed_at is None


async def test_rules_are_read_as_they_were_put(tables: TableStore) -> None:
    settings = FieldSettings(
        fields={"jobTitle": Switches(sync=True, overwrite=False)},
        custom={3: CustomField("costCenter", Switches(sync=False, overwrite=True))},
    )
    options = SyncOptions(
        include_guests=True,
        when_user_leaves_last_group=OnLeaveLast.DELETE,
        removal_guard=RemovalGuard(enabled=False, percent=1, minimum=2, maximum=3),
    )
    rulebook = replace(a_rulebook(), options=options, settings=settings)
    workspaces = TableWorkspaces(tables)
    await workspaces.put_rulebook(WORKSPACE, rulebook)

    assert (await workspaces.rulebook(WORKSPACE)).value == rulebook


async def test_the_rows_of_one_workspace_change_by_themselves(tables: TableStore) -> None:
    workspaces = TableWorkspaces(tables)
    await workspaces.save_workspace(a_workspace(), read=None)
    await workspaces.put_connection(WORKSPACE, a_connection())
    before = await workspaces.workspace(WORKSPACE)
    await workspaces.put_rulebook(WORKSPACE, a_rulebook())
    await workspaces.put_connection(WORKSPACE, a_connection(status=ConnectionStatus.PENDING))

    assert await workspaces.workspace(WORKSPACE) == before


async def test_a_connection_is_read_as_it_was_saved(tables: TableStore) -> None:
    workspaces = TableWorkspaces(tables)
    await workspaces.put_connection(WORKSPACE, a_connection())
    found = await workspaces.connection(WORKSPACE)
    assert found is not None
    failed = a_connection(
        status=ConnectionStatus.FAILED,
        code="consent-missing",
        reason="Connect Entra ID again.",
        failed_at=MIDNIGHT,
        tried_at=MIDNIGHT,
        since=MIDNIGHT,
        consent=a_consent(
            step=ConsentStep.OVER, token="t1", given_at=MIDNIGHT, code="gave-up", reason="It was late."
        ),
    )

    etag = await workspaces.save_connection(WORKSPACE, failed, etag=found.etag)

    again = await workspaces.connection(WORKSPACE)
    assert again is not None
    assert (again.value, again.etag) == (failed, etag)


async def test_only_one_of_two_changes_of_a_connection_is_stored(tables: TableStore) -> None:
    """The trial of a night belongs to one order."""
    workspaces = TableWorkspaces(tables)
    await workspaces.put_connection(WORKSPACE, a_connection())
    found = await workspaces.connection(WORKSPACE)
    assert found is not None
    await workspaces.save_connection(WORKSPACE, a_connection(tried_at=MIDNIGHT), etag=found.etag)

    with pytest.raises(RowConflict):
        await workspaces.save_connection(WORKSPACE, a_connection(), etag=found.etag)


async def test_a_connection_loses_the_consent_that_is_not_asked_for_any_more(tables: TableStore) -> None:
    """The link that was given out must die."""
    workspaces = TableWorkspaces(tables)
    first = await workspaces.save_connection(WORKSPACE, a_connection(consent=a_consent()), etag=None)
    await workspaces.save_connection(WORKSPACE, a_connection(), etag=first)

    found = await workspaces.connection(WORKSPACE)

    assert found is not None
    assert found.value == a_connection()


async def test_only_the_first_of_two_new_connections_is_stored(tables: TableStore) -> None:
    workspaces = TableWorkspaces(tables)
    await workspaces.save_connection(WORKSPACE, a_connection(), etag=None)

    with pytest.raises(RowConflict):
        await workspaces.save_connection(WORKSPACE, a_connection(status=ConnectionStatus.PENDING), etag=None)


async def test_a_connection_that_is_not_there_cannot_be_saved(tables: TableStore) -> None:
    workspaces = TableWorkspaces(tables)

    with pytest.raises(RowConflict):
        await workspaces.save_connection(WORKSPACE, a_connection(), etag='W/"1"')


async def test_rules_are_read_as_they_were_saved(tables: TableStore) -> None:
    workspaces = TableWorkspaces(tables)
    unsaved = await workspaces.rulebook(WORKSPACE)
    first = await workspaces.save_rulebook(WORKSPACE, a_rulebook(), etag=unsaved.etag)
    changed = replace(a_rulebook(), options=SyncOptions(include_guests=True))

    etag = await workspaces.save_rulebook(WORKSPACE, changed, etag=first)

    again = await workspaces.rulebook(WORKSPACE)
    assert (again.value, again.etag) == (changed, etag)
    assert etag != first


async def test_only_the_first_of_two_who_saw_no_rules_saves_theirs(tables: TableStore) -> None:
    workspaces = TableWorkspaces(tables)
    unsaved = await workspaces.rulebook(WORKSPACE)
    await workspaces.save_rulebook(WORKSPACE, a_rulebook(), etag=unsaved.etag)

    with pytest.raises(RowConflict):
        await workspaces.save_rulebook(WORKSPACE, Rulebook(), etag=unsaved.etag)

    assert (await workspaces.rulebook(WORKSPACE)).value == a_rulebook()


async def test_rules_that_were_saved_since_are_not_overwritten(tables: TableStore) -> None:
    workspaces = TableWorkspaces(tables)
    first = await workspaces.save_rulebook(WORKSPACE, a_rulebook(), etag="")
    second = replace(a_rulebook(), options=SyncOptions(include_guests=True))
    await workspaces.save_rulebook(WORKSPACE, second, etag=first)

    with pytest.raises(RowConflict):
        await workspaces.save_rulebook(WORKSPACE, a_rulebook(), etag=first)

    assert (await workspaces.rulebook(WORKSPACE)).value == second
