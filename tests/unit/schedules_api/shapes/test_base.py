from __future__ import annotations

import pytest
from pydantic import TypeAdapter

from schedules_api.faults import check_shape
from schedules_api.problems import Problem
from schedules_api.shapes.base import PageQuery

PAGE = TypeAdapter(PageQuery)


@pytest.mark.parametrize(("query", "limit"), [({}, 50), ({"limit": "1"}, 1), ({"limit": "200"}, 200)])
def test_a_page_has_fifty_items_or_what_is_asked_for(query: dict[str, str], limit: int) -> None:
    assert check_shape(PAGE, query).limit == limit


@pytest.mark.parametrize("text", ["", "0", "201", "-1", "+1", "1.0", "1e2", "1_0", " 7", "\u0667", "9999999"])
def test_a_limit_is_plain_digits_from_1_to_200(text: str) -> None:
    with pytest.raises(Problem) as caught:
        check_shape(PAGE, {"limit": text})

    assert [fault.field for fault in caught.value.faults] == ["limit"]
