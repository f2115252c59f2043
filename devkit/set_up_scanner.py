"""Install the policy scanner into an environment of its own, once: its packages contradict ours.

Standard library only.
"""

from __future__ import annotations

import sys
from pathlib import Path

from devkit.installing import Stamp, step

PROJECT = Path(__file__).resolve().parent.parent
_PACKAGES = "devkit/scanner/requirements.txt"


def set_up_scanner(project: Path = PROJECT) -> Path:
    """Install what is missing in *project*; return the scanner's program.

    Raises:
        DevkitError: an installation failed.
    """
    folder = project / ".local" / "scanner"
    stamp = Stamp(folder / ".installed", (project / _PACKAGES,))
    program = folder / "bin" / "checkov"
    if not (program.is_file() and stamp.is_current()):
        step(
            "Making an environment for the policy scanner",
            [sys.executable, "-m", "venv", "--clear", str(folder)],
            project,
        )
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
        step("Installing the policy scanner", [*pip, "-r", str(project / _PACKAGES)], project)
        stamp.write()
    return program
