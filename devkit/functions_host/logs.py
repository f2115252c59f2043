"""Log lines as a person at a terminal reads them: time, level, logger, message and the extra fields."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TextIO

from devkit.functions_host.context import current_function

if TYPE_CHECKING:
    from collections.abc import Mapping

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_LEVELS = {
    "trace": logging.DEBUG,
    "debug": logging.DEBUG,
    "information": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
    "none": logging.CRITICAL + 1,
}
_COLOURS = {logging.WARNING: "\x1b[33m", logging.ERROR: "\x1b[31m", logging.CRITICAL: "\x1b[31;1m"}
_PLAIN = "\x1b[0m"
_HOST_LOGGERS = ("Host.", "Function.")
#  What the host's own storage clients say of every request; the .NET host shows nothing of the kind.
_CHATTY = ("azure.", "aiohttp.")


class LineFormatter(logging.Formatter):
    """One line per record, extra fields as key=value behind the message, a trace below."""

    def __init__(self, *, colour: bool) -> None:
        super().__init__()
        self._colour = colour

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        level = self._coloured(record.levelno, f"{record.levelname:<8}")
        fields = "".join(f" {name}={_value(value)}" for name, value in vars(record).items() if name not in _STANDARD)
        line = f"{moment.removesuffix('+00:00')}Z {level} {record.name}: {record.getMessage()}{fields}"
        if record.exc_info:
            line = f"{line}\n{self.formatException(record.exc_info)}"
        return line

    def _coloured(self, level: int, text: str) -> str:
        colour = _COLOURS.get(level) if self._colour else None
        return f"{colour}{text}{_PLAIN}" if colour else text


class LevelFilter(logging.Filter):
    """host.json's logging.logLevel: the longest category that a record's own begins with decides."""

    def __init__(self, levels: Mapping[str, str]) -> None:
        super().__init__()
        rules = {name.lower(): _LEVELS[level.lower()] for name, level in levels.items()}
        self._default = rules.pop("default", logging.INFO)
        self._rules = sorted(rules.items(), key=lambda rule: len(rule[0]), reverse=True)

    @property
    def lowest(self) -> int:
        """The lowest level that any category lets through."""
        return min([self._default, *(level for _, level in self._rules)])

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= self._level_of(_category(record))

    def _level_of(self, category: str) -> int:
        for prefix, level in self._rules:
            if category.lower().startswith(prefix):
                return level
        return max(self._default, logging.WARNING) if category.startswith(_CHATTY) else self._default


def _category(record: logging.LogRecord) -> str:
    function = current_function.get()
    if record.name.startswith(_HOST_LOGGERS) or function is None:
        return record.name
    return f"Function.{function}.User"


def _value(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return json.dumps(text) if not text or any(character in text for character in ' "=\n') else text


def configure_logging(stream: TextIO, levels: Mapping[str, str]) -> None:
    """Send everything that is logged to *stream*, as host.json's *levels* let it."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LineFormatter(colour=stream.isatty()))
    allowed = LevelFilter(levels)
    handler.addFilter(allowed)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(min(allowed.lowest, logging.INFO))
    logging.captureWarnings(capture=True)
