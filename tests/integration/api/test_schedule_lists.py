"""The list of all schedules: filtered, searched, sorted and cut into pages, beside an oracle that does it by hand."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from sync_core.domain.glance import Glance, RunMark
from sync_core.domain.ids import EntraGroupId, GroupId
from sync_core.domain.runs import Counts, Reason, RunState, RunSummary, manual_run_id
from sync_core.domain.schedule import Cadence
from sync_core.domain.schedule_state import ScheduleState
from sync_core.flows.manage_schedules import put_schedule
from tests.builders import a_linked_group
from tests.fakes.clock import MIDNIGHT
from tests.fakes.world import WORKSPACE, World
from tests.integration.api.acme import SCHEDULES, set_up

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sync_core.flows.services import Services
    from tests.integration.api.client import Api

    Listed = Mapping[str, Any]

GROUPS = 40
NOW = MIDNIGHT + timedelta(hours=9)
ENDED = (
    None,
    RunState.SUCCEEDED,
    RunState.SUCCEEDED_WITH_WARNINGS,
    RunState.HELD,
    RunState.FAILED,
    RunState.SKIPPED,
    RunState.CANCELLED,
)
STATES = ("", "failed", "paused,paused-by-system", "running,queued,needs-approval", ",".join(ScheduleState))
SEARCHES = ("", "north", "NORTH sales", "nobody", "straße")
SORTS = ("", "name", "nextRun", "lastRun")
ORDERS = ("", "asc", "desc")


@pytest.fixture
async def world() -> World:
    """Forty schedules in every state there is, with names and times that are often equal."""
    world = World()
    await set_up(world.services)
    for number in range(GROUPS):
        await _add(world.services, number)
    world.clock.move_to(NOW)
    return world


async def _add(services: Services, number: int) -> None:
    group = GroupId(f"g{number * 7 % GROUPS:02d}")
    name = f"{('Sales', 'sales', 'STRASSE')[number % 3]} {('north', 'South')[number % 2]}"
    linked = a_linked_group(id=group, entra_id=EntraGroupId(f"entra-{number}"), name=name)
    assert await services.groups.add(WORKSPACE, linked)
    cadence = Cadence("daily") if number % 4 else Cadence("weekly", number % 7)
    await put_schedule(services, WORKSPACE, group, cadence=cadence, enabled=number % 5 != 0)
    if number % 11 == 0:
        await services.groups.save_presence(WORKSPACE, group, missing_since=MIDNIGHT.date(), is_gone=True)
    await services.groups.change_glance(WORKSPACE, group, before=Glance(), after=_glance(number))


def _glance(number: int) -> Glance:
    ended = ENDED[number % len(ENDED)]
    mark = RunMark(manual_run_id(NOW, request="1"), NOW)
    at_work: dict[str, Any] = {3: {"queued": mark}, 4: {"running": mark}}.get(number % 9, {})
    if ended is None:
        return Glance(**at_work)
    started = None if ended is RunState.SKIPPED else MIDNIGHT + timedelta(minutes=number % 6)
    run = manual_run_id(MIDNIGHT, request=f"{number}")
    last = RunSummary(run, ended, Counts(), Reason("why", "Because."), started, MIDNIGHT + timedelta(hours=1))
    return Glance(last=last, **at_work)


async def _walk(api: Api, limit: int, **asked: str) -> list[Listed]:
    """Return the answers of every page, from the first to the last."""
    pages: list[Listed] = []
    token: dict[str, str] = {}
    while True:
        query = {name: value for name, value in asked.items() if value} | {"limit": str(limit)} | token
        answered = await api.get(f"{SCHEDULES}?{urlencode(query)}")
        assert answered.status == 200, answered.text
        pages.append(answered.json)
        if "continuationToken" not in answered.json:
            return pages
        token = {"continuationToken": answered.json["continuationToken"]}


def _expected(everything: Sequence[Listed], *, state: str, search: str, sort: str, order: str) -> list[str]:
    found = [one for one in _found(everything, search) if not state or one["state"] in state.split(",")]
    by_value: dict[str | None, list[str]] = {}
    for one in sorted(found, key=lambda one: str(one["groupId"])):
        by_value.setdefault(_value(one, sort or "name"), []).append(one["groupId"])
    without = by_value.pop(None, [])
    ordered = sorted(filter(None, by_value), reverse=order == "desc")
    return [group for value in ordered for group in by_value[value]] + without


def _found(everything: Sequence[Listed], search: str) -> Iterator[Listed]:
    words = search.casefold().split()
    return (one for one in everything if all(word in one["groupName"].casefold() for word in words))


def _value(one: Listed, sort: str) -> str | None:
    if sort == "name":
        return str(one["groupName"]).casefold()
    if sort == "nextRun":
        return None if one["nextRun"] is None else str(one["nextRun"])
    last = one["lastRun"]
    return None if last is None else str(last["startedAt"] or last["endedAt"])


async def test_the_workspace_has_schedules_in_every_state(api: Api) -> None:
    [page] = await _walk(api, 200)

    assert page["total"] == GROUPS
    assert set(page["states"]) == set(ScheduleState)
    assert all(page["states"].values())


@pytest.mark.parametrize("limit", [6, 200])
@pytest.mark.parametrize(("sort", "order"), list(product(SORTS, ORDERS)))
async def test_every_filter_in_every_order_is_what_it_is_by_hand(api: Api, sort: str, order: str, limit: int) -> None:
    [whole] = await _walk(api, 200)
    everything = whole["schedules"]
    for state, search in product(STATES, SEARCHES):
        asked = {"state": state, "search": search, "sort": sort, "order": order}
        expected = _expected(everything, **asked)

        pages = await _walk(api, limit, **asked)

        assert [one["groupId"] for page in pages for one in page["schedules"]] == expected, asked
        assert all(len(page["schedules"]) == limit for page in pages[:-1])
        assert {page["total"] for page in pages} == {len(expected)}
        counted = dict.fromkeys(ScheduleState, 0)
        for one in _found(everything, search):
            counted[one["state"]] += 1
        assert all(page["states"] == counted for page in pages)


@pytest.mark.parametrize("sort", SORTS)
async def test_a_schedule_in_the_list_is_the_schedule_alone(api: Api, sort: str) -> None:
    for page in await _walk(api, 15, sort=sort):
        for one in page["schedules"]:
            alone = await api.get(f"/api/workspaces/acme/groups/{one['groupId']}/schedule")
            assert alone.json == one


async def test_a_page_goes_on_behind_a_schedule_that_was_deleted_meanwhile(api: Api) -> None:
    [whole] = await _walk(api, 200)
    groups = [one["groupId"] for one in whole["schedules"]]
    first = (await api.get(f"{SCHEDULES}?limit=5")).json
    for group in (groups[4], groups[5]):
        await api.call("DELETE", f"/api/workspaces/acme/groups/{group}/schedule")

    second = (await api.get(f"{SCHEDULES}?limit=5&continuationToken={first['continuationToken']}")).json

    assert [one["groupId"] for one in second["schedules"]] == groups[6:11]


async def test_at_midnight_the_pages_keep_their_order(api: Api, world: World) -> None:
    """All next runs move on by a day or a week; nothing is shown twice, nothing is left out."""
    query = f"{SCHEDULES}?sort=nextRun&order=desc&limit=200"
    expected = [one["groupId"] for one in (await api.get(query)).json["schedules"]]
    first = (await api.get(query.replace("200", "9"))).json
    world.clock.move_to(MIDNIGHT + timedelta(days=1, seconds=1))

    rest = (await api.get(f"{query}&continuationToken={first['continuationToken']}")).json

    assert [one["groupId"] for one in first["schedules"] + rest["schedules"]] == expected
    assert all(one["nextRun"] is None or one["nextRun"] > "2026-11-24" for one in rest["schedules"])


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("state=broken", "state"),
        ("state=", "state"),
        ("state=failed,,paused", "state"),
        ("state=failed%0A", "state"),
        ("state=failed&state=paused", "state"),
        ("search=" + "x" * 201, "search"),
        ("search=%00", "search"),
        ("sort=state", "sort"),
        ("sort=", "sort"),
        ("order=up", "order"),
        ("filter=failed", "filter"),
        ("continuationToken=abc", "continuationToken"),
    ],
)
async def test_what_the_list_does_not_know_is_refused(api: Api, query: str, wrong: str) -> None:
    refused = await api.get(f"{SCHEDULES}?{query}")

    assert (refused.status, refused.problem, refused.wrong) == (400, "invalid-request", [wrong])


@pytest.mark.parametrize("other", ["sort=nextRun", "order=desc", "sort=lastRun&order=desc"])
async def test_a_token_of_another_order_is_refused(api: Api, other: str) -> None:
    first = (await api.get(f"{SCHEDULES}?limit=1")).json

    refused = await api.get(f"{SCHEDULES}?{other}&continuationToken={first['continuationToken']}")

    assert (refused.status, refused.wrong) == (400, ["continuationToken"])


async def test_a_token_of_another_workspace_leads_nowhere_else(api: Api) -> None:
    """It names a place in an order and no workspace; what is shown is the workspace of the path."""
    first = (await api.get(f"{SCHEDULES}?limit=1")).json

    missing = await api.get(f"/api/workspaces/other/schedules?continuationToken={first['continuationToken']}")

    assert (missing.status, missing.problem) == (404, "workspace-not-found")
