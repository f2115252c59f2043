"""What Application Insights is sent: in which table each thing lies, and under which names queries find it."""

from __future__ import annotations

import asyncio
import logging
import socket
import tempfile
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider

from sync_core.adapters.telemetry.exporters import exporters_for
from sync_core.adapters.telemetry.pipeline import open_pipeline
from sync_core.telemetry import Destination, event_log
from sync_core.telemetry.catalogue import (
    DELIVER_ORDER,
    DUE,
    GRAPH_REQUEST,
    HTTP_REQUEST,
    RUN_DURATION,
    RUNS,
    SEND_ORDER,
)
from tests.fakes.app_tables import rows_of
from tests.fakes.ingestion import ALONE, connection_string, ingestion

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sync_core.telemetry import Telemetry

ROUTE = {"http.request.method": "POST", "http.route": "/api/runs"}


@pytest.fixture(scope="module")
def items(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[dict[str, Any]]]:
    with pytest.MonkeyPatch.context() as patch:
        alone(patch, tmp_path_factory.mktemp("unsent"))
        with ingestion() as (endpoint, items):
            asyncio.run(tell_everything(endpoint))
            yield items


def alone(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Keep the exporter from what it asks and tells its maker, and from leaving files behind."""
    for name, value in {**ALONE, "NO_PROXY": "127.0.0.1"}.items():
        patch.setenv(name, value)
    patch.setattr(tempfile, "tempdir", str(folder))


async def tell_everything(endpoint: str) -> None:
    pipeline = open_pipeline(
        Destination.AZURE_MONITOR,
        connection_string=connection_string(endpoint),
        service_name="func-syncs",
        instance="instance-1",
        version="1",
    )
    logging.getLogger("sync_core").setLevel(logging.INFO)
    tell(pipeline.telemetry)
    await pipeline.flush()
    await pipeline.close()


def tell(telemetry: Telemetry) -> None:
    with telemetry.span(HTTP_REQUEST, named="POST /api/runs", request="r-1", **ROUTE):
        with telemetry.trace(SEND_ORDER, of=None, workspace="acme", group="sales", run="r1"):
            traceparent = telemetry.traceparent()
        telemetry.note(**{"http.response.status_code": 202})
    log = event_log("sync_core")
    with telemetry.trace(DELIVER_ORDER, of=traceparent, workspace="acme", group="sales", run="r1"):
        with telemetry.span(GRAPH_REQUEST, operation="members"):
            telemetry.note(status=200, tries=1)
        log.info("run_ended", state="succeeded", added=3)
        log.error("order_failed", failure=ValueError("ada@contoso.example"), delivery=1)
    telemetry.count(RUNS, state="succeeded", mode="sync", trigger="night", reason="none")
    telemetry.measure(DUE, 5)
    telemetry.measure(RUN_DURATION, 2.5, state="succeeded", mode="sync")


def the(items: list[dict[str, Any]], kind: str, name: str) -> dict[str, Any]:
    """Return the one item of a table with its name, message or metric."""
    [found] = [
        item
        for item in items
        if item["data"]["baseType"] == kind and name in (said := item["data"]["baseData"], *names_in(said))[1:]
    ]
    return {**found["data"]["baseData"], "tags": found["tags"]}


def names_in(said: dict[str, Any]) -> list[str]:
    metrics = [metric["name"] for metric in said.get("metrics", ())]
    return [said.get("name", ""), said.get("message", ""), *metrics]


def test_the_host_which_sends_there_too_gets_no_copy_of_an_event(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The worker hands what reaches the root logger to the host, and the host writes a row in traces for it."""
    alone(monkeypatch, tmp_path)
    with ingestion() as (endpoint, _):
        asyncio.run(tell_everything(endpoint))

    assert [record for record in caplog.records if record.name.startswith("sync_core")] == []


def test_what_an_endpoint_does_not_answer_is_given_up_and_waits_on_the_disk(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    alone(monkeypatch, tmp_path)
    spans = TracerProvider()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        exporters = exporters_for(
            Destination.AZURE_MONITOR,
            connection_string=connection_string(f"http://127.0.0.1:{silent.getsockname()[1]}/"),
            provider=spans,
            longest_answer=timedelta(milliseconds=50),
        )
        span = spans.get_tracer("tests").start_span("deliver_order")
        span.end()
        assert isinstance(span, ReadableSpan)
        exporters.spans.export([span])
        exporters.spans.shutdown()

    [waiting] = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert "deliver_order" in waiting.read_text(encoding="utf-8")


def test_an_http_request_lies_in_requests(items: list[dict[str, Any]]) -> None:
    request = the(items, "RequestData", "POST /api/runs")

    assert (request["responseCode"], request["success"], request["url"]) == ("202", True, "")
    assert request["properties"] == {"request": "r-1"}


def test_a_delivery_lies_in_requests_and_what_it_asks_for_in_dependencies(items: list[dict[str, Any]]) -> None:
    delivery = the(items, "RequestData", "deliver_order")
    graph = the(items, "RemoteDependencyData", "graph_request")

    ids = {"workspace": "acme", "group": "sales", "run": "r1"}
    assert delivery["properties"] == ids
    assert graph["properties"] == {**ids, "operation": "members", "status": "200", "tries": "1"}
    assert graph["tags"]["ai.operation.parentId"] == delivery["id"]


def test_the_order_is_the_root_of_the_runs_operation_and_names_its_cause(items: list[dict[str, Any]]) -> None:
    order = the(items, "RemoteDependencyData", "send_order")
    delivery = the(items, "RequestData", "deliver_order")
    request = the(items, "RequestData", "POST /api/runs")

    assert delivery["tags"]["ai.operation.id"] == order["tags"]["ai.operation.id"]
    assert delivery["tags"]["ai.operation.parentId"] == order["id"]
    assert "ai.operation.parentId" not in order["tags"]
    assert request["id"] in order["properties"]["_MS.links"]


def test_an_event_lies_in_traces_with_its_fields_and_its_operation(items: list[dict[str, Any]]) -> None:
    event = the(items, "MessageData", "run_ended")
    delivery = the(items, "RequestData", "deliver_order")

    assert event["severityLevel"] == 1
    assert event["properties"].items() >= {"group": "sales", "run": "r1", "added": "3"}.items()
    assert event["tags"]["ai.operation.id"] == delivery["tags"]["ai.operation.id"]


def test_an_error_lies_in_traces_too_and_keeps_its_words_to_itself(items: list[dict[str, Any]]) -> None:
    event = the(items, "MessageData", "order_failed")

    assert event["severityLevel"] == 3
    assert event["properties"]["failure.type"] == "ValueError"
    assert "ada@contoso" not in str(items)


def test_metrics_lie_in_custom_metrics_with_their_dimensions(items: list[dict[str, Any]]) -> None:
    runs, took = the(items, "MetricData", "syncs.runs"), the(items, "MetricData", "syncs.run.duration")

    assert runs["metrics"] == [{"name": "syncs.runs", "value": 1, "count": 1}]
    assert runs["properties"] == {"state": "succeeded", "mode": "sync", "trigger": "night", "reason": "none"}
    assert took["metrics"] == [{"name": "syncs.run.duration", "value": 2.5, "count": 1, "min": 2.5, "max": 2.5}]


def test_a_gauge_is_sent_once(items: list[dict[str, Any]]) -> None:
    assert the(items, "MetricData", "syncs.due")["metrics"] == [{"name": "syncs.due", "value": 5, "count": 1}]


def test_everything_names_the_app_and_the_instance(items: list[dict[str, Any]]) -> None:
    assert {item["tags"]["ai.cloud.role"] for item in items} == {"func-syncs"}
    assert {item["tags"]["ai.cloud.roleInstance"] for item in items} == {"instance-1"}


def test_queries_find_it_in_rows(items: list[dict[str, Any]]) -> None:
    rows = {(row.table, row.name): row for row in rows_of(items)}

    event, due = rows["AppTraces", "run_ended"], rows["AppMetrics", "syncs.due"]
    delivery, graph = rows["AppRequests", "deliver_order"], rows["AppDependencies", "graph_request"]
    assert (event.columns["SeverityLevel"], event.columns["ItemCount"], event.properties["added"]) == (1, 1, "3")
    assert (due.columns["Sum"], due.properties) == (5, {})
    assert event.columns["OperationId"] == delivery.columns["OperationId"] == graph.columns["OperationId"]
    assert 0 <= graph.columns["DurationMs"] <= delivery.columns["DurationMs"]
    assert delivery.columns["Success"] is graph.columns["Success"] is True
