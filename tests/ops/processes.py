"""Commands as processes of their own."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0

#  What whoever runs the tests has set about storage, and what their terminal is like, must not matter.
_THEIRS = {"COLORTERM", "COLUMNS", "FORCE_COLOR", "HISTORY_DAYS", "LINES", "NO_COLOR", "TERM"}
_ENVIRONMENT = {
    name: value for name, value in os.environ.items() if not name.lower().startswith("sync") and name not in _THEIRS
}


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended, and what it printed."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@contextmanager
def started(
    settings: Mapping[str, str], *arguments: str, stdin: int | None = None, stdout: int = subprocess.PIPE
) -> Iterator[subprocess.Popen[str]]:
    """Start one command with *settings* in its environment; it ends with the block."""
    process = subprocess.Popen(  # noqa: S603  this project's own module
        [sys.executable, "-m", "ops", *arguments],
        cwd=PROJECT,
        env={**_ENVIRONMENT, **settings},
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


async def ended(process: subprocess.Popen[str]) -> Said:
    out, err = await asyncio.to_thread(process.communicate, timeout=PATIENCE)
    return Said(process.returncode, out, err)
