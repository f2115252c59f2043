from __future__ import annotations

import asyncio
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter
from opentelemetry.sdk.metrics.export import MetricExporter, MetricExportResult
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from sync_core.adapters.telemetry.exporters import Exporters
from sync_core.adapters.telemetry.pipeline import Pipeline, open_pipeline
from sync_core.telemetry import Destination, event_log
from sync_core.telemetry.catalogue import DELIVER_ORDER, DUE, ENQUEUE_DUE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from opentelemetry.sdk.trace.export import SpanExportResult

UNSAMPLED = f"00-{'a' * 32}-{'b' * 16}-00"


class KeptMetrics(MetricExporter):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def export(self, metrics_data: Any, timeout_millis: float = 0, **_: Any) -> MetricExportResult:  # noqa: ARG002
        for resource in metrics_data.resource_metrics:
            self.names |= {metric.name for scope in resource.scope_metrics for metric in scope.metrics}
        return MetricExportResult.SUCCESS

    def force_flush(self, timeout_millis: float = 0) -> bool:  # noqa: ARG002
        return True

    def shutdown(self, timeout_millis: float = 0, **_: Any) -> None:
        """Keep everything."""


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def metrics() -> KeptMetrics:
    return KeptMetrics()


@pytest.fixture
def events() -> InMemoryLogRecordExporter:
    return InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]  # its constructor has no annotations


@pytest.fixture
async def pipeline(
    spans: InMemorySpanExporter, metrics: KeptMetrics, events: InMemoryLogRecordExporter
) -> AsyncIterator[Pipeline]:
    pipeline = Pipeline(TracerProvider(), Exporters(spans, metrics, events))
    yield pipeline
    await pipeline.close()


async def test_what_was_told_is_sent_when_it_is_flushed(
    pipeline: Pipeline, spans: InMemorySpanExporter, metrics: KeptMetrics, events: InMemoryLogRecordExporter
) -> None:
    logging.getLogger("sync_core").setLevel(logging.INFO)
    with pipeline.telemetry.span(ENQUEUE_DUE):
        event_log("sync_core.flows").info("midnight")
    pipeline.telemetry.measure(DUE, 3)
    await pipeline.flush()

    assert [span.name for span in spans.get_finished_spans()] == ["enqueue_due"]
    assert metrics.names == {DUE.name}
    assert [one.log_record.body for one in events.get_finished_logs()] == ["midnight"]


class BrokenMetrics(KeptMetrics):
    def export(self, metrics_data: Any, timeout_millis: float = 0, **_: Any) -> MetricExportResult:  # noqa: ARG002
        raise OSError("no way out")

    def force_flush(self, timeout_millis: float = 0) -> bool:  # noqa: ARG002
        raise OSError("no way out")


async def test_what_cannot_be_sent_is_nobodys_failure(
    spans: InMemorySpanExporter, events: InMemoryLogRecordExporter
) -> None:
    """A run that has succeeded must not be delivered again because nobody could be told of it."""
    pipeline = Pipeline(TracerProvider(), Exporters(spans, BrokenMetrics(), events))
    with pipeline.telemetry.span(ENQUEUE_DUE):
        pipeline.telemetry.measure(DUE, 3)
    await pipeline.flush()
    await pipeline.close()

    assert [span.name for span in spans.get_finished_spans()] == ["enqueue_due"]


class HangingSpans(InMemorySpanExporter):
    """An endpoint that takes the connection and says nothing until it is *released*."""

    def __init__(self) -> None:
        super().__init__()
        self.released = threading.Event()
        self.exports = 0

    def export(self, spans: Any) -> SpanExportResult:
        self.exports += 1
        self.released.wait()
        return super().export(spans)


@pytest.fixture
async def hanging() -> AsyncIterator[HangingSpans]:
    hanging = HangingSpans()
    yield hanging
    hanging.released.set()


