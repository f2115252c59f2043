"""What the command line takes, and how it tells its mistakes."""

from __future__ import annotations

from datetime import date

import pytest

from ops.arguments import parser
from ops.commands import COMMANDS
from ops.examples import EXAMPLES
from ops.exits import EXPLAINED

LINES = [
    "status",
    "runs --workspace w --group g --state failed --night 2026-11-23",
    "run w/g/r --values",
    "workspaces",
    "queue peek --queue trials",
    "poison list --only permanent",
    "poison show abc",
    "poison redrive --yes",
    "poison discard a b --all",
    "night enqueue 2026-11-23",
    "schedule pause --workspace w",
    "hold list",
    "journal export w/g/r",
]


def test_every_command_is_carried_out_by_somebody() -> None:
    assert {parser().parse_args(line.split()).command for line in LINES} == set(COMMANDS)


@pytest.mark.parametrize("line", [*LINES[:-1], "poison redrive"])
def test_every_table_can_be_a_document(line: str) -> None:
    assert parser().parse_args([*line.split(), "--json"]).json


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("", "The following arguments are required: COMMAND."),
        ("poison", "The following arguments are required: COMMAND."),
        ("runs --limit 0", "Argument --limit: 0 is no whole number from 1 to 10000."),
        ("runs --limit x", "Argument --limit: x is no whole number from 1 to 10000."),
        ("queue peek --limit 33", "Argument --limit: 33 is no whole number from 1 to 32."),
        ("runs --state lost", "Argument --state: lost is no state of a run."),
        ("runs --night today", "Argument --night: today is no date such as 2026-11-23."),
        ("night enqueue", "The following arguments are required: DATE."),
        ("schedule pause", "The following arguments are required: --workspace."),
        ("poison redrive --per-minute 6001", "Argument --per-minute: 6001 is no whole number from 1 to 6000."),
        ("poison redrive --yes --all", "Argument --all: not allowed with argument --yes."),
    ],
)
def test_a_mistake_is_one_sentence_and_status_2(capsys: pytest.CaptureFixture[str], line: str, sentence: str) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(line.split())

    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert said.startswith(f"{sentence} See python -m ops")
    assert said.count("\n") == 1


def help_of(capsys: pytest.CaptureFixture[str], command: str) -> str:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args([*command.split(), "--help"])
    assert ended.value.code == 0
    return capsys.readouterr().out


def test_every_command_and_family_has_examples() -> None:
    families = {command.split()[0] for command in COMMANDS if " " in command}

    assert set(EXAMPLES) == {"", *COMMANDS, *families}


@pytest.mark.parametrize("command", EXAMPLES)
def test_help_shows_examples_and_explains_the_exit_statuses(capsys: pytest.CaptureFixture[str], command: str) -> None:
    said = help_of(capsys, command)

    assert all(f"  python -m ops {example}\n" in said for example in EXAMPLES[command])
    assert said.endswith(EXPLAINED)


@pytest.mark.parametrize("command", EXAMPLES)
def test_help_keeps_within_a_usual_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    assert max(map(len, help_of(capsys, command).splitlines())) <= 80


@pytest.mark.parametrize(
    ("command", "example"),
    [(command, example) for command in COMMANDS for example in EXAMPLES[command]],
)
def test_an_example_is_one_of_its_command_and_can_be_typed(command: str, example: str) -> None:
    typed, *_ = example.split(" > ")

    assert parser().parse_args(typed.split()).command == command


def test_what_removes_needs_a_yes_and_has_a_rate() -> None:
    redrive, discard = (parser().parse_args(["poison", command]) for command in ("redrive", "discard"))

    assert (redrive.yes, redrive.per_minute) == (False, 60)
    assert (discard.yes, discard.per_minute) == (False, 600)


def test_a_night_is_a_date() -> None:
    assert parser().parse_args(["night", "enqueue", "2026-11-23"]).date == date(2026, 11, 23)
