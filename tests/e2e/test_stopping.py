"""However a start ends, nothing that it started stays behind."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from devkit.functions_host.local_settings import read_local_settings
from sync_core.settings import read_settings
from tests.e2e.processes import processes_about, served, wait_until_gone

#  Itself, Azurite, the Entra simulator and the functions host.
PROCESSES = 4


def test_all_but_the_host_can_be_started(tmp_path: Path) -> None:
    """For `func start`, which takes the settings from the file that is named."""
    with served(tmp_path, "--no-host") as (_, said):
        assert len(processes_about(tmp_path)) == PROCESSES - 1

    [command] = [line.split() for line in said.splitlines() if line.strip().startswith("cp ")]
    assert command[2] == "local.settings.json"
    assert read_settings(read_local_settings(Path(command[1]))).development


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_before_it_ends(tmp_path: Path, number: signal.Signals) -> None:
    """To be stopped is how serving ends, so its status is 0."""
    with served(tmp_path) as (process, _):
        assert len(processes_about(tmp_path)) == PROCESSES
        process.send_signal(number)
        status = process.wait(20)

        assert status == 0
        assert processes_about(tmp_path) == []


def test_a_killed_start_leaves_nothing_behind(tmp_path: Path) -> None:
    with served(tmp_path) as (process, _):
        process.kill()
        process.wait(20)

        assert wait_until_gone(tmp_path) == []
