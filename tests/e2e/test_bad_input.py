"""Every mistake is one clear sentence on standard error: status 2 for what was given, 1 for what is around it."""

from __future__ import annotations

import json
import os
import socket
from typing import TYPE_CHECKING, Any

import pytest

from devkit.data_folder import claimed
from tests.e2e.processes import devkit, processes_about
from tests.e2e.tenants import group, person, write_mutations, write_tenant

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path


def sentence(done: subprocess.CompletedProcess[str], status: int) -> str:
    """Return the one line that was said, if nothing but it was."""
    assert done.returncode == status, done.stderr
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr.strip()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"users": [}', "tenant.json, line 1, column 12: this is not JSON: Expecting value."),
        ('{"users": []}', "tenant.json, line 1: the field 'groups' is missing."),
        ('{"users": [\n{}], "groups": []}', "tenant.json, line 2: users[0]: the field 'id' is missing."),
        (
            json.dumps({"users": [], "groups": [group("sales", ["nobody"])]}),
            "tenant.json, line 1: groups[0].members[0].id: there is no user 'nobody'.",
        ),
    ],
)
def test_a_tenant_file_that_cannot_be_used_is_told_with_the_place(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "tenant.json").write_text(text)

    assert sentence(devkit("demo", "--tenant", tmp_path / "tenant.json"), 2) == said


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    said = sentence(devkit("demo", "--tenant", tmp_path / "none.json"), 2)

    assert said == f"{tmp_path}/none.json: cannot be read: No such file or directory."


def test_options_that_cannot_be_used_are_told_with_the_place(tmp_path: Path) -> None:
    (tmp_path / "options.json").write_text('{"removalGuard": {"percent": -1}}')

    assert sentence(devkit("demo", "--options", tmp_path / "options.json"), 2) == (
        "options.json: removalGuard.percent: must be a whole number from 0 to 100."
    )


@pytest.mark.parametrize(
    ("mutation", "said"),
    [
        ({"night": 0, "op": "deleteUser", "user": "ada"}, "line 1: night: must be a whole number from 1."),
        ({"night": 3, "op": "deleteUser", "user": "ada"}, "line 1: there is no night 3, only 2; see --nights."),
    ],
)
def test_a_mutation_that_cannot_be_is_told_with_its_line(tmp_path: Path, mutation: dict[str, Any], said: str) -> None:
    file = write_mutations(tmp_path / "m.jsonl", [mutation])

    assert sentence(devkit("demo", "--nights", "2", "--mutations", file), 2) == f"m.jsonl, {said}"


def test_a_mutation_that_does_not_fit_the_tenant_is_told_with_its_line(tmp_path: Path) -> None:
    file = write_mutations(tmp_path / "m.jsonl", [{"op": "deleteUser", "user": "ben"}])
    tenant = write_tenant(tmp_path / "t.json", [person("ada")], [group("sales", ["ada"])])

    done = devkit("demo", "--data", tmp_path / "data", "--tenant", tenant, "--mutations", file, "--json")

    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "m.jsonl, line 1: deleteUser: user: there is no user 'ben'."
    assert processes_about(tmp_path) == []


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"SYNC_SCHEDULE": "at midnight"}, "The setting SYNC_SCHEDULE is no schedule of five or six fields"),
        ({"RUN_LEASE_SECONDS": "long"}, "The setting RUN_LEASE_SECONDS must be a whole number"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_its_name(tmp_path: Path, settings: dict[str, str], said: str) -> None:
    done = devkit("run", "--port", "0", "--data", tmp_path, **settings)

    assert sentence(done, 1).startswith(said)


def test_a_setting_that_only_the_host_refuses_stops_the_start_too(tmp_path: Path) -> None:
    done = devkit("run", "--port", "0", "--data", tmp_path, SYNC_SCHEDULE="0 0 99 * * *")

    assert done.returncode == 1
    assert "SYNC_SCHEDULE" in done.stderr or "0 0 99 * * *" in done.stderr
    assert processes_about(tmp_path) == []


def test_a_taken_port_says_how_to_choose_another(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = devkit("run", "--port", str(port), "--data", tmp_path)

    assert sentence(done, 1) == (
        f"Port {port} is taken: stop what uses it, or choose another with --port (make run PORT={port + 1})."
    )


def test_a_data_folder_is_used_by_one_start_at_a_time(tmp_path: Path) -> None:
    with claimed(tmp_path / "data", kind="run", afresh=False):
        done = devkit("run", "--port", "0", "--data", tmp_path / "data")

    assert sentence(done, 1).startswith(f"{tmp_path}/data is in use by another start")


def test_a_folder_with_other_peoples_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()

    assert "holds other files" in sentence(devkit("demo", "--data", tmp_path), 2)


def test_a_demo_does_not_empty_what_run_has_kept(tmp_path: Path) -> None:
    with claimed(tmp_path / "data", kind="run", afresh=False):
        pass

    assert "holds the data of `run`" in sentence(devkit("demo", "--data", tmp_path / "data"), 2)


def test_without_node_there_is_one_sentence(tmp_path: Path) -> None:
    done = devkit("run", "--port", "0", "--data", tmp_path, PATH=os.devnull)

    assert done.returncode == 1
    assert "needs Node 20 or newer" in done.stderr.splitlines()[-1]
    assert processes_about(tmp_path) == []


@pytest.mark.parametrize("arguments", [("--port", "70000"), ("--nights", "0"), ("--members", "many")])
def test_impossible_numbers_are_refused(arguments: tuple[str, str]) -> None:
    done = devkit("demo", *arguments)

    assert done.returncode == 2
    assert arguments[0] in done.stderr.splitlines()[-1]
