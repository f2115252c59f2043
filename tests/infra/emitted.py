"""What a query may ask for: the tables as azure-monitor-opentelemetry fills them with what the catalogue lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.adapters.queues.connection_trials import QUEUES as TRIAL_QUEUES
from sync_core.adapters.queues.orders import QUEUES as ORDER_QUEUES
from sync_core.domain import events as change_events
from sync_core.domain.runs import Mode, RunState, Trigger
from sync_core.telemetry.catalogue import ERROR, IDS, METRICS, SPANS, Role
from sync_core.telemetry.event_catalogue import ALWAYS, EVENTS, FAILURE
from tests.infra.kql import parts_of, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping

#  learn.microsoft.com, "Azure Monitor Logs reference": AppTraces, AppMetrics, AppRequests, AppDependencies. Only what
#  the queries have a use for.
_COLUMNS: Mapping[str, set[str]] = {
    "AppTraces": {"TimeGenerated", "Message", "SeverityLevel", "Properties", "OperationId", "ItemCount"},
    "AppMetrics": {"TimeGenerated", "Name", "Sum", "Min", "Max", "ItemCount", "Properties"},
    "AppRequests": {"TimeGenerated", "Name", "Success", "DurationMs", "ItemCount", "OperationId", "Properties"},
    "AppDependencies": {"TimeGenerated", "Name", "Success", "DurationMs", "ItemCount", "OperationId", "Properties"},
}

#  The exporter writes spans of these roles as requests, all others as dependencies: learn.microsoft.com, "Application
#  Insights telemetry data model".
_REQUESTS = {Role.SERVER, Role.CONSUMER}

#  learn.microsoft.com, "Kusto Query Language": what the queries are written with.
# fmt: off
_LANGUAGE = frozenset((
    "and", "arg_max", "asc", "bin", "by", "count", "countif", "desc", "distinct", "extend", "format_datetime", "iff",
    "in", "isnotnull", "let", "max", "not", "now", "null", "order", "percentile", "print", "project", "real", "round",
    "set_has_element", "split",
    "startofday", "strcat", "sum", "sumif", "summarize", "take_any", "todouble", "tolong", "toscalar", "tostring",
    "trim", "false", "union", "where",
))
# fmt: on

_VALUES: Mapping[str, set[str]] = {
    "state": {state.value for state in RunState},
    "mode": {mode.value for mode in Mode},
    "trigger": {trigger.value for trigger in Trigger},
    "queue": {*ORDER_QUEUES, *TRIAL_QUEUES},
    "kind": {value for name, value in vars(change_events).items() if name.startswith("CONNECTION_")},
}

#  What the operator enters in the workbook.
_ASKED_FOR = {"run"}


def _named() -> Mapping[str, Mapping[str, set[str]]]:
    """Return by table what its rows are called, with the properties that those rows have."""
    requests = {span.name: {*IDS, *span.attributes, ERROR} for span in SPANS if span.role in _REQUESTS}
    dependencies = {span.name: {*IDS, *span.attributes, ERROR} for span in SPANS if span.role not in _REQUESTS}
    return {
        "AppTraces": {event: {*ALWAYS, *fields, *FAILURE} for event, fields in EVENTS.items()},
        "AppMetrics": {metric.name: {*metric.dimensions} for metric in METRICS},
        "AppRequests": requests,
        "AppDependencies": dependencies,
    }


NAMED = _named()


def complaints(query: str) -> list[str]:
    """Return what *query* asks for that nothing emits."""
    parts = parts_of(query)
    known = {column for part in parts for column in _COLUMNS.get(part.table, ())}
    found = [f"no word of the language, no column: {word}" for word in words_of(query) - known - _LANGUAGE]
    for part in parts:
        if part.table not in NAMED:
            found.append(f"no table: {part.table}")
            continue
        rows = NAMED[part.table]
        found += [f"never emitted into {part.table}: {name}" for name in part.names - set(rows)]
        about = part.names & set(rows) or set(rows)
        carried = set().union(*(rows[name] for name in about))
        found += [f"not carried by {', '.join(sorted(part.names))}: {name}" for name in part.properties - carried]
        found += [
            f"never the {name}: {value}"
            for name, value in part.values
            if name not in _ASKED_FOR and value not in _VALUES.get(name, set())
        ]
    return found
