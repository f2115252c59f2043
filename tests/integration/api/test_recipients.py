from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from sync_core.domain.directory import Origin
from sync_core.domain.field_settings import EMAIL, NAME
from sync_core.domain.ids import GroupId, RecipientId, nibble_of
from sync_core.flows.find_people import MOST_LOOKED_AT
from sync_core.ports import RecipientWrite
from tests.builders import a_recipient
from tests.fakes.world import WORKSPACE, World, a_group, a_user
from tests.integration.api.acme_people import RECIPIENTS, a_synced_world, api_of, of

if TYPE_CHECKING:
    from tests.integration.api.client import Answered, Api

ADA = {"values": {"email": "ada@example.com", "name": "Ada Lovelace"}}


async def add(api: Api, **values: str | None) -> Answered:
    return await api.call("POST", RECIPIENTS, {"values": {**ADA["values"], **values}})


async def ids(api: Api, query: str = "") -> list[str]:
    return [one["recipientId"] for one in (await api.get(f"{RECIPIENTS}{query}")).json["recipients"]]


async def fill(world: World, size: int) -> None:
    by_nibble: dict[str, list[RecipientWrite]] = {}
    for number in range(size):
        recipient = RecipientId(f"r-{number:05d}")
        values = {NAME: f"Person {number}", EMAIL: f"{number}@example.com"}
        write = RecipientWrite(a_recipient(id=recipient, values=values), None)
        by_nibble.setdefault(nibble_of(recipient), []).append(write)
    for writes in by_nibble.values():
        for start in range(0, len(writes), 100):
            await world.services.people.write(WORKSPACE, writes[start : start + 100])


async def all_pages(api: Api, query: str) -> list[list[str]]:
    pages: list[list[str]] = []
    more = ""
    while True:
        page = (await api.get(f"{RECIPIENTS}?{query}{more}")).json
        pages.append([one["recipientId"] for one in page["recipients"]])
        if "continuationToken" not in page:
            return pages
        more = f"&continuationToken={page['continuationToken']}"


async def test_a_person_made_by_hand_is_answered_whole_and_found_where_the_answer_says(api: Api) -> None:
    made = await add(api, jobTitle=" Analyst ", city="")

    assert (made.status, made.headers["ETag"]) == (201, '"1"')
    assert made.headers["Location"] == f"{RECIPIENTS}/{made.json['recipientId']}"
    assert made.json["values"]["jobTitle"] == {
        "value": "Analyst",
        "onCards": None,
        "decidedBy": "not-linked",
        "editable": True,
    }
    assert made.json["values"]["city"]["value"] is None
    shown = await api.get(made.headers["Location"])
    assert (shown.status, shown.json, shown.headers["ETag"]) == (200, made.json, '"1"')


async def test_a_repeated_request_makes_no_second_person(api: Api) -> None:
    await add(api)

    again = await add(api, email="ADA@Example.COM", name="Somebody else")

    assert (again.status, again.problem, again.wrong) == (409, "email-taken", ["values.email"])
    assert len(await ids(api)) == 1


async def test_of_two_requests_at_once_for_one_address_one_makes_a_person(api: Api) -> None:
    answers = await asyncio.gather(*(add(api, name=f"Ada {number}") for number in range(5)))

    assert sorted(one.status for one in answers) == [201, 409, 409, 409, 409]
    assert len(await ids(api)) == 1


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"email": None}, "email-missing", "values.email"),
        ({"email": "  "}, "email-missing", "values.email"),
        ({"email": "nobody"}, "email-malformed", "values.email"),
        ({"email": f"a@{'b' * 255}"}, "email-malformed", "values.email"),
        ({"salary": "much"}, "field-unknown", "values.salary"),
        ({"jobTitle": "two\nlines"}, "value-malformed", "values.jobTitle"),
        ({"jobTitle": "\u202eright to left"}, "value-malformed", "values.jobTitle"),
        ({"jobTitle": "x" * 1025}, "invalid-request", "values.jobTitle"),
        ({"jobTitle": "\ud800"}, "invalid-request", "values.jobTitle"),
        ({"jobTitle": 7}, "invalid-request", "values.jobTitle"),
        ({"x" * 300: "y"}, "invalid-request", f"values.{'x' * 40}....[key]"),
        ({"a\u0000b": "y"}, "invalid-request", "values.a?b.[key]"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 30 else None,
)
async def test_a_wrong_value_is_named_and_nobody_is_made(
    api: Api, values: dict[str, Any], code: str, field: str
) -> None:
    refused = await add(api, **values)

    assert (refused.status, refused.problem, refused.wrong) == (400, code, [field])
    assert await ids(api) == []


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        [],
        {"values": None},
        {"values": []},
        {"values": {}, "status": "active"},
        {"values": {**ADA["values"], **{f"field{number}": "" for number in range(40)}}},
    ],
    ids=str,
)
async def test_a_body_of_another_shape_makes_nobody(api: Api, body: Any) -> None:
    refused = await api.call("POST", RECIPIENTS, body, headers={"Content-Type": "application/json"})

    assert (refused.status, refused.problem) == (400, "invalid-request")
    assert await ids(api) == []


