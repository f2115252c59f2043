"""What a command prints: tables and sentences for people, one JSON document for scripts, progress beside both."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, TextIO

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from ops.words import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    Advance = Callable[[int], None]

#  Where nobody tells how wide the paper is, nothing is cut.
_WIDTH_OF_A_FILE = 240

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

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> None:
        """Print a table, or the sentence *empty* where it has no rows; names of columns behind ``#`` are numbers."""
        if self.as_json:
            return
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for number, column in enumerate(columns):
            is_number = column.startswith("#")
            #  What the first column holds is what other commands take: it must not be torn.
            whole = number == 0 or is_number
            side: Literal["left", "right"] = "right" if is_number else "left"
            table.add_column(column.removeprefix("#"), justify=side, overflow="fold", no_wrap=whole)
        for row in rows:
            table.add_row(*map(_cell, row))
        if table.row_count:
            self._out.print(table)
        else:
            self.say(empty)

    def facts(self, facts: Iterable[tuple[str, object]]) -> None:
        """Print one line per fact; those with nothing to say are left out."""
        if self.as_json:
            return
        table = Table.grid(padding=(0, 2))
        table.add_column(style="bold", no_wrap=True)
        table.add_column(overflow="fold")
        for name, value in facts:
            if value not in {"", None}:
                table.add_row(name, _cell(value))
        self._out.print(table)

    def say(self, sentence: str, *, style: str = "") -> None:
        if not self.as_json:
            self._out.print(Text(printable(sentence), style=_STYLES.get(style, style)), soft_wrap=True)

    def note(self, sentence: str) -> None:
        """Say something that is not the answer, on standard error."""
        self._err.print(Text(printable(sentence)), soft_wrap=True)

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


def _cell(value: object) -> Text:
    text = "" if value is None else f"{value:,}" if isinstance(value, int) else printable(str(value))
    return Text(text, style=_STYLES.get(text, ""))


def _console(stream: TextIO) -> Console:
    return Console(file=stream, width=None if stream.isatty() else _WIDTH_OF_A_FILE, highlight=False, markup=False)
