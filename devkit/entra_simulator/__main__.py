"""Run the simulator as a process of its own: ``python -m devkit.entra_simulator --folder DIR``."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from devkit.entra_simulator.server import running_simulator


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m devkit.entra_simulator", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where ca.pem is written")
    parser.add_argument("--port", type=int, default=0, help="on 127.0.0.1; a free one when 0 (default)")
    parser.add_argument("--until-stdin-closes", action="store_true", help="also end when the parent process is gone")
    return parser.parse_args()


async def _serve(arguments: argparse.Namespace) -> None:
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ending.set)
    if arguments.until_stdin_closes:
        loop.add_reader(sys.stdin, _watch_stdin, ending)
    async with running_simulator(arguments.folder, port=arguments.port) as simulator:
        ready = {"url": simulator.url, "ca": str(simulator.authority_file.resolve())}
        print(json.dumps(ready), flush=True)
        await ending.wait()


def _watch_stdin(ending: asyncio.Event) -> None:
    if not os.read(sys.stdin.fileno(), 4096):
        asyncio.get_running_loop().remove_reader(sys.stdin)
        ending.set()


def _main() -> None:
    arguments = _arguments()
    try:
        asyncio.run(_serve(arguments))
    except OSError as failure:
        reason = os.strerror(failure.errno) if failure.errno else str(failure)
        sys.exit(f"The Entra simulator cannot start on port {arguments.port}: {reason}.")


if __name__ == "__main__":
    _main()
