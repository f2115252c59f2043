"""What the commands say at the terminal: steps with the time they took, and how far a wait is."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from rich.status import Status

#  Where nobody tells how wide the paper is, nothing is cut.
_WIDTH_OF_A_FILE = 160


def console(*, to_errors: bool = False) -> Console:
    """Return the console for people: standard output, or standard error where the output is for programs."""
    stream = sys.stderr if to_errors else sys.stdout
    width = None if stream.isatty() else _WIDTH_OF_A_FILE
    return Console(file=stream, width=width, highlight=False, soft_wrap=not stream.isatty())


class Progress:
    """Steps are printed as they are done; a wait is one line that changes, or nothing where it could not change."""

    def __init__(self, out: Console) -> None:
        self._out = out
        self._started = time.monotonic()
        self._status: Status | None = None

    def step(self, sentence: str) -> None:
        """Print a step that is done, with the seconds since the start."""
        self._out.print(f"{time.monotonic() - self._started:6.1f} s  {sentence}", markup=False)

    def waiting(self, sentence: str) -> None:
        """Show what is being waited for, until `waited`."""
        if not self._out.is_terminal:
            return
        if self._status is None:
            self._status = self._out.status(sentence)
            self._status.start()
        self._status.update(sentence)

    def waited(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None
