from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.domain.ids import GroupId
from sync_core.domain.workspaces import Connection, ConnectionStatus
from tests.fakes.world import TENANT, WORKSPACE
from tests.integration.api.acme import DAILY, MONDAYS, SALES, SCHEDULES, on_plan

if TYPE_CHECKING:
    from tests.fakes.world import World
    from tests.integration.api.client import Api


async def test_a_new_schedule_is_shown_whole(api: Api) -> None:
    created = await api.call("PUT", SALES, MONDAYS)

    assert created.status == 201
    assert created.headers["ETag"] == '"1"'
    assert created.headers["Location"] == SALES
    assert created.json == {
        "groupId": "sales",
        "groupName": "Sales",
        "entraGroupId": "entra-sales",
        "cadence": "weekly",
        "dayOfWeek": "monday",
        "enabled": True,
        "inWords": "Weekly on Monday, 00:00 UTC",
        "state": "not-run-yet",
        "nextRun": "2026-11-30T00:00:00Z",
        "lastRun": None,
        "lastSuccessAt": None,
        "revision": 1,
    }


async def test_what_was_put_is_what_is_read(api: Api) -> None:
    created = await api.call("PUT", SALES, DAILY)

    read = await api.get(SALES)

    assert read.status == 200
    assert read.json == created.json
    assert read.headers["ETag"] == created.headers["ETag"]


async def test_a_daily_schedule_names_no_day(api: Api) -> None:
    created = await api.call("PUT", SALES, DAILY)

    assert "dayOfWeek" not in created.json
    assert created.json["inWords"] == "Daily, 00:00 UTC"


async def test_an_equal_put_changes_nothing(api: Api) -> None:
    """A client whose answer was lost sends it again."""
    await api.call("PUT", SALES, DAILY)

    again = await api.call("PUT", SALES, DAILY)

    assert again.status == 200
    assert again.json["revision"] == 1
    assert "Location" not in again.headers


async def test_a_put_replaces_the_schedule_whole(api: Api) -> None:
    await api.call("PUT", SALES, {**DAILY, "enabled": False})

    replaced = await api.call("PUT", SALES, MONDAYS)

    assert replaced.status == 200
    assert replaced.headers["ETag"] == '"2"'
    assert (replaced.json["cadence"], replaced.json["enabled"]) == ("weekly", True)


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ({"enabled": False}, {"cadence": "weekly", "dayOfWeek": "monday", "enabled": False}),
        ({"dayOfWeek": "friday"}, {"cadence": "weekly", "dayOfWeek": "friday", "enabled": True}),
        ({"cadence": "daily"}, {"cadence": "daily", "enabled": True}),
        ({"cadence": "weekly", "dayOfWeek": "sunday", "enabled": False}, {"dayOfWeek": "sunday", "enabled": False}),
    ],
)
async def test_a_patch_changes_the_parts_that_it_names(api: Api, change: Any, shown: dict[str, Any]) -> None:
    await api.call("PUT", SALES, MONDAYS)

    changed = await api.call("PATCH", SALES, change)

    assert changed.status == 200
    assert changed.headers["ETag"] == '"2"'
    assert changed.json.items() >= shown.items()


async def test_a_patch_that_changes_nothing_keeps_the_revision(api: Api) -> None:
    await api.call("PUT", SALES, MONDAYS)

    assert (await api.call("PATCH", SALES, {"enabled": True})).headers["ETag"] == '"1"'


async def test_a_daily_schedule_takes_no_day_alone(api: Api) -> None:
    await api.call("PUT", SALES, DAILY)

    refused = await api.call("PATCH", SALES, {"dayOfWeek": "monday"})

    assert (refused.status, refused.problem, refused.wrong) == (400, "invalid-request", ["dayOfWeek"])


async def test_a_paused_schedule_has_no_next_run(api: Api) -> None:
    paused = await api.call("PUT", SALES, {**DAILY, "enabled": False})

    assert paused.json["state"] == "paused"
    assert "stateReason" not in paused.json
    assert paused.json["nextRun"] is None


async def test_a_deleted_schedule_is_gone(api: Api) -> None:
    await api.call("PUT", SALES, DAILY)

    deleted = await api.call("DELETE", SALES)

    assert (deleted.status, deleted.text) == (204, "")
    assert (await api.get(SALES)).problem == "schedule-not-found"


