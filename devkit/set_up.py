"""Install what the project needs, once: .venv, the pinned Python packages, Azurite, what browsers load.

Standard library only.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from devkit.errors import DevkitError

if TYPE_CHECKING:
    from collections.abc import Sequence

_PROJECT = Path(__file__).resolve().parent.parent
_OLDEST_NODE = 20
_PYTHON_FILES = ("requirements.txt", "requirements-dev.txt", "constraints.txt")
_NODE_FILES = ("package.json", "package-lock.json")
#  What the app serves from a package for browsers: the package's folder, its files, and where the app looks for them.
_SERVED = (
    ("swagger-ui-dist", ("swagger-ui.css", "swagger-ui-bundle.js", "LICENSE"), "schedules_api/viewer/installed"),
)
_LAST_LINES = 15
_SHOWN_EVERY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class _Stamp:
    """A file that says for which contents of *sources* something was installed."""

    file: Path
    sources: tuple[Path, ...]
    for_what: str = ""

    def is_current(self) -> bool:
        try:
            return self.file.read_text(encoding="utf-8") == self._value()
        except OSError:
            return False

    def write(self) -> None:
        self.file.write_text(self._value(), encoding="utf-8")

    def _value(self) -> str:
        mark = hashlib.sha256(self.for_what.encode())
        for source in self.sources:
            mark.update(source.read_bytes())
        return mark.hexdigest()


def set_up(project: Path = _PROJECT) -> int:
    """Install what is missing in *project*; return 0.

    Raises:
        DevkitError: a tool is missing or too old, or an installation failed.
    """
    _require_node()
    _install_python_packages(project)
    _install_node_packages(project)
    return 0


def _require_node() -> None:
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        raise DevkitError(f"Node {_OLDEST_NODE} or newer with npm is needed, and not found: install it, try again.")
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.", said)
    if found is None or int(found[1]) < _OLDEST_NODE:
        raise DevkitError(
            f"Node {_OLDEST_NODE} or newer is needed; {node} is {said.strip() or 'of no known version'}."
        )


def _install_python_packages(project: Path) -> None:
    venv = project / ".venv"
    python = venv / "bin" / "python"
    version = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    stamp = _Stamp(venv / ".installed", tuple(project / name for name in _PYTHON_FILES))
    if python.is_file() and stamp.is_current():
        return
    if not _works(python):
        _step(f"Making .venv with {version}", [sys.executable, "-m", "venv", "--clear", str(venv)], project)
    pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    _step("Installing the Python packages", [*pip, "-r", str(project / "requirements-dev.txt")], project)
    stamp.write()


def _install_node_packages(project: Path) -> None:
    folder = project / "node_modules"
    stamp = _Stamp(folder / ".installed", tuple(project / name for name in _NODE_FILES))
    if not stamp.is_current():
        _step("Installing Azurite and what browsers load", ["npm", "ci", "--no-audit", "--no-fund"], project)
    for package, names, place in _SERVED:
        _copy(folder / package, names, project / place, again=not stamp.is_current())
    stamp.write()


def _copy(package: Path, names: Sequence[str], place: Path, *, again: bool) -> None:
    place.mkdir(parents=True, exist_ok=True)
    for name in names:
        if again or not (place / name).is_file():
            shutil.copyfile(package / name, place / name)


def _works(python: Path) -> bool:
    """Tell whether there is an environment of a Python that is new enough; a moved or copied one does not run."""
    check = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    try:
        return subprocess.run([python, "-c", check], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _step(name: str, command: Sequence[str], project: Path) -> None:
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
