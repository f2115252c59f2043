"""Exactly these roles, on exactly these resources; one more or one fewer is a change to be explained here."""

from __future__ import annotations

import re

from tests.infra.bicep import FILES, bicep

RBAC = bicep("app/rbac.bicep")
#  learn.microsoft.com, "Azure built-in roles".
BLOB_OWNER = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b"
QUEUE_CONTRIBUTOR = "974c5e8b-45b9-4653-ba55-5f855dd0fb88"
TABLE_CONTRIBUTOR = "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"
METRICS_PUBLISHER = "3913510d-42f4-4e42-8a64-420c390055eb"
LOG_ANALYTICS_READER = "73c42c96-874c-492b-b04d-ab87d138a893"
WORKBOOK_READER = "b279062a-9be3-42a0-92ae-8b3cf002ec4d"


def given_to(principal: str) -> set[tuple[str, str]]:
    return {
        (RBAC.variables[_role(item["properties"]["roleDefinitionId"])], item["scope"])
        for item in RBAC.resources.values()
        if item["properties"]["principalId"] == principal
    }


def _role(definition: str) -> str:
    return definition.removesuffix(")").rpartition(", ")[2]


def test_the_app_has_what_it_needs() -> None:
    assert given_to("identityPrincipalId") == {
        (BLOB_OWNER, "storage"),
        (QUEUE_CONTRIBUTOR, "storage"),
        (TABLE_CONTRIBUTOR, "storage"),
        (METRICS_PUBLISHER, "applicationInsights"),
    }


def test_operators_have_what_they_need() -> None:
    assert given_to("operatorsPrincipalId") == {
        (QUEUE_CONTRIBUTOR, "storage"),
        (TABLE_CONTRIBUTOR, "storage"),
        (LOG_ANALYTICS_READER, "logAnalytics"),
        (WORKBOOK_READER, "workbook"),
    }


def test_without_operators_nobody_gets_their_roles() -> None:
    assert {
        item.get("if")
        for item in RBAC.resources.values()
        if item["properties"]["principalId"] == "operatorsPrincipalId"
    } == {"!empty(operatorsPrincipalId)"}


def test_nobody_else_has_any() -> None:
    assert {item["properties"]["principalId"] for item in RBAC.resources.values()} == {
        "identityPrincipalId",
        "operatorsPrincipalId",
    }


def test_roles_are_given_in_one_file_alone() -> None:
    giving = {file for file in FILES if "Microsoft.Authorization/roleAssignments" in bicep(file).text}

    assert giving == {"app/rbac.bicep"}


def test_each_role_says_what_it_is_for() -> None:
    assignments = re.findall(r"(.*)\nresource \w+ 'Microsoft.Authorization/roleAssignments", RBAC.text)

    assert len(assignments) == len(RBAC.resources)
    assert all(line.startswith("// ") for line in assignments)


def test_an_assignment_is_named_for_whom_what_and_where() -> None:
    """So that a repeated deployment finds it, and two never collide."""
    names = {item["name"] for item in RBAC.resources.values()}

    assert len(names) == len(RBAC.resources)
    for item in RBAC.resources.values():
        role = _role(item["properties"]["roleDefinitionId"])
        assert item["name"] == f"guid({item['scope']}.id, {item['properties']['principalId']}, {role})"
