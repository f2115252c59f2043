"""A connection begins with an administrator's consent: to the right tenant, by a link that works once."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from sync_core.adapters.entra.failures import refused
from sync_core.domain.errors import RowConflict, SyncRefused
from sync_core.domain.ids import TenantId, WorkspaceId
from sync_core.domain.workspaces import Connection, ConnectionStatus, Workspace
from sync_core.flows.manage_connection import disconnect, start_connection
from sync_core.flows.set_up_workspace import put_workspace
from sync_core.flows.show_connection import ConsentState, ShownStatus
from tests.fakes.clock import MIDNIGHT
from tests.fakes.world import TENANT, WORKSPACE, World, a_group, a_tenant, a_user
from tests.unit.flows.connecting import a_connected_world, an_unconnected_world, ask, consent, shown, stored, work_off
from tests.unit.flows.held_worlds import a_synced_world, told

OTHER_TENANT = TenantId("0f0e4b5c-52a8-4c0e-9a5e-0c6f6d7f6a02")
OTHER = WorkspaceId("globex")
NOT_YET = refused("permission-missing")


async def refusal_of(world: World, state: str, *, tenant: str = TENANT) -> str:
    with pytest.raises(SyncRefused) as refusal:
        await consent(world, state, tenant=tenant)
    return refusal.value.code


def lose_the_next_answer(world: World) -> None:
    async def lose(table: str, *_: object) -> None:
        world.tables.after_write = None
        raise RowConflict(table, 0)

    world.tables.after_write = lose


async def test_a_workspace_that_nobody_connected_says_so() -> None:
    world = await an_unconnected_world()

    assert (await shown(world)).status is ShownStatus.NONE


async def test_until_somebody_consents_the_connection_is_pending() -> None:
    world = await an_unconnected_world()

    link = await start_connection(world.services, WORKSPACE, by="admin-1")
    connection = await shown(world)

    assert (link.tenant, link.expires_at) == (TENANT, MIDNIGHT + timedelta(hours=1))
    assert (connection.status, connection.tenant, connection.since) == (ShownStatus.PENDING, TENANT, MIDNIGHT)
    assert connection.consent is not None
    assert (connection.consent.state, connection.consent.expires_at) == (ConsentState.OPEN, link.expires_at)
    assert (await stored(world)).consent is not None


async def test_a_consent_that_works_connects_at_once() -> None:
    world = await an_unconnected_world()

    answered = await consent(world, await ask(world))
    connection = await shown(world)

    assert answered.status is ConnectionStatus.CONNECTED
    assert (connection.status, connection.tenant, connection.since) == (ShownStatus.CONNECTED, TENANT, MIDNIGHT)
    assert (connection.code, connection.reason, connection.fix) == ("", "", "")
    assert connection.consent is not None
    assert connection.consent.state is ConsentState.GRANTED


async def test_the_platform_is_told_of_a_new_connection_once() -> None:
    world = await a_connected_world()

    [event] = told(world)

    assert (event["type"], event["subject"]) == ("scheduled-syncs.connection.connected", WORKSPACE)


async def test_the_state_has_256_random_bits_and_is_kept_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    world = await an_unconnected_world()

    first, second = await ask(world), await ask(world)
    await consent(world, second)
    kept = [str(row.cells) for row in world.tables.rows("Workspaces")]
    sent = [message.text for message in world.queue.messages("connection-trials")]
    logged = [f"{record.getMessage()} {vars(record)}" for record in caplog.records]

    assert first != second
    for state in (first, second):
        workspace, _, secret = state.partition(".")
        assert workspace == WORKSPACE
        assert len(secret) == 43
        assert not [text for text in (*kept, *sent, *logged) if secret in text]


async def test_a_state_is_good_for_one_use() -> None:
    world = await an_unconnected_world()
    state = await ask(world)
    await consent(world, state)

    assert await refusal_of(world, state) == "consent-link-used"
    assert (await shown(world)).status is ShownStatus.CONNECTED


async def test_a_state_that_was_used_for_a_no_cannot_be_used_for_a_yes() -> None:
    world = await an_unconnected_world()
    state = await ask(world)
    await consent(world, state, granted=False)

    assert await refusal_of(world, state) == "consent-link-used"
    assert (await shown(world)).status is ShownStatus.FAILED


async def test_a_state_expires_after_an_hour() -> None:
    world = await an_unconnected_world()
    state = await ask(world)
    world.clock.advance(timedelta(hours=1))

    assert await refusal_of(world, state) == "consent-link-expired"


async def test_a_state_works_until_the_hour_is_over() -> None:
    world = await an_unconnected_world()
    state = await ask(world)
    world.clock.advance(timedelta(minutes=59, seconds=59))

    assert (await consent(world, state)).status is ConnectionStatus.CONNECTED


async def test_a_connection_that_nobody_consented_to_within_the_hour_says_so() -> None:
    world = await an_unconnected_world()
    await ask(world)
    world.clock.advance(timedelta(hours=1))

    connection = await shown(world)

    assert (connection.status, connection.code) == (ShownStatus.FAILED, "consent-expired")
    assert connection.fix
    assert connection.consent is not None
    assert connection.consent.state is ConsentState.EXPIRED


@pytest.mark.parametrize("granted", [True, False])
async def test_an_answer_whose_storing_looks_like_somebody_elses_counts(*, granted: bool) -> None:
    """The storage client repeats a write whose answer was lost, and finds that its own has changed the row."""
    world = await an_unconnected_world()
    lose_the_next_answer(world)
    state = await ask(world)
    lose_the_next_answer(world)

    await consent(world, state, granted=granted)

    assert (await shown(world)).status is (ShownStatus.CONNECTED if granted else ShownStatus.FAILED)


async def test_asking_again_ends_the_link_before() -> None:
    world = await an_unconnected_world()
    first, second = await ask(world), await ask(world)

    assert await refusal_of(world, first) == "consent-link-unknown"
    assert (await consent(world, second)).status is ConnectionStatus.CONNECTED


async def test_the_state_of_another_workspace_opens_nothing() -> None:
    """A link's secret belongs to the workspace in front of it."""
    world = await an_unconnected_world()
    await put_workspace(world.services, Workspace(OTHER, "Globex", "enterprise", TENANT))
    ours = await ask(world)
    theirs = (await start_connection(world.services, OTHER, by="admin-2")).state

    swapped = f"{WORKSPACE}.{theirs.partition('.')[2]}"

    assert await refusal_of(world, swapped) == "consent-link-unknown"
    assert (await consent(world, theirs)).status is ConnectionStatus.CONNECTED
    assert (await shown(world)).status is ShownStatus.PENDING
    assert (await consent(world, ours)).status is ConnectionStatus.CONNECTED


