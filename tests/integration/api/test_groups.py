"""Browse, link, list and unlink groups over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sync_core.domain.errors import EntraRefused
from sync_core.domain.workspaces import ConnectionStatus
from tests.builders import a_connection
from tests.fakes.world import TENANT, WORKSPACE, World, a_group, a_tenant, a_user
from tests.integration.api.client import Api

if TYPE_CHECKING:
    from sync_core.flows.services import Services

SALES, SUPPORT, FREE = (f"5b0a1d2c-0000-4000-8000-00000000000{number}" for number in (1, 2, 3))
ENTRA_GROUPS = "/api/workspaces/acme/entra-groups"
GROUPS = "/api/workspaces/acme/groups"


@pytest.fixture
async def world() -> World:
    """A synced workspace that has linked two of the tenant's three groups under their own ids."""
    people = [a_user("u1"), a_user("u2"), a_user("u3", mail="none", userPrincipalName="none")]
    groups = [
        a_group(SALES, "u1", "u2", "u3", displayName="Sales Berlin", groupTypes=["Unified"], mail="s@example.com"),
        a_group(SUPPORT, "u2", displayName="Support"),
        a_group(FREE, displayName="Sales Paris", groupTypes=["DynamicMembership"]),
    ]
    world = await World(a_tenant(people, groups)).set_up(groups=(SALES, SUPPORT))
    await world.night()
    return world


@pytest.fixture
def api(world: World) -> Api:
    async def services() -> Services:
        return world.services

    return Api(services)


class TestEntraGroups:
    async def test_found_groups_tell_what_they_are_and_where_they_are_linked(self, api: Api) -> None:
        answered = await api.get(f"{ENTRA_GROUPS}?search=sales")

        assert answered.status == 200
        assert answered.json == {
            "groups": [
                {
                    "entraGroupId": SALES,
                    "name": "Sales Berlin",
                    "description": "",
                    "mail": "s@example.com",
                    "kind": "microsoft365",
                    "dynamic": False,
                    "linkedTo": SALES,
                },
                {
                    "entraGroupId": FREE,
                    "name": "Sales Paris",
                    "description": "",
                    "mail": None,
                    "kind": "security",
                    "dynamic": True,
                    "linkedTo": None,
                },
            ]
        }

    @pytest.mark.parametrize("query", ["?limit=2", "?limit=2&search=", "?limit=2&search=%20%20"])
    async def test_without_words_every_group_is_there_page_by_page(self, api: Api, query: str) -> None:
        first = await api.get(ENTRA_GROUPS + query)
        second = await api.get(f"{ENTRA_GROUPS}{query}&continuationToken={first.json['continuationToken']}")

        names = [group["name"] for page in (first, second) for group in page.json["groups"]]
        assert names == ["Sales Berlin", "Support", "Sales Paris"]
        assert "continuationToken" not in second.json

    async def test_a_token_is_good_for_its_own_question_alone(self, api: Api) -> None:
        first = await api.get(f"{ENTRA_GROUPS}?limit=1&search=sales")
        token = first.json["continuationToken"]

        for question in ("limit=1&search=support", "limit=2&search=sales", "limit=1"):
            answered = await api.get(f"{ENTRA_GROUPS}?{question}&continuationToken={token}")
            assert (answered.problem, answered.wrong) == ("invalid-request", ["continuationToken"])

    async def test_a_token_that_entra_does_not_take_is_the_callers_mistake(self, api: Api, world: World) -> None:
        first = await api.get(f"{ENTRA_GROUPS}?limit=1")
        world.entra.refusal = EntraRefused("request-refused", "No such page.")

        answered = await api.get(f"{ENTRA_GROUPS}?limit=1&continuationToken={first.json['continuationToken']}")

        assert (answered.problem, answered.wrong) == ("invalid-request", ["continuationToken"])

    @pytest.mark.parametrize(
        "search",
        [
            *("%22", "%5C", "%5C%22", "x%22%20OR%20%22displayName:Support", "'%20or%20name%20ne%20'", "$count=true"),
            *(
                "a%26$top=999",
                "%2522",
                "%25",
                "+",
                "%F0%9F%98%80",
                "%E2%80%A8",
                "%C3%BC%CC%88",
                "(",
                ")",
                "*",
                "a" * 200,
            ),
        ],
    )
    async def test_what_is_looked_for_is_never_more_than_text(self, api: Api, search: str) -> None:
        answered = await api.get(f"{ENTRA_GROUPS}?search=zzz{search}"[: len(ENTRA_GROUPS) + 8 + 200])

        assert (answered.status, answered.json) == (200, {"groups": []})

    @pytest.mark.parametrize("search", ["a" * 201, "%00", "a%0Ab", "%7F", "%C2%85", "%1B[0m", "%FF", "%ED%A0%80"])
    async def test_what_is_no_text_or_too_much_is_refused(self, api: Api, world: World, search: str) -> None:
        asked = world.entra.asked

        answered = await api.get(f"{ENTRA_GROUPS}?search={search}")

        assert (answered.status, answered.problem) == (400, "invalid-request")
        assert world.entra.asked == asked

    async def test_entras_refusal_is_told_with_its_fix_and_noted(self, api: Api, world: World) -> None:
        world.entra.refusal = EntraRefused("consent-missing", "Let an administrator accept.")

        answered = await api.get(ENTRA_GROUPS)

        assert (answered.status, answered.problem) == (409, "connection-failed")
        assert answered.json["detail"] == "Let an administrator accept."
        connection = await world.services.workspaces.connection(WORKSPACE)
        assert connection is not None
        assert connection.value.status is ConnectionStatus.FAILED

    @pytest.mark.parametrize("status", [ConnectionStatus.PENDING, ConnectionStatus.DISCONNECTED])
    async def test_without_a_connection_there_is_nothing_to_browse(
        self, api: Api, world: World, status: ConnectionStatus
    ) -> None:
        connection = a_connection(tenant=TENANT, status=status)
        await world.services.workspaces.put_connection(WORKSPACE, connection)

        answered = await api.get(ENTRA_GROUPS)

        assert (answered.status, answered.problem) == (409, "not-connected")


