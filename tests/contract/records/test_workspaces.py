from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sync_core.adapters.tables.names import TENANT_WORKSPACES, WORKSPACES
from sync_core.adapters.tables.workspaces import TableWorkspaces
from sync_core.domain.consent import ConsentStep
from sync_core.domain.errors import RowConflict
from sync_core.domain.field_settings import CustomField, FieldSettings, Switches
from sync_core.domain.ids import TenantId
from sync_core.domain.options import OnLeaveLast, RemovalGuard, SyncOptions
from sync_core.domain.workspaces import ConnectionStatus, Rulebook
from tests.builders import MIDNIGHT, TENANT, WORKSPACE, a_connection, a_consent, a_rulebook, a_workspace

if TYPE_CHECKING:
    from sync_core.ports import TableStore

TABLES = (WORKSPACES, TENANT_WORKSPACES)
OTHER_TENANT = TenantId("11111111-2222-4333-8444-555555555555")


async def listed(tables: TableStore, tenant: TenantId) -> list[str]:
    return [row.key async for row in tables.query(TENANT_WORKSPACES, tenant)]


async def test_a_workspace_is_read_as_it_was_put(tables: TableStore) -> None:
    workspaces = TableWorkspaces(tables)
    await workspaces.put_workspace(a_workspace())

    found = await workspaces.workspace(WORKSPACE)

    assert found is not None
    assert found.value == a_workspace()


async def test_what_was_never_put_is_not_there(tables: TableStore) -> None:
    workspaces = TableWorkspaces(tables)

    assert await workspaces.workspace(WORKSPACE) is None
    assert await workspaces.connection(WORKSPACE) is None


async def test_a_workspace_is_listed_under_the_tenant_that_manages_it(tables: TableStore) -> None:
    await TableWorkspaces(tables).put_workspace(a_workspace())

    assert await listed(tables, TENANT) == [WORKSPACE]


async def test_a_workspace_that_changes_hands_is_listed_under_its_new_tenant_only(tables: TableStore) -> None:
    workspaces = TableWorkspaces(tables)
    await workspaces.put_workspace(a_workspace())
    await workspaces.put_workspace(a_workspace(tenant=OTHER_TENANT))

    assert await listed(tables, TENANT) == []
    assert await listed(tables, OTHER_TENANT) == [WORKSPACE]


async def test_a_workspace_without_a_tenant_stays_without(tables: TableStore) -> None:
    workspaces = TableWorkspaces(tables)
    await workspaces.put_workspace(a_workspace())
    await workspaces.put_workspace(a_workspace(tenant=None))

    found = await workspaces.workspace(WORKSPACE)

    assert found is not None
    assert found.value.tenant is None
    assert await listed(tables, TENANT) == []


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
    await workspaces.put_workspace(a_workspace())
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
