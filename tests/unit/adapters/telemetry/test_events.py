from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry._logs import SeverityNumber
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.trace import TracerProvider

from sync_core.adapters.telemetry.events import EventHandler
from sync_core.adapters.telemetry.signals import OpenTelemetry
from sync_core.telemetry import EventLog, event_log
from sync_core.telemetry.catalogue import CLAIM_RUN, DELIVER_ORDER

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def kept() -> InMemoryLogRecordExporter:
    return InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]  # its constructor has no annotations


@pytest.fixture
def log(kept: InMemoryLogRecordExporter) -> Iterator[EventLog]:
    provider = LoggerProvider()
    provider.add_log_record_processor(SimpleLogRecordProcessor(kept))
    handler = EventHandler(provider.get_logger("tests"))
    log = event_log("tests.telemetry.events")
    log.logger.setLevel(logging.DEBUG)
    log.logger.addHandler(handler)
    yield log
    log.logger.removeHandler(handler)


@pytest.fixture
def telemetry() -> OpenTelemetry:
    return OpenTelemetry(TracerProvider().get_tracer("tests"), MeterProvider([]).get_meter("tests"))


def the_event(kept: InMemoryLogRecordExporter) -> Any:
    [one] = kept.get_finished_logs()
    return one.log_record


def test_an_event_is_a_record_of_its_name_with_its_fields(log: EventLog, kept: InMemoryLogRecordExporter) -> None:
    log.bind(request="r-1").warning("request_put_off", reason="busy", seconds=None)

    record = the_event(kept)
    assert (record.body, record.severity_text, record.severity_number) == (
        "request_put_off",
        "WARNING",
        SeverityNumber.WARN,
    )
    assert record.attributes == {"request": "r-1", "reason": "busy"}


def test_an_event_belongs_to_the_span_in_which_it_happens(
    log: EventLog, kept: InMemoryLogRecordExporter, telemetry: OpenTelemetry
) -> None:
    with telemetry.trace(DELIVER_ORDER, of=None, workspace="acme", group="sales"), telemetry.span(CLAIM_RUN):
        traceparent = telemetry.traceparent()
        log.info("order_put_off", group="another")

    record = the_event(kept)
    assert (traceparent or "").startswith(f"00-{record.trace_id:032x}-{record.span_id:016x}-")
    assert record.attributes == {"workspace": "acme", "group": "another"}


def test_outside_of_any_span_it_belongs_to_none(log: EventLog, kept: InMemoryLogRecordExporter) -> None:
    log.info("midnight")

    assert the_event(kept).trace_id == 0


def test_a_failure_tells_class_and_lines_and_not_what_it_said(log: EventLog, kept: InMemoryLogRecordExporter) -> None:
    failure = ValueError()
    try:
        int("ada@contoso.example")
    except ValueError as exc:
        failure = exc
    log.error("request_failed", failure=failure)

    attributes = the_event(kept).attributes
    assert attributes["failure.type"] == "ValueError"
    assert "test_a_failure_tells" in attributes["failure.stack"]
    assert "invalid literal" not in attributes["failure.stack"]


def test_a_long_way_to_a_failure_is_told_from_its_end(log: EventLog, kept: InMemoryLogRecordExporter) -> None:
    def down(levels: int) -> None:
        if not levels:
            raise LookupError
        further(levels - 1)

    def further(levels: int) -> None:
        down(levels)

    with pytest.raises(LookupError) as caught:
        down(200)
    log.error("watch_failed", failure=caught.value, watch="lost-slots")

    stack = the_event(kept).attributes["failure.stack"]
    assert len(stack) <= 8000
    assert stack.rstrip().endswith("raise LookupError")


def test_what_is_less_than_an_event_stays_here(log: EventLog, kept: InMemoryLogRecordExporter) -> None:
    log.logger.debug("a detail")

    assert kept.get_finished_logs() == ()
