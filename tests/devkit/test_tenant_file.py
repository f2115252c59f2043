"""Tenant files are taken as Graph writes them, or refused with one sentence that names the place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devkit.tenants.places import line_of, path_text
from devkit.tenants.tenant_file import TenantFileError, parse_tenant, read_tenant

if TYPE_CHECKING:
    from pathlib import Path


def refusal(text: str) -> str:
    with pytest.raises(TenantFileError) as refused:
        parse_tenant(text, source="t.json")
    return str(refused.value)


def refusal_of(**content: Any) -> str:
    return refusal(json.dumps({"users": [], "groups": [], **content}))


def test_the_smallest_tenant_is_empty() -> None:
    tenant = parse_tenant('{"users": [], "groups": []}', source="t.json")

    assert (tenant.tenant_id, tenant.users, tenant.groups) == (None, (), ())


def test_a_user_needs_no_more_than_an_id() -> None:
    tenant = parse_tenant('{"users": [{"id": "u1"}], "groups": []}', source="t.json")

    assert tenant.users == ({"id": "u1"},)


def test_properties_we_do_not_know_are_kept() -> None:
    """An export of a real tenant may hold more than is simulated."""
    tenant = parse_tenant('{"users": [{"id": "u1", "extension_x": [1]}], "groups": []}', source="t.json")

    assert tenant.users[0]["extension_x"] == [1]


def test_a_group_may_lack_members() -> None:
    text = (
        '{"users": [], "groups": [{"id": "a", "displayName": "A"}, {"id": "b", "displayName": "B", "members": null}]}'
    )

    assert len(parse_tenant(text, source="t.json").groups) == 2


def test_a_member_that_is_no_user_need_not_be_listed() -> None:
    members = [
        {"@odata.type": "#microsoft.graph.device", "id": "d"},
        {"@odata.type": "#microsoft.graph.group", "id": "h"},
    ]
    text = json.dumps({"users": [], "groups": [{"id": "g", "displayName": "G", "members": members}]})

    assert parse_tenant(text, source="t.json").groups[0]["members"] == members


def test_a_member_may_leave_its_type_out() -> None:
    text = '{"users": [{"id": "u"}], "groups": [{"id": "g", "displayName": "G", "members": [{"id": "u"}]}]}'

    assert parse_tenant(text, source="t.json").groups[0]["members"] == [{"id": "u"}]


def test_a_tenant_survives_being_written_and_read() -> None:
    content = {
        "tenantId": "t",
        "users": [{"id": "u"}],
        "groups": [{"id": "g", "displayName": "G", "members": [{"id": "u"}]}],
        "directoryObjects": [{"@odata.type": "#microsoft.graph.device", "id": "d"}],
    }

    assert parse_tenant(json.dumps(content), source="t.json").to_json() == content


def test_text_that_is_not_json_is_placed_by_line_and_column() -> None:
    assert refusal('{"users": [],\n "groups": [,]}') == (
        "t.json, line 2, column 13: this is not JSON: Expecting value."
    )


@pytest.mark.parametrize("text", ["", "{", '{"users": NaN}', "[" * 100_000])
def test_other_text_that_is_not_json_is_refused(text: str) -> None:
    assert "this is not JSON" in refusal(text)


def test_what_does_not_fit_is_placed_by_path_and_line() -> None:
    text = """{
      "users": [{"id": "u1"}],
      "groups": [
        {"id": "g", "displayName": "G", "members": [
          {"id": "u1"},
          {"id": "u2"}
        ]}
      ]
    }"""

    assert refusal(text) == "t.json, line 6: groups[0].members[1].id: there is no user 'u2'."


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[]", "must be an object, not a list."),
        ('{"groups": []}', "the field 'users' is missing."),
        ('{"users": []}', "the field 'groups' is missing."),
        ('{"users": {}, "groups": []}', "users: must be a list, not an object."),
        ('{"users": [1], "groups": []}', "users[0]: must be an object, not the number 1."),
    ],
)
def test_a_wrong_outline_is_refused(text: str, problem: str) -> None:
    assert refusal(text) == f"t.json, line 1: {problem}"


@pytest.mark.parametrize(
    ("user", "problem"),
    [
        ({}, "users[0]: the field 'id' is missing."),
        ({"id": 7}, "users[0].id: must be text, not the number 7."),
        ({"id": " "}, "users[0].id: must not be empty."),
        ({"id": "a_b"}, "users[0].id: must be 1 to 64 letters, digits and '-', not 'a_b'."),
        ({"id": "a" * 65}, f"users[0].id: must be 1 to 64 letters, digits and '-', not '{'a' * 65}'."),
        ({"id": "u", "mail": 1}, "users[0].mail: must be text or null, not the number 1."),
        (
            {"id": "u", "accountEnabled": "yes"},
            "users[0].accountEnabled: must be true, false or null, not the text 'yes'.",
        ),
        ({"id": "u", "businessPhones": "1"}, "users[0].businessPhones: must be a list of texts, not the text '1'."),
        ({"id": "u", "businessPhones": [None]}, "users[0].businessPhones: must be a list of texts, not a list."),
        (
            {"id": "u", "onPremisesExtensionAttributes": {"extensionAttribute1": True}},
            "users[0].onPremisesExtensionAttributes.extensionAttribute1: must be text or null, not true.",
        ),
        (
            {"id": "u", "@odata.type": "#microsoft.graph.group"},
            "users[0].@odata.type: must be #microsoft.graph.user here.",
        ),
    ],
)
def test_a_wrong_user_is_refused(user: dict[str, Any], problem: str) -> None:
    assert refusal_of(users=[user]) == f"t.json, line 1: {problem}"


@pytest.mark.parametrize(
    ("group", "problem"),
    [
        ({"id": "g"}, "groups[0]: the field 'displayName' is missing."),
        ({"id": "g", "displayName": None}, "groups[0].displayName: must be text, not null."),
        ({"id": "g", "displayName": "G", "members": {}}, "groups[0].members: must be a list, not an object."),
        ({"id": "g", "displayName": "G", "members": [{}]}, "groups[0].members[0]: the field 'id' is missing."),
        (
            {"id": "g", "displayName": "G", "members": [{"id": "u1"}, {"id": "u1"}]},
            "groups[0].members[1].id: the member 'u1' is there twice.",
        ),
        (
            {"id": "g", "displayName": "G", "members": [{"id": "u1", "@odata.type": "#microsoft.graph.device"}]},
            "groups[0].members[0].@odata.type: 'u1' is a user.",
        ),
    ],
)
def test_a_wrong_group_is_refused(group: dict[str, Any], problem: str) -> None:
    assert refusal_of(users=[{"id": "u1"}], groups=[group]) == f"t.json, line 1: {problem}"


def test_a_member_of_an_unknown_type_is_refused() -> None:
    member = {"id": "x", "@odata.type": "#microsoft.graph.robot"}

    problem = refusal_of(groups=[{"id": "g", "displayName": "G", "members": [member]}])

    assert problem.startswith(
        "t.json, line 1: groups[0].members[0].@odata.type: must be one of #microsoft.graph.user,"
    )


def test_an_id_stands_for_one_object_in_the_whole_tenant() -> None:
    problem = refusal_of(users=[{"id": "x"}], groups=[{"id": "x", "displayName": "X"}])

    assert problem == "t.json, line 1: groups[0].id: the id 'x' is there twice."


def test_a_user_among_the_other_objects_is_refused() -> None:
    problem = refusal_of(directoryObjects=[{"@odata.type": "#microsoft.graph.user", "id": "u"}])

    assert problem == "t.json, line 1: directoryObjects[0].@odata.type: a user belongs elsewhere in the file."


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TenantFileError, match=r"none\.json: cannot be read: No such file or directory\."):
        read_tenant(tmp_path / "none.json")


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_bytes(b'{"users": "\xff"}')

    with pytest.raises(TenantFileError, match=r"t\.json, byte 11: the file is not UTF-8 text\."):
        read_tenant(tmp_path / "t.json")


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text('{"users": [], "groups": []}', encoding="utf-8-sig")

    assert read_tenant(tmp_path / "t.json").users == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


def outcome(content: Any) -> str:
    try:
        parse_tenant(json.dumps(content), source="t.json")
    except TenantFileError as refused:
        return str(refused)
    return "accepted"


@given(JSON)
def test_all_json_is_either_a_tenant_or_answered_with_a_sentence(value: Any) -> None:
    contents = [value, {"users": [value], "groups": []}, {"users": [], "groups": [value]}]

    outcomes = [outcome(content) for content in contents]

    assert all(found == "accepted" or found.startswith("t.json, line 1: ") for found in outcomes)


@given(before=st.lists(JSON, max_size=3), name=st.text(), indent=st.integers(0, 2))
def test_a_path_leads_to_the_line_where_its_value_stands(before: list[Any], name: str, indent: int) -> None:
    text = json.dumps([*before, {"other": before, name: "here it is"}], indent=indent, ensure_ascii=True)
    lines = text.split("\n")

    line = line_of(text, (len(before), name))

    assert lines[line - 1].endswith('"here it is"')


def test_a_path_is_written_as_people_do() -> None:
    assert path_text(("groups", 3, "members", 2, "id")) == "groups[3].members[2].id"


def test_half_a_character_is_told_with_its_place() -> None:
    """JSON can escape a lone surrogate, which no text can be sent or stored with."""
    text = '{"users": [\n{"id": "u1", "displayName": "\\ud800"}], "groups": []}'

    with pytest.raises(TenantFileError, match=r"t\.json, line 2, column 30: .*half a character"):
        parse_tenant(text, source="t.json")
