from __future__ import annotations

import random
from typing import TYPE_CHECKING

from sync_core.adapters.tables.journal import TableJournal
from sync_core.adapters.tables.names import JOURNAL
from sync_core.domain.ids import RecipientId
from sync_core.domain.journal import REFUSED
from sync_core.domain.runs import manual_run_id
from tests.builders import GROUP, MIDNIGHT, RUN, WORKSPACE, a_journal_entry, a_journal_page

if TYPE_CHECKING:
    from sync_core.domain.journal import JournalEntry, JournalPage, PageSummary
    from sync_core.ports import TableStore

TABLES = (JOURNAL,)


def incompressible(size: int, *, seed: int = 1) -> str:
    """Return *size* characters that take about three quarters as many bytes however they are packed."""
    return random.Random(seed).randbytes(size // 2).hex()  # noqa: S311  repeatable on purpose


def a_bulky_entry(size: int, *, seed: int = 1) -> JournalEntry:
    return a_journal_entry(changes={"values.name": ["", incompressible(size, seed=seed)]})


async def pages_of(journal: TableJournal) -> list[JournalPage]:
    return [page async for page in journal.pages(WORKSPACE, GROUP, RUN)]


async def summaries_of(journal: TableJournal) -> list[PageSummary]:
    return [summary async for summary in journal.summaries(WORKSPACE, GROUP, RUN)]


async def test_pages_are_read_as_they_were_written_in_order_of_their_names(tables: TableStore) -> None:
    journal = TableJournal(tables)
    first = a_journal_page(
        a_journal_entry(kind="updated", changes={"values.name": ["Ada", "Ada L\u00f6velace \U0001f600"]}),
        a_journal_entry(
            recipient=RecipientId("r-bob"), entra_id=None, kind=REFUSED, reason="email-missing", changes={}
        ),
        a_journal_entry(
            kind="removed", changes={"cards.sales": [[3, "active"], None], "odd": ["\ud800", None]}, by="boss"
        ),
    )
    second = a_journal_page(number=2)
    await journal.write(WORKSPACE, GROUP, RUN, [second, first])

    assert await pages_of(journal) == [first, second]


async def test_a_summary_tells_kinds_and_witness(tables: TableStore) -> None:
    journal = TableJournal(tables)
    changed = a_journal_page(
        a_journal_entry(kind=REFUSED),
        a_journal_entry(kind="added", recipient=RecipientId("r-bob")),
        a_journal_entry(kind="added", recipient=RecipientId("r-eve")),
    )
    refused = a_journal_page(a_journal_entry(kind=REFUSED), number=2)
    await journal.write(WORKSPACE, GROUP, RUN, [changed, refused])

    summaries = await summaries_of(journal)

    assert summaries == [changed.summary, refused.summary]
    assert [(dict(summary.kinds), summary.witness) for summary in summaries] == [
        ({REFUSED: 1, "added": 2}, "r-bob"),
        ({REFUSED: 1}, None),
    ]


async def test_a_page_that_is_too_large_for_one_cell_is_read_back_whole(tables: TableStore) -> None:
    journal = TableJournal(tables)
    page = a_journal_page(*(a_bulky_entry(50_000, seed=seed) for seed in range(10)))
    await journal.write(WORKSPACE, GROUP, RUN, [page])

    [row] = [row async for row in tables.query(JOURNAL, f"{WORKSPACE}|{GROUP}|{RUN}")]

    assert len([name for name in row.cells if name.startswith("entries")]) > 2
    assert await pages_of(journal) == [page]


async def test_a_page_replaces_the_larger_one_of_its_name(tables: TableStore) -> None:
    journal = TableJournal(tables)
    await journal.write(WORKSPACE, GROUP, RUN, [a_journal_page(a_bulky_entry(300_000))])
    await journal.write(WORKSPACE, GROUP, RUN, [a_journal_page()])

    [row] = [row async for row in tables.query(JOURNAL, f"{WORKSPACE}|{GROUP}|{RUN}")]
    assert set(row.cells) == {"kinds", "witness", "entries0"}
    assert await pages_of(journal) == [a_journal_page()]


async def test_a_hundred_bulky_pages_are_more_than_one_transaction_takes(tables: TableStore) -> None:
    journal = TableJournal(tables)
    pages = [a_journal_page(a_bulky_entry(120_000, seed=number), number=number) for number in range(100)]
    await journal.write(WORKSPACE, GROUP, RUN, pages)

    assert await pages_of(journal) == pages


async def test_dropped_pages_are_gone_and_dropping_them_again_does_no_harm(tables: TableStore) -> None:
    journal = TableJournal(tables)
    pages = [a_journal_page(number=number) for number in range(4)]
    await journal.write(WORKSPACE, GROUP, RUN, pages)
    await journal.drop(WORKSPACE, GROUP, RUN, [pages[0].name])
    await journal.drop(WORKSPACE, GROUP, RUN, [pages[0].name, pages[2].name])
    await journal.drop(WORKSPACE, GROUP, RUN, [pages[2].name])
    await journal.drop(WORKSPACE, GROUP, RUN, [])

    assert await pages_of(journal) == [pages[1], pages[3]]


async def test_each_run_has_its_own_journal(tables: TableStore) -> None:
    journal = TableJournal(tables)
    other = manual_run_id(MIDNIGHT, request="q1")
    await journal.write(WORKSPACE, GROUP, other, [a_journal_page()])

    assert await pages_of(journal) == []
    assert await summaries_of(journal) == []
