"""Runs over HTTP: start, watch, cancel, undo."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.adapters.queues.orders import GROUP_SYNCS
from sync_core.domain.workspaces import Rulebook
from tests.fakes.world import WORKSPACE, a_user
from tests.integration.api.acme import on_plan
from tests.integration.api.acme_people import api_of
from tests.integration.api.callers import READER
from tests.unit.flows.held_worlds import UNGUARDED, a_synced_world, join, leave

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.fakes.world import World
    from tests.integration.api.client import Answered

RUNS = "/api/workspaces/acme/groups/g1/runs"
NIGHT = f"{RUNS}/20261124T000000Z-night-1"
SYNC = {"mode": "sync"}


async def at_noon() -> World:
    """A world after its first night, in which somebody has joined and somebody has left since."""
    world = await a_synced_world(6, UNGUARDED)
    world.clock.advance(timedelta(hours=12))
    world.entra.users["new"] = a_user("new")
    join(world, "new")
    leave(world, "u0")
    return world


async def start(world: World, mode: str = "sync") -> Answered:
    return await api_of(world).call("POST", RUNS, {"mode": mode})


async def post(world: World, address: str) -> Answered:
    return await api_of(world).call("POST", address)


async def show(world: World, address: str) -> dict[str, Any]:
    found = await api_of(world).get(address)
    assert found.status == 200
    shown: dict[str, Any] = found.json
    return shown


def meanwhile(world: World, do: Callable[[], Awaitable[None]]) -> None:
    """Do something while the next run reads."""

    async def hook() -> None:
        world.entra.before_page = None
        await do()

    world.entra.before_page = hook


class TestStart:
    @pytest.mark.parametrize("mode", ["sync", "preview"])
    async def test_the_answer_is_the_queued_run_and_where_it_will_be_seen(self, mode: str) -> None:
        world = await at_noon()

        started = await start(world, mode)

        assert started.status == 202
        assert started.headers["Location"] == f"{RUNS}/{started.json['runId']}"
        assert (started.json["state"], started.json["mode"], started.json["trigger"]) == ("queued", mode, "manual")
        assert await show(world, started.headers["Location"]) == started.json

    async def test_what_it_did_is_shown_where_it_was_promised(self) -> None:
        world = await at_noon()
        started = await start(world)
        await world.drain()

        run = await show(world, started.headers["Location"])

        assert (run["state"], run["counts"]["added"], run["counts"]["removed"]) == ("succeeded", 1, 1)
        assert (run["phase"], run["attempts"], run["durationSeconds"]) == (None, 1, 0)
        assert run["proof"]["complete"] is True

    async def test_a_preview_is_told_apart_in_the_history(self) -> None:
        world = await at_noon()
        await start(world, "preview")
        await world.drain()

        runs = (await show(world, RUNS))["runs"]

        assert [(run["mode"], run["trigger"]) for run in runs] == [("preview", "manual"), ("sync", "night")]
        assert await world.members("g1") == {f"u{number}" for number in range(6)}

    async def test_while_one_is_queued_the_answer_is_that_one(self) -> None:
        world = await at_noon()
        first = await start(world, "preview")

        second = await start(world)

        assert (second.status, second.problem) == (409, "run-active")
        assert second.json["run"] == first.json
        assert second.headers["Location"] == first.headers["Location"]
        assert len(world.queue.messages(GROUP_SYNCS)) == 1

    async def test_while_one_is_at_work_the_answer_is_that_one(self) -> None:
        world = await at_noon()
        first = await start(world)
        answers: list[Answered] = []

        async def ask() -> None:
            answers.append(await start(world))

        meanwhile(world, ask)
        await world.drain()

        [refused] = answers
        assert (refused.status, refused.problem) == (409, "run-active")
        assert (refused.json["run"]["runId"], refused.json["run"]["state"]) == (first.json["runId"], "running")

    @pytest.mark.parametrize(
        ("body", "wrong"),
        [
            ({}, ["mode"]),
            ({"mode": "undo"}, ["mode"]),
            ({"mode": "SYNC"}, ["mode"]),
            ({"mode": None}, ["mode"]),
            ({"mode": "sync", "group": "g2"}, ["group"]),
            ([], ["body"]),
        ],
    )
    async def test_a_body_that_asks_for_no_run_is_refused(self, body: Any, wrong: list[str]) -> None:
        world = await at_noon()

        refused = await api_of(world).call("POST", RUNS, body)

        assert (refused.status, refused.wrong) == (400, wrong)
        assert world.queue.messages(GROUP_SYNCS) == []

    async def test_what_keeps_the_workspace_from_syncing_is_told(self) -> None:
        world = await at_noon()
        rulebook = await world.services.workspaces.rulebook(WORKSPACE)
        await world.services.workspaces.put_rulebook(WORKSPACE, replace(rulebook.value, confirmed_at=None))
        assert ((unconfirmed := await start(world)).status, unconfirmed.problem) == (409, "settings-not-confirmed")
        await world.services.workspaces.put_rulebook(WORKSPACE, Rulebook(confirmed_at=world.clock.now()))

        await on_plan(world.services, "starter")

        assert ((refused := await start(world)).status, refused.problem) == (403, "plan-required")

    async def test_a_group_that_is_not_linked_has_none(self) -> None:
        refused = await api_of(await at_noon()).call("POST", "/api/workspaces/acme/groups/other/runs", SYNC)

        assert (refused.status, refused.problem) == (404, "group-not-linked")

    async def test_whoever_may_only_look_starts_none(self) -> None:
        world = await at_noon()

        refused = await api_of(world).call("POST", RUNS, SYNC, caller=READER)

        assert (refused.status, refused.problem) == (403, "role-needed")
        assert world.queue.messages(GROUP_SYNCS) == []


class TestShow:
    async def test_a_run_at_work_tells_how_far_it_is(self) -> None:
        world = await at_noon()
        started = await start(world)
        seen: list[dict[str, Any]] = []

        async def look() -> None:
            seen.append(await show(world, started.headers["Location"]))

        meanwhile(world, look)
        await world.drain()

        assert (seen[0]["state"], seen[0]["phase"], seen[0]["endedAt"]) == ("running", "reading", None)
        assert seen[0]["heartbeat"] is not None

    @pytest.mark.parametrize(
        "run", ["20260101T000000Z-night-1", "nothing", "20261124T000000Z-night-1%20", "x" * 70, "a'or'b"]
    )
    async def test_an_unknown_run_is_not_found(self, run: str) -> None:
        missing = await api_of(await at_noon()).get(f"{RUNS}/{run}")

        assert (missing.status, missing.problem) == (404, "run-not-found")

    async def test_a_run_of_another_group_is_not_found(self) -> None:
        world = await a_synced_world(2, None, g2=["u0"])

        missing = await api_of(world).get("/api/workspaces/acme/groups/g3/runs/20261124T000000Z-night-1")

        assert (missing.status, missing.problem) == (404, "run-not-found")


class TestCancel:
    async def test_a_queued_run_is_over_at_once(self) -> None:
        world = await at_noon()
        started = await start(world)

        cancelled = await post(world, f"{started.headers['Location']}/cancel")
        await world.drain()

        assert (cancelled.status, cancelled.json["state"]) == (202, "cancelled")
        assert cancelled.headers["Location"] == started.headers["Location"]
        assert await show(world, started.headers["Location"]) == cancelled.json
        assert await world.members("g1") == {f"u{number}" for number in range(6)}

    async def test_a_run_at_work_says_that_it_was_asked_and_stops(self) -> None:
        world = await at_noon()
        address = (await start(world)).headers["Location"]
        answers: list[Answered] = []

        async def cancel() -> None:
            answers.append(await post(world, f"{address}/cancel"))

        meanwhile(world, cancel)
        await world.drain()

        assert (answers[0].status, answers[0].json["state"]) == (202, "running")
        assert answers[0].json["cancelAskedAt"] is not None
        ended = await show(world, address)
        assert (ended["state"], ended["reason"]["code"]) == ("cancelled", "cancelled")
        assert "u0" in await world.members("g1")

    async def test_asked_for_again_it_is_the_same_run(self) -> None:
        world = await at_noon()
        address = (await start(world)).headers["Location"]
        first = await post(world, f"{address}/cancel")

        again = await post(world, f"{address}/cancel")

        assert (again.status, again.json) == (202, first.json)

    async def test_a_run_that_is_over_is_refused(self) -> None:
        refused = await post(await at_noon(), f"{NIGHT}/cancel")

        assert (refused.status, refused.problem) == (409, "run-over")

    async def test_an_unknown_run_is_not_found(self) -> None:
        refused = await post(await at_noon(), f"{RUNS}/20260101T000000Z-night-1/cancel")

        assert (refused.status, refused.problem) == (404, "run-not-found")

    async def test_afterwards_another_can_be_started(self) -> None:
        world = await at_noon()
        await post(world, f"{(await start(world)).headers['Location']}/cancel")

        assert (await start(world)).status == 202


class TestUndo:
    async def test_a_run_is_undone_by_a_run(self) -> None:
        world = await at_noon()
        done = await start(world)
        await world.drain()

        undo = await post(world, f"{done.headers['Location']}/undo")
        await world.drain()

        assert (undo.status, undo.json["mode"], undo.json["about"]) == (202, "undo", done.json["runId"])
        assert undo.json["reason"]["code"] == "will-be-redone"
        assert (await show(world, undo.headers["Location"]))["state"] == "succeeded"
        assert await world.members("g1") == {f"u{number}" for number in range(6)}

    async def test_a_preview_has_nothing_to_undo(self) -> None:
        world = await at_noon()
        address = (await start(world, "preview")).headers["Location"]
        assert (await post(world, f"{address}/undo")).problem == "run-not-over"
        await world.drain()

        refused = await post(world, f"{address}/undo")

        assert (refused.status, refused.problem) == (409, "nothing-to-undo")

    async def test_history_that_has_expired_is_gone(self) -> None:
        world = await at_noon()
        world.clock.advance(world.services.history)

        refused = await post(world, f"{NIGHT}/undo")

        assert (refused.status, refused.problem) == (410, "journal-gone")

    async def test_an_unknown_run_is_not_found(self) -> None:
        refused = await post(await at_noon(), f"{RUNS}/20260101T000000Z-night-1/undo")

        assert (refused.status, refused.problem) == (404, "run-not-found")
