"""Field settings and sync options: one document, saved whole, confirmed by saving, never overwritten unseen."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.adapters.tables.names import WORKSPACES
from sync_core.domain.workspaces import Rulebook
from sync_core.flows.save_rules import save_rules
from sync_core.ports import RowWrite
from tests.fakes.world import WORKSPACE
from tests.integration.api.callers import READER
from tests.unit.flows.test_save_rules import GUESTS
from tests.unit.flows.worlds import on_write_to

if TYPE_CHECKING:
    from tests.fakes.world import World
    from tests.integration.api.client import Answered, Api

ADDRESS = "/api/workspaces/acme/sync-options"

BOTH_ON = {"sync": True, "overwrite": True}
DEFAULTS: dict[str, Any] = {
    "fields": {
        "email": BOTH_ON,
        "name": BOTH_ON,
        "profilePicture": {"available": False, "sync": False, "overwrite": False},
        "businessPhone": BOTH_ON,
        "mobilePhone": BOTH_ON,
        "jobTitle": BOTH_ON,
        "department": BOTH_ON,
        "company": BOTH_ON,
        "address": BOTH_ON,
    },
    "customAttributes": {},
    "options": {
        "importNewUsers": True,
        "includeGuests": False,
        "includeNestedGroups": False,
        "whenUserLeavesGroup": "removeFromGroup",
        "whenUserLeavesLastGroup": "deactivate",
        "whenUserDisabled": "deactivate",
        "updateGroupDetails": True,
        "updateCards": True,
        "removalGuard": {"enabled": True, "percent": 20, "minimum": 5, "maximum": 500},
    },
}
NOTHING_SAID: dict[str, Any] = {"fields": {}, "customAttributes": {}, "options": {}}
CHANGED: dict[str, Any] = {
    "fields": {"jobTitle": {"sync": True, "overwrite": False}, "address": {"sync": False}},
    "customAttributes": {"3": {"name": "costCenter"}, "15": {"name": "floor", "sync": False, "overwrite": False}},
    "options": {"includeGuests": True, "whenUserLeavesLastGroup": "delete", "removalGuard": {"percent": 30}},
}


@pytest.fixture
async def _unsaved(world: World) -> None:
    etag = (await world.services.workspaces.rulebook(WORKSPACE)).etag
    await world.tables.write(WORKSPACES, WORKSPACE, [RowWrite("delete", "options", {}, etag)])


async def put(api: Api, document: Any, **headers: str) -> Answered:
    return await api.call("PUT", ADDRESS, document, headers=headers)


@pytest.mark.usefixtures("_unsaved")
async def test_before_anything_was_saved_the_defaults_are_shown_unconfirmed(api: Api) -> None:
    shown = await api.get(ADDRESS)

    assert shown.status == 200
    assert shown.json == {**DEFAULTS, "confirmedAt": None}
    assert shown.headers["ETag"]


async def test_what_was_saved_is_shown_whole_and_confirmed(api: Api) -> None:
    saved = await put(api, CHANGED)

    expected = deepcopy(DEFAULTS)
    expected["fields"]["jobTitle"] = {"sync": True, "overwrite": False}
    expected["fields"]["address"] = {"sync": False, "overwrite": True}
    expected["customAttributes"] = {
        "3": {"name": "costCenter", "sync": True, "overwrite": True},
        "15": {"name": "floor", "sync": False, "overwrite": False},
    }
    expected["options"] |= {"includeGuests": True, "whenUserLeavesLastGroup": "delete"}
    expected["options"]["removalGuard"]["percent"] = 30
    assert (saved.status, saved.json) == (200, {**expected, "confirmedAt": "2026-11-23T00:00:00Z"})
    shown = await api.get(ADDRESS)
    assert (shown.json, shown.headers["ETag"]) == (saved.json, saved.headers["ETag"])


async def test_what_is_shown_can_be_saved(api: Api) -> None:
    await put(api, CHANGED)
    shown = await api.get(ADDRESS)

    saved = await put(api, shown.json)

    assert (saved.status, saved.json, saved.headers["ETag"]) == (200, shown.json, shown.headers["ETag"])


async def test_saving_the_same_again_changes_nothing_and_keeps_the_etag(api: Api, world: World) -> None:
    first = await put(api, CHANGED)
    before = world.tables.rows(WORKSPACES)
    world.clock.advance(timedelta(hours=1))

    again = await put(api, CHANGED)

    assert (again.json, again.headers["ETag"]) == (first.json, first.headers["ETag"])
    assert world.tables.rows(WORKSPACES) == before


async def test_every_other_document_has_another_etag(api: Api, world: World) -> None:
    etags = set()
    for document in (CHANGED, NOTHING_SAID, CHANGED):
        world.clock.advance(timedelta(hours=1))
        etags.add((await put(api, document)).headers["ETag"])

    assert len(etags) == 3


@pytest.mark.usefixtures("_unsaved")
async def test_saving_the_defaults_confirms_them(api: Api) -> None:
    before = (await api.get(ADDRESS)).headers["ETag"]

    saved = await put(api, NOTHING_SAID)

    assert saved.json == {**DEFAULTS, "confirmedAt": "2026-11-23T00:00:00Z"}
    assert saved.headers["ETag"] != before


async def test_only_those_that_were_seen_are_replaced(api: Api) -> None:
    seen = (await api.get(ADDRESS)).headers["ETag"]
    now = (await put(api, CHANGED, **{"If-Match": seen})).headers["ETag"]

    refused = await put(api, NOTHING_SAID, **{"If-Match": seen})

    assert (refused.status, refused.problem) == (412, "options-changed")
    assert refused.headers["ETag"] == now == (await api.get(ADDRESS)).headers["ETag"]


async def test_somebody_who_saves_at_the_same_moment_is_not_overwritten(api: Api, world: World) -> None:
    seen = (await api.get(ADDRESS)).headers["ETag"]

    async def save_theirs() -> None:
        world.tables.before_write = None
        await save_rules(world.services, WORKSPACE, GUESTS)

    world.tables.before_write = on_write_to(WORKSPACES, then=save_theirs)

    refused = await put(api, CHANGED, **{"If-Match": seen})

    shown = await api.get(ADDRESS)
    assert (refused.status, refused.problem) == (412, "options-changed")
    assert refused.headers["ETag"] == shown.headers["ETag"]
    assert shown.json["customAttributes"] == {}


async def test_without_a_condition_the_last_one_wins(api: Api) -> None:
    await put(api, CHANGED)

    assert (await put(api, NOTHING_SAID)).status == 200
    assert (await api.get(ADDRESS)).json["options"]["includeGuests"] is False


@pytest.mark.usefixtures("_unsaved")
async def test_only_the_first_time_means_only_while_nothing_was_saved(api: Api) -> None:
    first = await put(api, CHANGED, **{"If-None-Match": "*"})
    second = await put(api, NOTHING_SAID, **{"If-None-Match": "*"})

    assert first.status == 200
    assert (second.status, second.problem) == (412, "options-changed")
    assert second.headers["ETag"] == first.headers["ETag"]


@pytest.mark.usefixtures("_unsaved")
async def test_the_defaults_that_were_seen_can_be_named(api: Api) -> None:
    seen = (await api.get(ADDRESS)).headers["ETag"]

    assert (await put(api, CHANGED, **{"If-Match": seen})).status == 200
    assert (await put(api, NOTHING_SAID, **{"If-Match": seen})).status == 412


@pytest.mark.parametrize("missing", ["fields", "customAttributes", "options"])
async def test_a_document_with_a_part_missing_is_refused(api: Api, missing: str) -> None:
    refused = await put(api, {name: part for name, part in NOTHING_SAID.items() if name != missing})

    assert (refused.status, refused.wrong) == (400, [missing])


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"fields": {"email": {"sync": False}}}, "fields.email.sync"),
    ({"fields": {"email": {"overwrite": False}}}, "fields.email.overwrite"),
    ({"fields": {"profilePicture": {"sync": True}}}, "fields.profilePicture.sync"),
    ({"fields": {"jobTitle": None}}, "fields.jobTitle"),
    ({"fields": {"jobTitle": {"sync": "true"}}}, "fields.jobTitle.sync"),
    ({"fields": {"jobTitle": {"sync": 1}}}, "fields.jobTitle.sync"),
    ({"fields": {"job_title": {}}}, "fields.job_title"),
    ({"fields": []}, "fields"),
    ({"customAttributes": {"16": {"name": "x"}}}, "customAttributes.16"),
    ({"customAttributes": {"0": {"name": "x"}}}, "customAttributes.0"),
    ({"customAttributes": {"01": {"name": "x"}}}, "customAttributes.01"),
    ({"customAttributes": {"1": {}}}, "customAttributes.1.name"),
    ({"customAttributes": {"1": {"name": "1st"}}}, "customAttributes.1.name"),
    ({"customAttributes": {"1": {"name": "x" * 41}}}, "customAttributes.1.name"),
    ({"customAttributes": {"1": {"name": "x\n"}}}, "customAttributes.1.name"),
    ({"customAttributes": {"1": {"name": "JobTitle"}}}, "customAttributes.1.name"),
    ({"customAttributes": {"1": {"name": "x"}, "2": {"name": "X"}}}, "customAttributes.2.name"),
    ({"options": {"includeGuest": True}}, "options.includeGuest"),
    ({"options": {"includeGuests": None}}, "options.includeGuests"),
    ({"options": {"whenUserDisabled": "delete"}}, "options.whenUserDisabled"),
    ({"options": {"removalGuard": False}}, "options.removalGuard"),
    ({"options": {"removalGuard": {"percent": 101}}}, "options.removalGuard.percent"),
    ({"options": {"removalGuard": {"percent": 20.5}}}, "options.removalGuard.percent"),
    ({"options": {"removalGuard": {"minimum": -1}}}, "options.removalGuard.minimum"),
    ({"options": {"removalGuard": {"maximum": 10**30}}}, "options.removalGuard.maximum"),
    ({"confirmedAt": 5}, "confirmedAt"),
    ({"more": True}, "more"),
]


@pytest.mark.parametrize(("part", "field"), WRONG, ids=str)
async def test_what_cannot_be_saved_is_refused_with_the_field_and_changes_nothing(
    api: Api, world: World, part: dict[str, Any], field: str
) -> None:
    before = world.tables.rows(WORKSPACES)

    refused = await put(api, NOTHING_SAID | part)

    assert (refused.status, refused.problem, refused.wrong) == (400, "invalid-request", [field])
    assert world.tables.rows(WORKSPACES) == before


async def test_a_hostile_name_of_a_part_is_repeated_short_and_printable(api: Api) -> None:
    refused = await put(api, NOTHING_SAID | {"customAttributes": {"\u0000\u202e" + "9" * 500: {"name": "x"}}})

    assert refused.status == 400
    assert all(len(field) < 60 and field.isprintable() for field in refused.wrong)


async def test_who_may_only_look_cannot_save(api: Api) -> None:
    refused = await api.call("PUT", ADDRESS, NOTHING_SAID, caller=READER)

    assert (refused.status, refused.problem) == (403, "role-needed")
    assert (await api.get(ADDRESS, caller=READER)).status == 200


async def test_a_sync_may_run_once_they_were_saved(api: Api, world: World) -> None:
    await world.services.workspaces.put_rulebook(WORKSPACE, Rulebook())
    runs = "/api/workspaces/acme/groups/sales/runs"

    refused = await api.call("POST", runs, {"mode": "preview"})
    await put(api, NOTHING_SAID)
    started = await api.call("POST", runs, {"mode": "preview"})

    assert (refused.status, refused.problem) == (409, "settings-not-confirmed")
    assert started.status == 202
