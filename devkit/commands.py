"""What `python -m devkit` takes, and how each of its mistakes is told: one sentence and an exit status."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from devkit.errors import BadInput, DevkitError

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

_BAD_INPUT = 2
#  What a shell answers for a command that a signal ended.
_SIGNALLED = 128
_LARGEST_PORT = 65535
#  Each takes some kilobytes, in the simulator and in the demo's own comparison.
_MOST_MEMBERS = 200_000
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command; return the exit status: 1 when it failed, 2 when it was given something wrong."""
    given = _parser().parse_args(arguments)
    try:
        return _carry_out(given)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return _SIGNALLED + signal.SIGINT
    except ModuleNotFoundError as exc:
        print(
            f"The package {exc.name} is not installed here: run `make setup`, use .venv/bin/python.", file=sys.stderr
        )
        return 1


def _carry_out(given: argparse.Namespace) -> int:
    if given.command == "setup":
        from devkit.set_up import set_up  # noqa: PLC0415  the others need packages that it has yet to install

        return _told(set_up)
    if given.command == "browser":
        from devkit.set_up_browser import set_up_browser  # noqa: PLC0415  as set_up

        return _told(set_up_browser)
    from devkit.tenants.tenant_file import TenantFileError  # noqa: PLC0415
    from sync_core.domain.errors import SettingError  # noqa: PLC0415

    try:
        return _told(lambda: asyncio.run(_until_told_to_stop(_chosen(given), served=given.command == "run")))
    except TenantFileError as exc:
        print(exc, file=sys.stderr)
        return _BAD_INPUT
    except SettingError as exc:
        print(f"The setting {exc.name} {exc.problem}.", file=sys.stderr)
        return 1


def _chosen(given: argparse.Namespace) -> Coroutine[Any, Any, int]:
    if given.command == "demo":
        from devkit.demo import demo  # noqa: PLC0415

        return demo(given)
    if given.command == "token":
        from devkit.curl_token import token  # noqa: PLC0415

        return token(given)
    if given.command == "scenario":
        from devkit.scenario import scenario  # noqa: PLC0415

        return scenario(given)
    from devkit.run import run  # noqa: PLC0415

    return run(given)


def _told(work: Any) -> int:
    try:
        return int(work())
    except DevkitError as exc:
        print(exc, file=sys.stderr)
        return _BAD_INPUT if isinstance(exc, BadInput) else 1


async def _until_told_to_stop(work: Coroutine[Any, Any, int], *, served: bool) -> int:
    """Carry out *work*; a signal cancels it, so that everything it started is stopped in order.

    *served*: the work is to serve until a signal comes, so that it ends well by one.
    """
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    told: list[signal.Signals] = []

    def stop(number: signal.Signals) -> None:
        told.append(number)
        task.cancel()

    for number in _SIGNALS:
        loop.add_signal_handler(number, stop, number)
    try:
        return await task
    except asyncio.CancelledError:
        if not told:
            raise
        print("Stopped.", file=sys.stderr)
        return 0 if served else _SIGNALLED + told[0]


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m devkit", description="The whole product on this machine.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("setup", help="install what is missing: .venv, Python packages, Azurite")
    commands.add_parser("browser", help="install a Chromium for the browser tests, where there is none")
    run = commands.add_parser("run", help="start everything and serve until Ctrl-C")
    _add_stack_options(run, http_port=7071, data=".local/run")
    run.add_argument("--no-host", action="store_true", help="all but the functions host, for `func start`")
    demo = commands.add_parser("demo", help="live through one or more midnights and show what they did")
    _add_stack_options(demo, http_port=0, data=".local/demo, emptied at the start")
    add = demo.add_argument
    add("--json", action="store_true", help="print one JSON object as the last line, all else on standard error")
    add("--tenant", type=Path, metavar="FILE", help="another tenant, as Graph writes it: users, groups with members")
    add("--nights", type=_at_least_one, metavar="N", help="how many midnights, one per day (default 1)")
    add("--mutations", type=Path, metavar="FILE", help="JSON lines: what happens to the tenant before which night")
    add("--options", type=Path, metavar="FILE", help="the workspace's sync options and field settings")
    add("--dump", type=Path, metavar="FILE", help="write the directory as it is after each night")
    story = commands.add_parser("scenario", help="play a story: join, leave, rename, disable, hold, approve, undo")
    _add_stack_options(story, http_port=0, data=".local/scenario, emptied at the start", members=False)
    token = commands.add_parser("token", help="print an access token for curl, from a stack that runs")
    add = token.add_argument
    add("--role", choices=("read", "manage", "platform"), required=True, help="what it allows")
    add("--tenant", metavar="TENANT", help="whose (default: the demo tenant; for platform, the platform's own)")
    add("--name", metavar="NAME", help="the person's id, user name or display name; anybody may be made up")
    add("--data", type=Path, metavar="FOLDER", help="the folder that the stack runs from (default .local/run)")
    return parser


def _add_stack_options(parser: argparse.ArgumentParser, *, http_port: int, data: str, members: bool = True) -> None:
    add = parser.add_argument
    shown = http_port or "a free one"
    add("--port", type=_port, default=http_port, metavar="N", help=f"for HTTP (default {shown})")
    add("--storage-port", type=_port, default=0, metavar="N", help="first of three for Azurite (default: free ones)")
    add("--entra-port", type=_port, default=0, metavar="N", help="for the Entra simulator (default: a free one)")
    add("--data", type=Path, metavar="FOLDER", help=f"where data and logs are kept (default {data})")
    if members:
        add("--members", type=_members, default=0, metavar="N", help="people in a large group of the demo tenant")


def _port(text: str) -> int:
    number = _count(text)
    if number > _LARGEST_PORT:
        raise argparse.ArgumentTypeError(f"{text} is no port; they go up to {_LARGEST_PORT}")
    return number


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text} is not a whole number of 0 or more")
    return int(text)


def _at_least_one(text: str) -> int:
    number = _count(text)
    if number < 1:
        raise argparse.ArgumentTypeError("there must be at least one")
    return number


def _members(text: str) -> int:
    number = _count(text)
    if number > _MOST_MEMBERS:
        raise argparse.ArgumentTypeError(f"the simulator holds at most {_MOST_MEMBERS} people")
    return number


class _Parser(argparse.ArgumentParser):
    """Tells a mistake in one sentence; `--help` tells the rest."""

    def error(self, message: str) -> NoReturn:
        self.exit(_BAD_INPUT, f"{message[:1].upper()}{message[1:]}. See {self.prog} --help.\n")
