"""What saving would change, asked for over HTTP before it is saved."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.domain.errors import EntraRefused, TryAgainLater
from sync_core.domain.workspaces import Connection, ConnectionStatus, Rulebook
from tests.fakes.world import TENANT, WORKSPACE, a_group, a_user
from tests.integration.api.acme import on_plan
from tests.integration.api.callers import NO_ROLE, READER
from tests.integration.api.test_sync_options import ADDRESS as OPTIONS
from tests.integration.api.test_sync_options import NOTHING_SAID, WRONG
from tests.unit.flows.held_worlds import rid
from tests.unit.flows.test_show_effect import everything

if TYPE_CHECKING:
    from tests.fakes.world import World
    from tests.integration.api.client import Answered, Api

ADDRESS = f"{OPTIONS}/effect"
GUESTS = NOTHING_SAID | {"options": {"includeGuests": True}}

ZERO = dict.fromkeys(
    (
        *("read", "added", "updated", "removed", "refused", "held"),
        *("deactivated", "reactivated", "deleted", "cards"),
    ),
    0,
)


@pytest.fixture(autouse=True)
def _two_groups(world: World) -> None:
    """One member in both, one guest in each."""
    world.entra.users |= {user: a_user(user) for user in ("ada", "ben")}
    world.entra.users |= {user: a_user(user, userType="Guest", jobTitle="Visitor") for user in ("gil", "gus")}
    world.entra.groups |= {
        "entra-sales": a_group("entra-sales", "ada", "ben", "gil"),
        "entra-support": a_group("entra-support", "ada", "gus"),
    }


async def ask(api: Api, document: Any = GUESTS, query: str = "", **more: Any) -> Answered:
    return await api.call("POST", ADDRESS + query, document | more, caller=READER)


async def test_the_effect_is_told_per_group_and_in_total_beside_what_happens_anyway(api: Api) -> None:
    answered = await ask(api)

    assert answered.status == 200
    sales, support = answered.json["groups"]
    assert (sales["groupId"], sales["groupName"], sales["problem"]) == ("sales", "Sales", None)
    assert sales["withThisDocument"] == {
        "counts": {**ZERO, "read": 3, "added": 3, "cards": 3},
        "state": "succeeded",
        "reason": None,
    }
    assert sales["withPresentOptions"]["counts"] == {**ZERO, "read": 3, "added": 2, "cards": 2}
    assert sales["difference"] == support["difference"] == {"people": 1, "cards": 1}
    assert answered.json["totals"] == {
        "withThisDocument": {**ZERO, "read": 5, "added": 5, "cards": 5},
        "withPresentOptions": {**ZERO, "read": 5, "added": 3, "cards": 3},
        "difference": {"people": 2, "cards": 2},
    }
    assert answered.json["complete"] is True
    assert "continuationToken" not in answered.json


async def test_the_sample_shows_people_with_old_and_new_values(api: Api) -> None:
    answered = await ask(api, groupIds=["sales"])

    [shown] = answered.json["groups"][0]["sample"]
    altered = {one["path"]: (one["old"], one["new"]) for one in shown.pop("altered")}
    assert shown == {
        "recipientId": rid("gil"),
        "entraId": "gil",
        "name": "Person gil",
        "email": "gil@example.com",
        "kind": "added",
        "reason": {"code": "as-in-entra", "text": "So it is in Entra ID."},
    }
    assert altered["values.jobTitle"] == (None, "Visitor")
    assert altered["cards.sales"] == (None, {"version": 1, "state": "active"})


async def test_nothing_is_stored_for_it(api: Api, world: World) -> None:
    before = everything(world)

    await ask(api)

    assert everything(world) == before


async def test_settings_that_were_never_saved_are_no_obstacle(api: Api, world: World) -> None:
    await world.services.workspaces.put_rulebook(WORKSPACE, Rulebook())

    answered = await ask(api, NOTHING_SAID)

    assert answered.json["totals"]["withPresentOptions"] is None
    assert {group["withPresentOptions"] for group in answered.json["groups"]} == {None}
    assert answered.json["totals"]["difference"] == {"people": 2, "cards": 3}


async def test_the_document_as_it_is_shown_can_be_asked_about(api: Api) -> None:
    answered = await ask(api, (await api.get(OPTIONS)).json)

    assert answered.json["totals"]["difference"] == {"people": 0, "cards": 0}


async def test_asking_on_leads_through_all_groups(api: Api) -> None:
    first = await ask(api, query="?limit=1")
    second = await ask(api, query=f"?limit=1&continuationToken={first.json['continuationToken']}")

    assert [group["groupId"] for group in first.json["groups"]] == ["sales"]
    assert [group["groupId"] for group in second.json["groups"]] == ["support"]
    assert (first.json["complete"], second.json["complete"]) == (False, True)


async def test_a_group_that_is_not_there_is_told_and_the_others_with_it(api: Api) -> None:
    answered = await ask(api, groupIds=["support", "nowhere"])

    told = {group["groupId"]: group["problem"] and group["problem"]["code"] for group in answered.json["groups"]}
    assert told == {"nowhere": "unlinked", "support": None}


async def test_a_first_group_that_takes_too_long_is_told_and_asking_on_goes_behind_it(api: Api, world: World) -> None:
    never, pages = asyncio.Event(), list[None]()

    async def stall_once() -> None:
        pages.append(None)
        if len(pages) == 1:
            await never.wait()

    world.entra.before_page = stall_once

    first = await ask(api, seconds=1)
    second = await ask(api, query=f"?continuationToken={first.json['continuationToken']}")

    [told] = first.json["groups"]
    assert (told["groupId"], told["problem"]["code"], told["withThisDocument"]) == ("sales", "out-of-time", None)
    assert [group["groupId"] for group in second.json["groups"]] == ["support"]


@pytest.mark.parametrize("status", [ConnectionStatus.PENDING, ConnectionStatus.DISCONNECTED])
async def test_without_a_connection_it_is_a_conflict(api: Api, world: World, status: ConnectionStatus) -> None:
    await world.services.workspaces.put_connection(WORKSPACE, Connection(TENANT, status))

    refused = await ask(api)

    assert (refused.status, refused.problem) == (409, "not-connected")


async def test_a_refusal_of_entra_is_a_conflict_with_its_reason(api: Api, world: World) -> None:
    world.entra.refusal = EntraRefused("consent-missing", "Connect Entra ID again.")

    refused = await ask(api)

    assert (refused.status, refused.problem) == (409, "connection-failed")
    assert refused.json["detail"] == "Connect Entra ID again."


async def test_a_plan_without_syncs_is_refused(api: Api, world: World) -> None:
    await on_plan(world.services, "starter")

    refused = await ask(api)

    assert (refused.status, refused.problem) == (403, "plan-required")


async def test_when_entra_is_busy_it_says_when_to_come_again(api: Api, world: World) -> None:
    async def busy() -> None:
        raise TryAgainLater("Microsoft Graph is throttling", after=timedelta(seconds=90))

    world.entra.before_page = busy

    refused = await ask(api)

    assert (refused.status, refused.problem) == (503, "unavailable")
    assert refused.headers["Retry-After"] == "90"


@pytest.mark.parametrize(
    ("part", "field"),
    [
        *WRONG,
        ({"groupIds": []}, "groupIds"),
        ({"groupIds": ["a/b"]}, "groupIds.0"),
        ({"groupIds": ["x"] * 201}, "groupIds"),
        ({"groupIds": "sales"}, "groupIds"),
        ({"seconds": 0}, "seconds"),
        ({"seconds": 201}, "seconds"),
        ({"seconds": "20"}, "seconds"),
        ({"seconds": True}, "seconds"),
    ],
    ids=str,
)
async def test_what_could_not_be_saved_cannot_be_asked_about(api: Api, part: dict[str, Any], field: str) -> None:
    refused = await ask(api, NOTHING_SAID | part)

    assert (refused.status, refused.wrong) == (400, [field])


@pytest.mark.parametrize("token", ["x", "c2NoZWR1bGVzOnNhbGVz", "ZWZmZWN0OmEvYg"])
async def test_a_token_of_no_such_list_is_refused(api: Api, token: str) -> None:
    refused = await ask(api, query=f"?continuationToken={token}")

    assert (refused.status, refused.wrong) == (400, ["continuationToken"])


async def test_who_has_no_role_is_told_nothing(api: Api) -> None:
    refused = await api.call("POST", ADDRESS, GUESTS, caller=NO_ROLE)

    assert (refused.status, refused.problem) == (403, "role-needed")
