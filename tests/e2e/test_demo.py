"""The demo, twice midnight: what it says to people and to programs, and what it leaves behind."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import pytest

from devkit.tenants.demo_tenant import demo_tenant
from tests.e2e.processes import address_in, devkit, nights_of, served, signed_in

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

COUNTS = ("added", "updated", "removed")


class Demo(NamedTuple):
    done: subprocess.CompletedProcess[str]
    folder: Path
    dump: list[dict[str, Any]]

    @property
    def nights(self) -> list[dict[str, Any]]:
        return nights_of(self.done)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("demo")
    dump = folder.parent / "dump.json"
    done = devkit("demo", "--nights", "2", "--json", "--data", folder, "--dump", dump, "--members", "30")
    return Demo(done, folder, json.loads(dump.read_text()))


def test_every_due_group_synced(demo: Demo) -> None:
    assert demo.done.returncode == 0, demo.done.stderr
    assert "Every due group synced." in demo.done.stderr


def test_the_last_line_is_one_object_of_the_promised_shape(demo: Demo) -> None:
    night = demo.nights[0]

    assert night.keys() == {"night", "due", "enqueued", "runs", "poison", "graphRequests"}
    assert all(
        run.keys() >= {"group", "state", "read", "added", "updated", "removed", "reason", "seconds"}
        for run in night["runs"]
    )


def test_the_first_night_adds_everybody(demo: Demo) -> None:
    night = demo.nights[0]
    groups = {group["id"]: group["displayName"] for group in demo_tenant(30).groups}
    runs = {groups[run["group"]]: run for run in night["runs"]}

    assert (night["due"], night["enqueued"], len(runs), night["poison"]) == (8, 8, 8, 0)
    assert {run["state"] for run in runs.values()} == {"succeeded"}
    assert runs["All company"] | {"seconds": 0} == {
        "group": next(key for key, name in groups.items() if name == "All company"),
        "state": "succeeded",
        "read": 30,
        "added": 30,
        "updated": 0,
        "removed": 0,
        "reason": None,
        "seconds": 0,
    }
    #  Five guests are read and not taken in.
    assert (runs["Partner network"]["read"], runs["Partner network"]["added"]) == (10, 5)


def test_a_second_night_without_changes_changes_nothing(demo: Demo) -> None:
    night = demo.nights[1]

    #  The weekly group was due in the first night.
    assert night["due"] == 7
    assert all(run[count] == 0 for run in night["runs"] for count in COUNTS)
    assert demo.dump[0] | {"night": ""} == demo.dump[1] | {"night": ""}


def test_the_nights_are_consecutive_and_the_last_is_todays(demo: Demo) -> None:
    first, second = (date.fromisoformat(night["night"]) for night in demo.nights)

    assert second - first == timedelta(days=1)
    assert datetime.now(UTC).date() - second in {timedelta(0), timedelta(days=1)}
    assert [night["night"] for night in demo.dump] == [first.isoformat(), second.isoformat()]


def test_graph_requests_are_counted_for_each_night(demo: Demo) -> None:
    """Per group: details, one page of members, their number to prove the read, and once to choose the index."""
    assert [night["graphRequests"] for night in demo.nights] == [8 * 4, 7 * 3]


def test_the_table_is_for_people_on_the_other_stream(demo: Demo) -> None:
    assert "Équipe Genève / 日本チーム" in demo.done.stderr
    assert "Newcomers" in demo.done.stderr


def test_the_schedules_show_next_and_last_run_afterwards(demo: Demo) -> None:
    with served(demo.folder) as (_, said):
        headers = signed_in(demo.folder, "read")
        address = f"{address_in(said)}/api/workspaces/demo/schedules"
        schedules = httpx.get(address, headers=headers, trust_env=False).json()["schedules"]

    sales = next(schedule for schedule in schedules if schedule["groupName"] == "Sales")
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    assert sales["nextRun"] == f"{tomorrow}T00:00:00Z"
    assert sales["lastRun"]["state"] == "succeeded"
    assert sales["lastRun"]["counts"]["read"] == 10
    assert sales["lastRun"]["startedAt"].startswith(demo.nights[1]["night"])
