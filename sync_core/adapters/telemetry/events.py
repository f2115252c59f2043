"""Events on their way from the log to OpenTelemetry, with the trace in which they happened."""

from __future__ import annotations

import logging
import traceback
from typing import TYPE_CHECKING

from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.context import get_current

from sync_core.adapters.telemetry.signals import ids_in

if TYPE_CHECKING:
    from opentelemetry._logs import Logger

    from sync_core.telemetry import Field

_NOT_OURS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_SEVERITIES = {
    logging.INFO: SeverityNumber.INFO,
    logging.WARNING: SeverityNumber.WARN,
    logging.ERROR: SeverityNumber.ERROR,
}
#  Application Insights cuts a property off behind 8,192 characters: learn.microsoft.com, "Application Insights
#  telemetry data model". The last lines are the nearest to the fault.
_LONGEST_STACK = 8000


class EventHandler(logging.Handler):
    """Hands on what event logs write: the event's name as the body, its fields as attributes."""

    def __init__(self, logger: Logger) -> None:
        super().__init__(logging.INFO)
        self._logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        context = get_current()
        nanoseconds = int(record.created * 1e9)
        self._logger.emit(
            LogRecord(
                timestamp=nanoseconds,
                observed_timestamp=nanoseconds,
                context=context,
                severity_text=record.levelname,
                severity_number=_SEVERITIES.get(record.levelno, SeverityNumber.UNSPECIFIED),
                body=record.getMessage(),
                attributes={**ids_in(context), **_fields(record), **_failure(record)},
            )
        )


def _fields(record: logging.LogRecord) -> dict[str, Field]:
    return {name: value for name, value in vars(record).items() if name not in _NOT_OURS and value is not None}


def _failure(record: logging.LogRecord) -> dict[str, Field]:
    """Return where it failed and how; without the exception's text, which may repeat what was refused."""
    error = record.exc_info[1] if record.exc_info else None
    if error is None:
        return {}
    stack = "".join(traceback.format_tb(error.__traceback__))
    return {"failure.type": type(error).__name__, "failure.stack": stack[-_LONGEST_STACK:]}
