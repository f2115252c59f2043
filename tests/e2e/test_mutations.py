"""What happens in Entra between nights is in the directory after them, and nothing else is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.e2e.processes import devkit, nights_of
from tests.e2e.tenants import group, person, write_mutations, write_tenant

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

USERS = ("ada", "ben", "cleo", "dan", "eve", "finn", "gil", "hana")
MUTATIONS: list[dict[str, Any]] = [
    {"night": 2, "op": "addUser", "user": person("iris", jobTitle="Analyst")},
    {"night": 2, "op": "addMember", "group": "sales", "user": "iris"},
    {"night": 2, "op": "removeMember", "group": "sales", "user": "ben"},
    {
        "night": 2,
        "op": "updateUser",
        "user": "ada",
        "set": {"displayName": "Ada King", "mail": "king@contoso.example"},
    },
    {"night": 2, "op": "disableUser", "user": "cleo"},
    {
        "night": 2,
        "op": "updateGroup",
        "group": "sales",
        "set": {"displayName": "Revenue", "description": "All of it"},
    },
    {"night": 3, "op": "enableUser", "user": "cleo"},
    {"night": 3, "op": "deleteUser", "user": "dan"},
    {"night": 3, "op": "addGroup", "group": group("design", ["gil", "hana"])},
    {"night": 3, "op": "removeMember", "group": "support", "user": "eve"},
]


class Told(NamedTuple):
    done: subprocess.CompletedProcess[str]
    dump: list[dict[str, Any]]

    def person(self, night: int, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.dump[night - 1]["recipients"][name]
        return found

    def members(self, night: int, name: str) -> list[str]:
        found: list[str] = self.dump[night - 1]["groups"][name]["members"]
        return found

    def counts(self, night: int, name: str) -> tuple[int, ...]:
        runs = nights_of(self.done)[night - 1]["runs"]
        run = next(run for run in runs if run["group"] == name)
        return tuple(run[count] for count in ("read", "added", "updated", "removed"))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("mutations")
    groups = [group("sales", USERS[:6]), group("support", ["ada", "eve", "gil"])]
    tenant = write_tenant(folder / "tenant.json", [person(user) for user in USERS], groups)
    mutations = write_mutations(folder / "mutations.jsonl", MUTATIONS)
    files = ("--tenant", tenant, "--mutations", mutations, "--dump", folder / "dump.json")
    #  Three nights, because the mutations name them.
    done = devkit("demo", "--json", "--data", folder / "data", *files)
    return Told(done, json.loads((folder / "dump.json").read_text()))


def test_every_night_ends_well(told: Told) -> None:
    assert told.done.returncode == 0, told.done.stderr
    assert len(nights_of(told.done)) == 3


def test_who_joins_is_added_and_who_leaves_is_removed(told: Told) -> None:
    assert told.members(1, "sales") == ["ada", "ben", "cleo", "dan", "eve", "finn"]
    assert told.members(2, "sales") == ["ada", "cleo", "dan", "eve", "finn", "iris"]
    #  Ada and Cleo are updated, by whichever group of theirs comes first.
    assert told.counts(2, "sales")[:2] + told.counts(2, "sales")[3:] == (6, 1, 1)


def test_who_left_the_last_group_is_inactive(told: Told) -> None:
    assert told.person(2, "ben") == told.person(1, "ben") | {"status": "inactive", "cards": {}}


def test_who_left_one_of_two_groups_keeps_the_other_card(told: Told) -> None:
    assert told.person(2, "eve")["cards"].keys() == {"sales", "support"}
    assert told.person(3, "eve")["cards"].keys() == {"sales"}
    assert told.person(3, "eve")["status"] == "active"


def test_contact_details_follow_and_every_card_rises_by_one_version(told: Told) -> None:
    ada = told.person(2, "ada")

    assert (ada["name"], ada["email"]) == ("Ada King", "king@contoso.example")
    assert {name: card["version"] for name, card in ada["cards"].items()} == {"sales": 2, "support": 2}


def test_a_disabled_person_is_inactive_with_paused_cards_until_enabled_again(told: Told) -> None:
    states = [(told.person(night, "cleo")["status"], told.person(night, "cleo")["cards"]) for night in (1, 2, 3)]

    assert [status for status, _ in states] == ["active", "inactive", "active"]
    assert [cards["sales"]["state"] for _, cards in states] == ["active", "paused", "active"]


def test_a_deleted_person_has_left_every_group(told: Told) -> None:
    assert told.person(3, "dan")["status"] == "inactive"
    assert told.person(3, "dan")["cards"] == {}


def test_a_new_group_is_linked_and_synced_in_its_first_night(told: Told) -> None:
    assert "design" not in told.dump[1]["groups"]
    assert told.members(3, "design") == ["gil", "hana"]
    assert told.counts(3, "design") == (2, 2, 0, 0)


def test_name_and_description_of_a_group_follow(told: Told) -> None:
    before, after = (told.dump[night]["groups"]["sales"] for night in (0, 1))

    assert (before["name"], before["description"]) == ("Sales", "")
    assert (after["name"], after["description"]) == ("Revenue", "All of it")


def test_a_hold_and_a_group_that_is_gone_fail_the_demo_and_are_told(tmp_path: Path) -> None:
    """Both are right answers of the product, and yet not every due group synced."""
    tenant = write_tenant(tmp_path / "t.json", [person("ada")], [group("sales", ["ada"]), group("gone", [])])
    happened = [
        {"night": 2, "op": "removeMember", "group": "sales", "user": "ada"},
        {"night": 2, "op": "deleteGroup", "group": "gone"},
    ]
    mutations = write_mutations(tmp_path / "m.jsonl", happened)
    done = devkit("demo", "--json", "--data", tmp_path / "data", "--tenant", tenant, "--mutations", mutations)

    runs = {run["group"]: run for run in nights_of(done)[1]["runs"]}
    assert done.returncode == 1
    assert (runs["sales"]["state"], runs["sales"]["reason"]) == ("held", "removals-held")
    assert runs["gone"]["state"] == "failed"
    assert "Sales: held: This run would take out everybody" in done.stderr
    assert "Not every due group synced" in done.stderr
