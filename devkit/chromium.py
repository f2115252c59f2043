"""Which Chromium the browser tests use: the machine's own, else the one that the set-up unpacked.

Standard library only.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from devkit.errors import DevkitError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PROJECT = Path(__file__).resolve().parent.parent
UNPACKED = ".local/browser"

_SETTING = "CHROMIUM"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_LONGEST_START_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Chromium:
    """A program that runs here; *environ* goes over its environment."""

    program: Path
    version: str
    environ: Mapping[str, str] = field(default_factory=dict)


def the_chromium(project: Path = PROJECT) -> Chromium:
    """Return the Chromium to use.

    Raises:
        DevkitError: there is none, or the one that the setting names does not run.
    """
    found = find_chromium(project)
    if found is None:
        raise DevkitError("No Chromium is installed here: run `make browser`, or name one with CHROMIUM=/path/to/it.")
    return found


def find_chromium(project: Path = PROJECT) -> Chromium | None:
    """Return the Chromium that the setting names, else the first of the machine's that runs, else the unpacked one.

    Raises:
        DevkitError: the one that the setting names does not run.
    """
    named = os.environ.get(_SETTING)
    if named:
        found = _running(Path(named))
        if found is None:
            raise DevkitError(f"The setting {_SETTING} names {named}, which does not run as a Chromium.")
        return found
    return next((found for found in _candidates(project) if found is not None), None)


def _candidates(project: Path) -> Iterator[Chromium | None]:
    for name in _NAMES:
        program = shutil.which(name)
        if program is not None:
            yield _running(Path(program))
    yield unpacked(project / UNPACKED)


def unpacked(folder: Path) -> Chromium | None:
    """Return the Chromium in *folder* with its libraries and fonts, None where none runs there."""
    program = folder / "chromium"
    environ = {"LD_LIBRARY_PATH": str(folder / "lib"), "FONTCONFIG_FILE": str(folder / "fonts.conf")}
    return _running(program, environ) if program.is_file() else None


def _running(program: Path, environ: Mapping[str, str] | None = None) -> Chromium | None:
    """Return it once it has told its version: a distribution's can be a stub that asks for another installer."""
    try:
        said = subprocess.run(
            [program, "--version"],
            env={**os.environ, **(environ or {})},
            capture_output=True,
            text=True,
            timeout=_LONGEST_START_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return Chromium(program, said.stdout.strip(), environ or {}) if said.returncode == 0 else None
