"""Every command that a page tells operators to give is one that the command line takes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from ops.arguments import parser
from ops.places import run_place

PROJECT = Path(__file__).resolve().parents[2]
PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").rglob("*.md")), *sorted((PROJECT / "infra").rglob("*.md"))]
#  What stands in the pages for something of the reader's own.
EXAMPLES = {"ID": "acme/sales/20261123T000000Z-night-1", "DATE": "2026-11-23", "W": "acme"}

_IN_TEXT = re.compile(r"`(?:\.venv/bin/)?python -m ops ([^`]+)`")
_IN_BLOCK = re.compile(r"^(?:\$ )?python -m ops ([^#|\n]+)", re.MULTILINE)
_MENTIONED = {"COMMAND"}


def commands() -> set[tuple[str, str]]:
    """Return each command without what stands for it as such, with the page that names it."""
    named = set()
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        found = [one.strip() for one in (*_IN_TEXT.findall(text), *_IN_BLOCK.findall(text))]
        named |= {(page.name, " ".join(one.split())) for one in found if one not in _MENTIONED}
    return named


@pytest.mark.parametrize(("page", "command"), sorted(commands()))
def test_a_command_of_a_page_is_taken(page: str, command: str) -> None:
    words = [EXAMPLES.get(word, word) for word in shlex.split(command)]
    try:
        given = parser().parse_args(words)
    except SystemExit as refused:
        pytest.fail(f"{page}: python -m ops {command}: status {refused.code}")

    if given.command == "run":
        assert run_place(given.run)
    if given.command == "journal":
        assert given.workspace or [run_place(run) for run in given.runs]


def test_the_runbook_names_the_commands_that_mend_something() -> None:
    named = {" ".join(command.split()[:2]) for page, command in commands() if page == "runbook.md"}

    assert {"night enqueue", "poison redrive", "poison discard", "schedule pause", "journal export"} <= named
