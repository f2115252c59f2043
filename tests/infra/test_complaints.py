"""What is found where a query asks for something that real rows do not hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.app_tables import Row
from tests.infra.complaints import complaints
from tests.infra.emitted import seen_in
from tests.infra.kql import filled_in, parameters_of, understood

if TYPE_CHECKING:
    from tests.infra.kql import Query

EMITTED = seen_in(
    [
        Row("AppDependencies", {"Name": "table_read", "Success": True, "ItemCount": 1}, {"status": "200"}),
        Row("AppDependencies", {"Name": "table_write", "Success": False, "DurationMs": 0.5}, {"status": "409"}),
        Row("AppMetrics", {"Name": "syncs.queue.poison", "Sum": 0}, {"queue": "group-syncs"}),
        Row("AppTraces", {"Message": "run_ended", "SeverityLevel": 1}, {"state": "failed", "added": "3"}),
    ]
)
ASKED = {
    'AppDependencies | where Name == "table_write" and Success == false': [],
    'AppDependencies | where Name == "table_read" and Success == false': ["never the Success: False"],
    'AppDependencies | where Name in ("table_read", "table_write") | where Success == false': [],
    'AppDependencies | where Name == "table_read" | summarize max(DurationMs)': [
        "always empty for table_read: DurationMs"
    ],
    'AppDependencies | where Name == "table_read" | where tolong(Properties.status) >= 400': [
        "never the status: 400"
    ],
    'AppMetrics | where Name == "syncs.queue.poison" and Sum > 0': ["never the Sum: 0"],
    'let fewest = 0; AppMetrics | where Name == "syncs.queue.poison" and Sum >= fewest': [],
    "AppTraces | where SeverityLevel >= 2": ["never the SeverityLevel: 2"],
    'AppTraces | where Message == "run_ended" and Properties.state != "skipped"': ["never the state: skipped"],
    'AppTraces | where Message == "run_ended" | where tolong(Properties.added) != 0': [],
    'AppRequests | where Name == "deliver_order"': ["nothing lies in AppRequests"],
}


@pytest.fixture(scope="module")
def read() -> dict[str, Query]:
    return understood({text: text for text in ASKED})


@pytest.mark.parametrize("text", ASKED)
def test_what_no_row_holds_is_told(read: dict[str, Query], text: str) -> None:
    assert complaints(read[text], EMITTED) == ASKED[text]


def test_a_query_is_filled_in_as_the_workbook_does() -> None:
    text = 'let asked = split("{Run}", "/"); let who = "{Person}";'

    assert parameters_of(text) == {"Run", "Person"}
    assert filled_in(text, {"Run": "a/b/c", "Person": "r-1"}) == 'let asked = split("a/b/c", "/"); let who = "r-1";'
