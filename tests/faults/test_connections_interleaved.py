"""Whoever answers, asks anew, disconnects or tries at the same moment: a link works once, the last word stands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sync_core.adapters.entra.failures import refused
from sync_core.adapters.queues.connection_trials import CONNECTION_TRIALS
from sync_core.adapters.tables.names import WORKSPACES
from sync_core.domain.errors import SyncRefused
from sync_core.domain.workspaces import ConnectionStatus
from sync_core.flows.finish_consent import finish_consent
from sync_core.flows.manage_connection import disconnect, start_connection
from sync_core.flows.show_connection import ConsentState, shown
from sync_core.flows.try_consent import deliver_trial
from tests.fakes.turns import Explorer, SteppedTables
from tests.fakes.world import TENANT, WORKSPACE, World
from tests.unit.flows.connecting import an_unconnected_world, ask, consent

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sync_core.domain.workspaces import Connection
    from sync_core.flows.services import Services

    Outcomes = dict[str, str]
    Work = Callable[[Services], Awaitable[object]]

SHARED = frozenset({WORKSPACES})
NEW_SECRET = "n" * 43


async def every_order(
    world: World, works: dict[str, Work], check: Callable[[Connection, Outcomes], Awaitable[None]]
) -> None:
    """Let *works* meet in every order; *check* the connection and how each ended: ``done`` or why it was refused."""
    outcomes: Outcomes = {}

    def begin() -> tuple[SteppedTables, dict[str, Callable[[], Awaitable[None]]]]:
        outcomes.clear()
        tables = SteppedTables(world.tables.copy(), shared=SHARED)
        return tables, {name: worker(tables, name, work) for name, work in works.items()}

    def worker(tables: SteppedTables, name: str, work: Work) -> Callable[[], Awaitable[None]]:
        services = services_over(tables, name)

        async def run() -> None:
            try:
                await work(services)
            except SyncRefused as refusal:
                outcomes[name] = refusal.code
            else:
                outcomes[name] = "done"

        return run

    def services_over(tables: SteppedTables, name: str) -> Services:
        own = World(world.entra, clock=world.clock, tables=tables)  # type: ignore[arg-type]  # the same port
        return replace(own.services, new_token=lambda: name, new_secret=lambda: NEW_SECRET)

    async def end(stepped: SteppedTables) -> None:
        found = await services_over(stepped, "end").workspaces.connection(WORKSPACE)
        assert found is not None
        await check(found.value, outcomes)

    explored = await Explorer(begin, end).explore()

    assert explored.schedules > explored.ended > 1


def answering(state: str) -> Work:
    return lambda services: finish_consent(services, state=state, tenant=TENANT, granted=True)


def ending(services: Services) -> Awaitable[object]:
    return disconnect(services, WORKSPACE, by="admin-2")


async def test_of_two_answers_by_one_link_one_counts() -> None:
    world = await an_unconnected_world()
    state = await ask(world)

    async def check(connection: Connection, outcomes: Outcomes) -> None:
        assert sorted(outcomes.values()) == ["consent-link-used", "done"]
        assert connection.status is ConnectionStatus.CONNECTED
        assert connection.consent is not None
        assert outcomes[connection.consent.token] == "done"

    await every_order(world, {"first": answering(state), "second": answering(state)}, check)


async def test_who_disconnects_meanwhile_has_the_last_word() -> None:
    world = await an_unconnected_world()
    state = await ask(world)

    async def check(connection: Connection, outcomes: Outcomes) -> None:
        assert outcomes["ends"] == "done"
        assert outcomes["answers"] in {"done", "consent-link-unknown"}
        assert (connection.status, connection.consent) == (ConnectionStatus.DISCONNECTED, None)

    await every_order(world, {"answers": answering(state), "ends": ending}, check)


async def test_who_asks_anew_meanwhile_gets_a_link_that_works() -> None:
    world = await an_unconnected_world()
    state = await ask(world)

    async def check(connection: Connection, outcomes: Outcomes) -> None:
        assert outcomes["asks"] == "done"
        assert outcomes["answers"] in {"done", "consent-link-unknown"}
        now_shown = shown(connection, now=world.clock.now()).consent
        assert now_shown is not None
        assert now_shown.state is ConsentState.OPEN

    await every_order(
        world,
        {"answers": answering(state), "asks": lambda services: start_connection(services, WORKSPACE, by="admin-2")},
        check,
    )


async def test_a_trial_brings_nothing_back_that_was_ended() -> None:
    world, text = await a_world_with_a_trial()

    async def check(connection: Connection, outcomes: Outcomes) -> None:
        assert set(outcomes.values()) == {"done"}
        assert connection.status is ConnectionStatus.DISCONNECTED

    await every_order(world, {"tries": lambda services: deliver_trial(services, text), "ends": ending}, check)


async def test_a_trial_that_is_delivered_twice_at_once_connects_once() -> None:
    world, text = await a_world_with_a_trial()

    async def check(connection: Connection, outcomes: Outcomes) -> None:
        assert set(outcomes.values()) == {"done"}
        assert connection.status is ConnectionStatus.CONNECTED

    works: dict[str, Work] = {name: lambda services: deliver_trial(services, text) for name in ("first", "second")}
    await every_order(world, works, check)


async def a_world_with_a_trial() -> tuple[World, str]:
    """Return a world in which what was consented to has just arrived, and the trial that will find it."""
    world = await an_unconnected_world()
    world.entra.refusal = refused("permission-missing")
    await consent(world, await ask(world))
    world.entra.refusal = None
    [message] = world.queue.messages(CONNECTION_TRIALS)
    return world, message.text
