"""The calls about schedules."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from schedules_api.operations import Access, JsonBody, Link, Operation, Reply, Route
from schedules_api.preconditions import conditions_in, etag_header
from schedules_api.problems import invalid, refused
from schedules_api.schedule_places import place_in, token_of
from schedules_api.shapes.schedule_bodies import NEW_SCHEDULE, SCHEDULE_CHANGE
from schedules_api.shapes.schedules import (
    ScheduleAnswer,
    SchedulesAnswer,
    SchedulesQuery,
    schedule_answer,
    schedules_answer,
)
from sync_core.domain.errors import SyncRefused
from sync_core.flows.manage_schedules import ExpectedRevision, change_schedule, delete_schedule, put_schedule
from sync_core.flows.show_schedules import list_schedules, show_schedule

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from schedules_api.operations import Call
    from schedules_api.preconditions import Conditions
    from schedules_api.shapes.base import NoQuery
    from schedules_api.shapes.schedule_bodies import DailySchedule, ScheduleChange, WeeklySchedule
    from sync_core.domain.ids import GroupId, WorkspaceId
    from sync_core.domain.schedule_state import ScheduleStatus
    from sync_core.flows.services import Services


async def show_all(call: Call[SchedulesQuery, None]) -> Reply:
    query = call.query.wanted
    after = place_in(call.query.continuation_token, query, now=call.services.clock.now())
    page = await list_schedules(call.services, call.workspace, query, limit=call.query.limit, after=after)
    return Reply(schedules_answer(page, token_of(page.goes_on, query)))


async def show(call: Call[NoQuery, None]) -> Reply:
    return _shown(await show_schedule(call.services, call.workspace, call.group))


async def put(call: Call[NoQuery, DailySchedule | WeeklySchedule]) -> Reply:
    services, workspace, group = call.services, call.workspace, call.group
    conditions = conditions_in(call.request.headers)
    expected = None
    if conditions.are_set:
        expected = _required(conditions, await _revision(services, workspace, group))
    async with _telling_the_current_etag(services, workspace, group):
        stored, is_new = await put_schedule(
            services, workspace, group, cadence=call.body.wanted, enabled=call.body.enabled, expected=expected
        )
    shown = _shown(await show_schedule(services, workspace, group, stored=stored))
    if not is_new:
        return shown
    location = {"Location": f"/api/workspaces/{workspace}/groups/{group}/schedule"}
    return replace(shown, status=HTTPStatus.CREATED, headers={**(shown.headers or {}), **location})


async def change(call: Call[NoQuery, ScheduleChange]) -> Reply:
    services, workspace, group, body = call.services, call.workspace, call.group, call.body
    conditions = conditions_in(call.request.headers)
    current = await show_schedule(services, workspace, group)
    expected = _required(conditions, current.schedule.revision)
    if body.cadence is None and body.day_of_week is not None and current.schedule.cadence.kind != "weekly":
        raise invalid("dayOfWeek", "does not belong to a daily schedule; set the cadence too")
    async with _telling_the_current_etag(services, workspace, group):
        stored = await change_schedule(
            services, workspace, group, cadence=body.wanted, enabled=body.enabled, expected=expected
        )
    return _shown(await show_schedule(services, workspace, group, stored=stored))


async def delete(call: Call[NoQuery, None]) -> Reply:
    services, workspace, group = call.services, call.workspace, call.group
    conditions = conditions_in(call.request.headers)
    expected = None
    if conditions.are_set:
        current = await show_schedule(services, workspace, group)
        expected = _required(conditions, current.schedule.revision)
    async with _telling_the_current_etag(services, workspace, group):
        await delete_schedule(services, workspace, group, expected=expected)
    return Reply(status=HTTPStatus.NO_CONTENT)


def _shown(status: ScheduleStatus) -> Reply:
    return Reply(schedule_answer(status), headers=etag_header(status.schedule.revision))


def _required(conditions: Conditions, revision: int | None) -> ExpectedRevision:
    """Hold the request to its conditions, and what it then does to the *revision* that they were found true for."""
    conditions.require(revision)
    return ExpectedRevision(revision)


async def _revision(services: Services, workspace: WorkspaceId, group: GroupId) -> int | None:
    """Return the schedule's revision, None where there is no schedule."""
    try:
        return (await show_schedule(services, workspace, group)).schedule.revision
    except SyncRefused as exc:
        if exc.code != "schedule-not-found":
            raise
        return None


