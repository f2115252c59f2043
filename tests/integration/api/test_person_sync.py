from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.domain.errors import EntraRefused, TryAgainLater
from sync_core.domain.workspaces import Rulebook
from tests.fakes.world import WORKSPACE
from tests.integration.api.acme import on_plan
from tests.integration.api.acme_people import RECIPIENTS, a_synced_world, api_of, of

if TYPE_CHECKING:
    from tests.fakes.world import World
    from tests.integration.api.client import Answered


async def at_noon() -> World:
    """A synced world in which u1 was given another title and another department since."""
    world = await a_synced_world()
    world.clock.advance(timedelta(hours=12))
    world.entra.users["u1"] |= {"jobTitle": "Engineer", "department": "Sales"}
    return world


async def sync(world: World, scope: str = "full", *, user: str = "u1") -> Answered:
    return await api_of(world).call("POST", f"{of(user)}/sync", {"scope": scope})


def step_of(answer: Answered, name: str) -> dict[str, Any]:
    return next(step for step in answer.json["steps"] if step["name"] == name)


async def test_each_step_tells_what_it_did_and_the_person_is_shown_after_it() -> None:
    world = await at_noon()

    synced = await sync(world)

    assert (synced.status, synced.headers["ETag"], synced.json["failed"]) == (200, '"2"', False)
    assert [step["name"] for step in synced.json["steps"]] == ["found", "in-scope", "matched", "fields", "cards"]
    assert {step["state"] for step in synced.json["steps"]} == {"done"}
    assert step_of(synced, "fields")["altered"] == [{"path": "values.department", "old": None, "new": "Sales"}]
    assert step_of(synced, "cards")["altered"] == [
        {
            "path": "cards.g1",
            "old": {"version": 1, "state": "active"},
            "new": {"version": 2, "state": "active"},
        }
    ]
    assert synced.json["recipient"] == (await api_of(world).get(of("u1"))).json


async def test_syncing_again_changes_nothing() -> None:
    world = await at_noon()
    first = await sync(world)

    again = await sync(world)

    assert [step["state"] for step in again.json["steps"]] == ["done", "done", "done", "skipped", "skipped"]
    assert again.json["recipient"] == first.json["recipient"]


async def test_information_alone_leaves_the_cards_as_they_are() -> None:
    world = await at_noon()

    synced = await sync(world, "info")

    assert synced.json["recipient"]["values"]["department"] == {
        "value": "Sales",
        "onCards": None,
        "decidedBy": "follows-entra",
        "editable": False,
    }
    assert (await sync(world, "cards")).json["recipient"]["values"]["department"]["onCards"] == "Sales"


async def test_a_tenant_that_refuses_is_a_failed_step() -> None:
    world = await at_noon()

    async def refuse() -> None:
        raise EntraRefused("consent-missing", "Ask an administrator to consent again.")

    world.entra.before_page = refuse

    synced = await sync(world)

    found = step_of(synced, "found")
    assert (synced.status, synced.json["failed"]) == (200, True)
    assert (found["state"], found["code"], found["text"]) == (
        "failed",
        "consent-missing",
        "Ask an administrator to consent again.",
    )
    assert synced.json["recipient"]["revision"] == 1


async def test_somebody_made_by_hand_is_told_to_be_linked_to_nobody() -> None:
    api = api_of(await a_synced_world())
    made = await api.call("POST", RECIPIENTS, {"values": {"email": "hand@example.com"}})

    synced = await api.call("POST", f"{made.headers['Location']}/sync", {"scope": "full"})

    assert (synced.status, step_of(synced, "matched")["code"]) == (200, "not-linked")


async def test_a_busy_entra_is_for_later() -> None:
    world = await at_noon()

    async def busy() -> None:
        raise TryAgainLater("throttled", after=timedelta(seconds=40))

    world.entra.before_page = busy

    later = await sync(world)

    assert (later.status, later.problem, later.headers["Retry-After"]) == (503, "unavailable", "40")


async def test_a_workspace_that_may_not_sync_is_told_why() -> None:
    world = await at_noon()
    await world.services.workspaces.put_rulebook(WORKSPACE, Rulebook())
    unconfirmed = await sync(world)
    await on_plan(world.services, "free")
    free = await sync(world)

    assert (unconfirmed.status, unconfirmed.problem) == (409, "settings-not-confirmed")
    assert (free.status, free.problem) == (403, "plan-required")


@pytest.mark.parametrize(
    ("body", "wrong"),
    [({}, "scope"), ({"scope": "everything"}, "scope"), ({"scope": ["info"]}, "scope"), ([], "body")],
    ids=str,
)
async def test_what_to_sync_must_be_said(body: Any, wrong: str) -> None:
    api = api_of(await a_synced_world())

    refused = await api.call("POST", f"{of('u1')}/sync", body)

    assert (refused.status, refused.wrong) == (400, [wrong])
