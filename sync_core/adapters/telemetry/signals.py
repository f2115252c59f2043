"""Spans and numbers as OpenTelemetry takes them.

The providers are handed in and never made the process's own: the SDKs below us would open spans of theirs, whose
attributes hold URLs with ids and paging tokens.
"""

from __future__ import annotations

from asyncio import CancelledError
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from opentelemetry.context import Context, attach, create_key, detach, get_current, get_value, set_value
from opentelemetry.metrics import Observation
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    StatusCode,
    TraceFlags,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace import SpanKind as OtelKind

from sync_core.domain.errors import GroupGone, RowConflict
from sync_core.telemetry.catalogue import ERROR, IDS, METRICS, Instrument, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from opentelemetry.metrics import CallbackOptions, Counter, Histogram, Meter
    from opentelemetry.trace import Tracer

    from sync_core.telemetry import Field
    from sync_core.telemetry.catalogue import Metric, SpanKind

_ROLES = {
    Role.INTERNAL: OtelKind.INTERNAL,
    Role.SERVER: OtelKind.SERVER,
    Role.CLIENT: OtelKind.CLIENT,
    Role.PRODUCER: OtelKind.PRODUCER,
    Role.CONSUMER: OtelKind.CONSUMER,
}
#  Answers that the caller has asked for, so to speak.
_EXPECTED = (RowConflict, GroupGone, CancelledError)

#  Below it, the caller was wrong and not the server: OpenTelemetry, "Semantic conventions for HTTP spans", status.
_STATUS, _FIRST_FAULT_OF_OURS = "http.response.status_code", 500

_IDS_KEY = create_key("ids")


class OpenTelemetry:
    """Implements `sync_core.telemetry.Telemetry`."""

    def __init__(self, tracer: Tracer, meter: Meter) -> None:
        self._tracer = tracer
        self._counters: dict[str, Counter] = {}
        self._histograms: dict[str, Histogram] = {}
        self._gauges: dict[str, _Gauge] = {}
        for metric in METRICS:
            self._make(metric, meter)

    def span(
        self, kind: SpanKind, /, *, named: str | None = None, **attributes: Field
    ) -> AbstractContextManager[None]:
        return self._open(kind, named or kind.name, get_current(), (), attributes)

    def trace(self, kind: SpanKind, /, *, of: str | None, **attributes: Field) -> AbstractContextManager[None]:
        cause, parent = get_current_span().get_span_context(), _span_context(of)
        if parent is not None and cause.trace_id == parent.trace_id:
            return self._open(kind, kind.name, get_current(), (), attributes)
        context = Context() if parent is None else set_span_in_context(NonRecordingSpan(parent), Context())
        links = (Link(cause),) if cause.is_valid else ()
        return self._open(kind, kind.name, context, links, attributes)

    def note(self, **attributes: Field) -> None:
        span = get_current_span()
        _tell(span, attributes)
        status = attributes.get(_STATUS)
        if isinstance(status, int) and status >= _FIRST_FAULT_OF_OURS:
            span.set_status(StatusCode.ERROR)
        ids = get_value(_IDS_KEY)
        if isinstance(ids, dict):
            ids.update(_ids_of(attributes))

    def traceparent(self) -> str | None:
        context = get_current_span().get_span_context()
        if not context.is_valid:
            return None
        return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"

    def count(self, metric: Metric, amount: int = 1, /, **dimensions: str) -> None:
        self._counters[metric.name].add(amount, dimensions)

    def measure(self, metric: Metric, value: float, /, **dimensions: str) -> None:
        if metric.instrument is Instrument.HISTOGRAM:
            self._histograms[metric.name].record(value, dimensions)
        else:
            self._gauges[metric.name].say(value, dimensions)

    def _make(self, metric: Metric, meter: Meter) -> None:
        about = {"unit": metric.unit, "description": metric.meaning}
        if metric.instrument is Instrument.COUNTER:
            self._counters[metric.name] = meter.create_counter(metric.name, **about)
        elif metric.instrument is Instrument.GAUGE:
            gauge = self._gauges[metric.name] = _Gauge()
            meter.create_observable_gauge(metric.name, [gauge.said], **about)
        else:
            self._histograms[metric.name] = meter.create_histogram(
                metric.name, **about, explicit_bucket_boundaries_advisory=metric.bounds
            )

    @contextmanager
    def _open(
        self,
        kind: SpanKind,
        name: str,
        context: Context,
        links: Sequence[Link],
        attributes: Mapping[str, Field],
    ) -> Iterator[None]:
        ids = {**ids_in(context), **_ids_of(attributes)}
        span = self._tracer.start_span(name, context=context, kind=_ROLES[kind.role], links=links)
        _tell(span, {**ids, **attributes})
        token = attach(set_value(_IDS_KEY, ids, set_span_in_context(span, context)))
        try:
            yield
        except BaseException as error:
            _tell_failure(span, error)
            raise
        finally:
            detach(token)
            span.end()


class _Gauge:
    """A gauge that is sent once each time it was said.

    OpenTelemetry's own goes on saying the last value as long as its process lives: an instance that has once seen a
    full queue would report it for hours, while another finds it empty.
    """

    def __init__(self) -> None:
        self._said: dict[tuple[tuple[str, str], ...], float] = {}
        self._lock = Lock()

    def say(self, value: float, dimensions: Mapping[str, str]) -> None:
        with self._lock:
            self._said[tuple(sorted(dimensions.items()))] = value

    def said(self, _: CallbackOptions) -> Iterable[Observation]:
        with self._lock:
            said, self._said = self._said, {}
        return [Observation(value, dict(dimensions)) for dimensions, value in said.items()]


def ids_in(context: Context) -> Mapping[str, Field]:
    """Return the ids that the open spans of *context* have named."""
    ids = get_value(_IDS_KEY, context)
    return ids if isinstance(ids, dict) else {}


def _ids_of(attributes: Mapping[str, Field]) -> dict[str, Field]:
    return {name: attributes[name] for name in IDS if attributes.get(name) is not None}


def _tell(span: Span, attributes: Mapping[str, Field]) -> None:
    for name, value in attributes.items():
        if value is not None:
            span.set_attribute(name, value)


def _tell_failure(span: Span, error: BaseException) -> None:
    """Note the kind of failure, never its text, which may repeat what was refused."""
    span.set_attribute(ERROR, type(error).__name__)
    if not isinstance(error, _EXPECTED):
        span.set_status(StatusCode.ERROR)


def _span_context(traceparent: str | None) -> SpanContext | None:
    if traceparent is None:
        return None
    _, trace, span, flags = traceparent.split("-")
    return SpanContext(int(trace, 16), int(span, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16)))
