from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules_api.paging import token_behind
from schedules_api.problems import Problem
from schedules_api.schedule_places import place_in, token_of
from sync_core.domain.ids import GroupId
from sync_core.domain.schedule_list import ListPlace, ScheduleQuery, SortBy
from tests.builders import MIDNIGHT

QUERY = ScheduleQuery()
PLACE = ListPlace("sales", GroupId("g1"), MIDNIGHT)
SAID = ["name", False, "sales", "g1", MIDNIGHT.isoformat()]


def token(said: Any) -> str | None:
    return token_behind(json.dumps(said), of="schedules")


@given(value=st.none() | st.text(max_size=100), sort=st.sampled_from(SortBy), descending=st.booleans())
def test_a_token_brings_its_place_back(value: str | None, sort: SortBy, descending: bool) -> None:
    query = ScheduleQuery(sort=sort, descending=descending)
    place = ListPlace(value, GroupId("g1"), MIDNIGHT)

    assert place_in(token_of(place, query), query, now=MIDNIGHT) == place


@pytest.mark.parametrize("letter", ["a", "ä", "\U0001f680", "\ud800", "\x00"])
def test_a_token_fits_what_a_query_may_hold(letter: str) -> None:
    """A name counts with its first 100 characters, an id has up to 64."""
    made = token_of(ListPlace(letter * 100, GroupId("g" * 64), MIDNIGHT), QUERY)

    assert made is not None
    assert re.fullmatch("[A-Za-z0-9_-]{1,2000}", made)


def test_what_is_filtered_may_change_from_page_to_page() -> None:
    made = token_of(PLACE, QUERY)

    assert place_in(made, ScheduleQuery(text="sales"), now=MIDNIGHT) == PLACE


@pytest.mark.parametrize("query", [ScheduleQuery(sort=SortBy.NEXT_RUN), ScheduleQuery(descending=True)])
def test_a_token_of_another_order_is_refused(query: ScheduleQuery) -> None:
    with pytest.raises(Problem):
        place_in(token_of(PLACE, query), QUERY, now=MIDNIGHT)


@pytest.mark.parametrize("days", [-1, 1])
def test_a_token_lasts_a_day(days: int) -> None:
    made = token_of(PLACE, QUERY)

    assert place_in(made, QUERY, now=MIDNIGHT + timedelta(days=days)) == PLACE
    with pytest.raises(Problem):
        place_in(made, QUERY, now=MIDNIGHT + timedelta(days=days, seconds=days))


def test_times_of_any_zone_are_the_same_place() -> None:
    elsewhere = MIDNIGHT.astimezone(timezone(timedelta(hours=2)))

    assert place_in(token([*SAID[:4], elsewhere.isoformat()]), QUERY, now=MIDNIGHT) == PLACE


@pytest.mark.parametrize(
    "said",
    [
        None,
        7,
        "text",
        {},
        [],
        SAID[:4],
        [*SAID, 1],
        ["name", 0, "sales", "g1", []],
        ["name", False, 7, "g1", MIDNIGHT.isoformat()],
        ["name", False, "sales", 7, MIDNIGHT.isoformat()],
        ["name", False, "sales", "../x", MIDNIGHT.isoformat()],
        ["name", False, "sales", "g1", "yesterday"],
        ["name", False, "sales", "g1", None],
        ["name", False, "sales", "g1", MIDNIGHT.replace(tzinfo=None).isoformat()],
        ["name", False, "sales", "g1", datetime.max.replace(tzinfo=UTC).isoformat()],
        ["name", False, "sales", "g1", datetime.min.replace(tzinfo=UTC).isoformat()],
    ],
)
def test_what_no_list_gave_out_is_refused(said: Any) -> None:
    with pytest.raises(Problem) as refused:
        place_in(token(said), QUERY, now=MIDNIGHT)

    assert [fault.field for fault in refused.value.faults] == ["continuationToken"]


@given(st.text() | st.recursive(st.none() | st.text(), st.lists).map(token))
def test_no_text_breaks_the_reading_of_tokens(text: str | None) -> None:
    with suppress(Problem):
        place_in(text, QUERY, now=MIDNIGHT)


def test_at_the_end_there_is_no_token_and_without_one_a_list_begins() -> None:
    assert token_of(None, QUERY) is None
    assert place_in(None, QUERY, now=MIDNIGHT) is None
