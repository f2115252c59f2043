"""Which schedules a list shows, in which order, and where its next page goes on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sync_core.domain.schedule import next_run
from sync_core.domain.schedule_state import ScheduleState
from sync_core.domain.text_search import holds, words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from sync_core.domain.ids import GroupId
    from sync_core.domain.schedule import Cadence
    from sync_core.domain.schedule_state import ScheduleStatus

    Values = Callable[[ScheduleStatus], str | None]

#  Enough to tell names apart; groups that share so much of theirs are told apart by their ids.
_COMPARED_OF_A_NAME = 100


class SortBy(StrEnum):
    """``lastRun``: when it began, or was skipped."""

    NAME = "name"
    NEXT_RUN = "nextRun"
    LAST_RUN = "lastRun"


@dataclass(frozen=True, slots=True)
class ScheduleQuery:
    """What a list is to show. No *states*: all of them. *text*: each of its words stands in the group's name."""

    states: AbstractSet[ScheduleState] = frozenset()
    text: str = ""
    sort: SortBy = SortBy.NAME
    descending: bool = False


@dataclass(frozen=True, slots=True)
class ListPlace:
    """Behind which schedule a page goes on: by what it was sorted by, so that it may be gone or have moved by then.

    *as_of*: when the first page was made. At midnight all next runs move on; the order of the pages must not.
    """

    value: str | None
    group: GroupId
    as_of: datetime


@dataclass(frozen=True, slots=True)
class SchedulesPage:
    """*total*: how many the list shows on all its pages. *states*: how many the text finds in each state."""

    schedules: Sequence[ScheduleStatus]
    total: int
    states: Mapping[ScheduleState, int]
    goes_on: ListPlace | None = None


def page_of(
    everything: Sequence[ScheduleStatus],
    query: ScheduleQuery,
    *,
    limit: int,
    after: ListPlace | None,
    now: datetime,
) -> SchedulesPage:
    """Return the page of up to *limit* schedules behind *after*. Those without a value to sort by come last."""
    words = words_of(query.text)
    found = [status for status in everything if holds(words, status.group.name)]
    counted = Counter(status.state for status in found)
    wanted = [status for status in found if not query.states or status.state in query.states]
    as_of = now if after is None else after.as_of
    values = _values(query.sort, as_of=as_of)
    keyed = _in_order([(values(status), status) for status in wanted], descending=query.descending)
    if after is not None:
        keyed = [(value, status) for value, status in keyed if _is_behind(value, status, after, query)]
    shown = keyed[:limit]
    return SchedulesPage(
        [status for _, status in shown],
        len(wanted),
        {state: counted[state] for state in ScheduleState},
        ListPlace(shown[-1][0], shown[-1][1].group.id, as_of) if len(keyed) > limit else None,
    )


def _in_order(
    keyed: list[tuple[str | None, ScheduleStatus]], *, descending: bool
) -> list[tuple[str | None, ScheduleStatus]]:
    """Sort by the values, equal ones by the groups' ids in either direction."""
    keyed.sort(key=lambda one: one[1].group.id)
    valued = [one for one in keyed if one[0] is not None]
    valued.sort(key=lambda one: one[0] or "", reverse=descending)
    return [*valued, *(one for one in keyed if one[0] is None)]


def _is_behind(value: str | None, status: ScheduleStatus, after: ListPlace, query: ScheduleQuery) -> bool:
    if value == after.value:
        return status.group.id > after.group
    if value is None or after.value is None:
        return value is None
    return (value > after.value) is not query.descending


def _values(sort: SortBy, *, as_of: datetime) -> Values:
    """Return what tells the text that a schedule is sorted by, None where it has none."""
    if sort is SortBy.NAME:
        return lambda status: status.group.name.casefold()[:_COMPARED_OF_A_NAME]
    if sort is SortBy.LAST_RUN:
        return _last_run
    upcoming: dict[Cadence, str] = {}

    def next_run_of(status: ScheduleStatus) -> str | None:
        if status.next_run is None:
            return None
        cadence = status.schedule.cadence
        return upcoming.get(cadence) or upcoming.setdefault(cadence, _text(next_run(cadence, now=as_of)))

    return next_run_of


def _last_run(status: ScheduleStatus) -> str | None:
    last = status.last_run
    moment = None if last is None else last.started_at or last.ended_at
    return None if moment is None else _text(moment)


def _text(moment: datetime) -> str:
    """Return a text that sorts as *moment* does."""
    return moment.isoformat(timespec="microseconds")