@pytest.mark.parametrize(
    "state",
    [
        "",
        ".",
        "acme",
        "acme.",
        f"acme.{'A' * 43}",
        f"acme.{'A' * 42}",
        f"acme.{'A' * 44}",
        f"nobody.{'A' * 43}",
        f"ac/me.{'A' * 43}",
        f"acme.{'ä' * 43}",
        f"acme.{'A' * 43}\n",
        f"{'a' * 65}.{'A' * 43}",
        "acme' or 'a' eq 'a." + "A" * 43,
        "\ud800",
    ],
    ids=ascii,
)
async def test_what_is_no_state_of_ours_is_told_nothing(state: str) -> None:
    world = await an_unconnected_world()
    await ask(world)
    before = await stored(world)

    assert await refusal_of(world, state) == "consent-link-unknown"
    assert await stored(world) == before


async def test_a_consent_of_another_tenant_connects_nothing() -> None:
    world = await an_unconnected_world()
    state = await ask(world)

    await consent(world, state, tenant=OTHER_TENANT)
    connection = await shown(world)

    assert (connection.status, connection.code, connection.tenant) == (ShownStatus.FAILED, "tenant-mismatch", TENANT)
    assert world.entra.asked == 0
    assert await refusal_of(world, state) == "consent-link-used"


async def test_a_tenant_is_the_same_in_capitals() -> None:
    world = await an_unconnected_world()

    assert (await consent(world, await ask(world), tenant=TENANT.upper())).status is ConnectionStatus.CONNECTED


async def test_a_consent_counts_only_for_the_tenant_that_manages_the_workspace_by_then() -> None:
    world = await an_unconnected_world()
    state = await ask(world)
    await put_workspace(world.services, Workspace(WORKSPACE, "Acme", "business", OTHER_TENANT))

    await consent(world, state)

    assert (await shown(world)).code == "tenant-mismatch"


async def test_a_denied_consent_is_told_with_its_fix_and_never_tried() -> None:
    world = await an_unconnected_world()

    await consent(world, await ask(world), granted=False)
    await work_off(world)
    connection = await shown(world)

    assert (connection.status, connection.code) == (ShownStatus.FAILED, "consent-denied")
    assert "Connect Entra ID again" in connection.fix
    assert world.entra.asked == 0


async def test_a_workspace_without_a_tenant_cannot_be_connected() -> None:
    world = World()
    await put_workspace(world.services, Workspace(WORKSPACE, "Acme", "enterprise"))

    with pytest.raises(SyncRefused) as refusal:
        await ask(world)

    assert refusal.value.code == "tenant-not-set"


async def test_a_workspace_that_is_not_there_cannot_be_connected() -> None:
    with pytest.raises(SyncRefused) as refusal:
        await ask(World())

    assert refusal.value.code == "workspace-not-found"


