"""The portal's pure modules, tested by Node's own test runner."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent


FILES = sorted(HERE.glob("*.test.mjs"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.removesuffix(".test.mjs"))
def test_portal_module(file: Path) -> None:
    node = shutil.which("node")
    assert node is not None, "Node 20 or newer is needed: make setup says how"

    command = [node, "--test", str(file)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  files of our own

    assert said.returncode == 0, said.stdout + said.stderr
