"""Set-up installs what is missing once, and says in one sentence what it lacks. The tools are scripts here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devkit.errors import DevkitError
from devkit.set_up import set_up

if TYPE_CHECKING:
    from pathlib import Path

FILES = (
    "requirements.txt",
    "requirements-dev.txt",
    "constraints.txt",
    "package.json",
    "package-lock.json",
    "devkit/fluent_tokens.mjs",
)
SERVED = {
    "swagger-ui-dist": ("swagger-ui.css", "swagger-ui-bundle.js", "LICENSE"),
    "@fluentui/web-components/dist": ("web-components-all.min.js",),
    "@fluentui/tokens": ("LICENSE",),
}


class Machine:
    """A project, and tools that write down how they were called."""

    def __init__(self, folder: Path) -> None:
        self.tools = folder / "tools"
        self.project = folder / "project"
        self._calls = folder / "calls"
        colours = 'for name in light dark; do echo of node > "$2/tokens-$name.css"; done'
        self.put(self.tools / "node", f'if [ "$1" = --version ]; then echo v20.1.0; else {colours}; fi')
        files = [f"node_modules/{package}/{name}" for package, names in SERVED.items() for name in names]
        made = "; ".join(f"mkdir -p $(dirname {file}); echo of npm > {file}" for file in files)
        self.put(self.tools / "npm", f"echo npm $1 >> {self._calls}; {made}")
        self.put(self.project / ".venv" / "bin" / "python", f'[ "$1" = -c ] || echo "$2 $3" >> {self._calls}')
        (self.project / "devkit").mkdir()
        for name in FILES:
            (self.project / name).write_text("")

    def put(self, script: Path, body: str) -> None:
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text(f"#!/bin/sh\n{body}\n")
        script.chmod(0o755)

    def calls(self) -> list[str]:
        return self._calls.read_text().splitlines() if self._calls.exists() else []


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine(tmp_path)
    monkeypatch.setenv("PATH", f"{machine.tools}:/usr/bin:/bin")
    return machine


def test_it_installs_with_pip_and_npm(machine: Machine) -> None:
    set_up(machine.project)

    assert machine.calls() == ["pip install", "npm ci"]


def test_a_second_time_installs_nothing(machine: Machine) -> None:
    set_up(machine.project)
    set_up(machine.project)

    assert len(machine.calls()) == 2


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("schedules_api/viewer/installed/swagger-ui.css", "of npm\n"),
        ("portal/vendor/web-components.js", "of npm\n"),
        ("portal/vendor/LICENSE.txt", "of npm\n"),
        ("portal/vendor/tokens-light.css", "of node\n"),
        ("portal/vendor/tokens-dark.css", "of node\n"),
    ],
)
def test_what_browsers_load_is_put_where_the_app_serves_it(machine: Machine, file: str, source: str) -> None:
    served = machine.project / file

    for _ in range(2):
        set_up(machine.project)
        assert served.read_text() == source
        served.unlink()


@pytest.mark.parametrize(
    ("changed", "again"),
    [
        ("constraints.txt", "pip install"),
        ("package-lock.json", "npm ci"),
        ("devkit/fluent_tokens.mjs", "npm ci"),
    ],
)
def test_what_changed_is_installed_again(machine: Machine, changed: str, again: str) -> None:
    set_up(machine.project)
    (machine.project / changed).write_text("another version")
    set_up(machine.project)

    assert machine.calls()[2:] == [again]


def test_an_installation_that_failed_is_told_and_tried_again(machine: Machine) -> None:
    machine.put(machine.tools / "npm", "echo no network; exit 7")

    for _ in range(2):
        with pytest.raises(
            DevkitError,
            match=r"^Installing Azurite and what browsers load failed with status 7; .*setup\.log:\nno network$",
        ):
            set_up(machine.project)


def test_node_that_is_missing_is_told(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(machine.project))

    with pytest.raises(DevkitError, match=r"^Node 20 or newer with npm is needed, and not found: install it"):
        set_up(machine.project)


def test_node_that_is_too_old_is_told(machine: Machine) -> None:
    machine.put(machine.tools / "node", "echo v18.20.4")

    with pytest.raises(DevkitError, match=r"^Node 20 or newer is needed; .*/node is v18\.20\.4\.$"):
        set_up(machine.project)
