"""The package that is deployed: what .funcignore leaves, no more, and enough to start."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from devkit.package import main, packaged, write_folder, write_package
from tests.infra.bicep import PROJECT
from tests.infra.test_settings import deployed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOT_DEPLOYED = {
    "devkit",
    "tests",
    "bench",
    "ops",
    "node_modules",
    "docs",
    "infra",
    "local.settings.json",
    "local.settings.sample.json",
    "package.json",
    "requirements-dev.txt",
}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    archive = tmp_path_factory.mktemp("package") / "package.zip"
    write_package(archive)
    return archive


@pytest.fixture(scope="module")
def names(package: Path) -> list[str]:
    return ZipFile(package).namelist()


def test_its_size_is_told(package: Path, names: list[str], record_property: Callable[[str, object], None]) -> None:
    size = package.stat().st_size
    record_property("The deployed package", f"{len(names)} files, {size / 1000:,.0f} kB")

    assert size < 5_000_000


def test_it_holds_the_product_and_nothing_else(names: list[str]) -> None:
    assert {name.partition("/")[0] for name in names} == {
        "function_app.py",
        "host.json",
        "requirements.txt",
        "constraints.txt",
        "sync_core",
        "schedules_api",
        "portal",
    }


def test_it_holds_nothing_that_develops_tests_or_describes(names: list[str]) -> None:
    parts = {part for name in names for part in name.split("/")[:1]}

    assert parts & NOT_DEPLOYED == set()
    assert [name for name in names if "__pycache__" in name or "/." in f"/{name}" or name.endswith(".pyc")] == []


@pytest.mark.parametrize(
    "name",
    [
        "portal/index.html",
        "portal/vendor/web-components.js",
        "portal/vendor/tokens-light.css",
        "portal/vendor/tokens-dark.css",
        "schedules_api/viewer/installed/swagger-ui-bundle.js",
        "schedules_api/viewer/installed/swagger-ui.css",
    ],
)
def test_it_holds_what_browsers_load(names: list[str], name: str) -> None:
    assert name in names


def test_it_holds_every_file_of_the_product_that_is_kept(names: list[str]) -> None:
    """Nothing of ours falls to a pattern that was meant for something else."""
    listed = subprocess.run(
        ["git", "ls-files", "sync_core", "schedules_api", "portal"],  # noqa: S607  as everybody has it
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()

    assert [name for name in listed if (PROJECT / name).is_file() and name not in names] == []


def test_it_holds_the_lists_of_packages_that_azure_installs_from(names: list[str]) -> None:
    lists = re.findall(r"^-[cr] (\S+)", (PROJECT / "requirements.txt").read_text("utf-8"), re.MULTILINE)

    assert lists
    assert set(lists) <= set(names)


def test_core_tools_and_the_github_action_read_the_same(names: list[str]) -> None:
    """They match a line at the beginning of a path alone, and what is let in again wins, whatever stands after it."""
    assert {name for name in _kept_by_core_tools() if "__pycache__" not in name} == set(names)


def test_it_starts_on_its_own(package: Path, tmp_path: Path) -> None:
    """With this folder and the installed packages alone, and the settings that the Bicep gives it."""
    ZipFile(package).extractall(tmp_path)
    check = (
        "import sys, function_app\n"
        "names = sorted(function.get_function_name() for function in function_app.app.get_functions())\n"
        "print(function_app.__file__, *names)\n"
        "print(*(name for name in sys.modules if name.partition('.')[0] in {'devkit', 'tests', 'bench', 'ops'}))\n"
    )

    done = subprocess.run(  # noqa: S603  ours
        [sys.executable, "-c", check],
        cwd=tmp_path,
        env={**deployed(), "PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    (file, *functions), foreign = (line.split() for line in done.stdout.split("\n")[:2])
    assert file == str(tmp_path / "function_app.py")
    assert {"enqueue_due", "watch_over", "sync_group", "try_connection"} <= set(functions)
    assert foreign == []


def test_the_command_tells_what_it_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "package.zip")]) == 0
    assert re.search(r"package\.zip: \d+ files, [\d,]+ kB", capsys.readouterr().out)


def test_the_folder_that_azd_packs_holds_the_same(names: list[str], tmp_path: Path) -> None:
    """And no .funcignore, by which azd would leave something out."""
    write_folder(tmp_path / "package")

    found = [file for file in (tmp_path / "package").rglob("*") if file.is_file()]
    assert sorted(file.relative_to(tmp_path / "package").as_posix() for file in found) == names
    assert [
        file for file in found if file.read_bytes() != (PROJECT / file.relative_to(tmp_path / "package")).read_bytes()
    ] == []


def test_what_a_former_version_left_in_the_folder_goes(tmp_path: Path) -> None:
    assert main([str(tmp_path / "package")]) == 0
    (tmp_path / "package/sync_core/gone.py").touch()

    assert main([str(tmp_path / "package")]) == 0
    assert not (tmp_path / "package/sync_core/gone.py").exists()


@pytest.mark.parametrize("file", ["host.json", "letter.txt"])
def test_a_folder_that_holds_something_else_is_left_alone(
    tmp_path: Path, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Above all the project itself."""
    (tmp_path / ".funcignore").touch()
    (tmp_path / file).touch()

    assert main([str(tmp_path)]) == 1
    assert (tmp_path / file).exists()
    assert "holds something else" in capsys.readouterr().err


def test_the_command_wants_one_file_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "Usage" in capsys.readouterr().err


def _kept_by_core_tools() -> set[str]:
    """Return what Core Tools' own reading of .funcignore leaves.

    Source: GitIgnoreParser in Azure/azure-functions-core-tools.

    Of the folders that are left out, only a few are looked into: their files are left out by the same line.
    """
    lines = [line.strip() for line in (PROJECT / ".funcignore").read_text("utf-8").splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    out = _from_the_beginning([line for line in lines if not line.startswith("!")])
    again = _from_the_beginning([line[1:] for line in lines if line.startswith("!")])
    looked_into = [*packaged(), *(str(file.relative_to(PROJECT)) for file in (PROJECT / "devkit").rglob("*.py"))]
    looked_into += [file.name for file in PROJECT.iterdir() if file.is_file()]
    looked_into += [f"{file.name}/x" for file in PROJECT.iterdir() if file.is_dir() and file.name not in _DEPLOYED]
    return {name for name in looked_into if again.match(name) or not out.match(name)}


_DEPLOYED = {"sync_core", "schedules_api", "portal"}


def _from_the_beginning(patterns: list[str]) -> re.Pattern[str]:
    escaped = (re.escape(pattern.removeprefix("/")).replace(r"\*", "[^/]+") for pattern in patterns)
    return re.compile(rf"(?:{'|'.join(escaped)})\b", re.ASCII)
