"""What every installation does: run once for the same sources, say that it goes on, keep what it said."""

from __future__ import annotations

import hashlib
import os
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devkit.errors import DevkitError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_LAST_LINES = 15
_SHOWN_EVERY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Stamp:
    """A file that says for which contents of *sources* something was installed."""

    file: Path
    sources: tuple[Path, ...]

    def is_current(self) -> bool:
        try:
            return self.file.read_text(encoding="utf-8") == self._value()
        except OSError:
            return False

    def write(self) -> None:
        self.file.write_text(self._value(), encoding="utf-8")

    def _value(self) -> str:
        mark = hashlib.sha256()
        for source in self.sources:
            mark.update(source.read_bytes())
        return mark.hexdigest()


def step(name: str, command: Sequence[str], project: Path) -> None:
    """Carry out one installation, telling that it goes on.

    Raises:
        DevkitError: it failed; the sentence is followed by the last it said.
    """
    log = project / ".local" / "setup.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    print(f"{name} ...", flush=True)
    with log.open("w", encoding="utf-8") as said:
        process = subprocess.Popen(
            command, cwd=project, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT, env=_environ()
        )
        status = _wait(process, started)
    if status != 0:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LAST_LINES:]
        raise DevkitError("\n".join([f"{name} failed with status {status}; all it said is in {log}:", *lines]))
    print(f"  done in {time.monotonic() - started:.1f} s", flush=True)


def _wait(process: subprocess.Popen[bytes], started: float) -> int:
    try:
        while True:
            try:
                return process.wait(_SHOWN_EVERY_SECONDS)
            except subprocess.TimeoutExpired:
                print(f"  {time.monotonic() - started:.0f} s", flush=True)
    finally:
        #  After Ctrl-C nothing goes on installing.
        process.kill()


def _environ() -> dict[str, str]:
    """Return the environment without what would send packages into another Python than ours."""
    return {name: value for name, value in os.environ.items() if name not in {"PYTHONHOME", "PIP_TARGET", "PIP_USER"}}
