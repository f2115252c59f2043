"""The demo tenant holds one of everything that a sync must get right."""

from __future__ import annotations

import json
from collections import Counter

from devkit.tenants.demo_tenant import demo_tenant
from devkit.tenants.tenant_file import parse_tenant


def member_types() -> Counter[str]:
    return Counter(
        member["@odata.type"].rpartition(".")[2] for group in demo_tenant().groups for member in group["members"]
    )


def test_it_is_a_valid_tenant_file() -> None:
    tenant = demo_tenant(large_group_members=50)

    assert parse_tenant(json.dumps(tenant.to_json()), source="demo") == tenant


def test_it_is_the_same_every_time() -> None:
    assert demo_tenant() == demo_tenant()


def test_it_has_60_people_in_8_groups() -> None:
    assert (len(demo_tenant().users), len(demo_tenant().groups)) == (60, 8)


def test_the_large_group_has_as_many_members_as_asked_for() -> None:
    tenant = demo_tenant(large_group_members=1200)

    assert tenant.groups[-1]["displayName"] == "All company"
    assert len(tenant.groups[-1]["members"]) == 1200


def test_the_small_part_does_not_hang_on_the_large_group() -> None:
    assert demo_tenant(large_group_members=10).groups[:8] == demo_tenant().groups


def test_no_two_people_share_an_address() -> None:
    users = demo_tenant(large_group_members=2000).users

    assert len({person["userPrincipalName"] for person in users}) == len(users)
    mails = [person["mail"] for person in users if person["mail"]]
    assert len(set(mails)) == len(mails)


def test_groups_hold_every_type_of_member() -> None:
    assert set(member_types()) == {"user", "group", "device", "servicePrincipal", "orgContact"}


def test_one_group_is_empty_and_one_has_no_description() -> None:
    assert any(not group["members"] for group in demo_tenant().groups)
    assert any(group["description"] is None for group in demo_tenant().groups)


def test_a_description_is_as_long_as_entra_allows() -> None:
    assert max(len(group["description"] or "") for group in demo_tenant().groups) in range(1000, 1025)


def test_members_include_every_kind_of_person() -> None:
    tenant = demo_tenant()
    in_groups = Counter(member["id"] for group in tenant.groups for member in group["members"])
    people = [person for person in tenant.users if in_groups[person["id"]]]

    assert any(not person["accountEnabled"] for person in people)
    assert any(person["userType"] == "Member" and person["mail"] is None for person in people)
    assert any("#EXT#" in person["userPrincipalName"] and person["mail"] is None for person in people)
    assert any("#EXT#" in person["userPrincipalName"] and person["mail"] for person in people)
    assert any(not person["displayName"].isascii() for person in people)
    assert any(in_groups[person["id"]] > 2 for person in people)
    assert any(len(person.get("onPremisesExtensionAttributes", {})) == 15 for person in people)


def test_some_people_are_in_no_group() -> None:
    tenant = demo_tenant()
    in_groups = {member["id"] for group in tenant.groups for member in group["members"]}

    assert any(person["id"] not in in_groups for person in tenant.users)
