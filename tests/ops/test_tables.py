"""Tables on terminals of any width: no column and no cell is lost; what people copy is not torn."""

from __future__ import annotations

import io
from contextlib import contextmanager
from itertools import cycle, islice
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from ops.output import Output

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Table = tuple[list[str], list[list[object]]]

WIDTHS = st.integers(40, 200)
SHORT, LONG = [1, 3, 8, 12], [23, 36, 57, 90, 250]
#  Nobody else's: `written` picks them out of lines on which other columns stand too.
_NARROW, _WIDE, _MARKS, _CAPITALS = 0x0250, 0x4E00, 0x0300, ord("A")
_LETTERS_EACH = 8
RUN = "engineering-workspace/everybody-in-engineering/20261123T232042Z-manual-2702d9715e0b"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def printed(columns: Sequence[str], rows: Sequence[Sequence[object]], *, width: int | None = None) -> str:
    """Return the table as a terminal of *width* gets it, without colours; None: as a file does."""
    with paper(width) as (output, stream):
        output.table(columns, rows, empty="Nothing.")
    return _without_styles(stream.getvalue())


@contextmanager
def paper(width: int | None) -> Iterator[tuple[Output, io.StringIO]]:
    stream = io.StringIO() if width is None else Terminal()
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv("NO_COLOR", "1")
        environ.setenv("TERM", "xterm")
        environ.setenv("COLUMNS", str(40 if width is None else width))
        yield Output(stdout=stream), stream


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
    kinds = [draw(st.sampled_from(["", "#", "~"])) for _ in range(draw(st.sampled_from([1, 2, 3, 4, 11])))]
    columns = [kind + chr(_CAPITALS + at) * draw(st.integers(1, 18)) for at, kind in enumerate(kinds)]
    cells = [_cells(letters(at), wraps=kind == "~") for at, kind in enumerate(kinds)]
    return columns, [[draw(cell) for cell in cells] for _ in range(draw(st.integers(1, 4)))]


def _cells(letters: str, *, wraps: bool) -> st.SearchStrategy[object]:
    """Draw lengths from those that matter: left to itself, a search begins with tables that fit everywhere."""
    words = _words(letters, [*SHORT, *LONG])
    sentences = st.sampled_from([5, 12, 40]).flatmap(lambda size: st.tuples(*[_words(letters, SHORT)] * size))
    with_a_word = st.tuples(sentences, words).map(lambda both: (*both[0], both[1]))
    texts = (sentences | with_a_word).map(" ".join)
    return st.none() | st.just("") | words | (texts if wraps else words)


def _words(letters: str, lengths: Sequence[int]) -> st.SearchStrategy[str]:
    return st.builds(_word, st.just(letters), st.sampled_from(lengths), st.integers(0, len(letters)))


def _word(letters: str, length: int, begin: int) -> str:
    return "".join(islice(cycle(letters), begin, begin + length))


def all_is_there(table: Table, said: str) -> bool:
    """Tell whether every header and every cell stands there whole, those of one column in their order."""
    columns, rows = table
    return all(
        written(said, letters(at)) == "".join(written(str(row[at] or ""), letters(at)) for row in rows)
        and written(said, column[-1]) in {column.strip("#~"), column.strip("#~") * len(rows)}
        for at, column in enumerate(columns)
    )


def torn(table: Table, said: str, *, width: int) -> set[str]:
    """Return the words that the terminal has room for, and that do not stand there in one piece."""
    words = {word for row in table[1] for cell in row for word in str(cell or "").split()}
    return {word for word in words if cell_len(word) <= width - 2} - set(said.split())


def too_wide(said: str, *, width: int) -> list[str]:
    """Return the lines that are wider than the terminal, but for those with a word that is."""
    lines = [line.rstrip() for line in said.splitlines() if max(map(cell_len, line.split()), default=0) <= width - 2]
    return [line for line in lines if cell_len(line) > width]


@given(tables(), WIDTHS)
def test_nothing_is_lost_or_torn_or_hangs_over(table: Table, width: int) -> None:
    said = printed(*table, width=width)

    assert all_is_there(table, said)
    assert not torn(table, said, width=width)
    assert not too_wide(said, width=width)


def a_table() -> Table:
    """Return one that is whole on wide terminals, wrapped on narrower ones, and row by row below."""
    sentence = " ".join(_word(letters(3), length, length) for length in (8, 3, 12, 1, 8, 5, 10, 3))
    return ["AAA", "#BBB", "CCCC", "~DDDD"], [
        [_word(letters(0), 40, 0), _word(letters(1), 5, 0), _word(letters(2), 9, 3), sentence],
        [_word(letters(0), 30, 4), "", None, _word(letters(3), 12, 1)],
        [_word(letters(0), 12, 7), _word(letters(1), 1, 2), "", ""],
    ]


