"""What a run changed, over HTTP: as JSON page by page, as CSV that a spreadsheet can open."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.domain.ids import EntraUserId, GroupId, RecipientId
from sync_core.domain.journal import JournalEntry, JournalPage, page_name
from sync_core.domain.runs import Run, RunState, Trigger, manual_run_id
from tests.fakes.clock import MIDNIGHT
from tests.fakes.world import WORKSPACE, World, a_user
from tests.integration.api.acme_people import api_of
from tests.unit.flows.held_worlds import UNGUARDED, a_synced_world, join, leave, rid

if TYPE_CHECKING:
    from tests.integration.api.client import Answered

G1 = GroupId("g1")
RUN = manual_run_id(MIDNIGHT, request="many")
RUNS = "/api/workspaces/acme/groups/g1/runs"
CHANGES = f"{RUNS}/{RUN}/changes"


async def after_a_night() -> tuple[World, str]:
    """One joined whose name is a formula, one changed, one left; and the address of the night's changes."""
    world = await a_synced_world(4, UNGUARDED)
    world.entra.users["new"] = a_user("new", displayName="=HYPERLINK(1)", mobilePhone="+44 20 7946 0958")
    join(world, "new")
    world.entra.users["u1"]["jobTitle"] = "Analyst"
    leave(world, "u0")
    [run] = await world.night()
    return world, f"{RUNS}/{run.id}/changes"


async def with_many(people: int, *, fields: int) -> World:
    """A run that changed *fields* values of each of *people*."""
    world = await a_synced_world(1)
    await world.services.runs.save(WORKSPACE, G1, Run(RUN, Trigger.MANUAL, RunState.SUCCEEDED), etag=None)
    pages = [
        JournalPage(page_name("a1", start), tuple(_entry(start + n, fields) for n in range(min(100, people - start))))
        for start in range(0, people, 100)
    ]
    for start in range(0, len(pages), 100):
        await world.services.journal.write(WORKSPACE, G1, RUN, pages[start : start + 100])
    return world


def _entry(number: int, fields: int) -> JournalEntry:
    named: dict[str, Any] = {"values.name": [None, f"N{number}"], "values.email": [None, f"n{number}@example.com"]}
    others = {f"values.f{field:02d}": ["old", "new"] for field in range(fields - len(named))}
    who = RecipientId(f"r-{number:06d}")
    return JournalEntry(who, EntraUserId(f"e-{number}"), "updated", changes=named | others, revision=2)


def rows_in(answer: Answered) -> list[dict[str, str]]:
    assert answer.text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"), newline=""), strict=True))


def next_page(answer: Answered) -> str | None:
    found = re.fullmatch(r'<([^>]+)>; rel="next"', answer.headers.get("Link", ""))
    return None if found is None else found[1]


class TestJson:
    async def test_each_change_tells_who_what_and_why(self) -> None:
        world, address = await after_a_night()

        changes = {one["kind"]: one for one in (await api_of(world).get(address)).json["changes"]}

        assert changes["updated"] == {
            "recipientId": rid("u1"),
            "entraUserId": "u1",
            "name": "Person u1",
            "email": "u1@example.com",
            "kind": "updated",
            "reason": {"code": "as-in-entra", "text": "So it is in Entra ID."},
            "altered": [
                {
                    "path": "cards.g1",
                    "old": {"version": 1, "state": "active"},
                    "new": {"version": 2, "state": "active"},
                },
                {"path": "values.jobTitle", "old": None, "new": "Analyst"},
            ],
            "revision": 2,
            "by": None,
        }
        assert changes["added"]["name"] == "=HYPERLINK(1)"
        assert changes["removed"]["reason"]["code"] == "left-in-entra"

    async def test_only_one_kind_comes_where_it_was_asked_for(self) -> None:
        world, address = await after_a_night()

        changes = (await api_of(world).get(f"{address}?kind=removed")).json["changes"]

        assert [one["recipientId"] for one in changes] == [rid("u0")]

    @pytest.mark.parametrize("limit", [1, 2, 7, 100, 200])
    async def test_every_change_comes_once_however_it_is_cut(self, limit: int) -> None:
        world = await with_many(110, fields=2)
        seen: list[str] = []
        token: str | None = ""
        while token is not None:
            page = await api_of(world).get(f"{CHANGES}?limit={limit}{token and f'&continuationToken={token}'}")
            seen += [one["recipientId"] for one in page.json["changes"]]
            token = page.json.get("continuationToken")

        assert seen == [f"r-{number:06d}" for number in range(110)]

    @pytest.mark.parametrize("query", ["kind=deleted", "format=xml", "limit=0", "continuationToken=x", "more=1"])
    async def test_what_was_asked_for_wrongly_is_told(self, query: str) -> None:
        world, address = await after_a_night()

        refused = await api_of(world).get(f"{address}?{query}")

        assert (refused.status, refused.wrong) == (400, [query.partition("=")[0]])

    async def test_a_token_that_names_no_place_is_refused(self) -> None:
        world = await with_many(3, fields=2)
        page = await api_of(world).get(f"{RUNS}?limit=1")

        refused = await api_of(world).get(f"{CHANGES}?continuationToken={page.json['continuationToken']}")

        assert (refused.status, refused.wrong) == (400, ["continuationToken"])

    async def test_an_unknown_run_is_not_found_and_an_expired_one_is_gone(self) -> None:
        world, address = await after_a_night()
        missing = await api_of(world).get(f"{RUNS}/20260101T000000Z-night-1/changes")
        assert (missing.status, missing.problem) == (404, "run-not-found")
        world.clock.advance(world.services.history)
        world.clock.advance(world.services.lease)

        gone = await api_of(world).get(address)

        assert (gone.status, gone.problem) == (410, "journal-gone")


