"""The tables of alerts and workbook parts fit the modules that read them, and every query file is used."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.infra.bicep import INFRA, PROJECT, bicep

ALERTS: list[dict[str, Any]] = json.loads((INFRA / "alerts.json").read_text("utf-8"))
PARTS: list[dict[str, Any]] = json.loads((INFRA / "workbook.json").read_text("utf-8"))
#  learn.microsoft.com, "Microsoft.Insights scheduledQueryRules": how often, and over how long, a query is asked.
FREQUENCIES = {
    "PT1M",
    "PT5M",
    "PT10M",
    "PT15M",
    "PT30M",
    "PT45M",
    "PT1H",
    "PT2H",
    "PT3H",
    "PT4H",
    "PT5H",
    "PT6H",
    "P1D",
}
WINDOWS = FREQUENCIES | {"P2D"}


def loaded(module: str) -> dict[str, str]:
    """Return the file that *module* loads for each query that it names."""
    queries = bicep(f"app/{module}.bicep").variables["queries"]
    return {name: re.findall(r"\.\./queries/([\w-]+\.kql)", text)[0] for name, text in queries.items()}


@pytest.mark.parametrize(("module", "rows"), [("alerts", ALERTS), ("workbook", PARTS)])
def test_a_module_loads_the_queries_of_its_table(module: str, rows: list[dict[str, Any]]) -> None:
    assert set(loaded(module)) == {row["query"] for row in rows}


@pytest.mark.parametrize("module", ["alerts", "workbook"])
def test_a_query_is_named_as_its_file(module: str) -> None:
    assert {name: f"{name}.kql" for name in loaded(module)} == loaded(module)


def test_every_query_file_is_used_and_exists() -> None:
    files = {file.name for file in (INFRA / "queries").glob("*.kql")}

    assert {*loaded("alerts").values(), *loaded("workbook").values()} == files


def test_every_alert_says_all_that_a_rule_needs() -> None:
    needed = {"name", "title", "description", "query", "severity", "every", "window", "runbook"}

    assert [row for row in ALERTS if set(row) != needed] == []


def test_alerts_are_asked_as_often_as_azure_allows() -> None:
    assert {row["every"] for row in ALERTS} <= FREQUENCIES
    assert {row["window"] for row in ALERTS} <= WINDOWS
    assert {row["severity"] for row in ALERTS} <= {0, 1, 2, 3, 4}


def test_alerts_can_be_made_before_there_is_a_row() -> None:
    """A query is refused whose table is not there yet, and in a new workspace some are not."""
    assert bicep("app/alerts.bicep").resources["rules"]["properties"]["skipQueryValidation"] is True


def test_alerts_have_names_of_their_own() -> None:
    assert len({row["name"] for row in ALERTS}) == len(ALERTS)


def test_every_alert_points_to_a_page_that_exists() -> None:
    pages = {row["runbook"].partition("#")[0] for row in ALERTS}

    assert [page for page in pages if not (PROJECT / page).is_file()] == []


def test_every_part_says_all_that_the_workbook_needs() -> None:
    assert [row for row in PARTS if set(row) != {"name", "title", "query", "visualization", "size"}] == []