async def test_somebody_synced_is_shown_with_what_decides_about_each_value() -> None:
    api = api_of(await a_synced_world())

    shown = (await api.get(of("u1"))).json

    assert {name: shown[name] for name in shown if name not in {"values", "recipientId"}} == {
        "takenIn": True,
        "status": "active",
        "inactiveBecause": None,
        "origin": "sync",
        "entraUserId": "u1",
        "enabledInEntra": True,
        "readAt": "2026-11-24T00:00:00Z",
        "groups": [
            {
                "groupId": "g1",
                "groupName": "Group g1",
                "place": "member",
                "card": {"version": 1, "state": "active", "origin": "sync"},
                "reason": None,
                "held": None,
                "lookedAtNext": False,
            }
        ],
        "allGroupsSeen": True,
        "revision": 1,
    }
    assert shown["values"]["jobTitle"] == {
        "value": "Analyst",
        "onCards": "Analyst",
        "decidedBy": "kept-here",
        "editable": True,
    }
    assert shown["values"]["name"]["decidedBy"] == "follows-entra"
    assert not shown["values"]["name"]["editable"]


async def test_somebody_who_could_not_be_taken_in_is_shown_with_the_reason() -> None:
    world = await a_synced_world()
    world.entra.users["u9"] = a_user("u9", mail="u1@example.com")
    world.entra.groups["g2"] = a_group("g2", "u9")
    await world.night()

    shown = await api_of(world).get(of("u9"))

    assert (shown.status, shown.json["takenIn"], shown.json["values"]) == (200, False, {})
    assert "ETag" not in shown.headers
    [group] = shown.json["groups"]
    assert (group["place"], group["reason"]["code"]) == ("refused", "email-taken")


async def test_who_was_deleted_is_gone_and_the_timeline_tells_why() -> None:
    world = await a_synced_world()
    world.entra.groups["g1"] = a_group("g1", "u2")
    await world.night()
    api = api_of(world)

    for method, value in (("GET", None), ("PATCH", {"status": "inactive"})):
        gone = await api.call(method, of("u1"), value)
        assert (gone.status, gone.problem) == (410, "recipient-deleted")
    [removed, _] = (await api.get(f"{of('u1')}/timeline")).json["entries"]
    assert (removed["kind"], removed["reason"]["code"]) == ("removed", "left-in-entra")


@pytest.mark.parametrize("recipient", ["r-nobody", "a%2Fb", "x" * 65, "a'b", "%00", "~", "..", "r%20a"])
async def test_who_is_not_there_is_not_found(api: Api, recipient: str) -> None:
    for method, address, value in (
        ("GET", "", None),
        ("PATCH", "", {"status": "active"}),
        ("GET", "/timeline", None),
        ("POST", "/sync", {"scope": "full"}),
        ("PUT", "/cards/sales", None),
        ("DELETE", "/cards/sales", None),
    ):
        missing = await api.call(method, f"{RECIPIENTS}/{recipient}{address}", value)
        assert (missing.status, missing.problem) == (404, "recipient-not-found")


