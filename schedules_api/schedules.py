"""The calls that show and change schedules."""

from __future__ import annotations

from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

from schedules_api.answering import Reply
from schedules_api.faults import check_body
from schedules_api.paging import PAGE_PARAMETERS, bad_token, item_in, limit_in, token_behind
from schedules_api.preconditions import conditions_in, etag_header
from schedules_api.problems import invalid, refused
from schedules_api.requests import group_in, json_in, query_in, workspace_in
from schedules_api.responses import SchedulesAnswer, schedule_answer
from schedules_api.schedule_bodies import NEW_SCHEDULE, SCHEDULE_CHANGE
from sync_core.domain.errors import SyncRefused
from sync_core.domain.ids import GroupId, is_id
from sync_core.flows.manage_schedules import ExpectedRevision, change_schedule, delete_schedule, put_schedule
from sync_core.flows.show_status import list_schedules, show_schedule

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import azure.functions as func

    from schedules_api.preconditions import Conditions
    from sync_core.domain.ids import WorkspaceId
    from sync_core.flows.services import Services
    from sync_core.flows.show_status import ScheduleStatus

_LIST = "schedules"


async def show_all(services: Services, request: func.HttpRequest) -> Reply:
    workspace = workspace_in(request)
    query = query_in(request, PAGE_PARAMETERS)
    limit, after = limit_in(query), item_in(query, of=_LIST)
    if after is not None and not is_id(after):
        raise bad_token()
    shown, last = await list_schedules(
        services, workspace, limit=limit, after=None if after is None else GroupId(after)
    )
    return Reply(
        SchedulesAnswer(
            schedules=[schedule_answer(status) for status in shown],
            continuation_token=token_behind(last, of=_LIST),
        )
    )


async def show(services: Services, request: func.HttpRequest) -> Reply:
    workspace, group = group_in(request)
    query_in(request)
    return _shown(await show_schedule(services, workspace, group))


async def put(services: Services, request: func.HttpRequest) -> Reply:
    workspace, group = group_in(request)
    query_in(request)
    conditions = conditions_in(request.headers)
    body = check_body(NEW_SCHEDULE, json_in(request), tag="cadence")
    expected = None
    if conditions.are_set:
        expected = _required(conditions, await _revision(services, workspace, group))
    async with _telling_the_current_etag(services, workspace, group):
        _, created = await put_schedule(
            services, workspace, group, cadence=body.wanted, enabled=body.enabled, expected=expected
        )
    status = await show_schedule(services, workspace, group)
    return _shown(status, status_code=HTTPStatus.CREATED if created else HTTPStatus.OK)


async def change(services: Services, request: func.HttpRequest) -> Reply:
    workspace, group = group_in(request)
    query_in(request)
    conditions = conditions_in(request.headers)
    body = check_body(SCHEDULE_CHANGE, json_in(request))
    current = await show_schedule(services, workspace, group)
    expected = _required(conditions, current.schedule.revision)
    if body.cadence is None and body.day_of_week is not None and current.schedule.cadence.kind != "weekly":
        raise invalid("dayOfWeek", "does not belong to a daily schedule; set the cadence too")
    async with _telling_the_current_etag(services, workspace, group):
        await change_schedule(
            services, workspace, group, cadence=body.wanted, enabled=body.enabled, expected=expected
        )
    return _shown(await show_schedule(services, workspace, group))


async def delete(services: Services, request: func.HttpRequest) -> Reply:
    workspace, group = group_in(request)
    query_in(request)
    conditions = conditions_in(request.headers)
    expected = None
    if conditions.are_set:
        current = await show_schedule(services, workspace, group)
        expected = _required(conditions, current.schedule.revision)
    async with _telling_the_current_etag(services, workspace, group):
        await delete_schedule(services, workspace, group, expected=expected)
    return Reply(status=HTTPStatus.NO_CONTENT)


def _shown(status: ScheduleStatus, *, status_code: HTTPStatus = HTTPStatus.OK) -> Reply:
    return Reply(schedule_answer(status), status_code, etag_header(status.schedule.revision))


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
