"""Install what the project needs, once: .venv, the pinned Python packages, Azurite, what browsers load.

Standard library only.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from devkit.errors import DevkitError
from devkit.installing import Stamp, step

if TYPE_CHECKING:
    from collections.abc import Mapping

_PROJECT = Path(__file__).resolve().parent.parent
_OLDEST_NODE = 20
_PYTHON_FILES = ("requirements.txt", "requirements-dev.txt", "constraints.txt")
_TOKENS_SCRIPT = "devkit/fluent_tokens.mjs"
_NODE_FILES = ("package.json", "package-lock.json", _TOKENS_SCRIPT)
_VENDOR = "portal/vendor"
#  What browsers get: a package's folder, its files under the names that the app serves them by, and where it looks.
_SERVED: tuple[tuple[str, Mapping[str, str], str], ...] = (
    (
        "swagger-ui-dist",
        {name: name for name in ("swagger-ui.css", "swagger-ui-bundle.js", "LICENSE")},
        "schedules_api/viewer/installed",
    ),
    ("@fluentui/web-components/dist", {"web-components-all.min.js": "web-components.js"}, _VENDOR),
    ("@fluentui/tokens", {"LICENSE": "LICENSE.txt"}, _VENDOR),
)
_TOKENS = ("tokens-light.css", "tokens-dark.css")


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
    stamp = Stamp(venv / ".installed", tuple(project / name for name in _PYTHON_FILES))
    if python.is_file() and stamp.is_current():
        return
    if not _works(python):
        step(f"Making .venv with {version}", [sys.executable, "-m", "venv", "--clear", str(venv)], project)
    pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    step("Installing the Python packages", [*pip, "-r", str(project / "requirements-dev.txt")], project)
    stamp.write()


def _install_node_packages(project: Path) -> None:
    folder = project / "node_modules"
    stamp = Stamp(folder / ".installed", tuple(project / name for name in _NODE_FILES))
    again = not stamp.is_current()
    if again:
        step("Installing Azurite and what browsers load", ["npm", "ci", "--no-audit", "--no-fund"], project)
    for package, names, place in _SERVED:
        _copy(folder / package, names, project / place, again=again)
    if again or not all((project / _VENDOR / name).is_file() for name in _TOKENS):
        step("Writing the portal's colours and sizes", ["node", _TOKENS_SCRIPT, _VENDOR], project)
    stamp.write()


def _copy(package: Path, names: Mapping[str, str], place: Path, *, again: bool) -> None:
    place.mkdir(parents=True, exist_ok=True)
    for name, served in names.items():
        if again or not (place / served).is_file():
            shutil.copyfile(package / name, place / served)


def _works(python: Path) -> bool:
    """Tell whether there is an environment of a Python that is new enough; a moved or copied one does not run."""
    check = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    try:
        return subprocess.run([python, "-c", check], capture_output=True, check=False).returncode == 0
    except OSError:
        return False
