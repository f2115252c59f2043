"""Optimistic concurrency: who did not see the last change cannot overwrite it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.flows.enqueue_due import enqueue_due
from tests.fakes.clock import MIDNIGHT
from tests.integration.api.acme import DAILY, MONDAYS, SALES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync_core.ports import RowWrite
    from tests.fakes.world import World
    from tests.integration.api.client import Api

PAUSED = {"enabled": False}
CHANGES: list[tuple[str, Any]] = [("PUT", DAILY), ("PATCH", PAUSED), ("DELETE", None)]


@pytest.fixture(autouse=True)
async def _second_revision(api: Api) -> None:
    await api.call("PUT", SALES, {"cadence": "weekly", "dayOfWeek": "sunday"})
    await api.call("PUT", SALES, MONDAYS)


@pytest.mark.parametrize(("method", "value"), CHANGES)
@pytest.mark.parametrize("condition", ['"2"', "*", '"1", "2"', '"1",W/"7" ,"2"'])
async def test_a_change_of_what_was_seen_goes_through(api: Api, method: str, value: Any, condition: str) -> None:
    assert (await api.call(method, SALES, value, headers={"If-Match": condition})).status in {200, 204}


@pytest.mark.parametrize(("method", "value"), CHANGES)
@pytest.mark.parametrize("condition", ['"1"', '"3"', 'W/"2"', '""'])
async def test_a_change_of_something_else_is_refused_with_the_current_etag(
    api: Api, method: str, value: Any, condition: str
) -> None:
    refused = await api.call(method, SALES, value, headers={"If-Match": condition})

    assert (refused.status, refused.problem) == (412, "schedule-changed")
    assert refused.headers["ETag"] == '"2"'
    assert (await api.get(SALES)).json["revision"] == 2


@pytest.mark.parametrize("header", ["If-Match", "If-None-Match"])
@pytest.mark.parametrize(
    "condition", ["2", "", '"2 "', '"2', '*, "2"', '"2",', "'2'", '"2" "3"', 'w/"2"', '"\u00e9"']
)
async def test_a_malformed_condition_is_no_condition_that_holds(api: Api, header: str, condition: str) -> None:
    refused = await api.call("PUT", SALES, DAILY, headers={header: condition})

    assert (refused.status, refused.wrong) == (400, [header])
    assert (await api.get(SALES)).json["revision"] == 2


async def test_only_if_there_is_none_refuses_to_replace(api: Api) -> None:
    refused = await api.call("PUT", SALES, DAILY, headers={"If-None-Match": "*"})

    assert (refused.status, refused.problem) == (412, "schedule-changed")
    assert refused.headers["ETag"] == '"2"'


async def test_only_if_there_is_none_creates(api: Api) -> None:
    created = await api.call(
        "PUT", "/api/workspaces/acme/groups/support/schedule", DAILY, headers={"If-None-Match": "*"}
    )

    assert created.status == 201


async def test_only_if_there_is_one_does_not_create(api: Api) -> None:
    refused = await api.call("PUT", "/api/workspaces/acme/groups/support/schedule", DAILY, headers={"If-Match": "*"})

    assert (refused.status, refused.problem) == (412, "schedule-changed")
    assert "ETag" not in refused.headers


async def test_a_deleted_schedule_counts_as_none(api: Api) -> None:
    await api.call("DELETE", SALES)

    assert (await api.call("PUT", SALES, DAILY, headers={"If-Match": '"3"'})).status == 412
    assert (await api.call("PUT", SALES, DAILY, headers={"If-None-Match": "*"})).status == 201


@pytest.mark.parametrize(("method", "value"), CHANGES)
async def test_a_change_that_comes_between_reading_and_writing_is_not_overwritten(
    api: Api, world: World, method: str, value: Any
) -> None:
    """Even without a condition: the change was decided on what is not there any more."""

    async def meanwhile(table: str, partition: str, rows: Sequence[RowWrite]) -> None:  # noqa: ARG001
        if table == "Schedules":
            world.tables.before_write = None
            await api.call("PATCH", SALES, {"dayOfWeek": "thursday"})

    world.tables.before_write = meanwhile

    refused = await api.call(method, SALES, value)

    assert (refused.status, refused.problem) == (412, "schedule-changed")
    assert refused.headers["ETag"] == '"3"'
    assert (await api.get(SALES)).json["dayOfWeek"] == "thursday"


@pytest.mark.parametrize(("method", "value"), CHANGES)
async def test_a_change_that_comes_right_behind_the_condition_is_seen(
    api: Api, world: World, method: str, value: Any
) -> None:
    """The condition held when it was looked at, but not for what the change would be made on."""
    reads = 0

    async def meanwhile(table: str, partition: str) -> None:  # noqa: ARG001
        nonlocal reads
        reads += table == "Schedules"
        if reads == 2:
            world.tables.before_read = None
            await api.call("PATCH", SALES, {"dayOfWeek": "thursday"})

    world.tables.before_read = meanwhile

    refused = await api.call(method, SALES, value, headers={"If-Match": '"2"'})

    assert (refused.status, refused.headers["ETag"]) == (412, '"3"')
    assert (await api.get(SALES)).json["dayOfWeek"] == "thursday"


@pytest.mark.parametrize(("method", "value"), CHANGES)
async def test_a_run_in_between_is_no_conflict(api: Api, world: World, method: str, value: Any) -> None:
    """It becomes midnight between looking and saving: the group syncs, its schedule stays what was seen."""
    seen = (await api.get(SALES)).headers["ETag"]
    await world.night()
    world.clock.move_to(MIDNIGHT + timedelta(days=7))
    await enqueue_due(world.services)
    during = await api.get(SALES)
    await world.drain()
    after = await api.get(SALES)

    assert (during.json["state"], after.json["lastRun"]["runId"]) == ("queued", "20261130T000000Z-night-1")
    assert during.headers["ETag"] == after.headers["ETag"] == seen
    assert (await api.call(method, SALES, value, headers={"If-Match": seen})).status in {200, 204}


async def test_a_put_that_is_sent_again_is_refused_by_its_own_condition_and_changes_nothing(api: Api) -> None:
    """The answer tells the ETag that the lost one had told."""
    first = await api.call("PUT", SALES, DAILY, headers={"If-Match": '"2"'})
    again = await api.call("PUT", SALES, DAILY, headers={"If-Match": '"2"'})

    assert (first.status, again.status) == (200, 412)
    assert again.headers["ETag"] == first.headers["ETag"] == '"3"'
    assert (await api.get(SALES)).json == first.json


async def test_a_put_without_a_condition_is_sent_again_without_harm(api: Api) -> None:
    first = await api.call("PUT", SALES, DAILY)
    again = await api.call("PUT", SALES, DAILY)

    assert (again.status, again.json, again.headers["ETag"]) == (200, first.json, first.headers["ETag"])


@pytest.mark.parametrize(("method", "value"), [("PUT", DAILY), ("PATCH", {"cadence": "daily"})])
async def test_a_change_that_comes_before_the_answer_does_not_get_into_it(
    api: Api, world: World, method: str, value: Any
) -> None:
    """Whoever changes the schedule is told the ETag of his own change, not of somebody else's."""

    async def meanwhile(table: str, partition: str, rows: Sequence[RowWrite]) -> None:  # noqa: ARG001
        if table == "Schedules":
            world.tables.after_write = None
            await api.call("DELETE", SALES)

    world.tables.after_write = meanwhile

    answered = await api.call(method, SALES, value)

    assert (answered.status, answered.headers["ETag"], answered.json["cadence"]) == (200, '"3"', "daily")
