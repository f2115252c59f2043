"""Held removals over HTTP: which lists wait, who is on one, what is decided and what comes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.domain.ids import RunId
from sync_core.domain.runs import RunState
from tests.fakes.world import WORKSPACE
from tests.integration.api.acme_people import api_of
from tests.integration.api.callers import MANAGER, READER
from tests.unit.flows.held_worlds import G1, a_held_world, a_synced_world, hold_of, leave, rid, run_of, some

if TYPE_CHECKING:
    from tests.fakes.world import World
    from tests.integration.api.client import Answered

HOLDS = "/api/workspaces/acme/holds"
RUNS = "/api/workspaces/acme/groups/g1/runs"


async def held() -> tuple[World, str, str]:
    """Return a world in which six of ten wait, the address of the run that holds them, and the list's digest."""
    world, run = await a_held_world(10)
    world.clock.advance(timedelta(hours=9))
    return world, f"{RUNS}/{run.id}", (await hold_of(world, run.id)).digest


async def decide(world: World, address: str, digest: str, **decision: Any) -> Answered:
    return await api_of(world).call("POST", f"{address}/decision", {"digest": digest, **decision})


async def _reopen(world: World, run: str) -> None:
    """Let the run be at work again, as an operator can."""
    found = await world.services.runs.run(WORKSPACE, G1, RunId(run))
    assert found is not None
    again = replace(found.value, state=RunState.RUNNING, ended_at=None)
    await world.services.runs.save(WORKSPACE, G1, again, etag=found.etag)


class TestLists:
    async def test_where_nobody_is_held_there_is_none(self) -> None:
        assert (await api_of(await a_synced_world()).get(HOLDS)).json == {"holds": []}

    async def test_each_tells_what_a_decision_needs(self) -> None:
        world, address, digest = await held()

        [shown] = (await api_of(world).get(HOLDS)).json["holds"]

        assert shown == {
            "groupId": "g1",
            "groupName": "Group g1",
            "runId": address.rpartition("/")[2],
            "people": 6,
            "why": "This run would take out 6 of 10 members, more than 20 %.",
            "digest": digest,
            "frozenAt": "2026-11-25T00:00:00Z",
            "expiresAt": "2026-12-02T00:00:00Z",
        }

    @pytest.mark.parametrize("limit", [1, 2, 3])
    async def test_every_list_comes_once_however_it_is_cut(self, limit: int) -> None:
        world = await a_synced_world(10, None, g2=some(0, 10), g3=some(0, 10))
        for group in ("g1", "g2", "g3"):
            leave(world, *some(0, 6), group=group)
        await world.night()

        seen: list[str] = []
        token: str | None = ""
        while token is not None:
            page = await api_of(world).get(f"{HOLDS}?limit={limit}{token and f'&continuationToken={token}'}")
            seen += [one["groupId"] for one in page.json["holds"]]
            token = page.json.get("continuationToken")

        assert seen == ["g1", "g2", "g3"]

    async def test_a_token_of_another_list_is_refused(self) -> None:
        world, address, _ = await held()
        page = await api_of(world).get(f"{address}/held?limit=1")

        refused = await api_of(world).get(f"{HOLDS}?continuationToken={page.json['continuationToken']}")

        assert (refused.status, refused.wrong) == (400, ["continuationToken"])


class TestPeople:
    async def test_each_is_named_with_what_would_happen_and_why(self) -> None:
        world, address, digest = await held()

        shown = (await api_of(world).get(f"{address}/held")).json

        assert (shown["state"], shown["total"], shown["digest"], shown["decidedBy"]) == ("open", 6, digest, None)
        assert next(one for one in shown["people"] if one["entraUserId"] == "u0") == {
            "recipientId": rid("u0"),
            "entraUserId": "u0",
            "name": "Person u0",
            "email": "u0@example.com",
            "kind": "removal",
            "effect": "becomes-inactive",
            "reason": {"code": "left-in-entra", "text": "Not in the group in Entra ID any more."},
            "verdict": "undecided",
        }

    @pytest.mark.parametrize("limit", [1, 4, 5, 6, 7])
    async def test_everybody_comes_once_however_it_is_cut(self, limit: int) -> None:
        world, address, _ = await held()
        seen: list[str] = []
        token: str | None = ""
        while token is not None:
            query = f"limit={limit}{token and f'&continuationToken={token}'}"
            page = await api_of(world).get(f"{address}/held?{query}")
            seen += [one["recipientId"] for one in page.json["people"]]
            token = page.json.get("continuationToken")

        assert seen == sorted(rid(user) for user in some(0, 6))

    async def test_a_run_that_holds_nobody_has_no_list(self) -> None:
        world = await a_synced_world()

        missing = await api_of(world).get(f"{RUNS}/20261124T000000Z-night-1/held")

        assert (missing.status, missing.problem) == (404, "hold-not-found")


