"""However a start ends, nothing that it started stays behind."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from tests.e2e.processes import processes_about, served, wait_until_gone

if TYPE_CHECKING:
    from pathlib import Path

#  Itself, Azurite, the Entra simulator and the functions host.
PROCESSES = 4


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