@pytest.mark.parametrize(("method", "value"), [("GET", None), ("PATCH", {"enabled": False}), ("DELETE", None)])
async def test_without_a_schedule_there_is_nothing_to_find(api: Api, method: str, value: Any) -> None:
    missing = await api.call(method, SALES, value)

    assert (missing.status, missing.problem) == (404, "schedule-not-found")


async def test_a_schedule_made_again_counts_on(api: Api) -> None:
    """An ETag of the deleted schedule must not fit the new one."""
    await api.call("PUT", SALES, DAILY)
    await api.call("DELETE", SALES)

    again = await api.call("PUT", SALES, DAILY)

    assert (again.status, again.headers["ETag"]) == (201, '"3"')


@pytest.mark.parametrize(
    ("method", "value"), [("GET", None), ("PUT", DAILY), ("PATCH", {"enabled": False}), ("DELETE", None)]
)
async def test_an_unlinked_group_is_not_found(api: Api, method: str, value: Any) -> None:
    missing = await api.call(method, "/api/workspaces/acme/groups/nobody/schedule", value)

    assert (missing.status, missing.problem) == (404, "group-not-linked")


async def test_business_cannot_sync_daily(api: Api, world: World) -> None:
    await on_plan(world.services, "business")

    refused = await api.call("PUT", SALES, DAILY)

    assert (refused.status, refused.problem) == (403, "daily-needs-enterprise")
    assert (await api.call("PUT", SALES, MONDAYS)).status == 201


@pytest.mark.parametrize("plan", ["free", "professional", ""])
async def test_other_plans_cannot_create_a_schedule(api: Api, world: World, plan: str) -> None:
    await on_plan(world.services, plan)

    refused = await api.call("PUT", SALES, MONDAYS)

    assert (refused.status, refused.problem) == (403, "plan-required")
    assert (await api.get(SALES)).problem == "schedule-not-found"


async def test_a_lost_plan_still_shows_pauses_and_deletes(api: Api, world: World) -> None:
    await api.call("PUT", SALES, MONDAYS)
    await on_plan(world.services, "free")

    shown = await api.get(SALES)

    assert (shown.json["state"], shown.json["nextRun"]) == ("paused-by-system", None)
    assert shown.json["stateReason"] == {
        "code": "plan-required",
        "text": "Scheduled syncs need the Business or Enterprise plan.",
    }
    assert (await api.call("PATCH", SALES, {"enabled": False})).status == 200
    assert (await api.call("PATCH", SALES, {"enabled": True})).problem == "plan-required"
    assert (await api.call("PATCH", SALES, {"dayOfWeek": "friday"})).problem == "plan-required"
    assert (await api.call("DELETE", SALES)).status == 204


@pytest.mark.parametrize(
    ("method", "value"),
    [("PUT", DAILY), ("PUT", MONDAYS), ("PATCH", {"enabled": True}), ("PATCH", {"cadence": "daily"})],
)
@pytest.mark.parametrize("plan", ["free", ""])
async def test_without_a_plan_nothing_is_created_changed_or_resumed(
    api: Api, world: World, plan: str, method: str, value: Any
) -> None:
    await api.call("PUT", SALES, {"cadence": "weekly", "dayOfWeek": "friday", "enabled": False})
    await on_plan(world.services, plan)

    refused = await api.call(method, SALES, value)

    assert (refused.status, refused.problem) == (403, "plan-required")
    assert (await api.get(SALES)).json["revision"] == 1


async def test_a_downgrade_pauses_what_is_daily_and_an_upgrade_resumes_it(api: Api, world: World) -> None:
    support = "/api/workspaces/acme/groups/support/schedule"
    await api.call("PUT", SALES, DAILY)
    await api.call("PUT", support, MONDAYS)
    await on_plan(world.services, "business")

    daily, weekly = (await api.get(SCHEDULES)).json["schedules"]
    assert (daily["state"], daily["stateReason"]["code"]) == ("paused-by-system", "daily-needs-enterprise")
    assert (daily["nextRun"], daily["enabled"]) == (None, True)
    assert (weekly["state"], weekly["nextRun"]) == ("not-run-yet", "2026-11-30T00:00:00Z")

    await on_plan(world.services, "enterprise")
    resumed = await api.get(SALES)
    assert (resumed.json["state"], resumed.json["nextRun"]) == ("not-run-yet", "2026-11-24T00:00:00Z")
    assert resumed.headers["ETag"] == '"1"'