class TestDecision:
    async def test_it_is_carried_out_by_a_run(self) -> None:
        world, address, digest = await held()

        decided = await decide(world, address, digest, approve="all", reject=[rid("u0")])
        await world.drain()

        assert (decided.status, decided.json["mode"], decided.json["state"]) == (202, "decision", "queued")
        assert decided.json["about"] == address.rpartition("/")[2]
        run = await run_of(world, decided.json["runId"])
        assert (run.counts.removed, await world.members("g1")) == (5, {"u0", *some(6, 10)})
        shown = (await api_of(world).get(f"{address}/held")).json
        assert (shown["state"], shown["decidedBy"]) == ("decided", MANAGER.oid)

    async def test_asked_for_again_it_is_the_same_run(self) -> None:
        world, address, digest = await held()
        first = await decide(world, address, digest, approve="all")

        again = await decide(world, address, digest, approve="all")

        assert (again.status, again.json) == (202, first.json)
        assert again.headers["Location"] == first.headers["Location"]

    async def test_a_decision_cannot_be_cancelled(self) -> None:
        world, address, digest = await held()
        location = (await decide(world, address, digest, approve="all")).headers["Location"]

        refused = await api_of(world).call("POST", f"{location}/cancel")

        assert (refused.status, refused.problem) == (409, "not-cancellable")

    @pytest.mark.parametrize(
        ("decision", "code"),
        [
            ({"approve": ["somebody"]}, "not-held"),
            ({"approve": "all", "reject": "all"}, "decision-unclear"),
            ({"approve": "all", "digest": "0" * 32}, "digest-outdated"),
        ],
    )
    async def test_what_fits_no_longer_is_refused(self, decision: dict[str, Any], code: str) -> None:
        world, address, digest = await held()

        refused = await decide(world, address, **({"digest": digest} | decision))

        assert (refused.status, refused.problem) == (409, code)
        assert (await api_of(world).get(f"{address}/held")).json["state"] == "open"

    async def test_a_list_that_was_decided_otherwise_is_closed(self) -> None:
        world, address, digest = await held()
        await decide(world, address, digest, approve="all")

        refused = await decide(world, address, digest, reject="all")

        assert (refused.status, refused.problem) == (409, "hold-closed")

    async def test_a_list_whose_run_is_at_work_again_tells_of_that_run(self) -> None:
        world, address, digest = await held()
        run = address.rpartition("/")[2]
        await _reopen(world, run)

        refused = await decide(world, address, digest, approve="all")

        assert (refused.status, refused.problem) == (409, "run-active")
        assert (refused.json["run"]["runId"], refused.headers["Location"]) == (run, address)

    async def test_a_body_that_decides_nothing_is_refused(self) -> None:
        world, address, digest = await held()

        refused = await decide(world, address, digest)

        assert (refused.status, refused.wrong) == (400, ["body"])

    async def test_whoever_may_only_look_decides_nothing(self) -> None:
        world, address, digest = await held()

        refused = await api_of(world).call(
            "POST", f"{address}/decision", {"digest": digest, "approve": "all"}, caller=READER
        )

        assert (refused.status, refused.problem) == (403, "role-needed")

    async def test_an_unknown_list_is_not_found(self) -> None:
        world, _, digest = await held()

        missing = await decide(world, f"{RUNS}/20260101T000000Z-night-1", digest, approve="all")

        assert (missing.status, missing.problem) == (404, "hold-not-found")
