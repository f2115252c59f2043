"""Where telemetry can go."""

from __future__ import annotations

from enum import StrEnum


class Destination(StrEnum):
    """``none``: nothing is collected. ``otlp``: where the standard OTEL_EXPORTER_OTLP_ENDPOINT says."""

    NONE = "none"
    CONSOLE = "console"
    OTLP = "otlp"
    AZURE_MONITOR = "azure-monitor"
