from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from sync_core.domain.ids import RecipientId
from sync_core.domain.journal import place_of
from tests.fakes.world import WORKSPACE
from tests.integration.api.acme_people import a_synced_world, api_of, of
from tests.integration.api.callers import MANAGER

if TYPE_CHECKING:
    from tests.fakes.world import World
    from tests.integration.api.client import Api

U1 = f"{of('u1')}/timeline"


async def a_long_story(world: World, *, chapters: int) -> Api:
    api = api_of(world)
    for number in range(chapters):
        assert (await api.call("PATCH", of("u1"), {"values": {"jobTitle": f"Title {number}"}})).status == 200
    return api


async def test_it_tells_newest_first_who_did_what_and_why() -> None:
    api = await a_long_story(await a_synced_world(), chapters=1)

    [edited, imported] = (await api.get(U1)).json["entries"]

    assert {name: edited[name] for name in edited if name != "runId"} == {
        "at": "2026-11-24T00:00:00Z",
        "groupId": None,
        "groupName": None,
        "kind": "updated",
        "reason": {"code": "by-hand", "text": "Done here by hand."},
        "altered": [
            {
                "path": "cards.g1",
                "old": {"version": 1, "state": "active"},
                "new": {"version": 2, "state": "active"},
            },
            {"path": "values.jobTitle", "old": "Analyst", "new": "Title 0"},
        ],
        "by": MANAGER.oid,
        "revision": 2,
    }
    assert (imported["groupId"], imported["groupName"], imported["kind"]) == ("g1", "Group g1", "added")
    assert (imported["runId"], imported["by"]) == ("20261124T000000Z-night-1", None)
    assert imported["reason"] == {"code": "as-in-entra", "text": "So it is in Entra ID."}


@pytest.mark.parametrize("limit", [1, 2, 5, 6, 7, 200])
async def test_pages_hold_every_change_once(limit: int) -> None:
    api = await a_long_story(await a_synced_world(), chapters=5)
    seen: list[int] = []
    more = ""
    while True:
        page = (await api.get(f"{U1}?limit={limit}{more}")).json
        seen += [entry["revision"] for entry in page["entries"]]
        if "continuationToken" not in page:
            break
        assert len(page["entries"]) == limit
        more = f"&continuationToken={page['continuationToken']}"

    assert seen == [6, 5, 4, 3, 2, 1]


async def test_a_change_whose_history_has_expired_is_still_listed() -> None:
    world = await a_synced_world()
    recipient = RecipientId(of("u1").rpartition("/")[2])
    [mark] = (await world.services.people.people(WORKSPACE, [recipient]))[recipient].value.runs
    group, run, page = place_of(mark)
    await world.services.journal.drop(WORKSPACE, group, run, [page])

    [expired] = (await api_of(world).get(U1)).json["entries"]

    assert (expired["runId"], expired["groupName"]) == (run, "Group g1")
    assert [expired[name] for name in ("kind", "reason", "by", "revision", "altered")] == [None, None, None, None, []]


@pytest.mark.parametrize(
    "item", ["runs:x", "timeline:", "timeline:a", "timeline:a/b", "timeline:a/b/c/d", "timeline://"]
)
async def test_a_token_that_no_timeline_gave_is_refused(item: str) -> None:
    api = api_of(await a_synced_world())
    token = base64.urlsafe_b64encode(item.encode()).decode().rstrip("=")

    refused = await api.get(f"{U1}?continuationToken={token}")

    assert (refused.status, refused.wrong) == (400, ["continuationToken"])
