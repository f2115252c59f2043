"""What the simulator says of a group's members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from devkit.tenants.mutations import mutation_from_json
from tests.devkit.simulated import EVENTUAL, TENANT, group, tenant_of, user

if TYPE_CHECKING:
    from tests.devkit.simulated import Simulated

MINIMAL = ("GroupMember.Read.All", "User.Read.All")


def ids(items: list[dict[str, Any]]) -> list[str]:
    return [item["id"] for item in items]


async def test_members_of_all_listed_types_say_their_type(entra: Simulated) -> None:
    await entra.load(group("g", "u1", "nested", "device:d1", "orgContact:c1"), group("nested"), users="u1")

    members = (await entra.get("/groups/g/members?$select=id")).json()["value"]

    assert members == [
        {"@odata.type": "#microsoft.graph.orgContact", "id": "c1"},
        {"@odata.type": "#microsoft.graph.device", "id": "d1"},
        {"@odata.type": "#microsoft.graph.group", "id": "nested"},
        {"@odata.type": "#microsoft.graph.user", "id": "u1"},
    ]


async def test_service_principals_are_counted_but_not_listed(entra: Simulated) -> None:
    """Known issue of v1.0: comparing the list with an uncast count would never match."""
    await entra.load(group("g", "u1", "servicePrincipal:robot"), users="u1")

    listed = (await entra.get("/groups/g/members")).json()["value"]
    counted = await entra.get("/groups/g/members/$count", headers=EVENTUAL)

    assert ids(listed) == ["u1"]
    assert counted.text == "2"


async def test_the_cast_count_counts_users_only(entra: Simulated) -> None:
    await entra.load(group("g", "u1", "u2", "servicePrincipal:robot", "device:d"), users="u1 u2")

    counted = await entra.get("/groups/g/members/microsoft.graph.user/$count", headers=EVENTUAL)

    assert counted.text == "2"
    assert counted.headers["content-type"].startswith("text/plain")


async def test_direct_members_leave_out_those_of_nested_groups(entra: Simulated) -> None:
    await entra.load(group("g", "inner"), group("inner", "u1"), users="u1")

    assert ids((await entra.get("/groups/g/members")).json()["value"]) == ["inner"]


async def test_transitive_members_are_flat_and_distinct(entra: Simulated) -> None:
    await entra.load(group("g", "a", "b", "u1"), group("a", "u1", "u2"), group("b", "u2", "a"), users="u1 u2")

    assert ids((await entra.get("/groups/g/transitiveMembers")).json()["value"]) == ["a", "b", "u1", "u2"]


async def test_a_circle_of_groups_ends(entra: Simulated) -> None:
    await entra.load(group("g", "h"), group("h", "g", "u1"), users="u1")

    assert ids((await entra.get("/groups/g/transitiveMembers")).json()["value"]) == ["h", "u1"]


async def test_a_cast_needs_the_header(entra: Simulated) -> None:
    await entra.load(group("g", "u1"), users="u1")

    answer = await entra.get("/groups/g/members/microsoft.graph.user?$count=true")

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "Request_UnsupportedQuery"


async def test_a_cast_needs_the_count_option(entra: Simulated) -> None:
    await entra.load(group("g", "u1"), users="u1")

    answer = await entra.get("/groups/g/members/microsoft.graph.user", headers=EVENTUAL)

    assert answer.status_code == 400


@pytest.mark.parametrize("cast", ["microsoft.graph.user", "graph.user"])
async def test_a_cast_lists_users_without_a_type(entra: Simulated, cast: str) -> None:
    await entra.load(group("g", "u1", "device:d"), users="u1")

    answer = await entra.get(f"/groups/g/members/{cast}?$count=true&$select=id", headers=EVENTUAL)

    assert answer.json()["value"] == [{"id": "u1"}]
    assert answer.json()["@odata.count"] == 1


async def test_the_header_must_be_sent_with_every_page_of_a_cast(entra: Simulated) -> None:
    """The nextLink carries the options, but no header."""
    await entra.load(group("g", "u1", "u2"), users="u1 u2")
    first = await entra.get("/groups/g/members/microsoft.graph.user?$count=true&$top=1", headers=EVENTUAL)

    link = first.json()["@odata.nextLink"]

    assert (await entra.get(link)).status_code == 400
    assert ids((await entra.get(link, headers=EVENTUAL)).json()["value"]) == ["u2"]


async def test_the_count_comes_on_the_first_page_only(entra: Simulated) -> None:
    await entra.load(group("g", "u1", "u2"), users="u1 u2")
    first = await entra.get("/groups/g/members?$count=true&$top=1", headers=EVENTUAL)

    second = await entra.get(first.json()["@odata.nextLink"], headers=EVENTUAL)

    assert first.json()["@odata.count"] == 2
    assert "@odata.count" not in second.json()


async def test_a_count_segment_without_the_header_is_refused(entra: Simulated) -> None:
    await entra.load(group("g"))

    answer = await entra.get("/groups/g/members/$count")

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "Request_BadRequest"
    assert answer.json()["error"]["message"] == "$count is not currently supported."


async def test_a_count_option_without_the_header_is_ignored(entra: Simulated) -> None:
    await entra.load(group("g", "u1"), users="u1")

    answer = await entra.get("/groups/g/members?$count=true")

    assert answer.status_code == 200
    assert "@odata.count" not in answer.json()


async def test_without_select_members_lack_what_graph_gives_only_on_select(entra: Simulated) -> None:
    await entra.load_file(tenant_of([user("u1", accountEnabled=False, department="D")], [group("g", "u1")]))

    (member,) = (await entra.get("/groups/g/members")).json()["value"]

    assert set(member) == {
        *("@odata.type", "id", "businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone"),
        *("officeLocation", "preferredLanguage", "surname", "userPrincipalName"),
    }


async def test_selected_properties_that_a_type_lacks_are_left_out(entra: Simulated) -> None:
    device = {"@odata.type": "#microsoft.graph.device", "id": "d", "displayName": "PC"}
    await entra.load_file(tenant_of([], [group("g", "device:d")], [device]))

    roles = (*MINIMAL, "Device.Read.All")
    (member,) = (await entra.get("/groups/g/members?$select=id,displayName,mail", roles=roles)).json()["value"]

    assert member == {"@odata.type": "#microsoft.graph.device", "id": "d", "displayName": "PC"}


async def test_members_whose_type_may_not_be_read_come_with_nulls(entra: Simulated) -> None:
    """A 200: an app that takes nulls for values would blank everybody."""
    await entra.load_file(tenant_of([user("u1", businessPhones=["1"])], [group("g", "u1")]))
    select = "$select=id,displayName,accountEnabled,businessPhones"

    answer = await entra.get(f"/groups/g/members?{select}", roles=("GroupMember.Read.All",))

    nulls = {"displayName": None, "accountEnabled": None, "businessPhones": None}
    assert answer.status_code == 200
    assert answer.json()["value"] == [{"@odata.type": "#microsoft.graph.user", "id": "u1", **nulls}]


async def test_the_least_permissions_show_devices_with_nulls_and_users_in_full(entra: Simulated) -> None:
    device = {"@odata.type": "#microsoft.graph.device", "id": "d", "displayName": "PC"}
    await entra.load_file(tenant_of([user("u1")], [group("g", "u1", "device:d")], [device]))

    members = (await entra.get("/groups/g/members?$select=displayName", roles=MINIMAL)).json()["value"]

    assert [member["displayName"] for member in members] == [None, "The u1"]


async def test_members_need_a_permission_to_read_memberships(entra: Simulated) -> None:
    await entra.load(group("g"))

    answer = await entra.get("/groups/g/members", roles=("User.Read.All",))

    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "Authorization_RequestDenied"


async def test_permissions_with_another_outcome_are_not_simulated(entra: Simulated) -> None:
    await entra.load(group("g"))

    answer = await entra.get("/groups/g/members", roles=("GroupMember.ReadBasic.All",))

    assert answer.status_code == 501


async def test_members_of_an_unknown_group_are_not_found(entra: Simulated) -> None:
    await entra.load()

    answer = await entra.get("/groups/nobody/members")

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "Request_ResourceNotFound"


async def test_a_deleted_user_is_neither_listed_nor_counted(entra: Simulated) -> None:
    await entra.load(group("g", "u1", "u2"), users="u1 u2")
    await entra.control.apply(TENANT, [mutation_from_json({"op": "deleteUser", "user": "u1"}, place="")])

    listed = (await entra.get("/groups/g/members")).json()["value"]
    counted = await entra.get("/groups/g/members/microsoft.graph.user/$count", headers=EVENTUAL)

    assert ids(listed) == ["u2"]
    assert counted.text == "1"


async def test_a_restored_user_is_back_in_the_groups(entra: Simulated) -> None:
    await entra.load(group("g", "u1"), users="u1")
    for op in ("deleteUser", "restoreUser"):
        await entra.control.apply(TENANT, [mutation_from_json({"op": op, "user": "u1"}, place="")])

    assert ids((await entra.get("/groups/g/members")).json()["value"]) == ["u1"]


async def test_a_hidden_membership_without_its_permission_is_not_simulated(entra: Simulated) -> None:
    await entra.load(group("g", visibility="HiddenMembership"))

    assert (await entra.get("/groups/g/members")).status_code == 501


@pytest.mark.parametrize("option", ["$expand=manager", "$filter=id eq 'x'", "$orderby=id", "$skip=1", "select=id"])
async def test_other_query_options_are_not_simulated(entra: Simulated, option: str) -> None:
    """Ignoring one would be inventing an answer."""
    await entra.load(group("g"))

    answer = await entra.get(f"/groups/g/members?{option}")

    assert answer.status_code == 501
    assert option.partition("=")[0] in answer.json()["error"]["message"]


async def test_selecting_an_unknown_property_is_not_simulated(entra: Simulated) -> None:
    await entra.load(group("g"))

    assert (await entra.get("/groups/g/members?$select=id,shoeSize")).status_code == 501
