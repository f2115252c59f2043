"""What was consented to takes minutes to arrive: it is tried again, unattended, and ends with a word either way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sync_core.adapters.entra.failures import refused
from sync_core.adapters.queues.connection_trials import CONNECTION_TRIALS
from sync_core.domain.connection_trials import ConnectionTrial, encode
from sync_core.domain.errors import TryAgainLater
from sync_core.domain.workspaces import ConnectionStatus
from sync_core.flows.manage_connection import disconnect
from sync_core.flows.show_connection import ConsentState, ShownStatus
from sync_core.flows.try_consent import deliver_trial, give_up_trial
from sync_core.flows.watch_over import watch_over
from tests.fakes.clock import MIDNIGHT
from tests.fakes.memory_entra import MemoryEntra
from tests.fakes.world import WORKSPACE, World
from tests.unit.flows.connecting import (
    a_connected_world,
    an_unconnected_world,
    ask,
    consent,
    next_trial,
    poisoned,
    shown,
    stored,
    waiting,
    work_off,
)
from tests.unit.flows.held_worlds import told

if TYPE_CHECKING:
    from sync_core.domain.ids import TenantId

NOT_YET = refused("permission-missing")
MINUTE = timedelta(minutes=1)


async def a_trying_world(code: str = "permission-missing") -> World:
    """Return a world in which an administrator has consented, and what that allows has not arrived."""
    world = await an_unconnected_world()
    world.entra.refusal = refused(code)
    await consent(world, await ask(world))
    return world


async def test_a_consent_that_does_not_work_yet_leaves_the_connection_pending() -> None:
    world = await a_trying_world()

    connection = await shown(world)

    assert (connection.status, connection.code, connection.tried_at) == (ShownStatus.PENDING, "", MIDNIGHT)
    assert connection.consent is not None
    assert connection.consent.state is ConsentState.TRYING


@pytest.mark.parametrize("code", ["permission-missing", "consent-missing", "token-refused"])
async def test_it_connects_when_what_was_consented_to_arrives(code: str) -> None:
    world = await a_trying_world(code)
    for _ in range(3):
        await next_trial(world)
    assert (await shown(world)).status is ShownStatus.PENDING
    world.entra.refusal = None

    when = await next_trial(world)
    connection = await shown(world)

    assert (connection.status, connection.since) == (ShownStatus.CONNECTED, when)
    assert (connection.code, connection.tried_at) == ("", None)
    assert waiting(world) == 0
    assert len(told(world, "connection.connected")) == 1


async def test_trials_come_after_20_seconds_and_then_further_apart_until_15_minutes_are_over() -> None:
    world = await a_trying_world()

    times = [(when - MIDNIGHT).total_seconds() for when in await work_off(world)]

    assert times == [20, 60, 140, 260, 380, 500, 620, 740, 860, 900]


async def test_after_15_minutes_it_has_failed_with_the_reason_and_the_fix() -> None:
    world = await a_trying_world()

    await work_off(world)
    connection = await shown(world)

    assert (connection.status, connection.code, connection.reason) == (
        ShownStatus.FAILED,
        "permission-missing",
        NOT_YET.reason,
    )
    assert connection.fix == "Connect Entra ID again, and let an administrator of the Entra tenant accept."
    assert connection.tried_at == connection.since == MIDNIGHT + 15 * MINUTE
    assert connection.consent is not None
    assert (connection.consent.state, connection.consent.code) == (ConsentState.FAILED, "permission-missing")
    [event] = told(world)
    assert (event["type"], event["data"]) == ("scheduled-syncs.connection.failed", {"code": "permission-missing"})


async def test_what_arrives_later_than_that_is_found_within_the_hour() -> None:
    world = await a_trying_world()
    await work_off(world)
    world.entra.refusal = None
    world.clock.advance(50 * MINUTE)

    await watch_over(world.services)

    assert (await shown(world)).status is ShownStatus.CONNECTED


@pytest.mark.parametrize("code", ["secret-expired", "secret-refused", "tenant-gone", "blocked-by-policy"])
async def test_what_waiting_cannot_mend_fails_at_once(code: str) -> None:
    world = await a_trying_world(code)

    connection = await shown(world)

    assert (connection.status, connection.code) == (ShownStatus.FAILED, code)
    assert connection.fix
    await work_off(world)
    assert world.entra.asked == 1


async def test_entra_out_of_reach_is_waited_for() -> None:
    world = await an_unconnected_world()
    world.services = replace(world.services, entra=Unreachable())
    await consent(world, await ask(world))
    await next_trial(world)
    assert (await shown(world)).status is ShownStatus.PENDING

    await work_off(world)
    connection = await shown(world)

    assert (connection.status, connection.code) == (ShownStatus.FAILED, "entra-unreachable")
    assert connection.fix == "Wait: it is tried again every hour."


async def test_a_trial_whose_message_was_lost_is_settled_by_the_watch() -> None:
    world = await a_trying_world()
    assert world.queue.receive(CONNECTION_TRIALS) is None
    world.clock.advance(20 * MINUTE)
    assert world.queue.receive(CONNECTION_TRIALS) is not None

    await watch_over(world.services)

    assert (await shown(world)).status is ShownStatus.FAILED


async def test_the_watch_connects_what_works_by_then() -> None:
    world = await a_trying_world()
    world.entra.refusal = None
    world.clock.advance(20 * MINUTE)
    world.queue.receive(CONNECTION_TRIALS)

    await watch_over(world.services)

    assert (await shown(world)).status is ShownStatus.CONNECTED


async def test_the_watch_leaves_alone_what_still_has_time() -> None:
    world = await a_trying_world()
    world.clock.advance(14 * MINUTE)

    await watch_over(world.services)

    assert (await shown(world)).status is ShownStatus.PENDING
    assert world.entra.asked == 1


async def test_a_connection_that_is_ended_meanwhile_stays_ended() -> None:
    world = await a_trying_world()
    await disconnect(world.services, WORKSPACE, by="admin-1")
    world.entra.refusal = None

    await work_off(world)

    assert (await shown(world)).status is ShownStatus.DISCONNECTED
    assert world.entra.asked == 1


async def test_a_connection_that_is_ended_during_a_trial_stays_ended() -> None:
    world = await a_trying_world()
    entra = LetsUsInTooLate()
    entra.world = world
    world.services = replace(world.services, entra=entra)

    await work_off(world)

    assert (await shown(world)).status is ShownStatus.DISCONNECTED
    assert told(world, "connection.connected") == []


async def test_the_trials_of_a_consent_that_was_replaced_say_nothing_of_the_next() -> None:
    world = await a_trying_world()
    await ask(world)
    world.entra.refusal = None

    await work_off(world)
    connection = await shown(world)

    assert connection.status is ShownStatus.PENDING
    assert connection.consent is not None
    assert connection.consent.state is ConsentState.OPEN


async def test_a_consent_that_replaced_another_has_trials_of_its_own() -> None:
    """Or two chains of messages would go on side by side."""
    world = await a_trying_world()
    await consent(world, await ask(world))
    assert waiting(world) == 2

    await next_trial(world)
    await next_trial(world)

    assert waiting(world) == 1


async def test_a_connection_in_use_fails_when_its_tenant_refuses_to_the_end() -> None:
    world = await a_connected_world()
    world.entra.refusal = NOT_YET
    await consent(world, await ask(world))
    assert (await shown(world)).status is ShownStatus.CONNECTED

    await work_off(world)

    assert (await shown(world)).status is ShownStatus.FAILED


async def test_a_connection_in_use_does_not_fail_because_entra_is_out_of_reach() -> None:
    world = await a_connected_world()
    world.services = replace(world.services, entra=Unreachable())
    await consent(world, await ask(world))

    await work_off(world)
    connection = await shown(world)

    assert (connection.status, connection.code) == (ShownStatus.CONNECTED, "")
    assert connection.consent is not None
    assert connection.consent.code == "entra-unreachable"


async def test_a_trial_that_is_delivered_twice_does_no_harm() -> None:
    world = await a_trying_world()
    world.clock.advance(MINUTE)
    text = world.queue.receive(CONNECTION_TRIALS)
    assert text is not None
    world.entra.refusal = None

    await deliver_trial(world.services, text)
    first = await stored(world)
    world.clock.advance(MINUTE)
    await deliver_trial(world.services, text)

    assert await stored(world) == first
    assert len(told(world, "connection.connected")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "{ no trial",
        "[]",
        "null",
        "[" * 100_000,
        '{"version": 1, "order": "sync"}',
        '{"version": 2, "order": "connection-trial", "workspace": "acme", "token": "t", "number": 1}',
        '{"version": 1, "order": "connection-trial", "workspace": "a/b", "token": "t", "number": 1}',
        '{"version": 1, "order": "connection-trial", "workspace": 7, "token": "t", "number": 1}',
        '{"version": 1, "order": "connection-trial", "workspace": "acme", "token": "", "number": 1}',
        '{"version": 1, "order": "connection-trial", "workspace": "acme", "token": "t", "number": true}',
        '{"version": 1, "order": "connection-trial", "workspace": "acme", "token": "t", "number": 0}',
        '{"version": 1, "order": "connection-trial", "workspace": "acme", "token": "t", "number": 1e99}',
        '{"version": 1, "order": "connection-trial", "token": "t", "number": 1}',
    ],
    ids=range(13),
)
async def test_what_is_no_trial_is_put_aside_with_a_reason(text: str) -> None:
    world = await an_unconnected_world()

    await deliver_trial(world.services, text)

    [reason] = poisoned(world)
    assert reason
    assert waiting(world) == 0


async def test_a_trial_of_a_workspace_that_is_not_there_is_dropped() -> None:
    world = World()

    await deliver_trial(world.services, encode(ConnectionTrial(WORKSPACE, "t1")))

    assert (waiting(world), poisoned(world)) == (0, [])


async def test_a_trial_that_cannot_be_carried_out_ends_the_connection_with_a_word() -> None:
    world = await a_trying_world()
    world.clock.advance(MINUTE)
    text = world.queue.receive(CONNECTION_TRIALS)
    assert text is not None

    await give_up_trial(world.services, text, RuntimeError("a secret"))
    connection = await shown(world)

    assert (connection.status, connection.code) == (ShownStatus.FAILED, "gave-up")
    assert "support" in connection.fix
    assert poisoned(world) == ["gave up after repeated failures: RuntimeError"]


async def test_storage_that_is_busy_after_the_consent_leaves_it_to_the_trials() -> None:
    """The administrator must not be told of a failure, and cannot come back."""
    world = await an_unconnected_world()
    state = await ask(world)
    writes = 0

    async def be_busy(*_: object) -> None:
        nonlocal writes
        writes += 1
        if writes == 2:
            raise TryAgainLater("storage is busy", after=MINUTE)

    world.tables.before_write = be_busy

    answered = await consent(world, state)
    assert answered.status is ConnectionStatus.PENDING
    await work_off(world)

    assert (await shown(world)).status is ShownStatus.CONNECTED


class Unreachable(MemoryEntra):
    async def check(self, tenant: TenantId) -> None:  # noqa: ARG002 (there is nobody to ask)
        raise TryAgainLater("Microsoft Graph cannot be reached", after=MINUTE)


class LetsUsInTooLate(MemoryEntra):
    """Somebody disconnects *world* while Entra ID answers."""

    world: World

    async def check(self, tenant: TenantId) -> None:
        await disconnect(self.world.services, WORKSPACE, by="admin-1")
        await super().check(tenant)