async def test_a_downgraded_daily_schedule_can_be_made_weekly_or_paused_but_not_resumed(
    api: Api, world: World
) -> None:
    await api.call("PUT", SALES, DAILY)
    await on_plan(world.services, "business")

    assert (await api.call("PATCH", SALES, {"enabled": False})).json["state"] == "paused"
    assert (await api.call("PATCH", SALES, {"enabled": True})).problem == "daily-needs-enterprise"
    assert (await api.call("PUT", SALES, MONDAYS)).json["state"] == "not-run-yet"


async def test_a_lost_plan_is_no_reason_to_lose_a_schedule(api: Api, world: World) -> None:
    created = await api.call("PUT", SALES, MONDAYS)
    await on_plan(world.services, "free")
    await on_plan(world.services, "business")

    assert (await api.get(SALES)).json == created.json


@pytest.mark.parametrize("status", [ConnectionStatus.PENDING, ConnectionStatus.FAILED, ConnectionStatus.DISCONNECTED])
async def test_a_workspace_that_is_not_connected_cannot_schedule(
    api: Api, world: World, status: ConnectionStatus
) -> None:
    await _connection_is(world, status)

    refused = await api.call("PUT", SALES, DAILY)

    assert (refused.status, refused.problem) == (409, "not-connected")


@pytest.mark.parametrize("status", [ConnectionStatus.PENDING, ConnectionStatus.DISCONNECTED])
async def test_a_connection_that_was_ended_shows_pauses_and_deletes(
    api: Api, world: World, status: ConnectionStatus
) -> None:
    await api.call("PUT", SALES, DAILY)
    await _connection_is(world, status)

    shown = (await api.get(SALES)).json
    assert (shown["state"], shown["stateReason"]["code"]) == ("paused-by-system", "not-connected")
    assert (await api.call("PATCH", SALES, {"enabled": False})).status == 200
    assert (await api.call("PATCH", SALES, {"enabled": True})).problem == "not-connected"
    assert (await api.call("DELETE", SALES)).status == 204


async def test_a_group_that_is_being_unlinked_takes_no_schedule(api: Api, world: World) -> None:
    found = await world.services.groups.group(WORKSPACE, GroupId("sales"))
    assert found is not None
    await world.services.groups.mark_unlinking(WORKSPACE, found.value)

    refused = await api.call("PUT", SALES, DAILY)

    assert (refused.status, refused.problem) == (409, "unlinking")


async def _connection_is(world: World, status: ConnectionStatus) -> None:
    await world.services.workspaces.put_connection(WORKSPACE, Connection(TENANT, status))


@pytest.mark.parametrize(
    ("now", "day", "upcoming"),
    [
        (datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC), "monday", "2026-11-23T00:00:00Z"),
        (datetime(2026, 11, 23, tzinfo=UTC), "monday", "2026-11-30T00:00:00Z"),
        (datetime(2026, 11, 23, 12, tzinfo=UTC), "tuesday", "2026-11-24T00:00:00Z"),
        (datetime(2026, 11, 23, 12, tzinfo=UTC), "wednesday", "2026-11-25T00:00:00Z"),
        (datetime(2026, 11, 23, 12, tzinfo=UTC), "sunday", "2026-11-29T00:00:00Z"),
        (datetime(2026, 12, 31, 12, tzinfo=UTC), "friday", "2027-01-01T00:00:00Z"),
        (datetime(2028, 2, 28, 12, tzinfo=UTC), "tuesday", "2028-02-29T00:00:00Z"),
    ],
)
async def test_the_next_run_is_the_midnight_utc_that_begins_the_day(
    api: Api, world: World, now: datetime, day: str, upcoming: str
) -> None:
    world.clock.move_to(now)

    created = await api.call("PUT", SALES, {"cadence": "weekly", "dayOfWeek": day})

    assert created.json["nextRun"] == upcoming
