from __future__ import annotations

import tracemalloc
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sync_core.domain.errors import SyncRefused
from sync_core.domain.ids import RecipientId, RunId
from sync_core.domain.journal import JournalEntry, JournalPage, mark_of, page_name
from sync_core.domain.runs import Run, RunState, Trigger, manual_run_id
from sync_core.flows.show_changes import list_changes
from sync_core.ports import RecipientWrite
from tests.builders import MIDNIGHT, a_recipient
from tests.fakes.world import WORKSPACE, World
from tests.unit.flows.held_worlds import G1, a_synced_world

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

RUN = manual_run_id(MIDNIGHT, request="many")


async def a_world(*pages: JournalPage, state: RunState = RunState.SUCCEEDED) -> World:
    """A run of g1 with these journal pages."""
    world = World()
    run = Run(RUN, Trigger.MANUAL, state)
    await world.services.runs.save(WORKSPACE, G1, run, etag=None)
    for start in range(0, len(pages), 100):
        await world.services.journal.write(WORKSPACE, G1, RUN, pages[start : start + 100])
    return world


def a_page(number: int, *kinds: str) -> JournalPage:
    entries = (JournalEntry(RecipientId(f"r-{number}-{n}"), None, kind) for n, kind in enumerate(kinds))
    return JournalPage(page_name("a1", number), tuple(entries))


async def read_all(world: World, *, limit: int, kinds: AbstractSet[str] | None = None) -> list[list[RecipientId]]:
    """Return the recipients of each answer, until there is no more."""
    answers: list[list[RecipientId]] = []
    after, more = None, True
    while more:
        page = await list_changes(world.services, WORKSPACE, G1, RUN, limit=limit, after=after, kinds=kinds)
        answers.append([entry.recipient for entry in page.entries])
        after, more = page.next_after, page.next_after is not None
    return answers


async def stored_with(world: World, page: JournalPage, runs: Sequence[str] = ()) -> None:
    """Store the page's first person, with the page's mark or *runs*."""
    person = a_recipient(id=page.entries[0].recipient, runs=tuple(runs) or (mark_of(G1, RUN, page.name),))
    await world.services.people.write(WORKSPACE, [RecipientWrite(person, None)])


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 100])
async def test_every_change_comes_once_however_it_is_cut(limit: int) -> None:
    world = await a_world(a_page(1, "added", "added", "added"), a_page(2, "removed"), a_page(3, "updated"))

    answers = await read_all(world, limit=limit)

    assert [one for answer in answers for one in answer] == ["r-1-0", "r-1-1", "r-1-2", "r-2-0", "r-3-0"]
    assert [len(answer) for answer in answers[:-1]] == [limit] * (len(answers) - 1)
    assert answers[-1]


async def test_only_the_kinds_that_were_asked_for_come() -> None:
    world = await a_world(a_page(1, "added", "refused", "added"), a_page(2, "removed"), a_page(3, "refused", "added"))

    assert await read_all(world, limit=1, kinds={"refused"}) == [["r-1-1"], ["r-3-0"]]
    assert await read_all(world, limit=9, kinds={"updated"}) == [[]]


async def test_of_a_run_at_work_only_what_is_stored_is_shown() -> None:
    """The second page's people were not stored yet; the third tells of people who were refused."""
    pages = [a_page(1, "added"), a_page(2, "added"), a_page(3, "refused")]
    world = await a_world(*pages, state=RunState.RUNNING)
    await stored_with(world, pages[0])

    assert await read_all(world, limit=9) == [["r-1-0", "r-3-0"]]


async def test_a_person_who_forgot_the_page_for_newer_ones_is_no_proof_against_it() -> None:
    page = a_page(1, "added")
    world = await a_world(page, state=RunState.RUNNING)
    newer = RunId("29991231T000000Z-night-1")
    await stored_with(world, page, [mark_of(G1, newer, page_name("b", number)) for number in range(50)])

    assert await read_all(world, limit=9) == [["r-1-0"]]


async def test_a_person_with_many_older_marks_is_proof_against_it() -> None:
    page = a_page(1, "added")
    world = await a_world(page, state=RunState.RUNNING)
    older = RunId("20200101T000000Z-night-1")
    await stored_with(world, page, [mark_of(G1, older, page_name("b", number)) for number in range(50)])

    assert await read_all(world, limit=9) == [[]]


async def test_a_hundred_thousand_changes_are_read_in_flat_memory() -> None:
    """A night that imports everybody; the reader holds one answer and one page at a time."""
    kinds = ["added"] * 100
    world = await a_world(*(a_page(number, *kinds) for number in range(1, 1001)))
    after, seen = None, 0
    for _ in range(100):
        page = await list_changes(world.services, WORKSPACE, G1, RUN, limit=1000, after=after)
        after, seen = page.next_after, seen + len(page.entries)
    tracemalloc.start()
    await list_changes(
        world.services, WORKSPACE, G1, RUN, limit=1000, kinds={"removed"}, after=f"{a_page(900).name}:9"
    )
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (seen, after) == (100_000, None)
    assert most < 1_000_000


async def test_a_night_is_read_as_it_was_counted() -> None:
    world = await a_synced_world(7)
    run = await anext(aiter(world.services.runs.newest_first(WORKSPACE, G1)))

    page = await list_changes(world.services, WORKSPACE, G1, run.id, limit=100)

    assert len(page.entries) == run.counts.added == 7


async def test_a_run_or_a_place_that_does_not_exist_is_refused() -> None:
    world = await a_world(a_page(1, "added"))

    for run, after, code in (
        (manual_run_id(MIDNIGHT, request="other"), None, "run-not-found"),
        (RUN, "nowhere", "page-unknown"),
        (RUN, "a/b:1", "page-unknown"),
        (RUN, "a1-000001:x", "page-unknown"),
    ):
        with pytest.raises(SyncRefused) as raised:
            await list_changes(world.services, WORKSPACE, G1, run, limit=1, after=after)
        assert raised.value.code == code


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 6, 100])
async def test_changes_can_count_for_more_than_one(limit: int) -> None:
    """A change that weighs more than a whole answer comes alone."""
    world = await a_world(a_page(1, "added", "removed", "added"), a_page(2, "removed", "updated"))
    weights = {"added": 1, "removed": 4, "updated": 2}

    answers: list[list[str]] = []
    after, more = None, True
    while more:
        page = await list_changes(
            world.services, WORKSPACE, G1, RUN, limit=limit, after=after, weigh=lambda entry: weights[entry.kind]
        )
        answers.append([entry.kind for entry in page.entries])
        after, more = page.next_after, page.next_after is not None

    assert [kind for answer in answers for kind in answer] == ["added", "removed", "added", "removed", "updated"]
    assert all(len(answer) == 1 or sum(map(weights.__getitem__, answer)) <= limit for answer in answers)


async def test_of_a_run_older_than_journals_are_kept_nothing_is_shown() -> None:
    """A journal that is being deleted would look like all of it."""
    world = await a_world(a_page(1, "added"))
    world.clock.move_to(MIDNIGHT + world.services.history)
    assert await read_all(world, limit=9) == [["r-1-0"]]
    world.clock.advance(timedelta(seconds=1))

    with pytest.raises(SyncRefused) as raised:
        await read_all(world, limit=9)

    assert raised.value.code == "journal-gone"
