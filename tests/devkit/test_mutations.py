"""Mutation lines: what they may say, and what they do to a tenant."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from devkit.entra_simulator.changes import MutationRefused, apply_mutations
from devkit.entra_simulator.tenant import Tenant
from devkit.tenants.mutations import mutation_from_json, mutations_before, parse_mutations, read_mutations
from devkit.tenants.tenant_file import TenantFileError
from tests.devkit.simulated import TENANT, group, tenant_of, user

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 1, 5, 23, 0, tzinfo=UTC)


def small_tenant() -> Tenant:
    return Tenant(TENANT, tenant_of([user("u1"), user("u2")], [group("g", "u1"), group("h", "u1", "g", "device:d")]))


def apply(tenant: Tenant, **fields: Any) -> None:
    apply_mutations(tenant, [mutation_from_json(fields, place="m.jsonl, line 1")], now=NOW)


def refused(tenant: Tenant, **fields: Any) -> str:
    with pytest.raises(MutationRefused) as refusal:
        apply(tenant, **fields)
    return refusal.value.problem


def members(tenant: Tenant, group_id: str = "g") -> list[str]:
    return tenant.member_ids(group_id, transitive=False)


def everything(tenant: Tenant) -> list[list[str]]:
    groups = tenant.group_ids()
    direct = [tenant.member_ids(group_id, transitive=False) for group_id in groups]
    return [tenant.user_ids(), groups, *direct, *(tenant.member_ids(name, transitive=True) for name in groups)]


def test_a_new_user_is_in_the_directory_and_in_no_group() -> None:
    tenant = small_tenant()

    apply(tenant, op="addUser", user={"id": "u3", "displayName": "New"})

    assert tenant.user_ids() == ["u1", "u2", "u3"]
    assert members(tenant) == ["u1"]


def test_an_update_sets_what_it_names_and_keeps_the_rest() -> None:
    tenant = small_tenant()

    apply(tenant, op="updateUser", user="u1", set={"jobTitle": "Lead", "mail": None})

    assert tenant.users["u1"] == {"id": "u1", "displayName": "The u1", "jobTitle": "Lead", "mail": None}


def test_a_user_is_disabled_and_enabled() -> None:
    tenant = small_tenant()
    apply(tenant, op="disableUser", user="u1")
    disabled = tenant.users["u1"]["accountEnabled"]

    apply(tenant, op="enableUser", user="u1")

    assert (disabled, tenant.users["u1"]["accountEnabled"]) == (False, True)


def test_a_deleted_user_leaves_the_export_but_keeps_the_memberships() -> None:
    tenant = small_tenant()
    apply(tenant, op="deleteUser", user="u1")
    exported = tenant.to_file()

    apply(tenant, op="restoreUser", user="u1")

    assert [person["id"] for person in exported.users] == ["u2"]
    assert exported.groups[0]["members"] == []
    assert members(tenant) == ["u1"]
    assert "deletedDateTime" not in tenant.users["u1"]


def test_a_purged_user_comes_back_without_memberships() -> None:
    tenant = small_tenant()
    for op in ("deleteUser", "purgeUser"):
        apply(tenant, op=op, user="u1")

    apply(tenant, op="addUser", user=user("u1"))

    assert members(tenant) == []


def test_a_new_group_has_its_members() -> None:
    tenant = small_tenant()

    apply(tenant, op="addGroup", group=group("k", "u2", "orgContact:c"))

    assert members(tenant, "k") == ["c", "u2"]


def test_a_group_is_renamed() -> None:
    tenant = small_tenant()

    apply(tenant, op="updateGroup", group="g", set={"displayName": "New name", "description": None})

    assert tenant.groups["g"].properties["displayName"] == "New name"
    assert members(tenant) == ["u1"]


def test_a_deleted_group_is_no_member_anywhere() -> None:
    tenant = small_tenant()

    apply(tenant, op="deleteGroup", group="g")

    assert tenant.group_ids() == ["h"]
    assert members(tenant, "h") == ["d", "u1"]


def test_members_join_and_leave() -> None:
    tenant = small_tenant()
    apply(tenant, op="addMember", group="g", user="u2")

    apply(tenant, op="removeMember", group="g", user="u1")

    assert members(tenant) == ["u2"]


def test_who_is_a_member_already_stays_one() -> None:
    tenant = small_tenant()

    apply(tenant, op="addMember", group="g", user="u1")

    assert members(tenant) == ["u1"]


def test_something_else_than_a_user_joins_by_its_type() -> None:
    tenant = small_tenant()

    apply(tenant, **{"op": "addMember", "group": "g", "user": "pc", "@odata.type": "#microsoft.graph.device"})

    assert tenant.type_of("pc") == "#microsoft.graph.device"
    assert members(tenant) == ["pc", "u1"]


@pytest.mark.parametrize(
    "fields",
    [
        {"op": "addUser", "user": user("u0")},
        {"op": "deleteUser", "user": "u1"},
        {"op": "addGroup", "group": group("a", "u2")},
        {"op": "deleteGroup", "group": "g"},
        {"op": "addMember", "group": "g", "user": "u2"},
        {"op": "removeMember", "group": "g", "user": "u1"},
    ],
)
def test_a_change_is_seen_by_those_who_read_before(fields: dict[str, Any]) -> None:
    """The order of ids is remembered between reads; every change must forget it."""
    tenant = small_tenant()
    everything(tenant)

    apply(tenant, **fields)

    assert everything(tenant) == everything(Tenant(TENANT, tenant.to_file()))


def test_what_is_loaded_is_not_changed_with_the_tenant() -> None:
    content = tenant_of([user("u1")], [group("g", "u1")])
    before = json.dumps(content.to_json())

    apply(Tenant(TENANT, content), op="updateUser", user="u1", set={"mail": "x"})

    assert json.dumps(content.to_json()) == before


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"op": "updateUser", "user": "no", "set": {}}, "updateUser: user: there is no user 'no'."),
        ({"op": "disableUser", "user": "no"}, "disableUser: user: there is no user 'no'."),
        ({"op": "deleteUser", "user": "no"}, "deleteUser: user: there is no user 'no'."),
        ({"op": "restoreUser", "user": "u1"}, "restoreUser: user: there is no deleted user 'u1'."),
        ({"op": "purgeUser", "user": "u1"}, "purgeUser: user: there is no deleted user 'u1'."),
        ({"op": "addUser", "user": {"id": "g"}}, "addUser: the id 'g' is taken."),
        ({"op": "updateGroup", "group": "no", "set": {}}, "updateGroup: group: there is no group 'no'."),
        ({"op": "deleteGroup", "group": "no"}, "deleteGroup: group: there is no group 'no'."),
        ({"op": "addMember", "group": "no", "user": "u1"}, "addMember: group: there is no group 'no'."),
        ({"op": "addMember", "group": "g", "user": "no"}, "addMember: user: there is no user 'no'."),
        ({"op": "removeMember", "group": "g", "user": "u2"}, "removeMember: user: 'u2' is not in the group 'g'."),
        ({"op": "addGroup", "group": group("k", "no")}, "addGroup: member 1: there is no user 'no'."),
    ],
)
def test_what_does_not_exist_cannot_change(fields: dict[str, Any], problem: str) -> None:
    assert refused(small_tenant(), **fields) == problem


def test_a_deleted_user_cannot_change_or_join() -> None:
    tenant = small_tenant()
    apply(tenant, op="deleteUser", user="u2")

    assert refused(tenant, op="disableUser", user="u2") == "disableUser: user: the user 'u2' is deleted."
    assert refused(tenant, op="addMember", group="g", user="u2") == "addMember: user: there is no user 'u2'."


def test_a_refused_group_is_not_half_added() -> None:
    tenant = small_tenant()

    refused(tenant, op="addGroup", group=group("k", "u1", "no"))

    assert tenant.group_ids() == ["g", "h"]


def test_the_refusal_says_which_of_several_it_was() -> None:
    listed = [{"op": "disableUser", "user": "u1"}, {"op": "disableUser", "user": "no"}]
    mutations = [mutation_from_json(fields, place="") for fields in listed]

    with pytest.raises(MutationRefused) as refusal:
        apply_mutations(small_tenant(), mutations, now=NOW)

    assert refusal.value.index == 1


def test_lines_are_read_in_order_and_empty_ones_skipped(tmp_path: Path) -> None:
    file = tmp_path / "m.jsonl"
    file.write_text(
        '{"night": 2, "op": "deleteUser", "user": "a"}\n\n{"night": 1, "op": "deleteUser", "user": "b"}\r\n'
    )

    mutations = read_mutations(file)

    assert [(mutation.place, mutation.arguments["user"]) for mutation in mutations] == [
        ("m.jsonl, line 1", "a"),
        ("m.jsonl, line 3", "b"),
    ]
    assert [mutation.arguments["user"] for mutation in mutations_before(mutations, night=2)] == ["a"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "m, line 1, column 2: this is not JSON: Expecting property name enclosed in double quotes."),
        ("[]", "m, line 1: must be an object, not a list."),
        ("{}", "m, line 1: the field 'op' is missing."),
        ('{"op": "deleteUser"}', "m, line 1: the field 'user' is missing."),
        ('{"op": "deleteUser", "user": "u", "night": 0}', "m, line 1: night: must be a whole number from 1."),
        ('{"op": "deleteUser", "user": "u", "nihgt": 1}', "m, line 1: nihgt: this operation takes only user."),
        ('{"op": "addUser", "user": {"mail": "x"}}', "m, line 1: user: the field 'id' is missing."),
        ('{"op": "updateUser", "user": "u", "set": {"id": "v"}}', "m, line 1: set.id: an id never changes."),
        (
            '{"op": "updateUser", "user": "u", "set": {"mail": 1}}',
            "m, line 1: set.mail: must be text or null, not the number 1.",
        ),
        (
            '{"op": "updateGroup", "group": "g", "set": {"members": []}}',
            "m, line 1: set.members: members change by addMember and removeMember.",
        ),
    ],
)
def test_a_wrong_line_is_refused_with_its_number(line: str, problem: str) -> None:
    with pytest.raises(TenantFileError) as refusal:
        parse_mutations(line, source="m")

    assert str(refusal.value) == problem


def test_an_unknown_operation_is_told_the_known_ones() -> None:
    with pytest.raises(TenantFileError, match="line 1: op: must be one of addUser, updateUser, disableUser"):
        parse_mutations('{"op": "fireUser", "user": "u"}', source="m")
