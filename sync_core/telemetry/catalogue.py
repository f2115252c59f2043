"""Every span and every metric by name: what operators' queries, alerts and pages are written against.

Names are stable: a new meaning gets a new name. Events are listed in `event_catalogue`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

IDS = ("workspace", "group", "run")
"""What a span passes on to the spans and events within it."""


class Instrument(Enum):
    """How a metric's values are put together: summed up, the last one said, or spread over buckets."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Role(Enum):
    """What a span is to others, in OpenTelemetry's words."""

    INTERNAL = "internal"
    SERVER = "server"
    CLIENT = "client"
    PRODUCER = "producer"
    CONSUMER = "consumer"


@dataclass(frozen=True, slots=True)
class Metric:
    """*unit*: as UCUM writes it. *dimensions*: few values each; who it was about is told by the events.

    *bounds*: of a histogram's buckets.
    """

    name: str
    instrument: Instrument
    unit: str
    meaning: str
    dimensions: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class SpanKind:
    """*attributes*: what it may carry beside `IDS`, ``error.type`` where it failed among them.

    *pattern*: the name is given where the span is opened, and looks like *name*.
    """

    name: str
    meaning: str
    role: Role = Role.INTERNAL
    attributes: tuple[str, ...] = ()
    pattern: bool = False


DUE = Metric("syncs.due", Instrument.GAUGE, "{schedule}", "schedules that are due tonight")
ENQUEUED = Metric("syncs.enqueued", Instrument.GAUGE, "{order}", "orders of tonight that were sent")
RUNS = Metric(
    "syncs.runs", Instrument.COUNTER, "{run}", "runs that ended", dimensions=("state", "mode", "trigger", "reason")
)
RUN_DURATION = Metric(
    "syncs.run.duration",
    Instrument.HISTOGRAM,
    "s",
    "from the start of a run's first attempt to its end",
    dimensions=("state", "mode"),
    bounds=(1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200),
)
CHANGES = Metric(
    "syncs.changes",
    Instrument.COUNTER,
    "{person}",
    "people whom runs added, updated, removed or could not take in; previews apart",
    dimensions=("kind", "mode"),
)
HELD = Metric("syncs.held", Instrument.COUNTER, "{person}", "people whose removal runs held for a decision")
HOLDS_WAITING = Metric("syncs.holds.waiting", Instrument.GAUGE, "{list}", "held lists that wait for a decision")
DRIFT = Metric(
    "syncs.drift",
    Instrument.COUNTER,
    "{person}",
    "by how many people Entra's own count of a group and what the directory knows of it differ after a sync",
)
GRAPH_REQUESTS = Metric(
    "syncs.graph.requests",
    Instrument.COUNTER,
    "{request}",
    "requests sent to Microsoft Graph, repeats included",
    dimensions=("operation", "status"),
)
GRAPH_THROTTLED = Metric(
    "syncs.graph.throttled",
    Instrument.COUNTER,
    "{request}",
    "requests that Microsoft Graph answered with 429",
    dimensions=("operation",),
)
GRAPH_RESOURCE_UNITS = Metric(
    "syncs.graph.resource_units",
    Instrument.COUNTER,
    "{unit}",
    "what Microsoft Graph says that requests cost (x-ms-resource-unit)",
    dimensions=("operation",),
)
QUEUE_DEPTH = Metric(
    "syncs.queue.depth", Instrument.GAUGE, "{message}", "messages on a queue, hidden ones included", ("queue",)
)
QUEUE_OLDEST_AGE = Metric(
    "syncs.queue.oldest_age",
    Instrument.GAUGE,
    "s",
    "for how long the oldest message that could be fetched has been on the queue; 0 where there is none",
    dimensions=("queue",),
)
QUEUE_POISON = Metric(
    "syncs.queue.poison", Instrument.GAUGE, "{message}", "messages that were put aside for an operator", ("queue",)
)

METRICS = (
    DUE,
    ENQUEUED,
    RUNS,
    RUN_DURATION,
    CHANGES,
    HELD,
    HOLDS_WAITING,
    DRIFT,
    GRAPH_REQUESTS,
    GRAPH_THROTTLED,
    GRAPH_RESOURCE_UNITS,
    QUEUE_DEPTH,
    QUEUE_OLDEST_AGE,
    QUEUE_POISON,
)

ERROR = "failure.type"
"""The attribute of a span that failed: the name of the error's class, as its events say it.

Not ``error.type`` of OpenTelemetry's conventions: Azure Monitor's exporter keeps that to itself.
"""

ENQUEUE_DUE = SpanKind("enqueue_due", "a midnight's orders are sent", attributes=("night", "orders"))
WATCH_OVER = SpanKind("watch_over", "the hourly watches")
WATCH = SpanKind("one_watch", "one of the watches", attributes=("watch",))
OBSERVE = SpanKind("observe", "the state of night and queues is measured")
SEND_ORDER = SpanKind(
    "send_order", "an order goes onto the queue: the root of a run's trace", Role.PRODUCER, ("night", "mode", "delay")
)
DELIVER_ORDER = SpanKind("deliver_order", "one delivery of an order", Role.CONSUMER, ("mode", "trigger", "attempt"))
CLAIM_RUN = SpanKind("claim_run", "the group's lease and the run's record are taken")
SYNC_GROUP = SpanKind("sync_group", "a sync, a preview or a decision at work")
UNDO_RUN = SpanKind("undo_run", "an undo at work")
UNLINK_GROUP = SpanKind("unlink_group", "the end of a link at work")
READ_GROUP = SpanKind(
    "read_group",
    "Entra is read and who joined or changed is applied as pages come in",
    attributes=("pages", "users", "counted", "complete"),
)
APPLY_PEOPLE = SpanKind("apply_people", "one wave of people is planned and stored", attributes=("people",))
TAKE_OUT = SpanKind("take_out", "who left is taken out, or held")
SETTLE_HOLDS = SpanKind("settle_holds", "held removals are frozen, an older list is settled")
CLOSE_RUN = SpanKind(
    "close_run", "the journal is summed up and the run's record closed", attributes=("state", "reason")
)
DELIVER_TRIAL = SpanKind("deliver_trial", "a connection that was consented to is tried", Role.CONSUMER)
HTTP_REQUEST = SpanKind(
    "METHOD /route",
    "one HTTP request",
    Role.SERVER,
    ("request", "http.request.method", "http.route", "http.response.status_code"),
    pattern=True,
)
GRAPH_REQUEST = SpanKind(
    "graph_request",
    "one question to Microsoft Graph, with its repeats",
    Role.CLIENT,
    ("operation", "status", "tries"),
)
TABLE_READ = SpanKind("table_read", "one row or one page of rows is read", Role.CLIENT, ("table", "status"))
TABLE_WRITE = SpanKind("table_write", "one transaction of Table Storage", Role.CLIENT, ("table", "rows", "status"))
QUEUE_SEND = SpanKind("queue_send", "one message is put on a queue", Role.CLIENT, ("queue",))

SPANS = (
    ENQUEUE_DUE,
    WATCH_OVER,
    WATCH,
    OBSERVE,
    SEND_ORDER,
    DELIVER_ORDER,
    CLAIM_RUN,
    SYNC_GROUP,
    UNDO_RUN,
    UNLINK_GROUP,
    READ_GROUP,
    APPLY_PEOPLE,
    TAKE_OUT,
    SETTLE_HOLDS,
    CLOSE_RUN,
    DELIVER_TRIAL,
    HTTP_REQUEST,
    GRAPH_REQUEST,
    TABLE_READ,
    TABLE_WRITE,
    QUEUE_SEND,
)