class TestLink:
    async def test_a_group_is_linked_once_however_often_it_is_asked_for(self, api: Api) -> None:
        first = await api.call("POST", GROUPS, {"entraGroupId": FREE})
        again = await api.call("POST", GROUPS, {"entraGroupId": FREE.upper()})

        assert (first.status, again.status) == (201, 200)
        assert again.json == first.json
        assert first.json["name"] == "Sales Paris"
        assert first.json["unlinkEffect"]["text"] == "No card ends."
        assert first.headers["Location"] == f"{GROUPS}/{first.json['groupId']}"
        assert (await api.get(first.headers["Location"])).json == first.json

    async def test_a_group_is_linked_under_the_id_that_was_asked_for(self, api: Api) -> None:
        answered = await api.call("POST", GROUPS, {"entraGroupId": FREE, "groupId": "paris"})

        assert (answered.status, answered.json["groupId"]) == (201, "paris")

    @pytest.mark.parametrize(
        ("body", "status", "problem"),
        [
            ({"entraGroupId": SALES, "groupId": "other"}, 409, "already-linked"),
            ({"entraGroupId": SALES}, 409, "already-linked"),
            ({"entraGroupId": FREE, "groupId": SALES}, 409, "group-taken"),
            ({"entraGroupId": "5b0a1d2c-0000-4000-8000-00000000dead"}, 404, "entra-group-not-found"),
        ],
    )
    async def test_what_cannot_be_linked_is_told_apart(
        self, api: Api, body: dict[str, str], status: int, problem: str
    ) -> None:
        answered = await api.call("POST", GROUPS, body)

        assert (answered.status, answered.problem) == (status, problem)

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "entraGroupId"),
            ({"entraGroupId": None}, "entraGroupId"),
            ({"entraGroupId": "sales"}, "entraGroupId"),
            ({"entraGroupId": f"{FREE}/members"}, "entraGroupId"),
            ({"entraGroupId": f"{FREE}\n"}, "entraGroupId"),
            ({"entraGroupId": FREE, "groupId": ""}, "groupId"),
            ({"entraGroupId": FREE, "groupId": "a/b"}, "groupId"),
            ({"entraGroupId": FREE, "groupId": "~entra|x"}, "groupId"),
            ({"entraGroupId": FREE, "groupId": "g" * 65}, "groupId"),
            ({"entraGroupId": FREE, "groupId": 7}, "groupId"),
            ({"entraGroupId": FREE, "name": "x"}, "name"),
        ],
    )
    async def test_a_body_that_is_none_links_nothing(self, api: Api, body: dict[str, object], field: str) -> None:
        answered = await api.call("POST", GROUPS, body)

        assert (answered.status, answered.wrong) == (400, [field])
        assert len((await api.get(GROUPS)).json["groups"]) == 2

    async def test_a_refusal_of_entras_is_told_with_its_fix(self, api: Api, world: World) -> None:
        world.entra.refusal = EntraRefused("permission-missing", "Grant it.")

        answered = await api.call("POST", GROUPS, {"entraGroupId": FREE})

        assert (answered.status, answered.problem, answered.json["detail"]) == (409, "connection-failed", "Grant it.")