async def test_an_edit_shows_the_person_after_it_with_a_new_etag() -> None:
    api = api_of(await a_synced_world())

    edited = await api.call("PATCH", of("u1"), {"values": {"jobTitle": "Chief"}, "status": "inactive"})

    assert (edited.status, edited.headers["ETag"], edited.json["revision"]) == (200, '"2"', 2)
    assert edited.json["values"]["jobTitle"]["decidedBy"] == "edited-here"
    assert (edited.json["status"], edited.json["inactiveBecause"]) == ("inactive", "by-hand")
    assert edited.json["groups"][0]["card"] == {"version": 2, "state": "paused", "origin": "sync"}


async def test_a_value_is_emptied_by_null_and_the_same_edit_again_changes_nothing() -> None:
    api = api_of(await a_synced_world())
    change = {"values": {"jobTitle": None}}

    first = await api.call("PATCH", of("u1"), change)
    second = await api.call("PATCH", of("u1"), change)

    assert first.json["values"]["jobTitle"]["value"] is None
    assert (second.json, second.headers["ETag"]) == (first.json, '"2"')


async def test_what_follows_entra_cannot_be_edited_and_nothing_of_the_edit_is_stored() -> None:
    api = api_of(await a_synced_world())
    before = await api.get(of("u1"))

    refused = await api.call("PATCH", of("u1"), {"values": {"jobTitle": "Chief", "department": "x"}})

    assert (refused.status, refused.problem, refused.wrong) == (409, "follows-entra", ["values.department"])
    assert (await api.get(of("u1"))).json == before.json


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, ["body"]),
        ({"values": None}, ["values"]),
        ({"status": None}, ["status"]),
        ({"status": "deleted"}, ["status"]),
        ({"status": "active", "origin": "sync"}, ["origin"]),
        ({"values": {"jobTitle": ["x"]}}, ["values.jobTitle"]),
    ],
    ids=str,
)
async def test_an_edit_of_another_shape_is_refused(body: Any, wrong: list[str]) -> None:
    api = api_of(await a_synced_world())

    refused = await api.call("PATCH", of("u1"), body)

    assert (refused.status, refused.problem, refused.wrong) == (400, "invalid-request", wrong)


async def test_of_two_editors_who_saw_the_same_the_second_is_told_what_is_there_now() -> None:
    api = api_of(await a_synced_world())
    seen = {"If-Match": (await api.get(of("u1"))).headers["ETag"]}

    first = await api.call("PATCH", of("u1"), {"values": {"jobTitle": "Chief"}}, headers=seen)
    late = await api.call("PATCH", of("u1"), {"values": {"mobilePhone": "1"}}, headers=seen)

    assert first.status == 200
    assert (late.status, late.problem, late.headers["ETag"]) == (412, "recipient-changed", '"2"')
    assert (await api.get(of("u1"))).json == first.json


async def test_of_two_editors_at_the_same_moment_one_is_told() -> None:
    """Both find the condition true; the flow holds them to the revision that it was true for."""
    world = await a_synced_world()
    api = api_of(world)
    answers: list[Answered] = []

    async def overtake(table: str, *_: object) -> None:
        if table == "Recipients":
            world.tables.before_write = None
            answers.append(await api.call("PATCH", of("u1"), {"values": {"jobTitle": "First"}}, headers=seen))

    seen = {"If-Match": '"1"'}
    world.tables.before_write = overtake
    second = await api.call("PATCH", of("u1"), {"values": {"jobTitle": "Second"}}, headers=seen)

    assert answers[0].status == 200
    assert (second.status, second.problem, second.headers["ETag"]) == (412, "recipient-changed", '"2"')
    assert (await api.get(of("u1"))).json["values"]["jobTitle"]["value"] == "First"


async def test_editors_without_a_condition_both_have_their_edit() -> None:
    api = api_of(await a_synced_world())

    answers = await asyncio.gather(
        api.call("PATCH", of("u1"), {"values": {"jobTitle": "Chief"}}),
        api.call("PATCH", of("u1"), {"status": "inactive"}),
    )

    shown = (await api.get(of("u1"))).json
    assert [one.status for one in answers] == [200, 200]
    assert (shown["values"]["jobTitle"]["value"], shown["status"], shown["revision"]) == ("Chief", "inactive", 3)


