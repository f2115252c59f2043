"""What lies in the tables of Application Insights: by the catalogue, as the exporter sends it, or by real rows."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sync_core.adapters.queues.connection_trials import QUEUES as TRIAL_QUEUES
from sync_core.adapters.queues.orders import QUEUES as ORDER_QUEUES
from sync_core.domain import events as change_events
from sync_core.domain.runs import Mode, RunState, Trigger
from sync_core.telemetry.catalogue import ERROR, IDS, METRICS, SPANS, Role
from sync_core.telemetry.event_catalogue import ALWAYS, EVENTS, FAILURE
from tests.infra.complaints import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sync_core.telemetry.catalogue import SpanKind
    from tests.fakes.app_tables import Row
    from tests.infra.complaints import Emitted, Values

#  The exporter writes spans of these roles as requests, all others as dependencies: learn.microsoft.com, "Application
#  Insights telemetry data model".
_REQUESTS = {Role.SERVER, Role.CONSUMER}
#  It keeps to itself what it takes for OpenTelemetry's own description of an HTTP call, wherever it is found.
_TAKEN = ("http.", "error.type")

_VALUES: Mapping[str, Iterable[str]] = {
    "state": [state.value for state in RunState],
    "mode": [mode.value for mode in Mode],
    "trigger": [trigger.value for trigger in Trigger],
    "queue": [*ORDER_QUEUES, *TRIAL_QUEUES],
    "kind": [value for name, value in vars(change_events).items() if name.startswith("CONNECTION_")],
}


def _kind(properties: Iterable[str]) -> Kind:
    return Kind({name: frozenset(_VALUES.get(name, ())) for name in properties})


def _span(kind: SpanKind) -> Kind:
    return _kind(name for name in (*IDS, *kind.attributes, ERROR) if not name.startswith(_TAKEN))


CATALOGUE: Emitted = {
    "AppTraces": {event: _kind((*ALWAYS, *fields, *FAILURE)) for event, fields in EVENTS.items()},
    "AppMetrics": {metric.name: _kind(metric.dimensions) for metric in METRICS},
    "AppRequests": {kind.name: _span(kind) for kind in SPANS if kind.role in _REQUESTS},
    "AppDependencies": {kind.name: _span(kind) for kind in SPANS if kind.role not in _REQUESTS},
}


def seen_in(rows: Iterable[Row]) -> Emitted:
    """Return what *rows* show: by table and name all that they hold."""
    found: defaultdict[str, defaultdict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        found[row.table][row.name].append(row)
    return {
        table: {
            name: Kind(
                _together(row.properties for row in of_the_name),
                _together({**row.columns, "Properties": ""} for row in of_the_name),
            )
            for name, of_the_name in named.items()
        }
        for table, named in found.items()
    }


def _together(held: Iterable[Mapping[str, str]]) -> Mapping[str, Values]:
    values = defaultdict(set)
    for one in held:
        for name, value in one.items():
            values[name].add(value)
    return {name: frozenset(found) for name, found in values.items()}