class TestGroups:
    async def test_linked_groups_are_listed_with_their_last_runs(self, api: Api) -> None:
        answered = await api.get(f"{GROUPS}?search=BERLIN")

        [group] = answered.json["groups"]
        assert group["lastRun"]["counts"]["added"] == 2
        assert {key: value for key, value in group.items() if key != "lastRun"} == {
            "groupId": SALES,
            "entraGroupId": SALES,
            "name": "Sales Berlin",
            "description": "",
            "members": 2,
            "missingFromEntraSince": None,
            "goneFromEntra": False,
            "unlinking": False,
            "hasSchedule": True,
        }

    async def test_the_pages_hold_every_group_once(self, api: Api) -> None:
        first = await api.get(f"{GROUPS}?limit=1")
        second = await api.get(f"{GROUPS}?limit=1&continuationToken={first.json['continuationToken']}")

        assert [page.json["groups"][0]["groupId"] for page in (first, second)] == [SALES, SUPPORT]
        assert "continuationToken" not in second.json

    @pytest.mark.parametrize("token", ["x", "Z3JvdXBzOmEvYg", "bWVtYmVyczph", "a" * 2001, "%22"])
    async def test_a_foreign_token_is_refused(self, api: Api, token: str) -> None:
        answered = await api.get(f"{GROUPS}?continuationToken={token}")

        assert (answered.status, answered.wrong) == (400, ["continuationToken"])

    async def test_one_group_tells_what_unlinking_it_would_do(self, api: Api) -> None:
        answered = await api.get(f"{GROUPS}/{SALES}")

        assert answered.json["unlinkEffect"] == {
            "exact": True,
            "cardsEnd": 2,
            "cardsStay": 0,
            "becomeInactive": 1,
            "deleted": 0,
            "text": "2 cards end, 1 person becomes inactive.",
        }

    @pytest.mark.parametrize("group", ["nowhere", "~link|x", "a'b", "%2e%2e", "g" * 65])
    @pytest.mark.parametrize("method", ["GET", "DELETE"])
    async def test_a_group_that_is_not_linked_is_not_there(self, api: Api, method: str, group: str) -> None:
        answered = await api.call(method, f"{GROUPS}/{group}")

        assert (answered.status, answered.problem) == (404, "group-not-linked")


class TestUnlink:
    async def test_a_run_unlinks_the_group_and_its_effect_is_told(self, api: Api, world: World) -> None:
        answered = await api.call("DELETE", f"{GROUPS}/{SALES}")

        assert (answered.status, answered.json["state"]) == (202, "queued")
        assert answered.headers["Location"] == f"{GROUPS}/{SALES}/runs/{answered.json['runId']}"
        assert answered.json["effect"]["text"] == "2 cards end, 1 person becomes inactive."
        assert (await api.get(f"{GROUPS}/{SALES}")).json["unlinking"] is True

        await world.drain()

        assert (await api.get(f"{GROUPS}/{SALES}")).problem == "group-not-linked"
        [found] = (await api.get(f"{ENTRA_GROUPS}?search=berlin")).json["groups"]
        assert found["linkedTo"] is None

    async def test_asked_for_twice_it_is_the_same_run(self, api: Api) -> None:
        first = await api.call("DELETE", f"{GROUPS}/{SALES}")
        second = await api.call("DELETE", f"{GROUPS}/{SALES}")

        assert second.json["runId"] == first.json["runId"]

    async def test_meanwhile_it_is_not_linked_again(self, api: Api) -> None:
        await api.call("DELETE", f"{GROUPS}/{SALES}")

        answered = await api.call("POST", GROUPS, {"entraGroupId": SALES, "groupId": SALES})

        assert (answered.status, answered.problem) == (409, "unlinking")


class TestMembers:
    async def test_members_are_shown_with_their_cards(self, api: Api) -> None:
        answered = await api.get(f"{GROUPS}/{SALES}/members")

        members = {member.pop("entraUserId"): member for member in answered.json["members"]}
        assert members["u1"] == {
            "recipientId": members["u1"]["recipientId"],
            "name": "Person u1",
            "email": "u1@example.com",
            "status": "active",
            "inactiveBecause": None,
            "place": "member",
            "reason": None,
            "card": {"version": 1, "state": "active", "origin": "sync"},
        }
        refused = members["u3"]
        assert (refused["place"], refused["reason"]["code"], refused["card"]) == ("refused", "email-malformed", None)

    async def test_the_pages_hold_everybody_once(self, api: Api) -> None:
        found, address = [], f"{GROUPS}/{SALES}/members?limit=1"
        page = await api.get(address)
        while token := page.json.get("continuationToken"):
            found += page.json["members"]
            page = await api.get(f"{address}&continuationToken={token}")
        found += page.json["members"]

        assert sorted(member["entraUserId"] for member in found) == ["u1", "u2", "u3"]

    async def test_a_group_that_is_not_linked_has_no_members(self, api: Api) -> None:
        assert (await api.get(f"{GROUPS}/nowhere/members")).problem == "group-not-linked"

    @pytest.mark.parametrize("token", ["x", "bWVtYmVyczphL2I", "Z3JvdXBzOmE"])
    async def test_a_foreign_token_is_refused(self, api: Api, token: str) -> None:
        answered = await api.get(f"{GROUPS}/{SALES}/members?continuationToken={token}")

        assert (answered.status, answered.wrong) == (400, ["continuationToken"])
