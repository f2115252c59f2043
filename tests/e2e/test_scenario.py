"""The story that the README tells, on the real stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e.processes import devkit

if TYPE_CHECKING:
    from pathlib import Path


def test_the_story_goes_as_told(tmp_path: Path) -> None:
    """Join, leave, rename, disable, hold, approve, undo; its status is 0 only if every run ended as it should."""
    told = devkit("scenario", "--data", tmp_path / "data")

    assert told.returncode == 0, told.stdout + told.stderr
    assert "the removal guard holds them" in told.stdout
    assert "5 people were put back" in told.stdout
