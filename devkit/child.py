"""One of this project's Python modules as a child process that never outlives its parent."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devkit.errors import DevkitError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PROJECT = Path(__file__).resolve().parent.parent

_START_SECONDS = 60.0
_STOP_SECONDS = 15.0
_LONGEST_LINE = 2**20
_LAST_LINES = 12


@dataclass(frozen=True, slots=True)
class Command:
    """What to start. *name*: as sentences call it; *log*: where what it says on standard error is kept."""

    name: str
    module: str
    options: tuple[str, ...]
    log: Path
    environ: Mapping[str, str] | None = None


class Child:
    """A process that announces itself in one JSON line and ends when its standard input does.

    *on_line* is handed each line of its log as it comes.
    """

    def __init__(self, command: Command, *, on_line: Callable[[str], None] | None = None) -> None:
        self._command = command
        self._on_line = on_line
        self._last: deque[str] = deque(maxlen=_LAST_LINES)
        self._process: asyncio.subprocess.Process | None = None
        self._copying: asyncio.Task[None] | None = None

    @property
    def process_id(self) -> int | None:
        return None if self._process is None else self._process.pid

    async def start(self) -> dict[str, Any]:
        """Start it and return what it announces.

        Raises:
            DevkitError: it ended instead, in its own words.
        """
        command = self._command
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", command.module, *command.options),
            cwd=PROJECT,
            env=command.environ,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            #  Ctrl-C at the terminal must reach the parent alone: it decides what ends when.
            start_new_session=True,
            limit=_LONGEST_LINE,
        )
        self._copying = asyncio.create_task(self._copy(_stream(self._process.stderr)))
        try:
            async with asyncio.timeout(_START_SECONDS):
                announced = await _stream(self._process.stdout).readline()
        except TimeoutError as exc:
            raise self._failure(f"{command.name} did not start within {_START_SECONDS:.0f} seconds.") from exc
        if not announced:
            await self._copying
            raise DevkitError(self._last[-1] if self._last else f"{command.name} ended without a word.")
        said: dict[str, Any] = json.loads(announced)
        return said

    async def ended(self) -> DevkitError:
        """Wait until it ends by itself, which it never should; return what to say then."""
        if self._process is None or self._copying is None:
            raise ValueError("it was not started")
        status = await self._process.wait()
        await self._copying
        return self._failure(f"{self._command.name} ended with status {status}.")

    async def stop(self) -> None:
        """End it, politely at first; what it says while it ends goes to its log alone."""
        self._on_line = None
        await self._end(polite=True)

    async def kill(self) -> None:
        """End it without giving it a chance to finish anything."""
        await self._end(polite=False)

    async def _end(self, *, polite: bool) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            (process.terminate if polite else process.kill)()
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
        if process.stdin is not None:
            process.stdin.close()
        await _stream(process.stdout).read()
        if self._copying is not None:
            await self._copying

    async def _copy(self, lines: asyncio.StreamReader) -> None:
        self._command.log.parent.mkdir(parents=True, exist_ok=True)
        with self._command.log.open("a", encoding="utf-8") as log:
            async for raw in lines:
                line = raw.decode(errors="replace").rstrip("\n")
                log.write(f"{line}\n")
                log.flush()
                self._last.append(line)
                if self._on_line is not None:
                    self._on_line(line)

    def _failure(self, sentence: str) -> DevkitError:
        said = "".join(f"\n  {line}" for line in self._last)
        return DevkitError(f"{sentence} Its log is {self._command.log}; the last lines:{said or ' none'}")


def _stream(stream: asyncio.StreamReader | None) -> asyncio.StreamReader:
    if stream is None:
        raise ValueError("the process was started with pipes")
    return stream