def test_nothing_is_lost_or_torn_or_hangs_over_at_any_width() -> None:
    table = a_table()
    forms = set()
    for width in range(40, 201):
        said = printed(*table, width=width)
        assert all_is_there(table, said), width
        assert not torn(table, said, width=width), width
        assert not too_wide(said, width=width), width
        forms.add("rows" if "─" not in said else "whole" if said == printed(*table) else "wrapped")

    assert forms == {"rows", "wrapped", "whole"}


@given(tables())
def test_what_is_no_terminal_gets_one_line_for_each_row(table: Table) -> None:
    columns, rows = table

    header, _, *lines, _ = printed(columns, rows).split("\n")[:-1]

    assert header.split() == [column.strip("#~") for column in columns]
    assert [line.split() for line in lines] == [
        [word for cell in row for word in str(cell or "").split()] for row in rows
    ]


@given(tables(), WIDTHS | st.none())
def test_facts_are_there_whole_and_each_word_in_one_piece(table: Table, width: int | None) -> None:
    names, [values, *_] = table
    facts = [(name.strip("#~"), value) for name, value in zip(names, values, strict=True)]

    with paper(width) as (output, stream):
        output.facts(facts)
    said = _without_styles(stream.getvalue())

    told = [(name, value) for name, value in facts if value]
    room = (width or 1_000_000) - 2
    assert [written(said, name[0]) for name, _ in told] == [name for name, _ in told]
    assert {word for _, value in told for word in str(value).split() if cell_len(word) <= room} <= set(said.split())
    assert all(
        written(said, letters(at)) == written(str(value or ""), letters(at)) for at, (_, value) in enumerate(facts)
    )


COLUMNS = ["run", "state", "started", "#read", "~reason"]
ROWS = [[RUN, "failed", "2026-11-23 23:21:12 UTC", 1200, "The sync gave up after repeated failures: TypeError."]]
WHOLE = 183


def test_a_table_that_fits_is_a_table() -> None:
    as_a_file = printed(COLUMNS, ROWS)

    assert printed(COLUMNS, ROWS, width=WHOLE) == as_a_file
    assert printed(COLUMNS, ROWS, width=WHOLE - 1) != as_a_file
    assert max(map(cell_len, as_a_file.splitlines())) == WHOLE - 1


def test_one_without_sentences_is_whole_or_row_by_row() -> None:
    columns, rows = ["a", "b"], [["x" * 20, "y" * 20]]

    assert printed(columns, rows, width=45) == printed(columns, rows)
    assert printed(columns, rows, width=44) == f"a: {'x' * 20}\n  b: {'y' * 20}\n\n"


def test_where_it_does_not_fit_long_sentences_are_wrapped() -> None:
    header, _, first, second = printed(COLUMNS, ROWS, width=165).rstrip("\n").splitlines()

    assert header.split() == ["run", "state", "started", "read", "reason"]
    assert first.endswith("   failed   2026-11-23 23:21:12 UTC   1,200   The sync gave up after repeated")
    assert second.strip() == "failures: TypeError."


def test_a_long_word_keeps_its_column_wide() -> None:
    """Or an id that a sentence holds were torn."""
    row = ["x" * 60, f"sync of a group, run {RUN}, and so on, as was asked for by somebody who wanted it now"]

    assert RUN in printed(["message", "~asks for"], [row], width=150)
    assert printed(["message", "~asks for"], [row], width=147).startswith("message: x")


@pytest.mark.parametrize("width", range(cell_len(f"run: {RUN}"), WHOLE - 40))
def test_what_has_room_on_a_line_stays_with_its_name(width: int) -> None:
    lines = printed(COLUMNS, ROWS, width=width).rstrip("\n").splitlines()

    assert all(line.split()[0] in {"run:", "state:", "started:", "read:", "reason:"} for line in lines)


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


def test_a_terminal_that_says_it_has_no_width_is_taken_for_a_usual_one() -> None:
    assert printed(COLUMNS, ROWS, width=0) == printed(COLUMNS, ROWS, width=80)


def test_an_id_for_which_its_name_leaves_no_room_stands_below_it() -> None:
    assert f"run:\n{RUN}\n" in printed(COLUMNS, ROWS, width=cell_len(RUN))


def test_an_id_that_is_wider_than_the_terminal_is_left_to_the_terminal() -> None:
    """Which wraps it as well, and lets people copy it in one piece."""
    assert f"run: {RUN}\n" in printed(COLUMNS, ROWS, width=40)
