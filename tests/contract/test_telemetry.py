"""What every `Telemetry` promises: the same suite on the recording one and on OpenTelemetry's."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import HistogramDataPoint, InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from sync_core.adapters.telemetry.signals import OpenTelemetry
from sync_core.domain.errors import GroupGone, RowConflict
from sync_core.telemetry.catalogue import (
    CHANGES,
    CLAIM_RUN,
    DELIVER_ORDER,
    DUE,
    ENQUEUE_DUE,
    GRAPH_REQUEST,
    HTTP_REQUEST,
    RUN_DURATION,
    SEND_ORDER,
    SYNC_GROUP,
    WATCH,
)
from tests.fakes.telemetry import RecordingTelemetry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sync_core.telemetry import Telemetry
    from sync_core.telemetry.catalogue import Metric

ELSEWHERE = f"00-{'a' * 32}-{'b' * 16}-01"


@dataclass(frozen=True)
class Span:
    """A span that has ended."""

    name: str
    trace: int
    id: int
    parent: int | None
    causes: tuple[int, ...]
    attributes: Mapping[str, object]
    failed: bool


class TelemetryContract(ABC):
    """The cases; a subclass brings the telemetry, and what it was told."""

    @pytest.fixture
    @abstractmethod
    def telemetry(self) -> Telemetry: ...

    @abstractmethod
    def ended(self, telemetry: Telemetry) -> dict[str, Span]: ...

    @abstractmethod
    def numbers(self, telemetry: Telemetry, metric: Metric) -> dict[tuple[tuple[str, str], ...], float]: ...

    def test_a_span_is_a_child_of_the_one_that_is_open(self, telemetry: Telemetry) -> None:
        with telemetry.span(ENQUEUE_DUE), telemetry.span(CLAIM_RUN):
            pass

        spans = self.ended(telemetry)
        assert spans["enqueue_due"].parent is None
        assert spans["claim_run"].parent == spans["enqueue_due"].id
        assert spans["claim_run"].trace == spans["enqueue_due"].trace

    def test_spans_behind_each_other_are_traces_of_their_own(self, telemetry: Telemetry) -> None:
        with telemetry.span(ENQUEUE_DUE):
            pass
        with telemetry.span(CLAIM_RUN):
            pass

        spans = self.ended(telemetry)
        assert spans["claim_run"].trace != spans["enqueue_due"].trace

    def test_a_trace_that_begins_names_its_cause(self, telemetry: Telemetry) -> None:
        with telemetry.span(ENQUEUE_DUE), telemetry.trace(SEND_ORDER, of=None):
            pass

        spans = self.ended(telemetry)
        assert spans["send_order"].trace != spans["enqueue_due"].trace
        assert spans["send_order"].parent is None
        assert spans["send_order"].causes == (spans["enqueue_due"].id,)

    def test_a_trace_goes_on_elsewhere(self, telemetry: Telemetry) -> None:
        with telemetry.trace(SEND_ORDER, of=None):
            traceparent = telemetry.traceparent()
        with telemetry.span(WATCH), telemetry.trace(DELIVER_ORDER, of=traceparent):
            pass

        spans = self.ended(telemetry)
        assert spans["deliver_order"].parent == spans["send_order"].id
        assert spans["deliver_order"].trace == spans["send_order"].trace
        assert spans["deliver_order"].causes == (spans["one_watch"].id,)

    def test_within_its_own_trace_a_span_stands_where_it_happened(self, telemetry: Telemetry) -> None:
        with telemetry.trace(DELIVER_ORDER, of=None), telemetry.trace(SEND_ORDER, of=telemetry.traceparent()):
            pass

        spans = self.ended(telemetry)
        assert spans["send_order"].parent == spans["deliver_order"].id
        assert spans["send_order"].causes == ()

    def test_a_trace_of_another_process_is_gone_on_with(self, telemetry: Telemetry) -> None:
        with telemetry.trace(DELIVER_ORDER, of=ELSEWHERE):
            pass

        span = self.ended(telemetry)["deliver_order"]
        assert (span.trace, span.parent, span.causes) == (int("a" * 32, 16), int("b" * 16, 16), ())

    def test_ids_are_passed_on_to_what_happens_within(self, telemetry: Telemetry) -> None:
        with telemetry.trace(DELIVER_ORDER, of=None, workspace="acme", mode="sync"):
            telemetry.note(run="r1")
            with telemetry.span(CLAIM_RUN, group="sales"):
                pass
            with telemetry.span(SYNC_GROUP):
                pass

        spans = self.ended(telemetry)
        assert spans["deliver_order"].attributes == {"workspace": "acme", "mode": "sync", "run": "r1"}
        assert spans["claim_run"].attributes == {"workspace": "acme", "run": "r1", "group": "sales"}
        assert spans["sync_group"].attributes == {"workspace": "acme", "run": "r1"}

    def test_a_trace_that_begins_takes_no_ids_along(self, telemetry: Telemetry) -> None:
        with telemetry.span(CLAIM_RUN, workspace="acme"), telemetry.trace(SEND_ORDER, of=None, group="sales"):
            pass

        assert self.ended(telemetry)["send_order"].attributes == {"group": "sales"}

    def test_what_is_not_known_is_left_out(self, telemetry: Telemetry) -> None:
        with telemetry.span(ENQUEUE_DUE, run=None):
            telemetry.note(night="2026-11-23", orders=None)

        assert self.ended(telemetry)["enqueue_due"].attributes == {"night": "2026-11-23"}

    def test_a_name_can_be_given_where_the_catalogue_has_a_pattern(self, telemetry: Telemetry) -> None:
        with telemetry.span(HTTP_REQUEST, named="GET /api/me", request="r-1"):
            pass

        assert "GET /api/me" in self.ended(telemetry)

    def test_a_failure_is_noted_without_its_words(self, telemetry: Telemetry) -> None:
        with pytest.raises(ValueError, match="ada@contoso"), telemetry.span(GRAPH_REQUEST):
            raise ValueError("ada@contoso.example is no number")

        span = self.ended(telemetry)["graph_request"]
        assert span.failed
        assert span.attributes == {"failure.type": "ValueError"}

    @pytest.mark.parametrize("answer", [RowConflict("Runs", 0), GroupGone("group-gone", "It is gone.")])
    def test_an_answer_that_was_asked_for_is_no_failure(self, telemetry: Telemetry, answer: Exception) -> None:
        with pytest.raises(type(answer)), telemetry.span(GRAPH_REQUEST):
            raise answer

        assert not self.ended(telemetry)["graph_request"].failed

    def test_behind_a_failure_the_span_outside_is_open_again(self, telemetry: Telemetry) -> None:
        with telemetry.span(ENQUEUE_DUE):
            outside = telemetry.traceparent()
            with pytest.raises(KeyError), telemetry.span(CLAIM_RUN):
                raise KeyError

            assert telemetry.traceparent() == outside

    def test_without_a_span_there_is_no_trace_and_a_note_is_nobodys(self, telemetry: Telemetry) -> None:
        telemetry.note(run="r1")

        assert telemetry.traceparent() is None
        assert self.ended(telemetry) == {}

    async def test_what_runs_side_by_side_does_not_get_mixed_up(self, telemetry: Telemetry) -> None:
        async def work(name: str) -> None:
            with telemetry.span(WATCH, watch=name, group=name):
                await asyncio.sleep(0)
                with telemetry.span(HTTP_REQUEST, named=name):
                    await asyncio.sleep(0)

        with telemetry.span(ENQUEUE_DUE):
            await asyncio.gather(work("one"), work("two"))

        spans = self.ended(telemetry)
        assert spans["one"].attributes == {"group": "one"}
        assert spans["two"].attributes == {"group": "two"}
        assert spans["one"].parent != spans["two"].parent

    def test_a_counter_sums_up_by_its_dimensions(self, telemetry: Telemetry) -> None:
        telemetry.count(CHANGES, 3, kind="added", mode="sync")
        telemetry.count(CHANGES, kind="added", mode="sync")
        telemetry.count(CHANGES, 0, kind="removed", mode="sync")

        assert self.numbers(telemetry, CHANGES) == {
            (("kind", "added"), ("mode", "sync")): 4,
            (("kind", "removed"), ("mode", "sync")): 0,
        }

    def test_a_gauge_says_the_last_value(self, telemetry: Telemetry) -> None:
        telemetry.measure(DUE, 7)
        telemetry.measure(DUE, 5)

        assert self.numbers(telemetry, DUE) == {(): 5}

    def test_a_histogram_takes_each_value(self, telemetry: Telemetry) -> None:
        for seconds in (1.5, 2.5):
            telemetry.measure(RUN_DURATION, seconds, state="succeeded", mode="sync")

        assert self.numbers(telemetry, RUN_DURATION) == {(("mode", "sync"), ("state", "succeeded")): 4.0}


class TestRecordingTelemetry(TelemetryContract):
    @pytest.fixture
    def telemetry(self) -> RecordingTelemetry:
        return RecordingTelemetry()

    def ended(self, telemetry: Telemetry) -> dict[str, Span]:
        assert isinstance(telemetry, RecordingTelemetry)
        return {
            one.name: Span(one.name, one.trace, one.id, one.parent, one.causes, one.attributes, one.failed)
            for one in telemetry.spans
            if one.ended
        }

    def numbers(self, telemetry: Telemetry, metric: Metric) -> dict[tuple[tuple[str, str], ...], float]:
        assert isinstance(telemetry, RecordingTelemetry)
        found: dict[tuple[tuple[str, str], ...], float] = {}
        for said, value, dimensions in telemetry.numbers:
            key = tuple(sorted(dimensions.items()))
            if said == metric:
                found[key] = value if metric is DUE else found.get(key, 0) + value
        return found

    @pytest.mark.parametrize(
        "wrong",
        [
            lambda told: told.count(DUE, 1),
            lambda told: told.measure(CHANGES, 1, kind="added", mode="sync"),
            lambda told: told.count(CHANGES, 1, kind="added"),
            lambda told: told.count(CHANGES, -1, kind="added", mode="sync"),
            lambda told: told.span(CLAIM_RUN, person="ada").__enter__(),
            lambda told: told.span(CLAIM_RUN, named="another").__enter__(),
            lambda told: told.span(HTTP_REQUEST).__enter__(),
        ],
    )
    def test_what_the_catalogue_does_not_know_is_refused(self, telemetry: RecordingTelemetry, wrong: object) -> None:
        assert callable(wrong)
        with pytest.raises(AssertionError):
            wrong(telemetry)


class TestOpenTelemetry(TelemetryContract):
    @pytest.fixture
    def telemetry(self) -> OpenTelemetry:
        self.spans, self.reader = InMemorySpanExporter(), InMemoryMetricReader()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(self.spans))
        return OpenTelemetry(provider.get_tracer("tests"), MeterProvider([self.reader]).get_meter("tests"))

    def ended(self, telemetry: Telemetry) -> dict[str, Span]:  # noqa: ARG002
        return {
            one.name: Span(
                one.name,
                one.context.trace_id,
                one.context.span_id,
                None if one.parent is None else one.parent.span_id,
                tuple(link.context.span_id for link in one.links),
                dict(one.attributes or {}),
                one.status.status_code is StatusCode.ERROR,
            )
            for one in self.spans.get_finished_spans()
            if one.context is not None
        }

    def numbers(self, telemetry: Telemetry, metric: Metric) -> dict[tuple[tuple[str, str], ...], float]:  # noqa: ARG002
        data = self.reader.get_metrics_data()
        assert data is not None
        [resource] = data.resource_metrics
        [scope] = resource.scope_metrics
        [found] = [one for one in scope.metrics if one.name == metric.name]
        assert (found.unit, found.description) == (metric.unit, metric.meaning)
        numbers = {}
        for point in found.data.data_points:
            dimensions = tuple(sorted((name, str(value)) for name, value in (point.attributes or {}).items()))
            if isinstance(point, HistogramDataPoint):
                assert tuple(point.explicit_bounds) == metric.bounds
            value = point.sum if isinstance(point, HistogramDataPoint) else getattr(point, "value")  # noqa: B009
            numbers[dimensions] = value
        return numbers

    def test_a_gauge_is_sent_once_each_time_it_was_said(self, telemetry: OpenTelemetry) -> None:
        """Instances that took a look once must not go on telling what they saw."""
        telemetry.measure(DUE, 5)
        assert self.numbers(telemetry, DUE) == {(): 5}
        telemetry.count(CHANGES, kind="added", mode="sync")

        data = self.reader.get_metrics_data()
        assert data is not None
        sent = {one.name for scope in data.resource_metrics[0].scope_metrics for one in scope.metrics}
        assert sent == {CHANGES.name}

    def test_an_answer_that_is_our_fault_makes_a_request_fail(self, telemetry: OpenTelemetry) -> None:
        for status in (404, 500):
            with telemetry.span(HTTP_REQUEST, named=str(status)):
                telemetry.note(**{"http.response.status_code": status})

        failed = {name for name, span in self.ended(telemetry).items() if span.failed}
        assert failed == {"500"}
