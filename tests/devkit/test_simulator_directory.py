"""Users and groups as the simulator gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from devkit.tenants.mutations import mutation_from_json
from tests.devkit.simulated import EVENTUAL, TENANT, group, tenant_of, user

if TYPE_CHECKING:
    from tests.devkit.simulated import Simulated


async def found(entra: Simulated, path: str, **more: Any) -> list[str]:
    answer = await entra.get(path, **more)
    answer.raise_for_status()
    return [item["id"] for item in answer.json()["value"]]


async def test_a_group_answers_with_what_is_selected(entra: Simulated) -> None:
    await entra.load(group("g", description="All of it"))

    answer = (await entra.get("/groups/g?$select=id,displayName,description")).json()

    context = f"{entra.url}/v1.0/$metadata#groups(id,displayName,description)/$entity"
    assert answer == {
        "@odata.context": context,
        "id": "g",
        "displayName": "Group g",
        "description": "All of it",
    }


async def test_a_group_never_shows_its_members(entra: Simulated) -> None:
    await entra.load(group("g", "u1"), users="u1")

    assert "members" not in (await entra.get("/groups/g")).json()


async def test_an_unset_property_is_null_and_an_unset_collection_empty(entra: Simulated) -> None:
    await entra.load(users="u1")

    answer = (await entra.get("/users/u1?$select=mail,businessPhones")).json()

    assert answer["mail"] is None
    assert answer["businessPhones"] == []


async def test_a_user_is_an_enabled_member_when_nothing_else_is_said(entra: Simulated) -> None:
    await entra.load(users="u1")

    answer = (await entra.get("/users/u1?$select=accountEnabled,userType")).json()

    assert (answer["accountEnabled"], answer["userType"]) == (True, "Member")


async def test_extension_attributes_come_all_fifteen(entra: Simulated) -> None:
    person = user("u1", onPremisesExtensionAttributes={"extensionAttribute3": "x"})
    await entra.load_file(tenant_of([person]))

    attributes = (await entra.get("/users/u1?$select=onPremisesExtensionAttributes")).json()[
        "onPremisesExtensionAttributes"
    ]

    assert len(attributes) == 15
    assert (attributes["extensionAttribute3"], attributes["extensionAttribute4"]) == ("x", None)


async def test_all_users_are_listed(entra: Simulated) -> None:
    await entra.load(users="u2 u1")

    assert await found(entra, "/users") == ["u1", "u2"]


async def test_a_deleted_user_is_not_found(entra: Simulated) -> None:
    await entra.load(users="u1")
    await entra.control.apply(TENANT, [mutation_from_json({"op": "deleteUser", "user": "u1"}, place="")])

    answer = await entra.get("/users/u1")

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "Request_ResourceNotFound"
    assert await found(entra, "/users") == []


@pytest.mark.parametrize("path", ["/users", "/users/u1"])
async def test_users_need_the_permission(entra: Simulated, path: str) -> None:
    await entra.load(users="u1")

    assert (await entra.get(path, roles=("GroupMember.Read.All",))).status_code == 403


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("id eq 'b'", ["b"]),
        ("displayName eq 'o''neill team'", ["b"]),
        ("startswith(displayName,'sal')", ["a", "c"]),
        ("startswith(displayName, 'x')", []),
    ],
)
async def test_groups_can_be_filtered(entra: Simulated, condition: str, expected: list[str]) -> None:
    await entra.load(
        group("a", displayName="Sales"), group("b", displayName="O'Neill team"), group("c", displayName="Sales East")
    )

    assert await found(entra, f"/groups?$filter={condition}") == expected


async def test_users_can_be_filtered(entra: Simulated) -> None:
    await entra.load(users="u1 u2")

    assert await found(entra, "/users?$filter=displayName eq 'The u2'") == ["u2"]


async def test_other_filters_are_not_simulated(entra: Simulated) -> None:
    await entra.load()

    assert (await entra.get("/users?$filter=endswith(mail,'x')")).status_code == 501


async def test_a_search_finds_groups_by_the_beginnings_of_words(entra: Simulated) -> None:
    await entra.load(group("a", displayName="Sales Berlin"), group("b", displayName="Presales Berlin"))

    assert await found(entra, '/groups?$search="displayName:ber sal"', headers=EVENTUAL) == ["a"]


async def test_a_search_needs_the_header(entra: Simulated) -> None:
    await entra.load()

    answer = await entra.get('/groups?$search="displayName:x"')

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "Request_UnsupportedQuery"


async def test_the_count_of_a_search_is_of_what_it_finds(entra: Simulated) -> None:
    await entra.load(group("a", displayName="One"), group("b", displayName="Two"))

    answer = await entra.get('/groups?$search="displayName:two"&$count=true', headers=EVENTUAL)

    assert answer.json()["@odata.count"] == 1


@pytest.mark.parametrize(
    "path",
    [
        *("/me", "/$batch", "/groups/delta", "/groups/delta()", "/groups/$count", "/groups/g/owners"),
        *("/users/delta", "/users/u1/photo/$value", "/users/u1/manager", "/users/u1@contoso.example"),
    ],
)
async def test_what_is_not_simulated_says_so(entra: Simulated, path: str) -> None:
    await entra.load(group("g"), users="u1")

    answer = await entra.get(path)

    assert answer.status_code == 501
    assert path.partition("?")[0] in answer.json()["error"]["message"]


async def test_writing_is_not_simulated(entra: Simulated) -> None:
    await entra.load(group("g"))

    headers = {"Authorization": f"Bearer {entra.token()}"}
    answer = await entra.http.patch(f"{entra.url}/v1.0/groups/g", json={}, headers=headers)

    assert answer.status_code == 501
