"""The commands as a newcomer starts them: real processes, with a data folder of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0

#  Everything else that a terminal could have set must not matter.
_ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("SYNC_", "ENTRA_", "RUN_"))}


def devkit(*arguments: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(  # noqa: S603  this project's own module
        [sys.executable, "-m", "devkit", *map(str, arguments)],
        cwd=PROJECT,
        env=_ENVIRONMENT | settings,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def signed_in(folder: Path, role: str, *options: str) -> dict[str, str]:
    """Return the header that signs a request to the stack that runs from *folder*."""
    done = devkit("token", "--role", role, "--data", folder, *options)
    assert done.returncode == 0, done.stderr
    return {"Authorization": f"Bearer {done.stdout.strip()}"}


def nights_of(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """Return the nights of a demo that was asked for JSON."""
    assert done.stdout.count("\n") == 1, done.stdout
    nights: list[dict[str, Any]] = json.loads(done.stdout)["nights"]
    return nights


@contextmanager
def served(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Serve from *folder* on a free port; yield the process and all that it said until it was ready."""
    process = subprocess.Popen(  # noqa: S603  this project's own module
        [sys.executable, "-m", "devkit", "run", "--port", "0", "--data", str(folder), *options],
        cwd=PROJECT,
        env=_ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process, _said(process)
    finally:
        process.kill()
        process.communicate()


def _said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if line.startswith("Ctrl-C stops"):
            return "".join(said)
    raise AssertionError("".join(said))


def address_in(said: str) -> str:
    """Return the address that people were told to open."""
    [line] = [line for line in said.splitlines() if line.startswith("Open")]
    return line.split()[1].removesuffix("/api/health").replace("localhost", "127.0.0.1")


def processes_about(folder: Path) -> list[str]:
    """Return the command lines of all processes that were given something below *folder*."""
    listed = subprocess.run(["ps", "-A", "-ww", "-o", "args"], capture_output=True, text=True, check=True)  # noqa: S607
    return [line for line in listed.stdout.splitlines() if str(folder) in line]


def wait_until_gone(folder: Path) -> list[str]:
    """Wait for the processes about *folder* to end; return those that have not."""
    give_up = time.monotonic() + 10
    while (left := processes_about(folder)) and time.monotonic() < give_up:
        time.sleep(0.05)
    return left