async def test_a_connection_to_another_tenant_has_to_be_ended_first() -> None:
    world = await a_connected_world()
    await put_workspace(world.services, Workspace(WORKSPACE, "Acme", "business", OTHER_TENANT))

    with pytest.raises(SyncRefused) as refusal:
        await ask(world)
    await disconnect(world.services, WORKSPACE, by="admin-1")
    await consent(world, await ask(world), tenant=OTHER_TENANT)

    assert refusal.value.code == "tenant-mismatch"
    assert (await shown(world)).tenant == OTHER_TENANT


async def test_a_connection_goes_on_while_consent_is_asked_for_anew() -> None:
    world = await a_synced_world(3)

    await ask(world)
    [run] = await world.night()
    connection = await shown(world)

    assert (run.state.value, run.counts.read) == ("succeeded", 3)
    assert connection.status is ShownStatus.CONNECTED


@pytest.mark.parametrize("status", [ConnectionStatus.CONNECTED, ConnectionStatus.FAILED])
@pytest.mark.parametrize("how", ["denied", "expired", "another tenant"])
async def test_a_connection_in_use_is_not_harmed_by_a_consent_that_comes_to_nothing(
    status: ConnectionStatus, how: str
) -> None:
    world = await a_connected_world()
    in_use = Connection(
        TENANT, status, "consent-missing" if status is ConnectionStatus.FAILED else "", since=MIDNIGHT
    )
    await world.services.workspaces.put_connection(WORKSPACE, in_use)
    state = await ask(world)

    if how == "expired":
        world.clock.advance(timedelta(hours=1))
    else:
        await consent(
            world, state, granted=how != "denied", tenant=OTHER_TENANT if how == "another tenant" else TENANT
        )
    connection = await shown(world)

    assert replace(await stored(world), consent=None) == in_use
    assert (connection.status.value, connection.code) == (status.value, in_use.code)
    assert connection.consent is not None
    assert connection.consent.code


async def test_connecting_again_mends_a_failed_connection() -> None:
    world = await a_synced_world(3)
    world.entra.refusal = refused("consent-missing")
    await world.night()
    state = await ask(world)
    world.entra.refusal = None

    await consent(world, state)
    connection = await shown(world)

    assert (connection.status, connection.code) == (ShownStatus.CONNECTED, "")
    assert len(told(world, "connection.recovered")) == 1


async def test_connecting_again_keeps_since_when_it_is_connected() -> None:
    world = await a_connected_world()
    world.clock.advance(timedelta(days=3))

    await consent(world, await ask(world))

    assert (await shown(world)).since == MIDNIGHT
    assert len(told(world, "connection.connected")) == 1


async def test_a_disconnected_workspace_keeps_its_people_and_syncs_nothing() -> None:
    world = await a_synced_world(3)
    before = await world.recipients()

    await disconnect(world.services, WORKSPACE, by="admin-1")
    [run] = await world.night()
    connection = await shown(world)

    assert (connection.status, connection.tenant) == (ShownStatus.DISCONNECTED, TENANT)
    assert run.reason is not None
    assert (run.state.value, run.reason.code) == ("skipped", "not-connected")
    assert await world.recipients() == before


async def test_disconnecting_twice_is_disconnecting_once() -> None:
    world = await a_connected_world()
    await disconnect(world.services, WORKSPACE, by="admin-1")
    first = await stored(world)
    world.clock.advance(timedelta(hours=3))

    await disconnect(world.services, WORKSPACE, by="admin-2")

    assert await stored(world) == first
    assert len(told(world, "connection.disconnected")) == 1


async def test_what_was_never_connected_stays_so_when_it_is_disconnected() -> None:
    world = await an_unconnected_world()

    await disconnect(world.services, WORKSPACE, by="admin-1")

    assert (await shown(world)).status is ShownStatus.NONE
    assert told(world) == []


async def test_disconnecting_ends_the_links_that_wait() -> None:
    world = await an_unconnected_world()
    state = await ask(world)

    await disconnect(world.services, WORKSPACE, by="admin-1")

    assert await refusal_of(world, state) == "consent-link-unknown"
    assert (await shown(world)).status is ShownStatus.DISCONNECTED


async def test_a_disconnected_workspace_does_not_come_back_by_itself() -> None:
    world = World(a_tenant([a_user("u1")], [a_group("g1", "u1")]))
    await world.set_up()
    await disconnect(world.services, WORKSPACE, by="admin-1")
    await ask(world)

    await world.night()

    assert world.entra.asked == 1  # to link the group, before
    assert (await stored(world)).status is ConnectionStatus.PENDING


async def test_a_connection_that_is_being_made_skips_runs() -> None:
    world = await a_synced_world(3)
    await disconnect(world.services, WORKSPACE, by="admin-1")
    world.entra.refusal = NOT_YET
    await consent(world, await ask(world))

    [run] = await world.night()

    assert run.reason is not None
    assert run.reason.code == "not-connected"
