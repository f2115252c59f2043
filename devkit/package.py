"""Build the package that is deployed: `python -m devkit.package FILE.zip`, of what .funcignore leaves."""

from __future__ import annotations

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
    """Write the package; return the exit status: 1 when something is missing that set-up makes, 2 for wrong usage."""
    given = sys.argv[1:] if arguments is None else arguments
    if len(given) != 1:
        print("Usage: python -m devkit.package FILE.zip", file=sys.stderr)
        return 2
    if missing := [name for name in _FROM_NPM if not (PROJECT / name).is_file()]:
        print(f"{missing[0]} is missing: run `make setup` first.", file=sys.stderr)
        return 1
    names = write_package(Path(given[0]))
    print(f"{given[0]}: {len(names)} files, {Path(given[0]).stat().st_size / 1000:,.0f} kB")
    return 0


def write_package(archive: Path, project: Path = PROJECT) -> list[str]:
    """Write *archive*; return the names in it, sorted."""
    names = sorted(packaged(project))
    with ZipFile(archive, "w", ZIP_DEFLATED) as package:
        for name in names:
            package.write(project / name, name)
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


if __name__ == "__main__":
    sys.exit(main())
