"""What the host knows of one function after it is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import timedelta

    from devkit.functions_host.cron import Schedule
    from devkit.functions_host.route_templates import RouteTemplate

RETURN = "$return"


@dataclass(frozen=True, slots=True)
class QueueTrigger:
    queue: str
    connection_string: str
    binary: bool


@dataclass(frozen=True, slots=True)
class TimerTrigger:
    schedule: Schedule
    run_on_startup: bool
    use_monitor: bool


@dataclass(frozen=True, slots=True)
class HttpTrigger:
    """*methods* is None where every method is meant."""

    route: RouteTemplate
    methods: frozenset[str] | None
    auth_level: str


@dataclass(frozen=True, slots=True)
class QueueOutput:
    name: str
    queue: str
    connection_string: str


@dataclass(frozen=True, slots=True)
class HttpOutput:
    name: str


TRIGGER_TYPES = {QueueTrigger: "queueTrigger", TimerTrigger: "timerTrigger", HttpTrigger: "httpTrigger"}


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """*limit* None means for ever; waits double from *shortest* to *longest*, equal for a fixed delay."""

    limit: int | None
    shortest: timedelta
    longest: timedelta

    def wait(self, attempt: int) -> timedelta:
        """Return the wait before retry number *attempt*, counted from 1."""
        return min(self.shortest * (1 << min(attempt - 1, 30)), self.longest)


@dataclass(frozen=True, slots=True)
class LoadedFunction:
    """One function, its bindings resolved; *bindings* is their plain form for the admin routes."""

    name: str
    call: Callable[..., Any]
    is_async: bool
    trigger_parameter: str
    trigger: QueueTrigger | TimerTrigger | HttpTrigger
    outputs: tuple[QueueOutput | HttpOutput, ...]
    wants_context: bool
    disabled: bool
    retry: RetryPolicy | None
    bindings: tuple[Mapping[str, Any], ...]

    @property
    def trigger_type(self) -> str:
        return TRIGGER_TYPES[type(self.trigger)]
