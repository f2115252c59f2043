"""From a function's declared bindings to what this host runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devkit.errors import DevkitError
from devkit.functions_host.cron import NotASchedule, Schedule
from devkit.functions_host.functions import (
    HttpOutput,
    HttpTrigger,
    QueueOutput,
    QueueTrigger,
    RetryPolicy,
    TimerTrigger,
)
from devkit.functions_host.route_templates import NotARoute, RouteTemplate
from devkit.functions_host.time_spans import read_time_span

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from devkit.functions_host.app_settings import AppSettings

SUPPORTED = ("queueTrigger", "queue", "timerTrigger", "httpTrigger", "http")
#  Azure/azure-functions-host, ScriptHost.cs: the host's own routes.
_RESERVED_ROUTES = ("admin", "runtime")
_STRATEGIES = ("fixed_delay", "exponential_backoff")


def read_trigger(
    name: str, binding: Mapping[str, Any], settings: AppSettings
) -> QueueTrigger | TimerTrigger | HttpTrigger:
    """Resolve the trigger's settings.

    Raises:
        DevkitError: A setting is missing or a schedule, route or queue name is none.
    """
    if binding["type"] == "queueTrigger":
        queue, connection_string = _queue(name, binding, settings)
        return QueueTrigger(queue, connection_string, binary=str(binding.get("dataType")).upper() == "BINARY")
    if binding["type"] == "timerTrigger":
        return _timer(name, binding, settings)
    return _http(name, binding)


def read_output(name: str, binding: Mapping[str, Any], settings: AppSettings) -> QueueOutput | HttpOutput:
    """Resolve the settings of an output binding.

    Raises:
        DevkitError: A setting is missing or the queue name is none.
    """
    if binding["type"] == "queue":
        return QueueOutput(str(binding["name"]), *_queue(name, binding, settings))
    return HttpOutput(str(binding["name"]))


def read_retry(name: str, policy: Mapping[str, Any] | None) -> RetryPolicy | None:
    """Read what ``@app.retry`` declares.

    Raises:
        DevkitError: The strategy, the count or an interval is none.
    """
    if policy is None:
        return None
    strategy = policy.get("strategy")
    if strategy not in _STRATEGIES:
        raise DevkitError(f"Function '{name}': the retry strategy '{strategy}' is none of {_STRATEGIES}.")
    fixed = strategy == "fixed_delay"
    try:
        count = int(policy["max_retry_count"])
    except (TypeError, ValueError) as error:
        raise DevkitError(f"Function '{name}': max_retry_count must be a whole number.") from error
    return RetryPolicy(
        limit=None if count < 0 else count,
        shortest=_interval(name, policy, "delay_interval" if fixed else "minimum_interval"),
        longest=_interval(name, policy, "delay_interval" if fixed else "maximum_interval"),
    )


def _interval(name: str, policy: Mapping[str, Any], key: str) -> timedelta:
    span = read_time_span(str(policy.get(key) or ""))
    if span is None:
        raise DevkitError(f"Function '{name}': the retry policy needs {key} as a duration such as 00:00:10.")
    return span


def _queue(name: str, binding: Mapping[str, Any], settings: AppSettings) -> tuple[str, str]:
    place = f"Function '{name}', binding '{binding['name']}':"
    queue = settings.queue_name(str(binding.get("queueName") or ""), place=f"{place} queue_name")
    return queue, settings.connection_string(binding.get("connection"), place=f"{place} connection")


def _timer(name: str, binding: Mapping[str, Any], settings: AppSettings) -> TimerTrigger:
    text = settings.resolve(str(binding.get("schedule") or ""), place=f"Function '{name}': schedule")
    try:
        schedule = Schedule.parse(text)
    except NotASchedule as error:
        raise DevkitError(f"Function '{name}': {error}") from error
    return TimerTrigger(
        schedule=schedule,
        run_on_startup=bool(binding.get("runOnStartup")),
        use_monitor=binding.get("useMonitor") is not False and not schedule.is_sub_minute,
    )


def _http(name: str, binding: Mapping[str, Any]) -> HttpTrigger:
    declared, methods = binding.get("route"), binding.get("methods")
    route = (name if declared is None else str(declared)).strip("/")
    if route.lower().startswith(_RESERVED_ROUTES):
        raise DevkitError(
            f"Function '{name}': The specified route conflicts with one or more built in routes ('{route}')."
        )
    try:
        template = RouteTemplate.parse(route)
    except NotARoute as error:
        raise DevkitError(f"Function '{name}': {error}.") from error
    return HttpTrigger(
        route=template,
        methods=frozenset(str(method).upper() for method in methods) if methods else None,
        auth_level=str(binding.get("authLevel") or "function").lower(),
    )
