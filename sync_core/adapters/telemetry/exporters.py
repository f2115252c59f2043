"""Where telemetry can be sent. Each SDK is loaded when it is chosen."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sync_core.telemetry import Destination

if TYPE_CHECKING:
    from opentelemetry.sdk._logs.export import LogRecordExporter
    from opentelemetry.sdk.metrics.export import MetricExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

#  As OTLP's exporters wait; azure-core waits 300 s, in which others would be dropped.
_LONGEST_ANSWER = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Exporters:
    """*events*: None where they are seen anyway. *from_host*: the host sends what is logged to the same place."""

    spans: SpanExporter
    metrics: MetricExporter
    events: LogRecordExporter | None
    from_host: bool = False


def exporters_for(
    destination: Destination,
    *,
    connection_string: str | None,
    provider: TracerProvider,
    longest_answer: timedelta = _LONGEST_ANSWER,
) -> Exporters:
    """Return the exporters to *destination*; *provider* says whose spans they are.

    *longest_answer*: how long Application Insights may take for one; OTLP has a variable of its own for it.
    """
    if destination is Destination.AZURE_MONITOR:
        return _azure_monitor(connection_string, provider, longest_answer)
    if destination is Destination.OTLP:
        return _otlp()
    return _console()


def _azure_monitor(connection_string: str | None, provider: TracerProvider, longest_answer: timedelta) -> Exporters:
    """Return those of Application Insights.

    They sign in by themselves as APPLICATIONINSIGHTS_AUTHENTICATION_STRING says (learn.microsoft.com, "Microsoft
    Entra authentication for Application Insights").
    """
    from azure.monitor.opentelemetry.exporter import (  # noqa: PLC0415
        AzureMonitorLogExporter,
        AzureMonitorMetricExporter,
        AzureMonitorTraceExporter,
    )

    options = {"connection_string": connection_string, "read_timeout": longest_answer.total_seconds()}
    return Exporters(
        AzureMonitorTraceExporter(tracer_provider=provider, **options),
        AzureMonitorMetricExporter(**options),
        AzureMonitorLogExporter(**options),
        from_host=True,
    )


def _otlp() -> Exporters:
    """Return those over HTTP, which read the standard OTEL_EXPORTER_OTLP_... variables by themselves."""
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter  # noqa: PLC0415
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter  # noqa: PLC0415
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415

    return Exporters(OTLPSpanExporter(), OTLPMetricExporter(), OTLPLogExporter())


def _console() -> Exporters:
    """Return those that write a line of JSON to standard error; events are written there by the host."""
    from opentelemetry.sdk.metrics.export import ConsoleMetricExporter  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import ConsoleSpanExporter  # noqa: PLC0415

    return Exporters(
        ConsoleSpanExporter(out=sys.stderr, formatter=lambda span: f"{span.to_json(indent=None)}\n"),
        ConsoleMetricExporter(out=sys.stderr, formatter=lambda metrics: f"{metrics.to_json(indent=None)}\n"),
        None,
    )
