"""A run's changes as a spreadsheet opens them: whole, readable, and never a formula."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest

from schedules_api.changes_csv import as_csv, rows_of
from sync_core.domain.ids import EntraUserId, RecipientId
from sync_core.domain.journal import JournalEntry
from sync_core.flows.name_people import NamedEntry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def an_entry(changes: Mapping[str, Sequence[Any]] | None = None, **details: Any) -> JournalEntry:
    return JournalEntry(
        RecipientId("r-1"), EntraUserId("e-1"), details.pop("kind", "updated"), changes=changes or {}, **details
    )


def read(*entries: JournalEntry, name: str = "Ada", email: str = "ada@example.com") -> list[dict[str, str]]:
    """Return the rows as a reader of CSV sees them."""
    text = as_csv([NamedEntry(entry, name, email) for entry in entries]).removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def cell(value: str) -> str:
    [row] = read(an_entry({"values.jobTitle": [None, value]}))
    return row["new"]


def test_each_value_that_changed_has_a_row_with_whose_it_is_and_why() -> None:
    changes: dict[str, list[Any]] = {
        "values.jobTitle": ["Clerk", "Analyst"],
        "cards.sales": [[1, "active"], [2, "active"]],
    }

    rows = read(an_entry(changes, revision=3, reason="by-hand", by="admin-1"))

    assert rows == [
        {
            "recipientId": "r-1",
            "entraUserId": "e-1",
            "name": "Ada",
            "email": "ada@example.com",
            "kind": "updated",
            "reason": "Done here by hand.",
            "path": path,
            "old": old,
            "new": new,
            "revision": "3",
            "by": "admin-1",
        }
        for path, old, new in (("values.jobTitle", "Clerk", "Analyst"), ("cards.sales", "1 active", "2 active"))
    ]


def test_somebody_who_was_only_told_of_has_one_row() -> None:
    entry = an_entry(kind="refused", reason="email-missing")

    [row] = read(entry)

    assert rows_of(entry) == 1
    assert (row["kind"], row["path"], row["old"], row["new"], row["revision"]) == ("refused", "", "", "", "")


@pytest.mark.parametrize("number", [1, 2, 7])
def test_an_entry_takes_as_many_rows_as_are_said(number: int) -> None:
    entry = an_entry({f"values.f{n}": [None, "x"] for n in range(number)})

    assert len(read(entry)) == rows_of(entry) == number


@pytest.mark.parametrize(
    "value",
    [
        "=1+1",
        "=cmd|' /C calc'!A0",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        '"=1',
        "\uff1d1+1",
        "\uff0b1",
        "\uff0d1",
        "\uff20x",
    ],
)
def test_no_cell_begins_as_a_formula_does(value: str) -> None:
    assert cell(value).startswith("'")
    assert cell(value).replace("'", "") == value.replace("'", "")


@pytest.mark.parametrize("value", ["x;=1+1", "x; =1+1", "x\t=1+1", "x\n=1+1", ";@x"])
def test_no_part_of_a_cell_does_where_other_characters_part_the_cells(value: str) -> None:
    """Where the comma is the decimal point, a spreadsheet parts cells at semicolons, whatever the quotes."""
    shown = cell(value)

    assert "'=" in shown or "' =" in shown or "'@" in shown


def test_a_phone_number_can_still_be_read() -> None:
    assert cell("+44 20 7946 0958") == "'+44 20 7946 0958"


@pytest.mark.parametrize(
    "value", ["Analyst", "a=b", "a-b", "ada@example.com", "O'Hara", "Æther 漢字", "", "a; b", "1-2"]
)
def test_what_is_no_formula_stays_as_it_is(value: str) -> None:
    assert cell(value) == value


@pytest.mark.parametrize("value", ['say "hi"', "a,b", "two\r\nlines", "two\nlines"])
def test_quotes_commas_and_lines_come_back_as_they_were(value: str) -> None:
    assert cell(value) == value


def test_names_and_addresses_are_as_safe_as_values() -> None:
    [row] = read(an_entry(), name="=HYPERLINK(1)", email="@x")

    assert (row["name"], row["email"]) == ("'=HYPERLINK(1)", "'@x")


def test_every_page_is_a_file_of_its_own() -> None:
    page = as_csv([])

    assert page.startswith('\ufeff"recipientId","entraUserId"')
    assert page.endswith("\r\n")
    assert page.count("\n") == 1


def test_a_flag_reads_as_it_does_in_json() -> None:
    [row] = read(an_entry({"deleted": [None, True]}))

    assert (row["old"], row["new"]) == ("", "true")
