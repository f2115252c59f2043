"""Tables on terminals of any width: no column and no cell is lost; what people copy is not torn."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from ops.output import Output

if TYPE_CHECKING:
    from collections.abc import Sequence

    Table = tuple[list[str], list[list[object]]]

WIDTHS = st.integers(40, 200)
#  Nobody else's: `written` picks them out of lines on which other columns stand too.
_NARROW, _WIDE, _MARKS, _CAPITALS = 0x0250, 0x4E00, 0x0300, 0x0410
_LETTERS_EACH = 8
RUN = "engineering-workspace/everybody-in-engineering/20261123T232042Z-manual-2702d9715e0b"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def printed(columns: Sequence[str], rows: Sequence[Sequence[object]], *, width: int | None = None) -> str:
    """Return the table as a terminal of *width* gets it, without colours; None: as a file does."""
    stream = io.StringIO() if width is None else Terminal()
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv("NO_COLOR", "1")
        environ.setenv("TERM", "xterm")
        environ.setenv("COLUMNS", str(width or 40))
        Output(stdout=stream).table(columns, rows, empty="Nothing.")
    return _without_styles(stream.getvalue())


def _without_styles(text: str) -> str:
    for style in ("\x1b[1m", "\x1b[0m"):
        text = text.replace(style, "")
    assert "\x1b" not in text
    return text


def letters(column: int) -> str:
    """Return letters that the cells of no other column have: narrow ones, wide ones, one that has no width."""
    narrow, wide = (first + column * _LETTERS_EACH for first in (_NARROW, _WIDE))
    return "".join(
        [
            *map(chr, range(narrow, narrow + _LETTERS_EACH)),
            *map(chr, range(wide, wide + _LETTERS_EACH)),
            chr(_MARKS + column),
        ]
    )


def written(text: str, letters: str) -> str:
    return "".join(char for char in text if char in letters)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Draw columns of all kinds and cells of all lengths, each column in letters of its own."""
    kinds = draw(st.lists(st.sampled_from(["", "#", "~"]), min_size=1, max_size=11))
    columns = [kind + chr(_CAPITALS + at) * draw(st.integers(1, 18)) for at, kind in enumerate(kinds)]
    cells = [_cells(letters(at), wraps=kind == "~") for at, kind in enumerate(kinds)]
    rows = draw(st.lists(st.tuples(*cells).map(list), min_size=1, max_size=4))
    return columns, rows


def _cells(letters: str, *, wraps: bool) -> st.SearchStrategy[object]:
    words = st.text(letters, min_size=1, max_size=30) | st.text(letters, min_size=1, max_size=250)
    sentences = st.lists(words, max_size=40).map(" ".join)
    return st.none() | st.just("") | words | (sentences if wraps else words)


@given(tables(), WIDTHS)
def test_every_header_and_every_cell_is_there_whole_and_in_its_order(table: Table, width: int) -> None:
    columns, rows = table

    said = printed(columns, rows, width=width)

    for at, column in enumerate(columns):
        header = column.strip("#~")
        assert written(said, header[0]) in {header, header * len(rows)}
        assert written(said, letters(at)) == "".join(written(str(row[at] or ""), letters(at)) for row in rows)


@given(tables(), WIDTHS)
def test_no_word_that_the_terminal_has_room_for_is_torn(table: Table, width: int) -> None:
    columns, rows = table
    words = {word for row in rows for cell in row for word in str(cell or "").split() if cell_len(word) <= width - 2}

    said = printed(columns, rows, width=width).split()

    assert words <= set(said)


@given(tables(), WIDTHS)
def test_no_line_is_wider_than_the_terminal_but_for_a_word_that_is(table: Table, width: int) -> None:
    for line in printed(*table, width=width).splitlines():
        longest = max(map(cell_len, line.split()), default=0)
        assert cell_len(line.rstrip()) <= width or longest > width - 2


@given(tables())
def test_what_is_no_terminal_gets_one_line_for_each_row(table: Table) -> None:
    columns, rows = table

    header, _, *lines, _ = printed(columns, rows).split("\n")[:-1]

    assert header.split() == [column.strip("#~") for column in columns]
    assert [line.split() for line in lines] == [
        [word for cell in row for word in str(cell or "").split()] for row in rows
    ]


COLUMNS = ["run", "state", "started", "#read", "~reason"]
ROWS = [[RUN, "failed", "2026-11-23 23:21:12 UTC", 1200, "The sync gave up after repeated failures: TypeError."]]
WHOLE = 183


def test_a_table_that_fits_is_a_table() -> None:
    as_a_file = printed(COLUMNS, ROWS)

    assert printed(COLUMNS, ROWS, width=WHOLE) == as_a_file
    assert printed(COLUMNS, ROWS, width=WHOLE - 1) != as_a_file
    assert max(map(cell_len, as_a_file.splitlines())) == WHOLE - 1


def test_where_it_does_not_fit_long_sentences_are_wrapped() -> None:
    header, _, first, second = printed(COLUMNS, ROWS, width=165).rstrip("\n").splitlines()

    assert header.split() == ["run", "state", "started", "read", "reason"]
    assert first.endswith("   failed   2026-11-23 23:21:12 UTC   1,200   The sync gave up after repeated")
    assert second.strip() == "failures: TypeError."


def test_where_that_does_not_fit_either_each_row_is_a_paragraph() -> None:
    said = printed(COLUMNS, [*ROWS, [RUN, "succeeded", "", 0, ""]], width=90)

    assert said == (
        f"run: {RUN}\n"
        "  state: failed      started: 2026-11-23 23:21:12 UTC   read: 1,200\n"
        "  reason: The sync gave up after repeated failures: TypeError.\n"
        f"\nrun: {RUN}\n"
        "  state: succeeded   started: -                         read: 0\n"
        "  reason: -\n\n"
    )


def test_tables_and_sentences_are_one_empty_line_apart() -> None:
    stream = io.StringIO()
    output = Output(stdout=stream)

    output.table(["a"], [["1"]], empty="")
    output.table(["b"], [["2"]], empty="")
    output.say("A sentence.")
    output.say("Another.")
    output.table(["c"], [["3"]], empty="")

    assert stream.getvalue() == " a\n ─\n 1\n\n b\n ─\n 2\n\nA sentence.\nAnother.\n\n c\n ─\n 3\n\n"


def test_an_id_for_which_its_name_leaves_no_room_stands_below_it() -> None:
    assert f"run:\n{RUN}\n" in printed(COLUMNS, ROWS, width=cell_len(RUN))


def test_an_id_that_is_wider_than_the_terminal_is_left_to_the_terminal() -> None:
    """Which wraps it as well, and lets people copy it in one piece."""
    assert f"run: {RUN}\n" in printed(COLUMNS, ROWS, width=40)
