"""What lies between the product and an exporter: collected here, sent in batches, and all of it.

Nothing is sampled, whatever the parent or the environment says: a night's runs are few and each one counts.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import Future
from contextlib import suppress
from datetime import timedelta
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING

from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from sync_core.adapters.telemetry.events import EventHandler
from sync_core.adapters.telemetry.exporters import exporters_for
from sync_core.adapters.telemetry.signals import OpenTelemetry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from opentelemetry.sdk._logs.export import LogRecordExporter

    from sync_core.adapters.telemetry.exporters import Exporters
    from sync_core.telemetry import Destination, Telemetry

_SCOPE = "scheduled-syncs"
#  The loggers whose events go out: ours, and what lies below them.
_LOGGERS = ("sync_core", "schedules_api")

#  A run of a large group stores thousands of people in seconds; what finds the queue full would be lost.
_MOST_WAITING = 20_000
_PATIENCE = timedelta(seconds=5)


def open_pipeline(
    destination: Destination, *, connection_string: str | None, service_name: str, instance: str, version: str
) -> Pipeline:
    """Return the pipeline to *destination*; close it at the end."""
    whose = {"service.name": service_name, "service.version": version, "service.instance.id": instance}
    resource = Resource.create({name: value for name, value in whose.items() if value})
    spans = TracerProvider(sampler=ALWAYS_ON, resource=resource)
    return Pipeline(spans, exporters_for(destination, connection_string=connection_string, provider=spans))


class Pipeline:
    """The product's own providers over *exporters*; its events are taken from the log from now on."""

    def __init__(self, spans: TracerProvider, exporters: Exporters, *, patience: timedelta = _PATIENCE) -> None:
        spans.add_span_processor(BatchSpanProcessor(exporters.spans, max_queue_size=_MOST_WAITING))
        metrics = MeterProvider([PeriodicExportingMetricReader(exporters.metrics)], resource=spans.resource)
        self._providers: list[TracerProvider | MeterProvider | LoggerProvider] = [spans, metrics]
        self._handler: EventHandler | None = None
        if exporters.events is not None:
            events = _events(exporters.events, spans.resource)
            self._providers.append(events)
            self._handler = _listening(EventHandler(events.get_logger(_SCOPE)), alone=exporters.from_host)
        self.telemetry: Telemetry = OpenTelemetry(spans.get_tracer(_SCOPE), metrics.get_meter(_SCOPE))
        self._patience = patience
        self._late: set[asyncio.Future[None]] = set()

    async def flush(self) -> None:
        """Send what waits, for a few seconds at the most; what cannot be sent is nobody's failure.

        What takes longer goes on by itself, and until it is over nobody else waits. OpenTelemetry's own limit of a
        flush is not kept for spans and events (open-telemetry/opentelemetry-python, issue 4568).
        """
        if all(one.done() for one in self._late):
            milliseconds = round(self._patience.total_seconds() * 1000)
            self._late = await self._patiently(partial(one.force_flush, milliseconds) for one in self._providers)

    async def close(self) -> None:
        """Send what waits, for a few seconds at the most, and take no more."""
        if self._handler is not None:
            for name in _LOGGERS:
                logging.getLogger(name).removeHandler(self._handler)
                logging.getLogger(name).propagate = True
        await self._patiently(one.shutdown for one in self._providers)

    async def _patiently(self, works: Iterable[Callable[[], object]]) -> set[asyncio.Future[None]]:
        """Do *works* side by side and wait for them; return those that are not over when patience is."""
        under_way = [asyncio.wrap_future(_in_a_thread(work)) for work in works]
        _, late = await asyncio.wait(under_way, timeout=self._patience.total_seconds())
        return late


def _in_a_thread(work: Callable[[], object]) -> Future[None]:
    """Do *work*, whatever comes of it, in a thread that keeps nobody waiting.

    The process's shared threads look up the addresses of storage and Graph, and its end waits for them.
    """
    done = Future[None]()

    def do() -> None:
        with suppress(Exception):
            work()
        done.set_result(None)

    Thread(target=do, name=_SCOPE, daemon=True).start()
    return done


def _events(exporter: LogRecordExporter, resource: Resource) -> LoggerProvider:
    provider = LoggerProvider(resource=resource)
    provider.add_log_record_processor(BatchLogRecordProcessor(exporter, max_queue_size=_MOST_WAITING))
    return provider


def _listening(handler: EventHandler, *, alone: bool) -> EventHandler:
    """Take events from the log; *alone*, so that nobody else hands them on to the same place a second time."""
    for name in _LOGGERS:
        logging.getLogger(name).addHandler(handler)
        logging.getLogger(name).propagate = not alone
    return handler
