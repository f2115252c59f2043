"""A Chromium for the browser tests: the machine's own, else npm's, else Debian's. The tools are scripts here."""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING

import pytest

from devkit.chromium import find_chromium, the_chromium
from devkit.errors import DevkitError
from devkit.set_up_browser import set_up_browser

if TYPE_CHECKING:
    from pathlib import Path

RUNS = '[ "$1" = --version ] && echo Chromium 1.2.3'
PACKED = "devkit/browser/node_modules/@sparticuz/chromium/bin"


class Machine:
    """A project, and tools that write down how they were called."""

    def __init__(self, folder: Path) -> None:
        self.tools = folder / "tools"
        self.project = folder / "project"
        self._calls = folder / "calls"
        source = self.project / "devkit" / "browser"
        source.mkdir(parents=True)
        for name in ("package.json", "package-lock.json", "unpack.mjs"):
            (source / name).write_text("")
        self.put(self.tools / "npm", f"echo npm $1 >> {self._calls}")
        self.pack("chromium", f"#!/bin/sh\n{RUNS}\n".encode())
        self.pack("al2023.tar", archive("lib/libnss3.so"))
        self.pack("fonts.tar", archive("fonts/some.ttf"))
        #  What it unpacks here is what was packed.
        unpack = 'to="$2"; shift 2; for file; do cp "$file" "$to/$(basename "$file" .br)"; done'
        self.put(self.tools / "node", f"echo node >> {self._calls}; {unpack}")

    def put(self, script: Path, body: str) -> None:
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text(f"#!/bin/sh\n{body}\n")
        script.chmod(0o755)

    def pack(self, name: str, content: bytes) -> None:
        packed = self.project / PACKED / f"{name}.br"
        packed.parent.mkdir(parents=True, exist_ok=True)
        packed.write_bytes(content)

    def calls(self) -> list[str]:
        return self._calls.read_text().splitlines() if self._calls.exists() else []


def archive(name: str) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as opened:
        opened.addfile(tarfile.TarInfo(name))
    return written.getvalue()


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """One without a Chromium of its own, whatever this one has."""
    machine = Machine(tmp_path)
    for name in ("sh", "cp", "basename"):
        machine.put(machine.tools / name, f'exec /bin/{name} "$@"')
    monkeypatch.setenv("PATH", str(machine.tools))
    monkeypatch.delenv("CHROMIUM", raising=False)
    return machine


def test_the_machines_own_is_used(machine: Machine) -> None:
    machine.put(machine.tools / "google-chrome", RUNS)
    set_up_browser(machine.project)

    assert machine.calls() == []
    assert the_chromium(machine.project).program == machine.tools / "google-chrome"


def test_the_one_that_is_named_goes_before_all_others(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.put(machine.tools / "chromium", RUNS)
    machine.put(machine.tools / "my-chromium", RUNS)
    monkeypatch.setenv("CHROMIUM", str(machine.tools / "my-chromium"))

    assert the_chromium(machine.project).program == machine.tools / "my-chromium"


def test_one_that_is_named_and_does_not_run_is_told(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/no/chromium")

    with pytest.raises(DevkitError, match=r"^The setting CHROMIUM names /no/chromium, which does not run"):
        set_up_browser(machine.project)


def test_a_stub_that_does_not_run_is_passed_over(machine: Machine) -> None:
    machine.put(machine.tools / "chromium-browser", "echo install the snap; exit 1")

    assert find_chromium(machine.project) is None


def test_npms_is_unpacked_with_its_libraries_and_fonts(machine: Machine) -> None:
    set_up_browser(machine.project)
    chromium = the_chromium(machine.project)

    assert machine.calls() == ["npm ci", "node"]
    assert chromium.version == "Chromium 1.2.3"
    folder = chromium.program.parent
    assert (folder / "lib" / "libnss3.so").is_file()
    assert str(folder / "fonts") in (folder / "fonts.conf").read_text()
    assert chromium.environ == {"LD_LIBRARY_PATH": str(folder / "lib"), "FONTCONFIG_FILE": f"{folder}/fonts.conf"}


def test_a_second_time_installs_nothing(machine: Machine) -> None:
    for _ in range(2):
        set_up_browser(machine.project)

    assert machine.calls() == ["npm ci", "node"]


def test_another_version_is_installed_again(machine: Machine) -> None:
    set_up_browser(machine.project)
    (machine.project / "devkit" / "browser" / "package-lock.json").write_text("another version")
    set_up_browser(machine.project)

    assert machine.calls() == ["npm ci", "node"] * 2


def test_where_nothing_works_one_sentence_says_why(machine: Machine) -> None:
    machine.put(machine.tools / "npm", "echo no network; exit 7")
    machine.put(machine.tools / "apt-get", "echo no archive; exit 100")

    with pytest.raises(DevkitError) as raised:
        set_up_browser(machine.project)

    said = str(raised.value)
    assert "\n" not in said
    assert said.startswith("No Chromium for the browser tests: ")
    assert "Installing Chromium for the browser tests failed with status 7" in said
    assert said.endswith("Install one, or set CHROMIUM=/path/to/it.")


def test_without_the_set_up_the_tests_say_what_to_do(machine: Machine) -> None:
    with pytest.raises(DevkitError, match="run `make browser`"):
        the_chromium(machine.project)
