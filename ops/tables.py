"""Tables on terminals of any width: whole, with sentences wrapped, or row by row; nothing of them is ever cut off."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from rich import box
from rich.cells import cell_len
from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rich.console import JustifyMethod, RenderableType

#  What rich puts around a row of `SIMPLE_HEAD`, and between two of its columns.
_AROUND, _BETWEEN = 2, 3

#  A sentence is not wrapped into less, and over no more lines than people follow across a table.
_READABLE, _MOST_LINES = 24, 3

_NUMBERS, _SENTENCES = "#", "~"
_KINDS = _NUMBERS + _SENTENCES
_INDENT = _AFTER_NAMES = 2
_GAP = "   "
_NOTHING = Text("-")


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """*kind*: ``#`` for numbers, ``~`` for sentences, which may be wrapped; anything else stays in one piece."""

    name: str
    kind: str
    cells: Sequence[Text]

    @property
    def natural(self) -> int:
        """How wide it is where nothing is wrapped."""
        return max(text.cell_len for text in self._texts)

    @property
    def least(self) -> int:
        """How narrow it can be."""
        if self.kind != _SENTENCES:
            return self.natural
        words = max(map(widest_word, self._texts))
        return min(self.natural, max(words, _READABLE, ceil(self.natural / _MOST_LINES)))

    @property
    def named(self) -> int:
        """How wide it is where each cell stands behind the column's name."""
        return max(self.with_name(row).cell_len for row in range(len(self.cells)))

    def with_name(self, row: int) -> Text:
        return Text.assemble((f"{self.name}: ", "bold"), self.cells[row] or _NOTHING)

    @property
    def _texts(self) -> Sequence[Text]:
        return (Text(self.name), *self.cells)


def columns_of(names: Sequence[str], rows: Sequence[Sequence[Text]]) -> list[Column]:
    """Return the columns; the names of those of a kind begin with it."""
    return [
        Column(name.lstrip(_KINDS), name[0] if name[0] in _KINDS else "", [row[at] for row in rows])
        for at, name in enumerate(names)
    ]


def laid_out(columns: Sequence[Column], *, width: int) -> Iterator[RenderableType]:
    """Yield what to print, line by line or as a whole; only a word that is wider than *width* makes a line wider."""
    widths = _widths(columns, width - _AROUND - _BETWEEN * (len(columns) - 1))
    if widths is None:
        yield from _row_by_row(columns, width)
    else:
        yield _table(columns, widths)


def widest_word(text: Text) -> int:
    return max(map(cell_len, text.plain.split()), default=0)


def paragraph(text: Text, *, width: int, indent: int = 0) -> RenderableType:
    """Return *text*, wrapped between its words; one with a word for which there is no room is left to the terminal.

    Which breaks it at its edge as well, but lets people copy it in one piece.
    """
    if widest_word(text) > width - indent:
        unbroken = Text(" " * indent, no_wrap=True, overflow="ignore").append_text(text)
        #  A bare text would be joined with its line's end into one that may be wrapped (rich, `Console.print`).
        return Group(unbroken)
    return Padding(text, (0, 0, 0, indent), expand=False)


def listed(facts: Sequence[tuple[str, Text]], *, width: int) -> Iterator[RenderableType]:
    """Yield a line for each fact, the values below each other; one for which that leaves no room begins a line."""
    names = max((cell_len(name) for name, _ in facts), default=0)
    for name, value in facts:
        if widest_word(value) > width - names - _AFTER_NAMES:
            yield paragraph(Text.assemble((name, "bold"), " " * _AFTER_NAMES, value), width=width)
        else:
            grid = Table.grid(padding=(0, _AFTER_NAMES))
            grid.add_column(width=names, style="bold")
            grid.add_column(overflow="fold")
            grid.add_row(name, value)
            yield grid


def _widths(columns: Sequence[Column], room: int) -> Sequence[int] | None:
    """Return how wide to make each column, the first sentences first; None where there is not *room* for all."""
    spare = room - sum(column.least for column in columns)
    if spare < 0:
        return None
    widths = []
    for column in columns:
        more = min(spare, column.natural - column.least)
        widths.append(column.least + more)
        spare -= more
    return widths


def _table(columns: Sequence[Column], widths: Sequence[int]) -> Table:
    wrapped = any(column.natural > width for column, width in zip(columns, widths, strict=True))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, leading=int(wrapped))
    for column, width in zip(columns, widths, strict=True):
        side: JustifyMethod = "right" if column.kind == _NUMBERS else "left"
        table.add_column(column.name, justify=side, width=width, overflow="fold")
    for row in zip(*(column.cells for column in columns), strict=True):
        table.add_row(*row)
    return table


def _row_by_row(columns: Sequence[Column], width: int) -> Iterator[RenderableType]:
    """Yield a paragraph for each row: what the first column holds, below it the others with their names."""
    first, lines = columns[0], list(_lines_of(columns[1:], width - _INDENT))
    for row in range(len(first.cells)):
        yield ""
        yield paragraph(first.with_name(row), width=width)
        for line in lines:
            yield paragraph(_side_by_side(line, row), width=width, indent=_INDENT)
    yield ""


def _lines_of(columns: Iterable[Column], room: int) -> Iterator[Mapping[Column, int]]:
    """Yield which columns stand on one line, and how wide, the same in each row: all that there is *room* for."""
    line: dict[Column, int] = {}
    left = room
    for column in columns:
        wide = column.named
        if line and wide > left:
            yield line
            line, left = {}, room
        line[column] = wide
        left -= wide + len(_GAP)
    if line:
        yield line


def _side_by_side(line: Mapping[Column, int], row: int) -> Text:
    """Return the row's cells of one line; the last may be wrapped, and so is not filled up."""
    *before, last = line
    parts = [column.with_name(row) for column in before]
    for column, part in zip(before, parts, strict=True):
        part.pad_right(line[column] - part.cell_len)
    return Text(_GAP).join([*parts, last.with_name(row)])
