"""Install a Chromium for the browser tests, once, where the machine has none.

From npm, pinned, into this project's own folder; where that one does not run, as root, Debian's package.
Standard library only.
"""

from __future__ import annotations

import os
import shutil
import tarfile
from typing import TYPE_CHECKING

from devkit.chromium import PROJECT, UNPACKED, find_chromium, unpacked
from devkit.errors import DevkitError
from devkit.installing import Stamp, step

if TYPE_CHECKING:
    from pathlib import Path

_FROM_NPM = "devkit/browser"
_PACKED = f"{_FROM_NPM}/node_modules/@sparticuz/chromium/bin"
_UNPACKER = f"{_FROM_NPM}/unpack.mjs"
_SOURCES = (f"{_FROM_NPM}/package.json", f"{_FROM_NPM}/package-lock.json", _UNPACKER)
_PROGRAM, _LIBRARIES, _FONTS = "chromium.br", "al2023.tar.br", "fonts.tar.br"
#  The machine's fonts, and at least one: Open Sans is as wide as the font that the portal asks for first.
_FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{folder}</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
  <alias binding="same"><family>Segoe UI</family><prefer><family>Open Sans</family></prefer></alias>
</fontconfig>
"""


def set_up_browser(project: Path = PROJECT) -> int:
    """Install what is missing; return 0.

    Raises:
        DevkitError: no Chromium can be had here.
    """
    folder = project / UNPACKED
    stamp = Stamp(folder / ".installed", tuple(project / source for source in _SOURCES))
    if not stamp.is_current():
        shutil.rmtree(folder, ignore_errors=True)
    if find_chromium(project) is not None:
        return 0
    failures = [_unpack(project, folder)]
    if unpacked(folder) is not None:
        stamp.write()
        return 0
    shutil.rmtree(folder, ignore_errors=True)
    failures.append(_install_debians(project))
    if find_chromium(project) is None:
        why = "; ".join(failures)
        raise DevkitError(f"No Chromium for the browser tests: {why}. Install one, or set CHROMIUM=/path/to/it.")
    return 0


def _unpack(project: Path, folder: Path) -> str:
    """Unpack the one from npm; return what to say should it not run."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        npm = ["npm", "ci", "--prefix", _FROM_NPM, "--no-audit", "--no-fund"]
        step("Installing Chromium for the browser tests", npm, project)
        packed = [str(project / _PACKED / name) for name in (_PROGRAM, _LIBRARIES, _FONTS)]
        step("Unpacking it", ["node", _UNPACKER, str(folder), *packed], project)
        _make_ready(folder)
    except (DevkitError, OSError, tarfile.TarError) as exc:
        return _in_short(exc)
    return "the one from npm does not run here"


def _make_ready(folder: Path) -> None:
    for name in (_LIBRARIES, _FONTS):
        archive = folder / name.removesuffix(".br")
        with tarfile.open(archive) as opened:
            #  The first releases of Python 3.11 have no filters.
            opened.extraction_filter = getattr(tarfile, "data_filter", lambda member, _: member)
            opened.extractall(folder)  # noqa: S202  pinned, by its checksum
        archive.unlink()
    (folder / "fonts.conf").write_text(_FONTS_CONF.format(folder=folder / "fonts"), encoding="utf-8")
    (folder / "chromium").chmod(0o755)


def _install_debians(project: Path) -> str:
    """Install Debian's package; return what to say should there be none then."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return "Debian's package needs apt-get and root"
    options = ["--quiet", "--yes", "--no-install-recommends", "-o", "Dpkg::Use-Pty=0"]
    try:
        step("Looking for Debian's Chromium", [apt, "--quiet", "update"], project)
        step("Installing Debian's Chromium", [apt, "install", *options, "chromium", "fonts-open-sans"], project)
    except DevkitError as exc:
        return _in_short(exc)
    return "Debian's does not run here"


def _in_short(failure: Exception) -> str:
    return str(failure).partition(";")[0].partition("\n")[0]