@asynccontextmanager
async def _telling_the_current_etag(
    services: Services, workspace: WorkspaceId, group: GroupId
) -> AsyncIterator[None]:
    """Give a refusal because of somebody else's change the ETag to go on with."""
    try:
        yield
    except SyncRefused as exc:
        if exc.code != "schedule-changed":
            raise
        revision = await _revision(services, workspace, group)
        raise refused(exc, headers=etag_header(revision)) from exc


_NOT_FOUND = frozenset({"group-not-linked", "schedule-not-found"})
_NOT_ALLOWED = frozenset({"plan-required", "daily-needs-enterprise", "not-connected", "unlinking"})

_EXAMPLES = {
    "every night": {"cadence": "daily", "enabled": True},
    "on Mondays": {"cadence": "weekly", "dayOfWeek": "monday", "enabled": True},
}
_CHANGES = {"pause": {"enabled": False}, "another day": {"dayOfWeek": "friday"}}

ROUTES = (
    Route(
        "schedules",
        "api/workspaces/{workspaceId}/schedules",
        {
            "GET": Operation(
                run=show_all,
                id="listSchedules",
                summary="Show all schedules with their state, next and last run.",
                description=(
                    "`states` counts the schedules in each state that `search` finds, whichever `state` asks for, so "
                    "that a client can offer the choice. A `continuationToken` goes on behind the last schedule that "
                    "was shown, whatever has changed since; it holds for a day and for the same `sort` and `order`."
                ),
                access=Access.READ,
                query=SchedulesQuery,
                answers={HTTPStatus.OK: SchedulesAnswer},
            )
        },
    ),
    Route(
        "schedule",
        "api/workspaces/{workspaceId}/groups/{groupId}/schedule",
        {
            "GET": Operation(
                run=show,
                id="getSchedule",
                summary="Show the group's schedule.",
                access=Access.READ,
                answers={HTTPStatus.OK: ScheduleAnswer},
                problems=_NOT_FOUND,
            ),
            "PUT": Operation(
                run=put,
                id="putSchedule",
                summary="Create the group's schedule or replace it.",
                access=Access.MANAGE,
                description=(
                    "Sent again, it changes nothing: an equal schedule is left as it is, and answered with 200. "
                    "`If-None-Match: *` creates only, `If-Match` replaces only what was last seen; 412 tells the "
                    "current ETag. A night's sync does not change the schedule, and so not its ETag."
                ),
                body=JsonBody(NEW_SCHEDULE, tag="cadence", examples=_EXAMPLES),
                links=(Link("getSchedule"), Link("changeSchedule"), Link("deleteSchedule"), Link("listRuns")),
                conditions=True,
                answers={HTTPStatus.OK: ScheduleAnswer, HTTPStatus.CREATED: ScheduleAnswer},
                problems=_NOT_ALLOWED | {"group-not-linked", "schedule-changed"},
            ),
            "PATCH": Operation(
                run=change,
                id="changeSchedule",
                summary="Change a part of the schedule: pause, resume, another day.",
                access=Access.MANAGE,
                description="Pausing works on any plan; a sync that is at work is let finish.",
                body=JsonBody(SCHEDULE_CHANGE, examples=_CHANGES),
                conditions=True,
                answers={HTTPStatus.OK: ScheduleAnswer},
                problems=_NOT_ALLOWED | _NOT_FOUND | {"schedule-changed"},
            ),
            "DELETE": Operation(
                run=delete,
                id="deleteSchedule",
                summary="Delete the schedule; the history of its runs stays.",
                access=Access.MANAGE,
                conditions=True,
                answers={HTTPStatus.NO_CONTENT: None},
                problems=_NOT_FOUND | {"schedule-changed", "unlinking"},
            ),
        },
    ),
)
