from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sync_core.domain.entra import ReadProof
from sync_core.domain.ids import GroupId
from sync_core.domain.runs import Counts, Phase, Reason, Run, RunState, Trigger, night_run_id
from sync_core.domain.schedule import night_of
from sync_core.domain.schedule_state import ScheduleState
from tests.fakes.clock import MIDNIGHT
from tests.fakes.world import WORKSPACE, World, a_group, a_tenant, a_user
from tests.integration.api.acme import DAILY, MONDAYS, SALES, SALES_RUNS, SCHEDULES, link
from tests.integration.api.client import Api

if TYPE_CHECKING:
    from sync_core.flows.services import Services

NONE = dict.fromkeys(ScheduleState, 0)


async def test_only_groups_with_a_schedule_are_listed(api: Api) -> None:
    assert (await api.get(SCHEDULES)).json == {"schedules": [], "total": 0, "states": NONE}

    created = await api.call("PUT", SALES, DAILY)

    states = NONE | {"not-run-yet": 1}
    assert (await api.get(SCHEDULES)).json == {"schedules": [created.json], "total": 1, "states": states}


async def test_an_unknown_workspace_is_not_found(api: Api) -> None:
    missing = await api.get("/api/workspaces/nobody/schedules")

    assert (missing.status, missing.problem) == (404, "workspace-not-found")


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8, 200])
async def test_pages_hold_every_schedule_once(api: Api, world: World, limit: int) -> None:
    groups = [f"group-{number}" for number in range(7)]
    await link(world.services, *groups)
    for group in groups:
        await api.call("PUT", f"/api/workspaces/acme/groups/{group}/schedule", MONDAYS)

    seen, sizes = await _all_pages(api, SCHEDULES, "schedules", "groupId", limit=limit)

    assert seen == groups
    assert all(size == limit for size in sizes[:-1])
    assert sizes[-1] > 0


@pytest.mark.parametrize("limit", [1, 3, 5, 6])
async def test_pages_hold_every_run_once_newest_first(api: Api, world: World, limit: int) -> None:
    runs = [_a_run(day=day) for day in range(5)]
    for run in runs:
        await world.services.runs.save(WORKSPACE, GroupId("sales"), run, etag=None)

    seen, _ = await _all_pages(api, SALES_RUNS, "runs", "runId", limit=limit)

    assert seen == [run.id for run in reversed(runs)]


async def test_a_run_is_shown_whole(api: Api, world: World) -> None:
    run = replace(
        _a_run(),
        phase=Phase.REMOVING,
        counts=Counts(read=9, added=1, updated=2, removed=3, refused=4, held=5),
        proof=ReadProof(pages=2, users=9, counted=9, complete=True, others={"device": 1}),
        reason=Reason("some-code", "A sentence."),
        attempts=2,
        queued_at=MIDNIGHT,
        started_at=MIDNIGHT + timedelta(seconds=1),
        heartbeat=MIDNIGHT + timedelta(seconds=2),
    )
    await world.services.runs.save(WORKSPACE, GroupId("sales"), run, etag=None)

    [shown] = (await api.get(SALES_RUNS)).json["runs"]

    assert shown == {
        "runId": "20261123T000000Z-night-1",
        "state": "running",
        "mode": "sync",
        "about": None,
        "trigger": "night",
        "night": "2026-11-23",
        "phase": "removing",
        "counts": {"read": 9, "added": 1, "updated": 2, "removed": 3, "refused": 4, "held": 5},
        "proof": {
            "pages": 2,
            "users": 9,
            "counted": 9,
            "complete": True,
            "others": {"device": 1},
            "readings": 1,
        },
        "reason": {"code": "some-code", "text": "A sentence."},
        "attempts": 2,
        "queuedAt": "2026-11-23T00:00:00Z",
        "startedAt": "2026-11-23T00:00:01Z",
        "heartbeat": "2026-11-23T00:00:02Z",
        "endedAt": None,
        "cancelAskedAt": None,
        "durationSeconds": None,
    }


async def test_a_group_that_is_not_linked_has_no_runs_to_show(api: Api) -> None:
    assert (await api.get("/api/workspaces/acme/groups/nobody/runs")).problem == "group-not-linked"


async def test_runs_outlive_their_schedule(api: Api, world: World) -> None:
    await api.call("PUT", SALES, DAILY)
    await world.services.runs.save(WORKSPACE, GroupId("sales"), _a_run(), etag=None)

    await api.call("DELETE", SALES)

    assert len((await api.get(SALES_RUNS)).json["runs"]) == 1


async def test_after_a_night_the_last_run_is_shown() -> None:
    world = World(a_tenant([a_user("u-1"), a_user("u-2")], [a_group("g-1", "u-1", "u-2")]))
    await world.set_up()
    await world.night()

    [shown] = (await _api_of(world.services).get(SCHEDULES)).json["schedules"]

    assert shown["state"] == "succeeded"
    assert shown["nextRun"] == "2026-11-25T00:00:00Z"
    assert shown["lastRun"] == {
        "runId": "20261124T000000Z-night-1",
        "state": "succeeded",
        "startedAt": "2026-11-24T00:00:00Z",
        "endedAt": "2026-11-24T00:00:00Z",
        "counts": {"read": 2, "added": 2, "updated": 0, "removed": 0, "refused": 0, "held": 0},
        "reason": None,
    }
    assert shown["lastSuccessAt"] == "2026-11-24T00:00:00Z"
    assert not shown.keys() & {"atWork", "stateReason"}


async def test_after_a_night_the_run_is_in_the_history() -> None:
    world = World(a_tenant([a_user("u-1")], [a_group("g-1", "u-1")]))
    await world.set_up()
    await world.night()

    [run] = (await _api_of(world.services).get("/api/workspaces/acme/groups/g-1/runs")).json["runs"]

    assert (run["state"], run["night"], run["attempts"]) == ("succeeded", "2026-11-24", 1)
    assert run["proof"]["complete"] is True


def _api_of(services: Services) -> Api:
    async def ready() -> Services:
        return services

    return Api(ready)


def _a_run(*, day: int = 0) -> Run:
    night = night_of(MIDNIGHT + timedelta(days=day))
    return Run(night_run_id(night, generation=1), Trigger.NIGHT, RunState.RUNNING, night=night)


async def _all_pages(api: Api, address: str, items: str, key: str, *, limit: int) -> tuple[list[str], list[int]]:
    seen: list[str] = []
    sizes: list[int] = []
    more = ""
    while True:
        page = (await api.get(f"{address}?limit={limit}{more}")).json
        seen += [item[key] for item in page[items]]
        sizes.append(len(page[items]))
        if "continuationToken" not in page:
            return seen, sizes
        more = f"&continuationToken={page['continuationToken']}"
