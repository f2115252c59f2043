"""What a command prints: tables and sentences for people, one JSON document for scripts, progress beside both."""

from __future__ import annotations

import json
import re
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from ops.tables import columns_of, laid_out, listed, paragraph
from ops.words import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from rich.console import RenderableType

    Advance = Callable[[int], None]

#  Where scripts read, nothing is wrapped or cut: a queue message has fewer letters, were all of them escaped.
_WIDTH_OF_A_FILE = 1_000_000
#  Of one that says that it has none, as some do that nobody has told yet.
_WIDTH_OF_A_TERMINAL = 80

#  Columns are filled up with spaces to their width, the last one too; styles end among them.
_FILLING = re.compile(r"(?: |\x1b\[[0-9;]*m)+$", re.MULTILINE)

_SET_OFF = "\n\n"

_STYLES: Mapping[str, str] = {
    "failed": "red",
    "permanent": "red",
    "look": "bold red",
    "held": "yellow",
    "pending": "yellow",
    "transient": "yellow",
    "retrying": "yellow",
    "succeeded-with-warnings": "yellow",
    "succeeded": "green",
    "connected": "green",
    "well": "bold green",
    "running": "cyan",
}


class Output:
    """*as_json*: tables and sentences are left out, and the command's document is printed instead.

    Colours only where the stream is a terminal, and not where NO_COLOR is set (no-color.org).
    """

    def __init__(self, *, as_json: bool = False, stdout: TextIO | None = None, stderr: TextIO | None = None) -> None:
        self.as_json = as_json
        self.stdout = stdout or sys.stdout
        self._out = _console(self.stdout)
        self._err = _console(stderr or sys.stderr)
        self._end = _SET_OFF

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[object]], *, empty: str) -> None:
        """Print a table, or the sentence *empty* where it has no rows; see `Column` for what names begin with."""
        if not rows:
            self.say(empty)
            return
        for part in laid_out(
            columns_of(columns, [[_cell(cell) for cell in row] for row in rows]), width=self._out.width
        ):
            self._print(part)

    def facts(self, facts: Iterable[tuple[str, object]]) -> None:
        """Print one line per fact; those with nothing to say are left out."""
        cells = [(name, _cell(value)) for name, value in facts]
        for part in listed([(name, cell) for name, cell in cells if cell], width=self._out.width):
            self._print(part)

    def say(self, sentence: str, *, style: str = "") -> None:
        self._print(paragraph(Text(printable(sentence), style=_STYLES.get(style, style)), width=self._out.width))

    def note(self, sentence: str) -> None:
        """Say something that is not the answer, on standard error."""
        self._err.print(paragraph(Text(printable(sentence)), width=self._err.width), crop=False)

    def document(self, document: Mapping[str, Any]) -> None:
        """Print the command's document, where that was asked for."""
        if self.as_json:
            self.stdout.write(f"{json.dumps(document, indent=2)}\n")

    @contextmanager
    def progress(self, doing: str, *, total: int | None = None) -> Iterator[Advance]:
        """Show on standard error how far long work has come, where that is a terminal; yield what counts it on."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._err, transient=True, disable=not self._err.is_terminal) as bar:
            task = bar.add_task(doing, total=total)
            yield lambda done: bar.advance(task, done)

    def _print(self, part: RenderableType) -> None:
        if self.as_json:
            return
        with self._out.capture() as printed:
            self._out.print(part, crop=False)
        text = _FILLING.sub(lambda filling: filling[0].replace(" ", ""), printed.get())
        #  A table comes with empty lines above and below: one is enough between two of them, and none before all.
        text = text.lstrip("\n") if self._end == _SET_OFF else text
        self._end = f"{self._end}{text}"[-len(_SET_OFF) :]
        self.stdout.write(text)


def _cell(value: object) -> Text:
    text = "" if value is None else f"{value:,}" if isinstance(value, int) else printable(str(value))
    return Text(text, style=_STYLES.get(text, ""))


def _console(stream: TextIO) -> Console:
    terminal = stream.isatty()
    width = None if terminal else _WIDTH_OF_A_FILE
    console = Console(file=stream, force_terminal=terminal, width=width, highlight=False, markup=False)
    console.width = console.width or _WIDTH_OF_A_TERMINAL
    return console
