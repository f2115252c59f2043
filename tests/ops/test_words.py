"""Times, ages and foreign text, as they are printed."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta, timezone

import pytest

from ops.output import Output
from ops.words import at, count, printable, span


def test_a_time_has_its_zone() -> None:
    moment = datetime(2026, 11, 23, 1, 2, 3, tzinfo=timezone(timedelta(hours=1)))

    assert at(moment) == "2026-11-23 00:02:03 UTC"
    assert at(None) == ""


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3, "0 s"),
        (0.4, "0 s"),
        (59, "59 s"),
        (60, "1 min 00 s"),
        (3599, "59 min 59 s"),
        (3600, "1 h 00 min"),
        (86399, "23 h 59 min"),
        (90000, "1 d 01 h"),
    ],
)
def test_a_span_is_told_in_two_units(seconds: float, words: str) -> None:
    assert span(timedelta(seconds=seconds)) == words


def test_numbers_have_nouns() -> None:
    assert count(1, "message") == "1 message"
    assert count(1200, "message") == "1,200 messages"
    assert count(0, "list waits", "lists wait") == "0 lists wait"


@pytest.mark.parametrize(
    ("text", "shown"),
    [("Zoë & 李", "Zoë & 李"), ("\x1b[2J", "\\x1b[2J"), ("a\nb\tc", "a\\nb\\tc"), ("\u202ea", "\\u202ea")],
)
def test_nothing_foreign_moves_the_cursor(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_brackets_are_text_and_no_markup() -> None:
    out = io.StringIO()

    Output(stdout=out).table(["name"], [["[red]x[/red]"], [datetime(2026, 1, 1, tzinfo=UTC).date()]], empty="")

    assert "[red]x[/red]" in out.getvalue()
    assert "2026-01-01" in out.getvalue()


def test_as_json_nothing_but_the_document_is_printed() -> None:
    out = io.StringIO()
    output = Output(as_json=True, stdout=out)

    output.say("a sentence")
    output.table(["a"], [["b"]], empty="")
    output.facts([("a", "b")])
    output.document({"a": 1})

    assert out.getvalue() == '{\n  "a": 1\n}\n'
