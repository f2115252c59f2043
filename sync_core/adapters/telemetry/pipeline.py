"""What lies between the product and an exporter: collected here, sent in batches, and all of it.

Nothing is sampled, whatever the parent or the environment says: a night's runs are few and each one counts.
"""

from __future__ import annotations

import asyncio
import logging
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
    from opentelemetry.sdk._logs.export import LogRecordExporter

    from sync_core.adapters.telemetry.exporters import Exporters
    from sync_core.telemetry import Destination, Telemetry

_SCOPE = "scheduled-syncs"
#  The loggers whose events go out: ours, and what lies below them.
_LOGGERS = ("sync_core", "schedules_api")

#  A run of a large group stores thousands of people in seconds; what finds the queue full would be lost.
_MOST_WAITING = 20_000
_PATIENCE_MILLISECONDS = 5000


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

    def __init__(self, spans: TracerProvider, exporters: Exporters) -> None:
        spans.add_span_processor(BatchSpanProcessor(exporters.spans, max_queue_size=_MOST_WAITING))
        metrics = MeterProvider([PeriodicExportingMetricReader(exporters.metrics)], resource=spans.resource)
        self._providers: list[TracerProvider | MeterProvider | LoggerProvider] = [spans, metrics]
        self._handler: EventHandler | None = None
        if exporters.events is not None:
            events = _events(exporters.events, spans.resource)
            self._providers.append(events)
            self._handler = _listening(EventHandler(events.get_logger(_SCOPE)), alone=exporters.from_host)
        self.telemetry: Telemetry = OpenTelemetry(spans.get_tracer(_SCOPE), metrics.get_meter(_SCOPE))

    async def flush(self) -> None:
        """Send what waits, for a few seconds at the most; what cannot be sent is nobody's failure."""
        flushes = (asyncio.to_thread(one.force_flush, _PATIENCE_MILLISECONDS) for one in self._providers)
        await asyncio.gather(*flushes, return_exceptions=True)

    async def close(self) -> None:
        """Send what waits, and take no more."""
        if self._handler is not None:
            for name in _LOGGERS:
                logging.getLogger(name).removeHandler(self._handler)
                logging.getLogger(name).propagate = True
        await asyncio.gather(*(asyncio.to_thread(one.shutdown) for one in self._providers), return_exceptions=True)


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
