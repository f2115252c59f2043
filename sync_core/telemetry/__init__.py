"""What tells operators how the work goes: events, spans and numbers, all of them listed in the catalogue."""

from __future__ import annotations

from sync_core.telemetry.destination import Destination
from sync_core.telemetry.events import EventLog, Field, event_log, quieten_libraries
from sync_core.telemetry.signals import NO_TELEMETRY, Telemetry

__all__ = ["NO_TELEMETRY", "Destination", "EventLog", "Field", "Telemetry", "event_log", "quieten_libraries"]
