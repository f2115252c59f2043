"""Build the package that is deployed, of what .funcignore leaves: `python -m devkit.package FILE.zip` or `FOLDER`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

from pathspec import GitIgnoreSpec

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PROJECT = Path(__file__).resolve().parent.parent
#  Made by set-up and not kept in the repository: without them the portal is a blank page.
_FROM_NPM = ("portal/vendor/web-components.js", "schedules_api/viewer/installed/swagger-ui-bundle.js")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the package; return the exit status: 1 when it cannot be written, 2 for wrong usage."""
    given = sys.argv[1:] if arguments is None else arguments
    if len(given) != 1:
        print("Usage: python -m devkit.package FILE.zip | FOLDER", file=sys.stderr)
        return 2
    if missing := [name for name in _FROM_NPM if not (PROJECT / name).is_file()]:
        print(f"{missing[0]} is missing: run `make setup` first.", file=sys.stderr)
        return 1
    place = Path(given[0])
    if place.suffix == ".zip":
        print(f"{place}: {len(write_package(place))} files, {place.stat().st_size / 1000:,.0f} kB")
        return 0
    if place.exists() and not _is_package(place):
        print(f"{place} is there already and holds something else: name another folder.", file=sys.stderr)
        return 1
    print(f"{place}: {len(write_folder(place))} files")
    return 0


def write_package(archive: Path, project: Path = PROJECT) -> list[str]:
    """Write *archive*; return the names in it, sorted."""
    names = sorted(packaged(project))
    with ZipFile(archive, "w", ZIP_DEFLATED) as package:
        for name in names:
            package.write(project / name, name)
    return names


def write_folder(folder: Path, project: Path = PROJECT) -> list[str]:
    """Write the package's files into *folder*, in place of all that is there; return their names, sorted."""
    shutil.rmtree(folder, ignore_errors=True)
    names = sorted(packaged(project))
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(project / name, folder / name)
    return names


def packaged(project: Path = PROJECT) -> Iterator[str]:
    """Yield the names of the files that .funcignore leaves, folders that it leaves out unopened."""
    ignored = GitIgnoreSpec.from_lines((project / ".funcignore").read_text(encoding="utf-8").splitlines())
    folders = [project]
    while folders:
        for entry in folders.pop().iterdir():
            name = entry.relative_to(project).as_posix()
            if entry.is_dir():
                if not ignored.match_file(f"{name}/"):
                    folders.append(entry)
            elif not ignored.match_file(name):
                yield name


def _is_package(folder: Path) -> bool:
    """Tell whether *folder* was written by this command, and so may be written again."""
    return (folder / "host.json").is_file() and not (folder / ".funcignore").exists()


if __name__ == "__main__":
    sys.exit(main())
