"""The portal's files, as browsers get them: from the folder ``portal`` beside the function app, and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PORTAL = Path(__file__).resolve().parent.parent / "portal"

#  Whatever has another ending is not served, source maps among it.
_MEDIA: Mapping[str, str] = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".woff2": "font/woff2",
}
_INDEX = "index.html"
#  Neither dot files nor "..", and nothing that a file system or a proxy could read in two ways.
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class PortalFile:
    content: bytes
    media: str
    etag: str

    @property
    def is_page(self) -> bool:
        return self.media == "text/html"


class PortalFiles:
    """Reads each file once, and again where it has changed on disk."""

    def __init__(self, folder: Path = PORTAL) -> None:
        self._folder = folder.resolve()
        self._kept: dict[Path, tuple[tuple[int, int], PortalFile]] = {}

    def at(self, path: str) -> PortalFile | None:
        """Return what the portal shows at *path*: a file, or its one page for every address that names none."""
        *folders, name = path.split("/")
        if any(part.startswith(".") for part in (*folders, name)):
            return None
        if "." not in name:
            return self._file(_INDEX)
        return self._file(path) if all(map(_NAME.fullmatch, (*folders, name))) else None

    def _file(self, name: str) -> PortalFile | None:
        media = _MEDIA.get(Path(name).suffix)
        file = (self._folder / name).resolve()
        if media is None or not file.is_relative_to(self._folder):
            return None
        try:
            found = file.stat()
            mark = (found.st_mtime_ns, found.st_size)
            kept = self._kept.get(file)
            if kept is None or kept[0] != mark:
                content = file.read_bytes()
                kept = self._kept[file] = (mark, PortalFile(content, media, _etag_of(content)))
        except OSError:
            return None
        return kept[1]


def _etag_of(content: bytes) -> str:
    return f'"{sha256(content).hexdigest()[:32]}"'
