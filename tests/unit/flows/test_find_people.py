from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.domain.directory import Origin, Status
from sync_core.domain.email import key_of
from sync_core.domain.field_settings import EMAIL, NAME
from sync_core.domain.ids import EntraUserId, RecipientId, nibble_of
from sync_core.domain.outlines import PeopleSearch
from sync_core.flows.find_people import MOST_LOOKED_AT, PeoplePage, find_people
from sync_core.ports import RecipientWrite
from tests.builders import a_recipient
from tests.fakes.world import WORKSPACE, World
from tests.unit.flows.worlds import put_person

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from sync_core.domain.directory import Recipient
    from sync_core.domain.ids import WorkspaceId
    from sync_core.domain.outlines import Outline
    from sync_core.ports import People, Stored

ADA_IN_ENTRA = EntraUserId("3f6a1c9e-8f0b-4d53-a2a4-5b6f6d3b9b10")
ADA = a_recipient(id=RecipientId("r-ada"), entra_id=ADA_IN_ENTRA)
BEA = a_recipient(
    id=RecipientId("p-bea"),
    entra_id=None,
    values={NAME: "Bea", EMAIL: "bea+ada@example.com"},
    status=Status.INACTIVE,
    origin=Origin.BY_HAND,
)


async def a_world(*people: Recipient) -> World:
    world = World()
    for person in people:
        await put_person(world, person)
    return world


async def find(world: World, text: str = "", *, limit: int = 50, **wanted: Any) -> PeoplePage:
    search = replace(PeopleSearch(text), **wanted)
    return await find_people(world.services, WORKSPACE, search, limit=limit)


async def ids(world: World, text: str = "", **wanted: Any) -> set[RecipientId]:
    return {person.id for person in (await find(world, text, **wanted)).people}


async def fill(world: World, size: int) -> set[RecipientId]:
    """Store *size* people named after their number, without claims."""
    everybody = {RecipientId(f"r-{number:05d}") for number in range(size)}
    by_nibble: dict[str, list[RecipientWrite]] = {}
    for number, recipient in enumerate(sorted(everybody)):
        values = {NAME: f"Person {number}", EMAIL: f"{number}@example.com"}
        by_nibble.setdefault(nibble_of(recipient), []).append(
            RecipientWrite(a_recipient(id=recipient, values=values), None)
        )
    for writes in by_nibble.values():
        for start in range(0, len(writes), 100):
            await world.services.people.write(WORKSPACE, writes[start : start + 100])
    return everybody


async def all_pages(world: World, search: PeopleSearch, *, limit: int) -> list[list[RecipientId]]:
    pages: list[list[RecipientId]] = []
    after = None
    while True:
        page = await find_people(world.services, WORKSPACE, search, limit=limit, after=after)
        pages.append([person.id for person in page.people])
        after = page.next_after
        if after is None:
            return pages


async def test_a_list_narrows_by_text_status_and_origin() -> None:
    world = await a_world(ADA, BEA)

    assert await ids(world) == {ADA.id, BEA.id}
    assert await ids(world, "ADA") == {ADA.id, BEA.id}
    assert await ids(world, "lovelace") == {ADA.id}
    assert await ids(world, status=Status.INACTIVE) == {BEA.id}
    assert await ids(world, "ada", origin=Origin.SYNC) == {ADA.id}
    assert await ids(world, "nobody") == set()


@pytest.mark.parametrize(
    "text", ["ADA@example.com", " ada@example.com ", "r-ada", ADA_IN_ENTRA, ADA_IN_ENTRA.upper()]
)
async def test_a_whole_address_or_id_finds_that_person_alone_and_without_a_search(text: str) -> None:
    """Bea's address holds Ada's, and would be found by a search."""
    world = await a_world(ADA, BEA)
    reads: list[str] = []

    async def note(table: str, _partition: str) -> None:
        reads.append(table)

    world.tables.before_read = note

    page = await find(world, text, limit=1)

    assert ([person.id for person in page.people], page.next_after) == ([ADA.id], None)
    assert len(reads) <= 2


