"""The demo's own computation finds what is wrong with a directory."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from devkit.comparison import Comparison, Expectation
from devkit.directory_dump import DirectoryDump
from sync_core.domain.workspaces import Rulebook

USER = "#microsoft.graph.user"
TENANT: dict[str, Any] = {
    "users": [
        {"id": "ada", "displayName": "Ada", "mail": "ada@x.example", "jobTitle": "Analyst"},
        {"id": "ben", "displayName": "Ben", "mail": "ben@x.example", "accountEnabled": False},
        {"id": "gus", "displayName": "Gus", "mail": "gus@x.example", "userType": "Guest"},
        {"id": "nil", "displayName": "Nil", "mail": None, "userPrincipalName": None},
    ],
    "groups": [
        {
            "id": "sales",
            "displayName": "Sales",
            "description": None,
            "members": [{"@odata.type": USER, "id": user} for user in ("ada", "ben", "gus", "nil")],
        }
    ],
}


def right() -> DirectoryDump:
    """Return what the directory is after the first night."""
    return DirectoryDump(
        {"sales": {"name": "Sales", "description": "", "members": ["ada", "ben"]}},
        {
            "ada": a_recipient("ada", fields={"jobTitle": "Analyst"}),
            "ben": a_recipient("ben", status="inactive", cards={"sales": {"version": 1, "state": "paused"}}),
        },
    )


def a_recipient(name: str, **changes: Any) -> dict[str, Any]:
    return {
        "email": f"{name}@x.example",
        "name": name.title(),
        "status": "active",
        "fields": {},
        "cards": {"sales": {"version": 1, "state": "active"}},
        **changes,
    }


def compare(dump: DirectoryDump, tenant: dict[str, Any] = TENANT, *, unsynced: bool = False) -> Comparison:
    synced, rest = (set(), {"sales"}) if unsynced else ({"sales"}, set())
    return Expectation(Rulebook()).compare(dump, tenant, synced=synced, unsynced=rest)


def test_the_right_directory_has_no_differences() -> None:
    assert compare(right()) == Comparison((), compared=2, left_out=0)


@pytest.mark.parametrize(
    ("person", "change", "said"),
    [
        ("ada", None, "Person ada: is missing."),
        ("gus", a_recipient("gus"), "Person gus: should not be there."),
        ("ada", a_recipient("ada"), "Person ada: values should be"),
        ("ada", a_recipient("ada", fields={"jobTitle": "Analyst"}, email="x@x.example"), "Person ada: email should"),
        ("ben", a_recipient("ben"), "Person ben: active should be False, not True."),
        ("ben", a_recipient("ben", status="inactive"), "Person ben: the cards should be paused."),
        ("ben", a_recipient("ben", status="inactive", cards={}), "Person ben: groups should be"),
    ],
)
def test_a_wrong_person_is_a_difference(person: str, change: dict[str, Any] | None, said: str) -> None:
    dump = right()
    people = {**dump.recipients, person: change}
    wrong = DirectoryDump(dump.groups, {key: row for key, row in people.items() if row is not None})

    assert compare(wrong).differences[0].startswith(said)


def test_a_wrong_name_or_description_of_a_group_is_a_difference() -> None:
    dump = right()
    group = {**dump.groups["sales"], "description": "Old"}

    assert compare(DirectoryDump({"sales": group}, dump.recipients)).differences == (
        "Group sales: its description is not what Entra says.",
    )


def test_people_of_a_group_that_did_not_sync_are_believed() -> None:
    """Who was held back cannot be known from outside; it is counted."""
    assert compare(DirectoryDump(right().groups, {}), unsynced=True) == Comparison((), compared=0, left_out=4)


def test_people_who_share_an_address_are_left_out() -> None:
    """Who of them comes first, and so has it, is chance."""
    tenant = deepcopy(TENANT)
    tenant["users"][1]["mail"] = "ADA@x.example"
    recipients = {"ada": right().recipients["ada"]}

    assert compare(DirectoryDump(right().groups, recipients), tenant) == Comparison((), compared=0, left_out=2)


def test_who_left_is_expected_to_stay_as_somebody_inactive() -> None:
    tenant = deepcopy(TENANT)
    tenant["groups"][0]["members"] = []
    expectation = Expectation(Rulebook())
    expectation.compare(right(), TENANT, synced={"sales"}, unsynced=set())
    gone = {key: row | {"status": "inactive", "cards": {}} for key, row in right().recipients.items()}

    good = expectation.compare(DirectoryDump(right().groups, gone), tenant, synced={"sales"}, unsynced=set())

    assert good == Comparison((), compared=2, left_out=0)
