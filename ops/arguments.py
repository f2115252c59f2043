"""What `python -m ops` takes; `--help` tells it."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, NoReturn

from ops.examples import PROGRAM, shown
from ops.exits import EXPLAINED, Exit
from sync_core.domain.runs import RunState

if TYPE_CHECKING:
    from collections.abc import Callable

    Add = Callable[..., argparse.ArgumentParser]

_MOST_RUNS = 10_000
_MOST_CHANGES = 1000
_MOST_PER_MINUTE = 6000
_MOST_DAYS = 400
_MOST_PEEKED = 32
#  What is printed as it is written keeps within a usual terminal.
_WIDTH = 79

_DESCRIPTION = """\
How the nights go, and what an operator does about it.

Which storage: a local stack's with --data, else the one that the environment
names: SyncStorage (a connection string), or SyncStorage__queueServiceUri and
SyncStorage__tableServiceUri, asked as whoever is signed in (`az login`).

Ids, counts and reasons are printed, personal data only where --values asks for
it. All times are UTC.
"""
_VALUES = "with old and new values: personal data"
_ALL = "look behind a queue's first 32 messages too: each is hidden for a moment, and counts one delivery more"


def parser() -> argparse.ArgumentParser:
    """Return the parser; what it returns names the command in ``command``."""
    top = _Parser(prog=PROGRAM, description=_DESCRIPTION, epilog=_epilog(""), formatter_class=_AS_WRITTEN)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add(commands.add_parser, "status", "the night at a glance; 1 where something needs a look")
    _add_runs(commands.add_parser)
    workspaces = _add(commands.add_parser, "workspaces", "workspaces, their connections and schedules")
    _limit(workspaces, 200, most=_MOST_RUNS)
    _add_queue(_family(commands.add_parser, "queue", "what waits on a queue"))
    _add_poison(_family(commands.add_parser, "poison", "messages that were put aside"))
    _add_night(_family(commands.add_parser, "night", "a night's orders"))
    _add_schedule(_family(commands.add_parser, "schedule", "schedules"))
    hold = _family(commands.add_parser, "hold", "held removals")
    _workspace(_add(hold, "list", "lists that wait for a decision", under="hold"))
    _add_journal(_family(commands.add_parser, "journal", "what runs changed"))
    return top


def _add_runs(add: Add) -> None:
    runs = _add(add, "runs", "runs, newest first; of the last day, unless a group or a night is named")
    _workspace(runs)
    runs.add_argument("--group", metavar="G", help="of one group of the workspace: its whole history")
    states = [state.value for state in RunState]
    runs.add_argument(
        "--state",
        type=_state,
        action="append",
        default=[],
        metavar="STATE",
        help=f"in this state, more than once for several: {', '.join(states)}",
    )
    runs.add_argument("--night", type=_date, metavar="DATE", help="of this night, YYYY-MM-DD")
    runs.add_argument("--days", type=_number(_MOST_DAYS), metavar="N", help="of the last N days")
    _limit(runs, 50, most=_MOST_RUNS)
    run = _add(add, "run", "one run: record, proof, reason, counts, first changes")
    run.add_argument("run", metavar="ID", help="as `runs` prints it: workspace/group/run")
    run.add_argument(
        "--changes",
        type=_number(_MOST_CHANGES, least=0),
        default=10,
        metavar="N",
        help="how many changes (default 10)",
    )
    run.add_argument("--values", action="store_true", help=_VALUES)


def _add_queue(add: Add) -> None:
    peek = _add(add, "peek", "the first messages that could be fetched now; they stay", under="queue")
    peek.add_argument("--queue", choices=("orders", "trials"), default="orders", help="which (default orders)")
    _limit(peek, 10, most=_MOST_PEEKED)


def _add_poison(add: Add) -> None:
    listed = _add(add, "list", "what was put aside and why", under="poison")
    _selection(listed)
    listed.add_argument("--all", action="store_true", help=_ALL)
    show = _add(add, "show", "one message with its text, whatever somebody may have written into it", under="poison")
    show.add_argument("id", metavar="ID", help="a message's id, or how it begins")
    show.add_argument("--all", action="store_true", help=_ALL)
    redrive = _add(add, "redrive", "send messages again; the failed runs that they ask for go on", under="poison")
    discard = _add(add, "discard", "delete messages for good", under="poison")
    for acting, per_minute in ((redrive, 60), (discard, 600)):
        _selection(acting)
        rehearsed = acting.add_mutually_exclusive_group()
        rehearsed.add_argument(
            "--yes", action="store_true", help="do it; without, it is only told what would be done"
        )
        rehearsed.add_argument("--all", action="store_true", help=f"without --yes: {_ALL}")
        acting.add_argument(
            "--per-minute",
            type=_number(_MOST_PER_MINUTE),
            default=per_minute,
            metavar="N",
            help=f"so many a minute and no more (default {per_minute})",
        )
        acting.add_argument("--limit", type=_number(_MOST_RUNS), metavar="N", help="so many in all")


def _add_night(add: Add) -> None:
    enqueue = _add(add, "enqueue", "send tonight's orders; what was sent is not sent again", under="night")
    enqueue.add_argument("date", type=_date, metavar="DATE", help="tonight, YYYY-MM-DD (UTC)")
    enqueue.add_argument("--dry-run", action="store_true", help="only tell what would be sent")


def _add_schedule(add: Add) -> None:
    pause = _add(add, "pause", "pause a workspace's schedules; people resume them in the portal", under="schedule")
    _workspace(pause, required=True)
    pause.add_argument("--group", metavar="G", help="that of one group alone")
    pause.add_argument("--dry-run", action="store_true", help="only tell what would be paused")


def _add_journal(add: Add) -> None:
    export = _add(
        add, "export", "people's changes as JSON lines or CSV, to standard output", under="journal", json=False
    )
    export.add_argument("runs", nargs="*", metavar="ID", help="runs as `runs` prints them: workspace/group/run")
    _workspace(export)
    export.add_argument("--group", metavar="G", help="of one group of the workspace")
    export.add_argument("--days", type=_number(_MOST_DAYS), metavar="N", help="of the last N days (default 1)")
    export.add_argument("--format", choices=("jsonl", "csv"), default="jsonl", help="lines of what (default jsonl)")
    export.add_argument("--values", action="store_true", help=_VALUES)


def _family(add: Add, name: str, said: str) -> Add:
    """Add a command that has commands of its own; return what adds them."""
    family = add(
        name, help=said, description=f"{said.capitalize()}.", epilog=_epilog(name), formatter_class=_AS_WRITTEN
    )
    return family.add_subparsers(dest="below", required=True, metavar="COMMAND").add_parser


def _add(add: Add, name: str, said: str, *, under: str = "", json: bool = True) -> argparse.ArgumentParser:
    """Add a command with what all commands take."""
    full = f"{under} {name}".strip()
    description = fill(f"{said[:1].upper()}{said[1:]}.", _WIDTH)
    command = add(name, help=said, description=description, epilog=_epilog(full), formatter_class=_AS_WRITTEN)
    command.set_defaults(command=full, json=False)
    command.add_argument("--data", type=Path, metavar="FOLDER", help="of the local stack that runs from there")
    if json:
        command.add_argument("--json", action="store_true", help="one JSON document instead of tables")
    return command


def _epilog(command: str) -> str:
    return f"{shown(command)}\n\n{EXPLAINED}"


def _workspace(command: argparse.ArgumentParser, *, required: bool = False) -> None:
    command.add_argument("--workspace", required=required, metavar="W", help="of one workspace")


def _limit(command: argparse.ArgumentParser, usual: int, *, most: int) -> None:
    command.add_argument(
        "--limit", type=_number(most), default=usual, metavar="N", help=f"how many at the most (default {usual})"
    )


def _selection(command: argparse.ArgumentParser) -> None:
    command.add_argument("ids", nargs="*", metavar="ID", help="messages' ids, or how they begin (default: all)")
    command.add_argument("--queue", choices=("orders", "trials"), help="those of one queue (default: of both)")
    command.add_argument("--only", choices=("permanent", "transient"), help="whether the cause can be over by now")
    _workspace(command)


def _number(most: int, *, least: int = 1) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and least <= int(text) <= most):
            raise argparse.ArgumentTypeError(f"{text} is no whole number from {least} to {most}")
        return int(text)

    return number


def _state(text: str) -> RunState:
    try:
        return RunState(text)
    except ValueError as exc:
        raise argparse.ArgumentTypeError(f"{text} is no state of a run") from exc


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as exc:
        raise argparse.ArgumentTypeError(f"{text} is no date such as 2026-11-23") from exc


_AS_WRITTEN = argparse.RawDescriptionHelpFormatter


class _Parser(argparse.ArgumentParser):
    """Tells a mistake in one sentence; `--help` tells the rest."""

    def error(self, message: str) -> NoReturn:
        self.exit(Exit.WRONG_USE, f"{message[:1].upper()}{message[1:]}. See {self.prog} --help.\n")