async def test_a_malformed_condition_is_refused() -> None:
    api = api_of(await a_synced_world())

    refused = await api.call("PATCH", of("u1"), {"status": "inactive"}, headers={"If-Match": "1"})

    assert (refused.status, refused.wrong) == (400, ["If-Match"])


async def test_a_card_is_given_and_taken_by_hand_however_often_it_is_asked_for(api: Api) -> None:
    made = (await add(api)).headers["Location"]

    given = [await api.call("PUT", f"{made}/cards/sales") for _ in range(2)]
    assert [one.status for one in given] == [201, 200]
    assert given[1].json == given[0].json
    [group] = given[0].json["groups"]
    assert (group["groupName"], group["place"], group["card"]["origin"]) == ("Sales", "by-hand", "by-hand")
    assert given[0].json["values"]["name"]["onCards"] == "Ada Lovelace"

    taken = [await api.call("DELETE", f"{made}/cards/sales") for _ in range(2)]
    assert [(one.status, one.text) for one in taken] == [(204, ""), (204, "")]
    assert (await api.get(made)).json["groups"] == []


async def test_a_card_is_given_in_linked_groups_alone(api: Api) -> None:
    made = (await add(api)).headers["Location"]

    for group in ("nowhere", "a%2Fb"):
        refused = await api.call("PUT", f"{made}/cards/{group}")
        assert (refused.status, refused.problem) == (404, "group-not-linked")


async def test_a_card_of_a_sync_is_neither_given_nor_taken_here() -> None:
    api = api_of(await a_synced_world())

    for method in ("PUT", "DELETE"):
        refused = await api.call(method, f"{of('u1')}/cards/g1")
        assert (refused.status, refused.problem) == (409, "follows-entra")


async def test_a_card_is_given_to_the_person_who_was_seen(api: Api) -> None:
    made = (await add(api)).headers["Location"]
    await api.call("PATCH", made, {"values": {"jobTitle": "Chief"}})

    for method in ("PUT", "DELETE"):
        late = await api.call(method, f"{made}/cards/sales", headers={"If-Match": '"1"'})
        assert (late.status, late.problem, late.headers["ETag"]) == (412, "recipient-changed", '"2"')


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_a_card_is_left_alone_where_the_person_is_changed_at_the_same_moment(
    api: Api, world: World, method: str
) -> None:
    made = (await add(api)).headers["Location"]
    if method == "DELETE":
        await api.call("PUT", f"{made}/cards/sales")
    before = await api.get(made)

    async def overtake(table: str, *_: object) -> None:
        if table == "Recipients":
            world.tables.before_write = None
            await api.call("PATCH", made, {"values": {"jobTitle": "Chief"}})

    world.tables.before_write = overtake
    late = await api.call(method, f"{made}/cards/sales", headers={"If-Match": before.headers["ETag"]})

    assert (late.status, late.problem) == (412, "recipient-changed")
    places = [group["place"] for group in (await api.get(made)).json["groups"]]
    assert places == [group["place"] for group in before.json["groups"]]


async def test_the_list_shows_people_in_short(api: Api) -> None:
    made = (await add(api)).json["recipientId"]

    [listed] = (await api.get(RECIPIENTS)).json["recipients"]

    assert listed == {
        "recipientId": made,
        "name": "Ada Lovelace",
        "email": "ada@example.com",
        "status": "active",
        "inactiveBecause": None,
        "origin": "by-hand",
        "entraUserId": None,
        "cards": 0,
        "revision": 1,
    }


async def test_people_are_found_by_text_status_and_origin() -> None:
    world = await a_synced_world()
    api = api_of(world)
    made = (await add(api)).json["recipientId"]
    await api.call("PATCH", of("u2"), {"status": "inactive"})

    assert await ids(api, "?search=LOVELACE%20ada") == [made]
    assert await ids(api, "?search=ada@example.com") == [made]
    assert await ids(api, f"?search={made}") == [made]
    assert await ids(api, "?origin=by-hand") == [made]
    assert await ids(api, "?status=inactive") == [of("u2").rpartition("/")[2]]
    assert len(await ids(api, "?search=")) == 3


