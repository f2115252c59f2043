"""A port that is known before anything listens on it."""

from __future__ import annotations

import socket
from contextlib import suppress
from random import choice

#  Below those that systems give out by themselves (49152 and above by RFC 6335, 32768 and above on Linux): nobody
#  else who runs beside can be given it meanwhile.
_OURS = range(20_000, 30_000)


def free_port() -> int:
    while True:
        port = choice(_OURS)  # noqa: S311  nobody gains by guessing it
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
