"""What operators are told of a whole night: every span, number and event that leaves the host's process."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from devkit.data_folder import claimed
from devkit.demo_workspace import WORKSPACE, as_in_the_demo, link_and_schedule, set_up_workspace
from devkit.nights import fire_midnight, look_back, until_done, until_over
from devkit.stack import Ports, Stack
from devkit.stack_settings import CLIENT_ID
from devkit.tenants.demo_tenant import DEMO_TENANT_ID, demo_tenant
from sync_core.adapters.queues.connection_trials import CONNECTION_TRIALS
from sync_core.domain.connection_trials import ConnectionTrial
from sync_core.domain.ids import GroupId, RunId
from sync_core.flows.undo_run import order_undo
from sync_core.flows.unlink_group import order_unlink
from sync_core.telemetry.catalogue import (
    CHANGES,
    DRIFT,
    DUE,
    ENQUEUED,
    ERROR,
    GRAPH_REQUESTS,
    GRAPH_RESOURCE_UNITS,
    GRAPH_THROTTLED,
    HTTP_REQUEST,
    IDS,
    METRICS,
    QUEUE_DEPTH,
    QUEUE_OLDEST_AGE,
    QUEUE_POISON,
    RUNS,
    SPANS,
)
from sync_core.telemetry.event_catalogue import ALWAYS, EVENTS, FAILURE, HTTP_EVENT
from tests.e2e.local_stack import MARKS, eventually
from tests.fakes.otlp_receiver import otlp_receiver

if TYPE_CHECKING:
    from pathlib import Path

    from devkit.nights import NightResult
    from devkit.stack import Insight
    from sync_core.telemetry.catalogue import Metric
    from tests.fakes.otlp_receiver import Received, Span

pytestmark = MARKS

TENANT = demo_tenant(30)
SALES, PARTNERS = GroupId("sales"), GroupId("partner-network")
THROTTLED: dict[str, Any] = {"path": r"/members\?", "nth": 1, "status": 429, "headers": {"Retry-After": "1"}}
UNKNOWN_TOKEN = "no-such-consent"


@dataclass(frozen=True)
class Told:
    """What was received of the night, and what the night did. *token*: with which the API was called."""

    received: Received
    night: NightResult
    by_hand: RunId
    token: str


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return asyncio.run(a_night(tmp_path_factory.mktemp("night")))


async def a_night(folder: Path) -> Told:
    async with otlp_receiver() as (endpoint, received):
        settings = {"TELEMETRY": "otlp", "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}
        with claimed(folder, kind="demo", afresh=True) as data:
            async with Stack(data, Ports(), more_settings=settings) as stack:
                await stack.load_tenant(DEMO_TENANT_ID, TENANT)
                async with stack.insight() as insight:
                    night = await the_night(stack, insight, received)
                    by_hand, token = await by_the_api(stack, insight)
                    await the_rest(insight)
                await stack.stop_host()
    return Told(received, night, by_hand, token)


async def the_night(stack: Stack, insight: Insight, received: Received) -> NightResult:
    """Live through a midnight in which Graph throttles once, and through the timers behind it."""
    await set_up_workspace(insight.services, tenant=DEMO_TENANT_ID)
    tonight = datetime.now(UTC).date()
    await link_and_schedule(insight.services, as_in_the_demo(TENANT.groups, tonight=tonight))
    await stack.control.add_fault(THROTTLED)
    await stack.start_host()
    await stack.control.forget_requests()
    await fire_midnight(stack.url)
    await until_done(insight, tonight)
    night = await look_back(stack, insight, tonight)
    for timer in ("observe", "watch_over"):
        await fire(stack.url, timer)

    async def came_to_rest() -> bool:
        return {"observe", "watch_over"} <= {span.name for span in received.spans}

    await eventually(came_to_rest)
    return night


async def fire(url: str, timer: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        (await http.post(f"{url}/admin/functions/{timer}", json={})).raise_for_status()


async def by_the_api(stack: Stack, insight: Insight) -> tuple[RunId, str]:
    """Start a run as a person would, whose id travels in the request."""
    token = await stack.control.mint_token(
        DEMO_TENANT_ID, audience=CLIENT_ID, roles=["Schedules.Manage"], person="Local admin", service=None
    )
    headers = {"Authorization": f"Bearer {token}", "X-Request-Id": "a-request"}
    async with httpx.AsyncClient(base_url=stack.url, trust_env=False, headers=headers) as http:
        answer = await http.post(f"/api/workspaces/{WORKSPACE}/groups/{SALES}/runs", json={"mode": "sync"})
        (await http.get("/api/workspaces/demo/recipients?search=nobody%40contoso.example")).raise_for_status()
    assert answer.status_code == httpx.codes.ACCEPTED, answer.text
    run = RunId(answer.json()["runId"])
    await until_over(insight, SALES, run)
    return run, token


async def the_rest(insight: Insight) -> None:
    """Undo a run, end a link, and try a connection that nobody waits for."""
    services = insight.services
    [night] = [run async for run in services.runs.newest_first(WORKSPACE, PARTNERS)]
    undo = await order_undo(services, WORKSPACE, PARTNERS, night.id)
    await until_over(insight, PARTNERS, undo.id)
    unlink = await order_unlink(services, WORKSPACE, PARTNERS)
    await until_over(insight, PARTNERS, unlink.id)
    await services.trials.send(ConnectionTrial(WORKSPACE, UNKNOWN_TOKEN), delay=timedelta(0))

    async def tried() -> bool:
        return await insight.queues.depth(CONNECTION_TRIALS) == 0

    await eventually(tried)


def traces(told: Told) -> dict[str, list[Span]]:
    found = defaultdict(list)
    for span in told.received.spans:
        found[span.trace].append(span)
    return found


def trace_of(told: Told, group: GroupId, run: RunId) -> list[Span]:
    """Return the spans of the one trace in which a run of *group* was worked on; a night's id is no group's own."""
    [trace] = {
        span.trace
        for span in named(told.received.spans, "deliver_order")
        if is_of(span, group) and span.attributes["run"] == run
    }
    return traces(told)[trace]


def named(spans: list[Span], name: str) -> list[Span]:
    return [span for span in spans if span.name == name]


def last(told: Told, metric: Metric, **dimensions: str) -> float:
    """Return what was said last: counters are sent as sums so far, gauges as they stand."""
    latest = {
        tuple(sorted(number.dimensions.items())): number.value
        for number in told.received.numbers
        if number.metric == metric.name and dimensions.items() <= number.dimensions.items()
    }
    return sum(latest.values())


class TestTraces:
    def test_each_run_of_the_night_is_one_connected_trace(self, told: Told) -> None:
        """From the order that the timer sent, over its delivery, to Graph, to storage and to its end."""
        for group in told.night.due:
            assert group.run is not None
            spans = trace_of(told, group.group.id, group.run.id)
            by_id = {span.id: span for span in spans}
            [top] = [span for span in spans if span.parent not in by_id]

            assert (top.name, top.parent, top.attributes["night"]) == ("send_order", "", str(told.night.night))
            assert {span.attributes["group"] for span in spans} == {group.group.id}
            names = {span.name for span in spans}
            assert {"deliver_order", "claim_run", "sync_group", "read_group", "take_out", "close_run"} <= names
            [sync] = named(spans, "sync_group")
            assert sync.attributes["run"] == group.run.id
            below = [span for span in spans if sync.id in ancestors(span, by_id)]
            assert "members" in {span.attributes["operation"] for span in named(below, "graph_request")}
            assert {"Journal", "Recipients", "Members"} <= {
                span.attributes["table"] for span in named(below, "table_write")
            }

    def test_the_timer_has_caused_each_of_them(self, told: Told) -> None:
        [timer] = named(told.received.spans, "enqueue_due")
        orders = [span for span in named(told.received.spans, "send_order") if span.attributes.get("night")]

        assert {order.attributes["group"] for order in orders} == {group.group.id for group in told.night.due}
        assert {order.causes for order in orders} == {(timer.id,)}
        assert len({order.trace for order in orders} | {timer.trace}) == len(orders) + 1
        assert timer.attributes["orders"] == len(orders)

    def test_a_run_by_hand_was_caused_by_a_request(self, told: Told) -> None:
        spans = trace_of(told, SALES, told.by_hand)
        [request] = [span for span in told.received.spans if span.id in root(spans).causes]

        assert request.name == "POST /api/workspaces/{workspaceId}/groups/{groupId}/runs"
        assert request.role == "server"
        assert request.attributes["request"] == "a-request"
        assert request.attributes["http.response.status_code"] == httpx.codes.ACCEPTED
        assert "sync_group" in {span.name for span in spans}

    def test_what_graph_throttled_is_seen_where_it_was_waited_for(self, told: Told) -> None:
        [waited] = [span for span in named(told.received.spans, "graph_request") if span.attributes["tries"] > 1]

        assert (waited.attributes["operation"], waited.attributes["tries"], waited.failed) == ("members", 2, False)
        assert waited.attributes["run"]

    def test_the_end_of_each_run_is_an_event_in_its_trace(self, told: Told) -> None:
        events = [event for event in told.received.events if event.name == "run_ended"]
        ended = {(event.attributes["group"], event.attributes["run"]): event for event in events}

        for group in told.night.due:
            assert group.run is not None
            event = ended[group.group.id, group.run.id]
            assert {span.trace for span in trace_of(told, group.group.id, group.run.id)} == {event.trace}
            assert event.attributes["workspace"] == WORKSPACE
            assert event.attributes["added"] == group.run.counts.added

    def test_only_the_products_own_spans_leave_it(self, told: Told) -> None:
        """The SDKs below can open spans of theirs, with the addresses that they call."""
        names = {kind.name for kind in SPANS if not kind.pattern}
        others = {span for span in (one.name for one in told.received.spans) if span not in names}

        assert all(name.partition(" ")[0] in {"GET", "POST"} and "/{workspaceId}/" in name for name in others)

    def test_every_span_of_the_catalogue_is_told(self, told: Told) -> None:
        roles = {span.name: span.role for span in told.received.spans}

        assert {kind.name: roles.get(kind.name) for kind in SPANS if not kind.pattern} == {
            kind.name: kind.role.value for kind in SPANS if not kind.pattern
        }

    def test_each_carries_what_the_catalogue_says(self, told: Told) -> None:
        kinds = {kind.name: kind for kind in SPANS}
        for span in told.received.spans:
            kind = kinds.get(span.name, HTTP_REQUEST)
            assert set(span.attributes) <= {*kind.attributes, *IDS, ERROR}, span.name
        seen: defaultdict[str, set[str]] = defaultdict(set)
        for span in told.received.spans:
            seen[kinds.get(span.name, HTTP_REQUEST).name] |= set(span.attributes)
        for kind in SPANS:
            assert set(kind.attributes) <= seen[kind.name], kind.name


class TestNumbers:
    def test_every_metric_of_the_catalogue_is_told_and_no_other(self, told: Told) -> None:
        sent = {(number.metric, number.unit) for number in told.received.numbers}

        assert sent == {(metric.name, metric.unit) for metric in METRICS}

    def test_each_has_the_dimensions_of_the_catalogue(self, told: Told) -> None:
        dimensions = {metric.name: set(metric.dimensions) for metric in METRICS}

        assert all(set(number.dimensions) == dimensions[number.metric] for number in told.received.numbers)

    def test_the_night_is_due_and_enqueued(self, told: Told) -> None:
        assert last(told, DUE) == last(told, ENQUEUED) == len(told.night.due)

    def test_runs_and_changes_are_those_of_the_records(self, told: Told) -> None:
        added = sum(group.run.counts.added for group in told.night.due if group.run)

        assert last(told, RUNS, trigger="night", state="succeeded", mode="sync") == len(told.night.due)
        assert last(told, RUNS, mode="undo") == last(told, RUNS, mode="unlink") == 1
        assert last(told, CHANGES, kind="added", mode="sync") == added
        assert last(told, DRIFT) == 0

    def test_graph_requests_are_counted_one_by_one(self, told: Told) -> None:
        """What the simulator served in the night, the throttled one included; then two more runs of one group."""
        throttled = last(told, GRAPH_REQUESTS, status="429")
        later = [span for span in named(told.received.spans, "graph_request") if span.trace not in of_the_night(told)]

        assert throttled == last(told, GRAPH_THROTTLED) == 1
        assert last(told, GRAPH_REQUESTS) == told.night.graph_requests + len(later)
        assert last(told, GRAPH_REQUESTS, operation="members", status="200") >= len(told.night.due)
        assert last(told, GRAPH_RESOURCE_UNITS) >= last(told, GRAPH_REQUESTS, status="200")

    def test_the_queues_are_told_to_be_empty(self, told: Told) -> None:
        for metric in (QUEUE_DEPTH, QUEUE_OLDEST_AGE, QUEUE_POISON):
            assert last(told, metric) == 0


class TestEvents:
    def test_every_event_is_in_the_catalogue_with_its_fields(self, told: Told) -> None:
        for event in told.received.events:
            expected = {*EVENTS[event.name], *(HTTP_EVENT if event.name.startswith("request_") else ())}
            assert expected <= {*event.attributes, "seconds"}, event.name
            assert set(event.attributes) <= {*expected, *ALWAYS, *FAILURE}, event.name

    def test_the_nights_events_are_told(self, told: Told) -> None:
        names = {event.name for event in told.received.events}

        assert {"midnight", "night_enqueued", "run_ended", "watch", "request_answered", "run_ordered"} <= names


def test_nothing_that_leaves_names_a_person_an_address_or_a_secret(told: Told) -> None:
    said = b"\n".join(told.received.bodies).decode(errors="replace")
    people = [user for user in TENANT.users if user.get("mail")]
    private = {text for user in people for text in (user["mail"], user["userPrincipalName"], user["displayName"])}

    assert len(private) > len(people)
    assert [text for text in private if text in said] == []
    assert told.token not in said
    assert "Bearer" not in said
    assert "skiptoken" not in said
    assert "http://" not in said
    assert "https://" not in said
    assert "nobody" not in said
    assert UNKNOWN_TOKEN not in said


def test_the_service_says_its_name(told: Told) -> None:
    assert told.received.service_names == {"scheduled-syncs"}


def of_the_night(told: Told) -> set[str]:
    return {span.trace for span in named(told.received.spans, "send_order") if span.attributes.get("night")}


def root(spans: list[Span]) -> Span:
    by_id = {span.id for span in spans}
    [top] = [span for span in spans if span.parent not in by_id]
    return top


def ancestors(span: Span, by_id: dict[str, Span]) -> set[str]:
    found = set()
    while span.parent in by_id:
        span = by_id[span.parent]
        found.add(span.id)
    return found


def is_of(span: Span, group: GroupId) -> bool:
    return span.attributes.get("group") == group