@pytest.fixture
async def impatient(
    hanging: HangingSpans, metrics: KeptMetrics, events: InMemoryLogRecordExporter
) -> AsyncIterator[Pipeline]:
    exporters = Exporters(hanging, metrics, events)
    pipeline = Pipeline(TracerProvider(), exporters, patience=timedelta(milliseconds=20))
    with pipeline.telemetry.span(ENQUEUE_DUE):
        pipeline.telemetry.measure(DUE, 3)
    yield pipeline
    hanging.released.set()
    await pipeline.close()


async def test_nobody_waits_long_for_an_endpoint_that_hangs(
    impatient: Pipeline, hanging: HangingSpans, metrics: KeptMetrics
) -> None:
    """An order is done, and its message still to be deleted, while this is waited for."""
    async with asyncio.timeout(5):
        await impatient.flush()

    assert hanging.exports == 1
    assert metrics.names == {DUE.name}


async def test_while_it_hangs_nobody_else_waits_and_then_all_is_sent(
    impatient: Pipeline, hanging: HangingSpans, metrics: KeptMetrics
) -> None:
    await impatient.flush()
    metrics.names.clear()
    impatient.telemetry.measure(DUE, 4)
    await impatient.flush()
    assert metrics.names == set()

    hanging.released.set()
    while not metrics.names:
        await impatient.flush()
        await asyncio.sleep(0)
    assert [span.name for span in hanging.get_finished_spans()] == ["enqueue_due"]


async def test_an_endpoint_that_hangs_takes_none_of_the_threads_that_look_up_addresses(impatient: Pipeline) -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    async with asyncio.timeout(5):
        await impatient.flush()

        assert await asyncio.to_thread(lambda: "found") == "found"


async def test_the_end_does_not_wait_long_either(impatient: Pipeline) -> None:
    async with asyncio.timeout(5):
        await impatient.close()


async def test_behind_the_end_no_event_is_taken(
    spans: InMemorySpanExporter, metrics: KeptMetrics, events: InMemoryLogRecordExporter
) -> None:
    await Pipeline(TracerProvider(), Exporters(spans, metrics, events)).close()

    assert [handler for name in ("sync_core", "schedules_api") for handler in logging.getLogger(name).handlers] == []


@pytest.mark.parametrize(("from_host", "logged"), [(False, ["midnight", "morning"]), (True, ["morning"])])
async def test_an_event_is_logged_besides_unless_the_host_would_send_it_a_second_time(
    spans: InMemorySpanExporter,
    metrics: KeptMetrics,
    events: InMemoryLogRecordExporter,
    caplog: pytest.LogCaptureFixture,
    *,
    from_host: bool,
    logged: list[str],
) -> None:
    caplog.set_level(logging.INFO)
    log = event_log("sync_core.flows")
    pipeline = Pipeline(TracerProvider(), Exporters(spans, metrics, events, from_host=from_host))
    log.info("midnight")
    await pipeline.flush()
    await pipeline.close()
    log.info("morning")

    assert [one.log_record.body for one in events.get_finished_logs()] == ["midnight"]
    assert [record.message for record in caplog.records if record.name == "sync_core.flows"] == logged


async def test_the_process_keeps_its_own_providers(pipeline: Pipeline) -> None:
    """Otherwise every SDK below us would send spans, with the addresses that it calls."""
    del pipeline

    assert not isinstance(trace.get_tracer_provider(), TracerProvider)


async def test_a_run_is_told_of_whatever_its_parent_and_the_environment_say(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A host that samples its own invocations, or a variable left behind, must not hide runs."""
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
    pipeline = open_pipeline(
        Destination.CONSOLE, connection_string=None, service_name="syncs", instance="", version="1"
    )
    with pipeline.telemetry.trace(DELIVER_ORDER, of=UNSAMPLED):
        pass
    await pipeline.close()

    [line] = capsys.readouterr().err.splitlines()
    assert '"name": "deliver_order"' in line
    assert '"service.name": "syncs"' in line
