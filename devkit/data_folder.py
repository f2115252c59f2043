"""The folder in which a local stack keeps its data, used by one start at a time."""

from __future__ import annotations

import fcntl
import shutil
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devkit.child import PROJECT
from devkit.errors import BadInput, DevkitError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import IO

DEFAULT_FOLDER = PROJECT / ".local"

#  Locked while it is used, and the sign that what lies beside it is ours to delete.
_MARKER = "devkit.lock"
_PARTS = ("azurite", "entra", "host", "logs")


@dataclass(frozen=True, slots=True)
class DataFolder:
    path: Path

    @property
    def azurite(self) -> Path:
        return self.path / "azurite"

    @property
    def entra(self) -> Path:
        return self.path / "entra"

    @property
    def host(self) -> Path:
        return self.path / "host"

    @property
    def settings(self) -> Path:
        return self.path / "host" / "local.settings.json"

    @property
    def people(self) -> Path:
        return self.path / "host" / "people.json"

    def log(self, name: str) -> Path:
        return self.path / "logs" / f"{name}.log"


@contextmanager
def claimed(path: Path, *, kind: str, afresh: bool) -> Iterator[DataFolder]:
    """Hold the folder for the block, made if it is missing.

    *kind* is what makes it, ``run`` or ``demo``; *afresh* empties it, unless another kind made it.

    Raises:
        BadInput: it is not one of ours, or cannot be used.
        DevkitError: somebody else holds it.
    """
    with ExitStack() as held:
        try:
            marker = held.enter_context(_locked(path.resolve()))
            _prepare(path, marker, kind=kind, afresh=afresh)
        except OSError as exc:
            raise BadInput(f"The data folder {path} cannot be used: {exc.strerror}.") from exc
        yield DataFolder(path.resolve())


def _prepare(path: Path, marker: IO[str], *, kind: str, afresh: bool) -> None:
    made_by = marker.read() or kind
    if afresh and made_by != kind:
        raise BadInput(f"{path} holds the data of `{made_by}`, and `{kind}` would delete them: choose another.")
    _mark(marker, made_by)
    for part in _PARTS:
        if afresh:
            shutil.rmtree(path / part, ignore_errors=True)
        (path / part).mkdir(exist_ok=True)


@contextmanager
def _locked(path: Path) -> Iterator[IO[str]]:
    path.mkdir(parents=True, exist_ok=True)
    if any(path.iterdir()) and not (path / _MARKER).exists():
        raise BadInput(f"{path} holds other files: choose a new or an empty folder with --data.")
    with (path / _MARKER).open("a+", encoding="utf-8") as marker:
        try:
            fcntl.flock(marker, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            raise DevkitError(f"{path} is in use by another start: stop it, or choose another with --data.") from exc
        marker.seek(0)
        yield marker


def _mark(marker: IO[str], made_by: str) -> None:
    marker.truncate(0)
    marker.write(made_by)
    marker.flush()
