"""Going through a list page by page shows what asking for everything at once would, whatever changes in between."""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from sync_core.domain.eligibility import Circumstances
from sync_core.domain.glance import Glance
from sync_core.domain.ids import GroupId
from sync_core.domain.runs import RunState, manual_run_id
from sync_core.domain.schedule import Cadence
from sync_core.domain.schedule_list import ScheduleQuery, SortBy, page_of
from sync_core.domain.schedule_state import ScheduleState, status_of
from tests.builders import (
    MIDNIGHT,
    a_connection,
    a_linked_group,
    a_rulebook,
    a_run_summary,
    a_schedule,
    a_workspace,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sync_core.domain.schedule_list import ListPlace
    from sync_core.domain.schedule_state import ScheduleStatus

    Row = tuple[str, Cadence, bool, tuple[RunState, int] | None]
    Rows = Mapping[str, Row]

NOW = MIDNIGHT + timedelta(hours=23, minutes=59)
ENDED = (RunState.SUCCEEDED, RunState.SUCCEEDED_WITH_WARNINGS, RunState.HELD, RunState.FAILED, RunState.SKIPPED)

#  Few of each, so that equal values are common, and letters whose cases and composed forms differ.
names = st.sampled_from(["Sales", "sales", "SALES east", "Straße", "STRASSE", "Zoé", "Zoe\u0301", "", "\ud800"])
cadences = st.sampled_from([Cadence("daily"), Cadence("weekly", 1), Cadence("weekly", 3)])
minutes = st.integers(0, 3)
last_runs = st.none() | st.tuples(st.sampled_from(ENDED), minutes)
rows = st.tuples(names, cadences, st.sampled_from([True, True, False]), last_runs)
workspaces = st.dictionaries(st.sampled_from([f"g{number}" for number in range(12)]), rows, max_size=12)
large_workspaces = st.fixed_dictionaries({f"g{number}": rows for number in range(7)})
queries = st.builds(
    ScheduleQuery,
    states=st.just(frozenset()) | st.frozensets(st.sampled_from(ScheduleState), max_size=3),
    text=st.sampled_from(["", "", "", "sal", "strasse", "zoé", "EAST sales", "nobody"]),
    sort=st.sampled_from(SortBy),
    descending=st.booleans(),
)


def status(group: str, row: Row, now: datetime) -> ScheduleStatus:
    name, cadence, enabled, ended = row
    glance = Glance()
    if ended is not None:
        state, minute = ended
        started = MIDNIGHT - timedelta(minutes=minute)
        run = manual_run_id(started, request="1")
        glance = Glance(last=a_run_summary(id=run, state=state, started_at=started, ended_at=MIDNIGHT))
    schedule = a_schedule(cadence, enabled=enabled)
    around = Circumstances(
        a_linked_group(id=GroupId(group), name=name), a_workspace(), a_connection(), schedule, a_rulebook()
    )
    return status_of(around, schedule, glance, at_work=None, now=now)


def seen(everything: Rows, now: datetime) -> list[ScheduleStatus]:
    return [status(group, row, now) for group, row in everything.items()]


def expected(everything: Sequence[ScheduleStatus], query: ScheduleQuery) -> list[str]:
    """Return the groups of the whole list, found the simplest way."""

    def folded(text: str) -> str:
        return unicodedata.normalize("NFKC", text).casefold()

    wanted = [
        one
        for one in everything
        if all(word in folded(one.group.name) for word in folded(query.text).split())
        and (not query.states or one.state in query.states)
    ]

    def value(one: ScheduleStatus) -> object:
        if query.sort is SortBy.NAME:
            return one.group.name.casefold()
        if query.sort is SortBy.NEXT_RUN:
            return one.next_run
        return None if one.last_run is None else one.last_run.started_at

    by_value: dict[object, list[str]] = {}
    for one in sorted(wanted, key=lambda one: one.group.id):
        by_value.setdefault(value(one), []).append(one.group.id)
    last = by_value.pop(None, [])
    order = sorted(by_value, reverse=query.descending)  # type: ignore[type-var]
    return [group for key in order for group in by_value[key]] + last


@given(everything=workspaces, query=queries, limit=st.integers(1, 13))
def test_the_pages_are_the_whole_list(everything: Rows, query: ScheduleQuery, limit: int) -> None:
    statuses = seen(everything, NOW)
    shown: list[str] = []
    after: ListPlace | None = None
    while True:
        page = page_of(statuses, query, limit=limit, after=after, now=NOW)
        shown += [one.group.id for one in page.schedules]
        assert page.total == len(expected(statuses, query))
        after = page.goes_on
        if after is None:
            break
        assert len(page.schedules) == limit

    assert shown == expected(statuses, query)


@given(everything=workspaces, query=queries)
def test_the_counts_are_those_of_all_that_the_text_finds(everything: Rows, query: ScheduleQuery) -> None:
    statuses = seen(everything, NOW)
    page = page_of(statuses, query, limit=1, after=None, now=NOW)

    assert set(page.states) == set(ScheduleState)
    for state, count in page.states.items():
        only = ScheduleQuery(frozenset({state}), query.text)
        assert count == len(expected(statuses, only))


@given(everything=large_workspaces, query=queries, limit=st.integers(1, 5), data=st.data())
def test_whatever_changes_in_between_the_others_are_seen_once(
    everything: Rows,
    query: ScheduleQuery,
    limit: int,
    data: st.DataObject,
) -> None:
    """Groups come, go and move between two pages, and it becomes midnight."""
    changed = data.draw(st.dictionaries(st.sampled_from(sorted(everything)), st.none() | rows, max_size=4))
    later = {**everything, **{group: row for group, row in changed.items() if row is not None}}
    for group, row in changed.items():
        if row is None:
            later.pop(group, None)
    first = page_of(seen(everything, NOW), query, limit=limit, after=None, now=NOW)
    shown = [one.group.id for one in first.schedules]
    after, now = first.goes_on, NOW + timedelta(minutes=5)
    while after is not None:
        page = page_of(seen(later, now), query, limit=limit, after=after, now=now)
        shown += [one.group.id for one in page.schedules]
        after = page.goes_on

    untouched = [group for group in expected(seen(everything, NOW), query) if group not in changed]
    assert [group for group in shown if group in untouched] == untouched
