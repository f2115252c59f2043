"""Every promise has tests that show it, and every test that is named for one exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
TEST = re.compile(r"`(tests/[^`]+\.py)::([^`]+)`")
PROMISES = [f"P{number}" for number in range(1, 17)]
CAPABILITIES = [
    "Field settings",
    "Matching",
    "Sync options",
    "Cards",
    "Status and existence",
    "Proof of a complete read",
    "Removal guard and exact approval",
    "Preview",
    "Journal and timeline",
    "Undo a run",
    "One person on demand",
    "Change events",
    "Unlink, re-link and concurrent readers",
    "Connection health",
    "Who may call",
    "What the API says of itself",
    "From nothing to a finished run",
    "The effect of saving",
    "The portal",
    "A long list",
    "Put into a subscription",
    "One trace per run",
    "Numbers and events",
    "Alerts and workbook",
    "The operator's command line",
]


def shown_by() -> dict[str, list[tuple[str, str]]]:
    """Return the tests that docs/promises.md names for each promise, as file and test."""
    rows = [line.split("|") for line in (PROJECT / "docs/promises.md").read_text("utf-8").splitlines()]
    return {row[1].strip(): TEST.findall(row[3]) for row in rows if len(row) == 5 and TEST.search(row[3])}


def names_in(file: str) -> set[str]:
    """Return the names of a file's tests, those in classes as ``Class::test``; none where there is no such file."""
    path = PROJECT / file
    return _tests(ast.parse(path.read_text("utf-8")), "") if path.is_file() else set()


def _tests(within: ast.Module | ast.ClassDef, prefix: str) -> set[str]:
    names: set[str] = set()
    for node in within.body:
        if isinstance(node, ast.ClassDef):
            names |= _tests(node, f"{prefix}{node.name}::")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            names.add(prefix + node.name)
    return names


@pytest.mark.parametrize("promise", [*PROMISES, *CAPABILITIES])
def test_every_promise_is_shown_by_tests_that_exist(promise: str) -> None:
    named = shown_by().get(promise, [])

    assert named, f"docs/promises.md names no test for {promise}"
    assert [f"{file}::{test}" for file, test in named if test not in names_in(file)] == []


def test_no_row_is_about_anything_else() -> None:
    assert sorted(shown_by()) == sorted([*PROMISES, *CAPABILITIES])
