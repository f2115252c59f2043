"""After any tenant file, and whatever happens to the tenant, the directory equals an independent computation."""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.processes import devkit
from tests.e2e.tenants import group, person, write_mutations, write_tenant

if TYPE_CHECKING:
    from pathlib import Path

DEVICE = {"@odata.type": "#microsoft.graph.device", "id": "printer", "displayName": "Printer"}
PEOPLE, GROUPS = 40, 7


def a_tenant(chance: Random) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return users and groups: people of all kinds, shared by groups of all sizes, one of them nested in another."""
    users = [_somebody(chance, number) for number in range(PEOPLE)]
    ids = [user["id"] for user in users]
    groups = [
        group(f"g{number}", chance.sample(ids, chance.randint(0, 20)), displayName=f"Gruppe «{number}»")
        for number in range(GROUPS)
    ]
    groups[0]["members"] += [DEVICE, {"@odata.type": "#microsoft.graph.group", "id": "g1"}]
    return users, groups


def _somebody(chance: Random, number: int) -> dict[str, Any]:
    name = chance.choice(["Zoë", "Łukasz", " Ann  Mary ", "李", "O'Neill", "Ünal"])
    return person(
        f"u{number}",
        displayName=f"{name} {number}",
        givenName=chance.choice([None, name, ""]),
        surname=chance.choice([None, f"No {number}"]),
        mail=chance.choice([None, f"U{number}@Contoso.example", f"u{number}@contoso.example"]),
        accountEnabled=chance.random() > 0.2,
        userType=chance.choice(["Member", "Member", "Member", "Guest", None]),
        businessPhones=chance.choice([[], ["+1 555"], ["+1 555", "+2 555"]]),
        companyName=chance.choice([None, "Contoso\tLtd"]),
        onPremisesExtensionAttributes={"extensionAttribute1": chance.choice([None, "x"])},
    )


def mutations(chance: Random) -> list[dict[str, Any]]:
    """Return what happens before the second night: to somebody else each time, so that each can be applied."""
    users = [f"u{number}" for number in chance.sample(range(PEOPLE), 12)]
    changes = {"jobTitle": "Neu", "mail": "new@contoso.example", "city": ""}
    return [
        *({"night": 2, "op": "disableUser", "user": user} for user in users[:3]),
        *({"night": 2, "op": "enableUser", "user": user} for user in users[3:6]),
        *({"night": 2, "op": "deleteUser", "user": user} for user in users[6:9]),
        *({"night": 2, "op": "addMember", "group": f"g{at}", "user": user} for at, user in enumerate(users[9:11])),
        {"night": 2, "op": "updateUser", "user": users[11], "set": changes},
    ]


def expected(users: list[dict[str, Any]], groups: list[dict[str, Any]]) -> dict[str, Any]:
    """Return who is in which group, and who is active, straight from the file: defaults, first night."""
    wanted = {user["id"]: user for user in users if user["userType"] != "Guest"}
    members = {
        one["id"]: sorted(member["id"] for member in one["members"] if member["id"] in wanted) for one in groups
    }
    inside = {user for listed in members.values() for user in listed}
    return {
        "members": members,
        "active": {user: wanted[user]["accountEnabled"] for user in inside},
        "email": {user: wanted[user]["mail"] or f"{user}@contoso.example" for user in inside},
    }


def found(night: dict[str, Any]) -> dict[str, Any]:
    recipients = night["recipients"]
    return {
        "members": {key: one["members"] for key, one in night["groups"].items()},
        "active": {key: one["status"] == "active" for key, one in recipients.items()},
        "email": {key: one["email"] for key, one in recipients.items()},
    }


@pytest.mark.parametrize(
    ("seed", "options"),
    [
        (1, {"removalGuard": False}),
        (2, {"removalGuard": False, "whenUserLeavesLastGroup": "delete", "includeGuests": True}),
        (
            3,
            {
                "removalGuard": {"enabled": False},
                "includeNestedGroups": True,
                "whenUserLeavesGroup": "keep",
                "whenUserDisabled": "keep",
                "fieldSettings": {
                    "fields": {"name": {"overwrite": False}, "businessPhone": {"sync": False}},
                    "customAttributes": {"1": {"name": "costCenter"}},
                },
            },
        ),
    ],
)
def test_two_nights_of_a_generated_tenant(seed: int, options: dict[str, Any], tmp_path: Path) -> None:
    """The demo compares each night with its own computation; the first night is compared here once more."""
    chance = Random(seed)  # noqa: S311  reproducible on purpose
    users, groups = a_tenant(chance)
    (tmp_path / "options.json").write_text(json.dumps(options))
    done = devkit(
        "demo",
        *("--data", tmp_path / "data", "--dump", tmp_path / "dump.json", "--options", tmp_path / "options.json"),
        *("--tenant", write_tenant(tmp_path / "tenant.json", users, groups)),
        *("--mutations", write_mutations(tmp_path / "mutations.jsonl", mutations(chance))),
    )

    assert done.returncode == 0, done.stdout + done.stderr
    if seed == 1:
        assert found(json.loads((tmp_path / "dump.json").read_text())[0]) == expected(users, groups)
