"""One log line per fact: an event name, and fields that say which group, which run and how many."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Field = str | int | float | bool | None
"""What a field may be: ids and counts. Names, addresses and tokens never belong here."""

#  At INFO these write every URL they call, object ids and paging tokens included.
_TALKATIVE = ("httpx", "httpcore", "azure", "msal")


@dataclass(frozen=True, slots=True)
class EventLog:
    """A logger with fields that are bound once and go out with every event.

    Fields travel as `extra`, so a field cannot have the name of a `logging.LogRecord` attribute (``name``,
    ``module``, ``args`` and the like): logging answers that with a `KeyError`.
    """

    logger: logging.Logger
    bound: Mapping[str, Field] = field(default_factory=lambda: MappingProxyType({}))

    def bind(self, **fields: Field) -> EventLog:
        """Return a log that adds *fields* to each of its events."""
        return EventLog(self.logger, MappingProxyType({**self.bound, **fields}))

    def info(self, event: str, **fields: Field) -> None:
        self._log(logging.INFO, event, fields)

    def warning(self, event: str, **fields: Field) -> None:
        self._log(logging.WARNING, event, fields)

    def error(self, event: str, *, failure: BaseException | None = None, **fields: Field) -> None:
        """Log *event*, with class and traceback of *failure* where there is one, and without a word of it."""
        self._log(logging.ERROR, event, fields, None if failure is None else _silent(failure))

    def _log(self, level: int, event: str, fields: Mapping[str, Field], failure: BaseException | None = None) -> None:
        self.logger.log(level, event, extra={**self.bound, **fields}, exc_info=failure)


def _silent(failure: BaseException) -> BaseException:
    """Return *failure* without its text and its causes, which may repeat what was refused: an address, a row."""
    kind = type(failure)
    silent: BaseException = type(kind.__name__, (Exception,), {"__module__": kind.__module__})()
    return silent.with_traceback(failure.__traceback__)


def event_log(name: str) -> EventLog:
    """Return the log of the module called *name*."""
    return EventLog(logging.getLogger(name))


def quieten_libraries() -> None:
    """Let the libraries below us speak from WARNING on: what they say below it holds whole URLs."""
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
