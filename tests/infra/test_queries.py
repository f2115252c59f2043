"""Alerts, workbook and runbook ask for what is really emitted, and point to each other."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.infra.bicep import INFRA, PROJECT, bicep
from tests.infra.complaints import complaints
from tests.infra.emitted import CATALOGUE
from tests.infra.kql import QUERIES, filled_in, parameters_of, understood

if TYPE_CHECKING:
    from tests.infra.kql import Query

ALERTS = json.loads((INFRA / "alerts.json").read_text(encoding="utf-8"))
PARTS = json.loads((INFRA / "workbook.json").read_text(encoding="utf-8"))
RUNBOOK = (PROJECT / "docs" / "runbook.md").read_text(encoding="utf-8")
WORKBOOK = bicep("app/workbook.bicep")

#  What nobody may take away: issue by issue what an operator has to hear of.
WATCHED = {
    "night-missing",
    "oldest-order-waits",
    "poison-not-empty",
    "runs-fail",
    "removals-spike",
    "holds-wait",
    "consent-lost",
    "drift",
    "graph-throttles",
    "storage-errors",
}

#  learn.microsoft.com, "Microsoft.Insights scheduledQueryRules": what they can be evaluated by.
_MINUTES = {"PT5M": 5, "PT10M": 10, "PT15M": 15, "PT30M": 30, "PT1H": 60, "P1D": 1440, "P2D": 2880}


#  What stands for the operator's words where the workbook asks for some.
ENTERED = "what is entered"

#  Each says one thing that is not so: of the language, of the tables, or of what is emitted.
SLIPS = {
    'AppTrace | where Message == "run_ended"': "any known table",
    'AppTraces | where Message == "run_ended" | summarise X = count()': "Query operator expected",
    'AppTraces | where Message == "run_ended" | project Tine': "The name 'Tine' does not refer to any known column",
    'AppTraces | where Name == "run_ended"': "The name 'Name' does not refer to any known column",
    'AppTraces | where Message == "run_ended" | summarize Added = sum(Properties.added)': "must be summable",
    'AppTraces | where Message == "run_ended" | summarize count() by Properties.mode': "'dynamic' is not allowed",
    'AppTraces | where Message == "run_ended" and TimeGenerated > 3': "not defined for the operand types",
    'AppTraces | where Message == "run_endet"': "never emitted into AppTraces: run_endet",
    'AppTraces | where Message in ("run_ended", "runs")': "never emitted into AppTraces: runs",
    'AppTraces | where Message != "runs"': "never emitted into AppTraces: runs",
    'let name = "runs"; AppTraces | where Message == name': "never emitted into AppTraces: runs",
    'AppTraces | where Message == strcat("run", "s")': "not said, which Message",
    'AppMetrics | summarize Due = sumif(Sum, Name == "syncs.dew")': "never emitted into AppMetrics: syncs.dew",
    'AppDependencies | where Name == "deliver_order"': "never emitted into AppDependencies: deliver_order",
    'AppRequests | where Name == "table_write"': "never emitted into AppRequests: table_write",
    'let sent = AppRequests | project What = Name; sent | where What == "table_write"': (
        "never emitted into AppRequests: table_write"
    ),
    'AppMetrics | where Name == "syncs.due" and Properties.queue == "group-syncs"': "not carried by syncs.due: queue",
    'AppTraces | where Message == "run_ended" | project Properties["run_id"]': "not carried by run_ended: run_id",
    'AppTraces | where Message == "run_ended" | where tolong(Properties.stat) > 1': "not carried by run_ended: stat",
    'AppTraces | where Message == "run_ended"; AppTraces | where Message == "midnight" | project Properties.night': (
        "not carried by midnight: night"
    ),
    'AppDependencies | where Name == "table_read" | project Properties["error.type"]': (
        "not carried by table_read: error.type"
    ),
    'AppTraces | where Message == "watch_failed" | project Properties.failure.type': (
        "no name of a property: failure.type"
    ),
    'AppTraces | where Message == "run_ended" and Properties.added > 1': "text compared with a number: added",
    'AppTraces | where Message == "run_ended" and Properties.state == "broken"': "never the state: broken",
    'AppTraces | where Message == "run_ended" | extend S = tostring(Properties.state) | where S == "broken"': (
        "never the state: broken"
    ),
}


@pytest.fixture(scope="module")
def read() -> dict[str, Query]:
    """Return what the queries mean, by their names, and the slips, by their text."""
    queries = {name: filled_in(text, dict.fromkeys(parameters_of(text), ENTERED)) for name, text in QUERIES.items()}
    return understood({**queries, **{slip: slip for slip in SLIPS}})


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_asks_for_what_is_emitted(read: dict[str, Query], name: str) -> None:
    assert complaints(read[name], CATALOGUE, entered=ENTERED) == []


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_of_the_pen_is_noticed(read: dict[str, Query], slip: str) -> None:
    assert [said for said in complaints(read[slip], CATALOGUE, entered=ENTERED) if SLIPS[slip] in said]


@pytest.mark.parametrize("name", QUERIES)
def test_what_a_query_looks_for_has_a_name(read: dict[str, Query], name: str) -> None:
    """Rows of a table without one are counted whatever they are; severity and run are the exceptions."""
    unnamed = [reading for reading in read[name].readings if not reading.about]

    assert all({"SeverityLevel", ("run",)} & {one.of for one in reading.comparisons} for reading in unnamed)


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_begins_with_a_sentence_on_what_it_shows(name: str) -> None:
    assert re.match(r"// [A-Z].*\.\n", QUERIES[name])


def test_every_query_is_shown_and_no_other() -> None:
    assert {part["query"] for part in PARTS} == set(QUERIES)
    assert len(PARTS) == len(QUERIES)


def test_what_has_to_be_watched_is() -> None:
    assert {alert["name"] for alert in ALERTS} == WATCHED
    assert len(ALERTS) == len(WATCHED)


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: str(alert["name"]))
def test_an_alert_has_a_query_and_a_page_of_the_runbook(alert: dict[str, str]) -> None:
    assert alert["query"] in QUERIES
    assert alert["runbook"] == f"docs/runbook.md#{alert['name']}"
    assert f"\n## {alert['name']}\n" in RUNBOOK


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: str(alert["name"]))
def test_an_alert_looks_often_enough_at_what_has_come(alert: dict[str, Any]) -> None:
    assert alert["severity"] in range(5)
    assert _MINUTES[alert["every"]] <= _MINUTES[alert["window"]]


@pytest.mark.parametrize("name", [alert["name"] for alert in ALERTS])
def test_a_page_of_the_runbook_tells_all_four(name: str) -> None:
    page = RUNBOOK.split(f"\n## {name}\n")[1].split("\n## ")[0]

    assert [line for line in re.findall(r"\*\*(.+?)\.\*\*", page) if line in _TOLD] == _TOLD


_TOLD = ["What it means", "How to look", "What to do", "When to worry"]


def test_the_runbook_names_queries_that_exist() -> None:
    named = set(re.findall(r"`(\w+)\.kql`", RUNBOOK))

    assert named <= set(QUERIES)
    assert {alert["query"] for alert in ALERTS} <= named


@pytest.mark.parametrize(
    ("module", "used"),
    [("app/alerts.bicep", {alert["query"] for alert in ALERTS}), ("app/workbook.bicep", set(QUERIES))],
)
def test_bicep_loads_each_query_under_its_own_name(module: str, used: set[str]) -> None:
    loaded = bicep(module).variables["queries"]

    assert loaded == {name: f"load_text_content(../queries/{name}.kql)" for name in used}


def test_what_a_query_asks_the_operator_for_is_a_parameter_of_the_workbook() -> None:
    asked = {name for query in QUERIES.values() for name in parameters_of(query)}
    parameters = {
        parameter["name"].strip("'") for parameter in WORKBOOK.variables["timeRange"]["content"]["parameters"]
    }

    assert asked <= parameters


def test_no_alert_asks_the_operator_for_anything() -> None:
    assert not [alert["name"] for alert in ALERTS if parameters_of(QUERIES[alert["query"]])]
