"""What a decision may look like."""

from __future__ import annotations

from typing import Any

import pytest

from schedules_api.faults import check_shape
from schedules_api.problems import Problem
from schedules_api.shapes.holds import DECISION, people_of

DIGEST = "9f86d081884c7d659a2feaa0c55ad015"


@pytest.mark.parametrize(
    "body",
    [
        {"approve": "all"},
        {"reject": "all"},
        {"approve": ["r-1", "r_2"]},
        {"approve": "all", "reject": ["r-1"]},
        {"approve": ["r"] * 5000},
    ],
)
def test_a_decision_names_somebody(body: dict[str, Any]) -> None:
    decision = check_shape(DECISION, {"digest": DIGEST, **body})

    assert people_of(decision.approve) == _meant(body.get("approve", []))
    assert people_of(decision.reject) == _meant(body.get("reject", []))


def _meant(choice: Any) -> Any:
    return choice if choice == "all" else frozenset(choice)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"approve": []}, "approve"),
        ({"approve": "some"}, "approve"),
        ({"approve": None}, "approve"),
        ({"approve": [1]}, "approve"),
        ({"approve": ["a b"]}, "approve"),
        ({"approve": ["a\n"]}, "approve"),
        ({"approve": {"all": True}}, "approve"),
        ({"approve": ["r"] * 5001}, "approve"),
        ({"reject": ["x" * 65]}, "reject"),
        ({"approve": "all", "more": 1}, "more"),
        ({"approve": "all", "digest": "short"}, "digest"),
        ({"approve": "all", "digest": 5}, "digest"),
    ],
)
def test_what_is_no_decision_is_told_by_its_field(body: dict[str, Any], field: str) -> None:
    with pytest.raises(Problem) as refused:
        check_shape(DECISION, {"digest": DIGEST, **body})

    assert [fault.field for fault in refused.value.faults] == [field]
