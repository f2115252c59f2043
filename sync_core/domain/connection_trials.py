"""The queue message that asks to try a connection which an administrator has just consented to, as JSON."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sync_core.domain.errors import BadOrder
from sync_core.domain.ids import WorkspaceId, is_id

VERSION = 1

FIRST_WAIT = timedelta(seconds=20)
#  What follows the last of these waits like it.
_LATER_WAITS = (timedelta(seconds=40), timedelta(seconds=80), timedelta(minutes=2))

_NUMBERS = range(1, 1000)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class ConnectionTrial:
    """*token*: of the consent that it belongs to; of any other consent it says nothing. *number*: counted from 1."""

    workspace: WorkspaceId
    token: str
    number: int = 1

    @property
    def wait(self) -> timedelta:
        """How long the trial waits for its turn: longer each time, up to two minutes."""
        return FIRST_WAIT if self.number == 1 else _LATER_WAITS[min(self.number - 2, len(_LATER_WAITS) - 1)]

    def next(self) -> ConnectionTrial:
        return replace(self, number=self.number + 1)


def encode(trial: ConnectionTrial) -> str:
    return json.dumps(
        {
            "version": VERSION,
            "order": "connection-trial",
            "workspace": trial.workspace,
            "token": trial.token,
            "number": trial.number,
        }
    )


def decode(text: str) -> ConnectionTrial:
    """Read a trial.

    Raises:
        BadOrder: with what is wrong; the text itself is not repeated.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise BadOrder("the message is not JSON") from exc
    if not isinstance(document, dict) or document.get("order") != "connection-trial":
        raise BadOrder("the message is no connection trial")
    if document.get("version") != VERSION:
        raise BadOrder(f"the message is no connection trial of version {VERSION}")
    return _trial(document)


def _trial(document: dict[str, Any]) -> ConnectionTrial:
    workspace, token, number = (document.get(name) for name in ("workspace", "token", "number"))
    if not isinstance(workspace, str) or not is_id(workspace):
        raise BadOrder("the trial's workspace is no id")
    if not isinstance(token, str) or _TOKEN.fullmatch(token) is None:
        raise BadOrder("the trial's token is none")
    if type(number) is not int or number not in _NUMBERS:
        raise BadOrder("the trial's number is none")
    return ConnectionTrial(WorkspaceId(workspace), token, number)