@pytest.mark.parametrize(
    "search",
    [
        "' or '1' eq '1",
        "*",
        "%",
        "(?:a+)+$",
        "..%2f",
        "RowKey ge ''",
        '"',
        "\\",
        "\u202e",
        "\U0001f600",
        "a" * 254,
        "a@b",
        "'@'",
        "\u0130",
    ],
)
async def test_whatever_is_searched_for_is_only_text(api: Api, search: str) -> None:
    await add(api)

    found = await api.get(f"{RECIPIENTS}?search={quote(search, safe='')}")

    assert (found.status, found.json["recipients"]) == (200, [])


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("search=%00", "search"),
        ("search=a%0Ab", "search"),
        (f"search={'a' * 255}", "search"),
        ("search=%ff", "query"),
        ("search=a&search=b", "search"),
        ("status=gone", "status"),
        ("status=", "status"),
        ("origin=Sync", "origin"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("continuationToken=", "continuationToken"),
        ("continuationToken=cnVuczpyLTE", "continuationToken"),
        ("continuationToken=cmVjaXBpZW50czphL2I", "continuationToken"),
        ("sort=name", "sort"),
    ],
)
async def test_a_wrong_query_is_refused_by_the_name_of_what_is_wrong(api: Api, query: str, wrong: str) -> None:
    refused = await api.get(f"{RECIPIENTS}?{query}")

    assert (refused.status, refused.problem, refused.wrong) == (400, "invalid-request", [wrong])


async def test_thousands_of_people_are_listed_to_the_end_and_each_page_reads_little(api: Api, world: World) -> None:
    await fill(world, 3000)
    reads = 0

    async def note(table: str, _partition: str) -> None:
        nonlocal reads
        reads += table == "Recipients"

    world.tables.before_read = note
    pages = await all_pages(api, "limit=200")

    assert sorted(one for page in pages for one in page) == [f"r-{number:05d}" for number in range(3000)]
    assert [len(page) for page in pages] == [200] * 15
    assert reads <= 15 * 2 + 16 * 2


async def test_a_search_through_many_answers_what_it_has_and_goes_on(api: Api, world: World) -> None:
    await fill(world, MOST_LOOKED_AT + 1000)

    pages = await all_pages(api, "search=person%205500")
    none = await all_pages(api, "search=person&origin=by-hand")

    assert sorted(len(page) for page in pages) == [0, 1]
    assert none == [[], []]


async def test_a_token_goes_on_with_the_search_it_is_given_with(api: Api, world: World) -> None:
    """A token names a place and no search, so a client may narrow a list half-way."""
    await fill(world, 40)
    first = (await api.get(f"{RECIPIENTS}?limit=10")).json

    narrowed = await api.get(f"{RECIPIENTS}?origin=by-hand&continuationToken={first['continuationToken']}")

    assert (narrowed.status, narrowed.json) == (200, {"recipients": []})


async def test_of_cards_of_a_group_that_is_not_linked_any_more_the_person_still_tells(api: Api, world: World) -> None:
    made = (await add(api)).headers["Location"]
    await api.call("PUT", f"{made}/cards/sales")
    linked = await world.services.groups.group(WORKSPACE, GroupId("sales"))
    assert linked is not None
    await world.services.groups.remove(WORKSPACE, linked.value)

    [group] = (await api.get(made)).json["groups"]

    assert (group["groupId"], group["groupName"], group["card"]["origin"]) == ("sales", None, Origin.BY_HAND)
    assert (await api.call("DELETE", f"{made}/cards/sales")).status == 204


async def test_more_than_can_be_kept_of_one_person_is_refused(api: Api, world: World) -> None:
    [person] = [await add(api)]
    recipient = RecipientId(person.json["recipientId"])
    held = (await world.services.people.people(WORKSPACE, [recipient]))[recipient]
    much = {f"left{number}": "x" * 1000 for number in range(31)}
    full = replace(held.value, values={**held.value.values, **much})
    await world.services.people.write(WORKSPACE, [RecipientWrite(full, held.etag)])

    refused = await api.call(
        "PATCH", person.headers["Location"], {"values": {"city": "x" * 1024, "state": "y" * 1024}}
    )

    assert (refused.status, refused.problem) == (409, "person-too-large")