async def test_who_is_named_must_be_admitted_too() -> None:
    world = await a_world(ADA, BEA)

    assert await ids(world, "ada@example.com", status=Status.INACTIVE) == set()


async def test_an_address_that_is_nobodys_is_searched_for() -> None:
    world = await a_world(ADA, replace(BEA, values={NAME: "Bea", EMAIL: "bea@example.com.au"}))

    assert await ids(world, "bea@example.com") == {BEA.id}
    assert await ids(world, "00000000-0000-4000-8000-000000000000") == set()


async def test_who_has_given_the_address_up_is_not_found_by_it() -> None:
    world = await a_world(ADA)
    await world.services.identities.claim(WORKSPACE, {key_of("old@example.com"): ADA.id}, at=world.clock.now())

    assert await ids(world, "old@example.com") == set()


async def test_nobody_who_was_deleted_is_listed_or_named() -> None:
    world = await a_world(ADA, BEA)
    await put_person(world, replace(ADA, deleted=True))

    assert await ids(world) == {BEA.id}
    assert await ids(world, "r-ada") == set()
    assert await ids(world, "ada@example.com") == {BEA.id}


@pytest.mark.parametrize("limit", [1, 7, 50, 99, 100, 101, 200])
async def test_pages_hold_everybody_once(limit: int) -> None:
    world = World()
    everybody = await fill(world, 100)

    pages = await all_pages(world, PeopleSearch(), limit=limit)

    assert sorted(one for page in pages for one in page) == sorted(everybody)
    assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1)
    assert pages[-1]


async def test_one_page_looks_at_so_many_people_and_no_more() -> None:
    """Somebody whose name few have is found, page by page, in a workspace of any size."""
    world = World()
    await fill(world, 2 * MOST_LOOKED_AT + 10)
    looked_at = 0

    async def note(table: str, _partition: str) -> None:
        nonlocal looked_at
        looked_at += table == "Recipients"

    world.tables.before_read = note
    search = PeopleSearch("person 7777")
    first = await find_people(world.services, WORKSPACE, search, limit=50)
    reads = looked_at
    pages = await all_pages(world, search, limit=50)

    assert reads <= MOST_LOOKED_AT / 1000 + 16
    assert first.next_after is not None
    assert (len(pages), [one for page in pages for one in page]) == (3, [RecipientId("r-07777")])


@pytest.mark.parametrize(
    ("search", "at_a_time"),
    [(PeopleSearch(), 11), (PeopleSearch("ada"), 1000), (PeopleSearch(status=Status.ACTIVE), 1000)],
)
async def test_a_page_of_everybody_reads_no_more_people_than_it_shows(search: PeopleSearch, at_a_time: int) -> None:
    world = await a_world(ADA)
    people = _Asked(world.services.people)

    await find_people(replace(world.services, people=people), WORKSPACE, search, limit=10)  # type: ignore[arg-type]

    assert people.at_a_time == at_a_time


async def test_people_who_come_and_go_between_two_pages_do_not_shift_the_others() -> None:
    world = World()
    everybody = sorted(await fill(world, 60), key=lambda one: (nibble_of(one), one))
    first = await find(world, limit=20)
    last = first.people[-1]
    [held] = (await world.services.people.people(WORKSPACE, [last.id])).values()
    await world.services.people.write(WORKSPACE, [RecipientWrite(replace(held.value, deleted=True), held.etag)])

    rest = await find_people(world.services, WORKSPACE, PeopleSearch(), limit=100, after=first.next_after)

    assert [person.id for person in rest.people] == everybody[20:]


class _Asked:
    """Notes how many outlines are asked for at a time."""

    def __init__(self, real: People) -> None:
        self._real = real
        self.at_a_time = 0

    def outlines(
        self, workspace: WorkspaceId, *, after: RecipientId | None, at_a_time: int
    ) -> AsyncIterator[Outline]:
        self.at_a_time = at_a_time
        return self._real.outlines(workspace, after=after, at_a_time=at_a_time)

    async def people(
        self, workspace: WorkspaceId, recipients: Sequence[RecipientId]
    ) -> dict[RecipientId, Stored[Recipient]]:
        return await self._real.people(workspace, recipients)
