"""An OTLP endpoint in the test's own process: keeps what it is sent, in plain values."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Span:
    """*parent* is empty for a root; *causes* are the spans that it links to."""

    name: str
    role: str
    trace: str
    id: str
    parent: str
    causes: tuple[str, ...]
    attributes: Mapping[str, Any]
    failed: bool


@dataclass(frozen=True, slots=True)
class Number:
    """One point of a metric; of a histogram the sum."""

    metric: str
    unit: str
    value: float
    dimensions: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    name: str
    trace: str
    attributes: Mapping[str, Any]


@dataclass(slots=True)
class Received:
    """*bodies*: everything as it came, for tests that look for what must not be in it."""

    spans: list[Span] = field(default_factory=list)
    numbers: list[Number] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    service_names: set[str] = field(default_factory=set)

    async def take_spans(self, request: web.Request) -> web.Response:
        sent = ExportTraceServiceRequest.FromString(await self._body(request))
        for resource in sent.resource_spans:
            self.service_names.add(_plain(resource.resource.attributes)["service.name"])
            self.spans += [_span(span) for scope in resource.scope_spans for span in scope.spans]
        return web.Response()

    async def take_numbers(self, request: web.Request) -> web.Response:
        sent = ExportMetricsServiceRequest.FromString(await self._body(request))
        for resource in sent.resource_metrics:
            for scope in resource.scope_metrics:
                self.numbers += [number for metric in scope.metrics for number in _numbers(metric)]
        return web.Response()

    async def take_events(self, request: web.Request) -> web.Response:
        sent = ExportLogsServiceRequest.FromString(await self._body(request))
        for resource in sent.resource_logs:
            self.events += [_event(record) for scope in resource.scope_logs for record in scope.log_records]
        return web.Response()

    async def _body(self, request: web.Request) -> bytes:
        body = await request.read()
        self.bodies.append(body)
        return body


@asynccontextmanager
async def otlp_receiver() -> AsyncIterator[tuple[str, Received]]:
    """Listen on a free port as long as the context lasts; yield the endpoint and what it has received."""
    received = Received()
    application = web.Application(client_max_size=64 * 1024 * 1024)
    application.router.add_post("/v1/traces", received.take_spans)
    application.router.add_post("/v1/metrics", received.take_numbers)
    application.router.add_post("/v1/logs", received.take_events)
    runner = web.AppRunner(application, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}", received
    finally:
        await runner.cleanup()


def _span(span: Any) -> Span:
    return Span(
        name=span.name,
        role=type(span).SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower(),
        trace=span.trace_id.hex(),
        id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        causes=tuple(link.span_id.hex() for link in span.links),
        attributes=_plain(span.attributes),
        failed=span.status.code == type(span.status).STATUS_CODE_ERROR,
    )


def _numbers(metric: Any) -> Iterable[Number]:
    kind = metric.WhichOneof("data")
    for point in getattr(metric, kind).data_points:
        value = point.sum if kind == "histogram" else getattr(point, point.WhichOneof("value"))
        yield Number(metric.name, metric.unit, value, _plain(point.attributes))


def _event(record: Any) -> Event:
    return Event(record.body.string_value, record.trace_id.hex(), _plain(record.attributes))


def _plain(attributes: Iterable[Any]) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}
