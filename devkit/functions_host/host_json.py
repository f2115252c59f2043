"""What host.json says, with the defaults and limits of the Functions host."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from devkit.errors import DevkitError
from devkit.functions_host.configuration import Section, read_object

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#  learn.microsoft.com, "host.json reference", section "Override host.json values".
_OVERRIDE = "AzureFunctionsJobHost__"
_ENCODINGS = ("base64", "none")
_DEFAULT_TIMEOUT = timedelta(minutes=30)
_LONGEST_POLL = timedelta(minutes=1)
_LONGEST_POLL_IN_DEVELOPMENT = timedelta(seconds=2)
_SHORTEST_POLL = timedelta(milliseconds=100)
_LEVELS = ("trace", "debug", "information", "warning", "error", "critical", "none")


@dataclass(frozen=True, slots=True)
class QueueOptions:
    """host.json, ``extensions.queues``: one set for all queue functions of the app."""

    batch_size: int
    new_batch_threshold: int
    visibility_timeout: timedelta
    max_dequeue_count: int
    max_polling_interval: timedelta
    base64: bool


@dataclass(frozen=True, slots=True)
class HostConfig:
    """Everything that this host reads from host.json."""

    function_timeout: timedelta | None
    route_prefix: str
    queues: QueueOptions
    log_levels: Mapping[str, str]


def read_host_json(path: Path, *, environ: Mapping[str, str], cores: int | None = None) -> HostConfig:
    """Read and check host.json.

    Raises:
        DevkitError: The file is missing, is not JSON, or a value is outside what the host accepts.
    """
    if not path.is_file():
        raise DevkitError(f"{path.parent} is not a function app: it has no host.json.")
    root = Section(_with_overrides(read_object(path), environ), path.name)
    if root.text("version", default="") != "2.0":
        raise DevkitError(f'{path.name}: version must be "2.0".')
    development = environ.get("AZURE_FUNCTIONS_ENVIRONMENT", "").lower() == "development"
    extensions = root.section("extensions")
    return HostConfig(
        function_timeout=_function_timeout(root),
        route_prefix=extensions.section("http").text("routePrefix", default="api").strip("/"),
        queues=_queue_options(
            extensions.section("queues"), cores=cores or os.cpu_count() or 1, development=development
        ),
        log_levels=_log_levels(root.section("logging").section("logLevel")),
    )


def _function_timeout(root: Section) -> timedelta | None:
    if root.text("functionTimeout", default="") == "-1":
        return None
    return root.span("functionTimeout", default=_DEFAULT_TIMEOUT, minimum=timedelta(seconds=1))


def _queue_options(queues: Section, *, cores: int, development: bool) -> QueueOptions:
    batch_size = queues.integer("batchSize", default=16, minimum=1, maximum=32)
    encoding = queues.text("messageEncoding", default="base64").lower()
    if encoding not in _ENCODINGS:
        raise queues.refusal("messageEncoding", '"base64" or "none"', encoding)
    return QueueOptions(
        batch_size=batch_size,
        new_batch_threshold=queues.integer("newBatchThreshold", default=batch_size * cores // 2, minimum=0),
        visibility_timeout=queues.span("visibilityTimeout", default=timedelta(0), minimum=timedelta(0)),
        max_dequeue_count=queues.integer("maxDequeueCount", default=5, minimum=1),
        max_polling_interval=queues.span(
            "maxPollingInterval",
            default=_LONGEST_POLL_IN_DEVELOPMENT if development else _LONGEST_POLL,
            minimum=_SHORTEST_POLL,
        ),
        base64=encoding == "base64",
    )


def _log_levels(section: Section) -> Mapping[str, str]:
    levels = {name: section.text(name, default="") for name in section.names()}
    for name, level in levels.items():
        if level.lower() not in _LEVELS:
            raise section.refusal(name, f"one of {', '.join(word.title() for word in _LEVELS)}", level)
    return levels


def _with_overrides(values: dict[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    for setting, text in environ.items():
        if setting.startswith(_OVERRIDE):
            *parents, name = setting.removeprefix(_OVERRIDE).split("__")
            _put(values, parents, name, text)
    return values


def _put(values: dict[str, Any], parents: list[str], name: str, text: str) -> None:
    for parent in parents:
        below = values.setdefault(_as_spelled(values, parent), {})
        if not isinstance(below, dict):
            return
        values = below
    values[_as_spelled(values, name)] = text


def _as_spelled(values: Mapping[str, Any], name: str) -> str:
    return next((known for known in values if known.lower() == name.lower()), name)