class TestCsv:
    @pytest.mark.parametrize(("query", "headers"), [("?format=csv", {}), ("", {"Accept": "text/csv"})])
    async def test_it_is_a_file_whichever_way_it_was_asked_for(self, query: str, headers: dict[str, str]) -> None:
        world, address = await after_a_night()

        answer = await api_of(world).call("GET", address + query, headers=headers)

        assert (answer.status, answer.kind, answer.headers["Vary"]) == (200, "text/csv", "Accept")
        run = address.split("/")[-2]
        assert answer.headers["Content-Disposition"] == f'attachment; filename="changes-g1-{run}.csv"'
        assert {row["kind"] for row in rows_in(answer)} == {"added", "updated", "removed"}
        assert next_page(answer) is None

    async def test_what_the_address_says_goes_before_what_accept_says(self) -> None:
        world, address = await after_a_night()

        answer = await api_of(world).get(f"{address}?format=json", Accept="text/csv")

        assert answer.kind == "application/json"

    async def test_no_cell_is_a_formula(self) -> None:
        world, address = await after_a_night()

        rows = rows_in(await api_of(world).get(f"{address}?format=csv"))

        values = {row["path"]: row["new"] for row in rows if row["kind"] == "added"}
        assert values["values.name"] == "'=HYPERLINK(1)"
        assert values["values.mobilePhone"] == "'+44 20 7946 0958"
        assert not any(cell[:1] in tuple("=+-@\t\r") for row in rows for cell in row.values() if cell)

    async def test_pages_hold_ten_thousand_rows_and_lead_to_the_end(self) -> None:
        world = await with_many(5_500, fields=4)
        address: str | None = f"{CHANGES}?format=csv"
        sizes, seen = [], []
        while address is not None:
            page = await api_of(world).get(address)
            rows = rows_in(page)
            sizes.append(len(rows))
            seen += [(row["recipientId"], row["path"]) for row in rows]
            address = next_page(page)

        assert sizes == [10_000, 10_000, 2_000]
        assert len(set(seen)) == len(seen) == 22_000

    async def test_a_person_is_never_cut_in_two(self) -> None:
        world = await with_many(3_400, fields=3)

        first = await api_of(world).get(f"{CHANGES}?format=csv")

        assert len(rows_in(first)) == 9_999

    async def test_the_next_page_is_of_the_same_kind(self) -> None:
        world = await with_many(3_400, fields=3)

        first = await api_of(world).get(f"{CHANGES}?format=csv&kind=updated")

        assert next_page(first) is not None
        assert "kind=updated" in str(next_page(first))

    async def test_problems_are_no_files(self) -> None:
        world, _ = await after_a_night()

        missing = await api_of(world).get(f"{RUNS}/20260101T000000Z-night-1/changes", Accept="text/csv")

        assert missing.problem == "run-not-found"
