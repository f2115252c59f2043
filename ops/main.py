"""Carry out one command: its exit status, its mistakes in one sentence, and a clean end when it is stopped."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING

from ops.arguments import parser
from ops.commands import COMMANDS
from ops.exits import Exit
from ops.mistakes import Mistake
from ops.opening import desk_over
from ops.output import Output
from sync_core.adapters.storage import refusal_in_words
from sync_core.domain.errors import TryAgainLater

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out the command that *arguments* name; return the exit status."""
    given = parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            #  People's names have letters that not every terminal's encoding knows.
            stream.reconfigure(errors="backslashreplace")
    #  What the product would log is told by the command itself; a library's warnings hold whole addresses.
    logging.getLogger().addHandler(logging.NullHandler())
    try:
        return asyncio.run(_until_stopped(given))
    except KeyboardInterrupt:
        return Exit.STOPPED
    except BrokenPipeError:
        #  Whoever read has seen enough; what is left in the buffer goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.WELL


async def carry_out(given: argparse.Namespace, environ: Mapping[str, str], out: Output) -> Exit:
    """Carry out the command; what goes wrong is told in a sentence on standard error."""
    try:
        async with desk_over(environ, data=given.data, out=out) as desk:
            return await COMMANDS[given.command](given, desk)
    except Mistake as mistake:
        out.note(str(mistake))
        return mistake.status
    except TryAgainLater as later:
        out.note(f"{later.reason[:1].upper()}{later.reason[1:]}. Is the stack running, the address right?")
        return Exit.OUT_OF_REACH
    except Exception as exc:
        refusal = refusal_in_words(exc)
        if refusal is None:
            raise
        out.note(refusal)
        return Exit.OUT_OF_REACH


async def _until_stopped(given: argparse.Namespace) -> int:
    """Carry out the command; a signal cancels it, so that what it took is put back."""
    out = Output(as_json=given.json)
    task = asyncio.ensure_future(carry_out(given, os.environ, out))
    loop = asyncio.get_running_loop()
    stopped: list[signal.Signals] = []

    def stop(number: signal.Signals) -> None:
        stopped.append(number)
        task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop, number)
    try:
        return await task
    except asyncio.CancelledError:
        if not stopped:
            raise
        out.note("Stopped.")
        return Exit.STOPPED
