"""Azurite, Microsoft's storage emulator, as a child process that never outlives its parent."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

from devkit.errors import DevkitError

if TYPE_CHECKING:
    from types import TracebackType

HOST = "127.0.0.1"
ACCOUNT = "devstoreaccount1"
#  The same on every machine: learn.microsoft.com, "Use the Azurite emulator", well-known account and key.
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

_PROJECT = Path(__file__).resolve().parent.parent
_END_WITH_PARENT = Path(__file__).resolve().with_name("end_with_parent.cjs")
_SERVICES = ("Blob", "Queue", "Table")
_LISTENING = re.compile(r"Azurite (\w+) service is successfully listening at http://[\d.]+:(\d+)")
_CLOSED = re.compile(r"Azurite (\w+) service successfully closed")
_TAKEN = re.compile(r"EADDRINUSE.*?:(\d+)\s*$", re.MULTILINE)
_START_SECONDS = 60.0
_SAVE_SECONDS = 5.0
_POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class StoragePorts:
    """Where the three services listen; 0 takes any free port."""

    blob: int = 0
    queue: int = 0
    table: int = 0


class Azurite:
    """One Azurite: start it, use its *connection_string*, stop it; also a context manager.

    With a *folder* its data stay there, otherwise in memory. Not meant to be started twice.
    """

    def __init__(
        self, *, folder: Path | None = None, ports: StoragePorts | None = None, project: Path = _PROJECT
    ) -> None:
        self._folder = folder
        self._ports = ports or StoragePorts()
        self._script = project / "node_modules" / "azurite" / "dist" / "src" / "azurite.js"
        self._log: IO[bytes] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def ports(self) -> StoragePorts:
        """The ports that are really listened on, once started."""
        return self._ports

    @property
    def process_id(self) -> int | None:
        return None if self._process is None else self._process.pid

    @property
    def connection_string(self) -> str:
        """What the storage clients take: account, key and the three endpoints."""
        ports = self._ports
        return (
            f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};"
            f"BlobEndpoint=http://{HOST}:{ports.blob}/{ACCOUNT};"
            f"QueueEndpoint=http://{HOST}:{ports.queue}/{ACCOUNT};"
            f"TableEndpoint=http://{HOST}:{ports.table}/{ACCOUNT};"
        )

    def start(self) -> None:
        """Start Azurite and return when all three services answer.

        Raises:
            DevkitError: Node or Azurite is not installed, a port is taken, or it does not come up.
        """
        command = self._command()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  it is open as long as the process lives
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            #  Ctrl-C at the terminal must reach the parent alone: it decides what ends when.
            start_new_session=True,
        )
        try:
            self._ports = _listening(self._process, self._log)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End Azurite; what it holds in a folder is saved first."""
        process, log = self._process, self._log
        if process is None or log is None:
            return
        if self._folder is not None and process.poll() is None:
            _save(process, log)
        #  Its own shutdown waits for every idle connection to be closed by the other side.
        process.kill()
        process.communicate()
        log.close()
        self._process = self._log = None

    def _command(self) -> list[str]:
        node = shutil.which("node")
        if node is None:
            raise DevkitError("Azurite needs Node 20 or newer, and no node was found: install it and try again.")
        if not self._script.is_file():
            raise DevkitError("Azurite is not installed in this checkout: run `make setup`.")
        ports = self._ports
        return [
            *(node, "--require", str(_END_WITH_PARENT), str(self._script)),
            #  The SDK is often ahead of the API versions that Azurite lists, without needing anything new of them.
            *("--silent", "--disableTelemetry", "--skipApiVersionCheck"),
            *("--blobHost", HOST, "--queueHost", HOST, "--tableHost", HOST),
            *(
                "--blobPort",
                str(ports.blob),
                "--queuePort",
                str(ports.queue),
                "--tablePort",
                str(ports.table),
            ),
            *(("--inMemoryPersistence",) if self._folder is None else ("--location", str(self._folder))),
        ]


def _listening(process: subprocess.Popen[bytes], log: IO[bytes]) -> StoragePorts:
    give_up = time.monotonic() + _START_SECONDS
    while True:
        alive = process.poll() is None
        ports = {service: int(port) for service, port in _LISTENING.findall(_said(log))}
        if ports.keys() >= set(_SERVICES):
            return StoragePorts(blob=ports["Blob"], queue=ports["Queue"], table=ports["Table"])
        if not alive or time.monotonic() > give_up:
            raise _failure(_said(log))
        time.sleep(_POLL_SECONDS)


def _save(process: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    process.terminate()
    give_up = time.monotonic() + _SAVE_SECONDS
    while process.poll() is None and time.monotonic() < give_up:
        if len(_CLOSED.findall(_said(log))) == len(_SERVICES):
            return
        time.sleep(_POLL_SECONDS)


def _said(log: IO[bytes]) -> str:
    #  The child writes through the same file position, so reading must not move it.
    return os.pread(log.fileno(), os.fstat(log.fileno()).st_size, 0).decode(errors="replace")


def _failure(said: str) -> DevkitError:
    taken = _TAKEN.search(said)
    if taken is not None:
        return DevkitError(f"Azurite cannot start: port {taken[1]} is taken. Stop what uses it or choose another.")
    return DevkitError(f"Azurite did not start. It said: {said.strip() or 'nothing'}")
