"""Schedules as the API shows them, and what their list can be asked for."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field

from schedules_api.shapes.base import LEFT_OUT, Answer, PageQuery, needed
from schedules_api.shapes.entra_groups import LONGEST_SEARCH, NO_CONTROLS
from schedules_api.shapes.runs import LastRunAnswer, ReasonAnswer
from schedules_api.shapes.schedule_bodies import CadenceName, DayName, day_name
from sync_core.domain.schedule_list import ScheduleQuery, SortBy
from sync_core.domain.schedule_state import ScheduleState

if TYPE_CHECKING:
    from sync_core.domain.schedule_list import SchedulesPage
    from sync_core.domain.schedule_state import AtWork, ScheduleStatus

_STATES = tuple(state.value for state in ScheduleState)
_ONE_STATE = f"({'|'.join(_STATES)})"


def _known_states(text: str) -> str:
    if not set(text.split(",")) <= set(_STATES):
        raise needed(f"must be one or more of {', '.join(_STATES)}, with commas between them")
    return text


class SchedulesQuery(PageQuery):
    """Which schedules to show, and in which order."""

    state: Annotated[
        str | None,
        AfterValidator(lambda text: None if text is None else _known_states(text)),
        Field(
            description="Only schedules in one of these states; several with commas between them.",
            examples=["failed,needs-approval"],
            json_schema_extra={"pattern": f"^{_ONE_STATE}(,{_ONE_STATE})*$"},
        ),
    ] = None
    search: Annotated[
        str,
        Field(
            max_length=LONGEST_SEARCH,
            pattern=NO_CONTROLS,
            description="Words that stand in the group's name, in any case of letters.",
            examples=["sales"],
        ),
    ] = ""
    sort: Annotated[
        Literal["name", "nextRun", "lastRun"],
        Field(description="What to sort by. Schedules that have no next or last run come last in either order."),
    ] = "name"
    order: Annotated[Literal["asc", "desc"], Field(description="Ascending, or descending.")] = "asc"

    @property
    def wanted(self) -> ScheduleQuery:
        states = frozenset(ScheduleState(state) for state in (self.state or "").split(",") if state)
        return ScheduleQuery(states, self.search, SortBy(self.sort), descending=self.order == "desc")


class AtWorkAnswer(Answer):
    """A sync that waits or works now. Of an order that the night has sent, no run is known yet."""

    state: Literal["queued", "running"]
    run_id: str | None = LEFT_OUT
    since: datetime | None = LEFT_OUT


class ScheduleAnswer(Answer):
    """A group's schedule. All times are UTC.

    *state*: who or what keeps it from running (``paused``, ``paused-by-system``), else what happens now (``queued``,
    ``running``), else how the last sync ended. *stateReason*: why it is paused by the system, or has failed.
    *nextRun*: null while it is paused. *atWork*: also there while it is paused, for a sync that was begun before or
    asked for by hand.
    """

    group_id: str
    group_name: str
    entra_group_id: str
    cadence: CadenceName
    day_of_week: DayName | None = LEFT_OUT
    enabled: bool
    in_words: Annotated[str, Field(examples=["Weekly on Monday, 00:00 UTC"])]
    state: ScheduleState
    state_reason: ReasonAnswer | None = LEFT_OUT
    next_run: datetime | None
    last_run: LastRunAnswer | None
    last_success_at: datetime | None
    at_work: AtWorkAnswer | None = LEFT_OUT
    revision: int


class SchedulesAnswer(Answer):
    """*total*: how many schedules are on all pages. *states*: how many are in each state, whichever are shown."""

    schedules: list[ScheduleAnswer]
    total: int
    states: dict[ScheduleState, int]
    continuation_token: str | None = LEFT_OUT


def schedule_answer(status: ScheduleStatus) -> ScheduleAnswer:
    schedule = status.schedule
    return ScheduleAnswer(
        group_id=status.group.id,
        group_name=status.group.name,
        entra_group_id=status.group.entra_id,
        cadence=schedule.cadence.kind,
        day_of_week=day_name(schedule.cadence),
        enabled=schedule.enabled,
        in_words=schedule.cadence.in_words,
        state=status.state,
        state_reason=None if status.reason is None else ReasonAnswer.model_validate(status.reason),
        next_run=status.next_run,
        last_run=None if status.last_run is None else LastRunAnswer.model_validate(status.last_run),
        last_success_at=status.last_success_at,
        at_work=None if status.at_work is None else _at_work_answer(status.at_work),
        revision=schedule.revision,
    )


def schedules_answer(page: SchedulesPage, continuation_token: str | None) -> SchedulesAnswer:
    return SchedulesAnswer(
        schedules=[schedule_answer(status) for status in page.schedules],
        total=page.total,
        states=dict(page.states),
        continuation_token=continuation_token,
    )


def _at_work_answer(at_work: AtWork) -> AtWorkAnswer:
    mark = at_work.mark
    state: Literal["queued", "running"] = "running" if at_work.state is ScheduleState.RUNNING else "queued"
    if mark is None:
        return AtWorkAnswer(state=state)
    return AtWorkAnswer(state=state, run_id=mark.run, since=mark.since)
