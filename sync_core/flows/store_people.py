"""Store changes of people, in the order that makes a killed run harmless.

1. *identities* have been claimed, so that nobody is made twice and no address belongs to two;
2. the *journal* page is stored: what is about to change, with the old values;
3. the *people* of that page are stored in one transaction, each row naming the page: that is the commit;
4. the *member index* says what was applied, so that the next read passes over these people;
5. addresses that nobody carries any more are released;
6. the platform is told.

Cut off between 2 and 3, the page has no witness and is dropped when the run is closed; between 3 and 5, the next
read finds the people as they should be and only mends the index; before 6, closing the run tells the platform.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from sync_core.domain import email
from sync_core.domain.directory import MemberState
from sync_core.domain.errors import RowConflict
from sync_core.domain.field_settings import EMAIL
from sync_core.domain.ids import nibble_of
from sync_core.domain.journal import JournalEntry, JournalPage, mark_of, page_name
from sync_core.domain.planning import differences, marked
from sync_core.flows.batched import batched
from sync_core.flows.tell_changes import tell_changes
from sync_core.ports import RecipientWrite
from sync_core.side_by_side import each

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from sync_core.domain.directory import Member
    from sync_core.domain.ids import RecipientId
    from sync_core.domain.planning import PersonChange
    from sync_core.flows.claimed_run import ClaimedRun
    from sync_core.flows.services import Services

T = TypeVar("T")

#  In place of an attempt's token.
_NOTES = "notes"

#  Transactions in flight at once.
_SIDE_BY_SIDE = 8


@dataclass(frozen=True, slots=True, eq=False)
class PersonWork:
    """What is to be stored for one person.

    *etag*: of the recipient as read, None for a new one. *fingerprint*: what to remember as applied, empty where the
    next run must look again. *before* and *after*: the row of the group's member index. *note*: what else the
    journal tells of the person.
    """

    recipient: RecipientId
    etag: str | None
    change: PersonChange | None
    fingerprint: str = ""
    before: Member | None = None
    after: Member | None = None
    note: JournalEntry | None = None


@dataclass(slots=True)
class Stored:
    """What has been stored so far.

    *joined* and *gone*: people of the member index. *new*: rows of it, those included who could not be taken in.
    """

    changed: Counter[str] = field(default_factory=Counter)
    joined: int = 0
    gone: int = 0
    new: int = 0


class PeopleStore:
    """Stores the people of one claimed run, page by page."""

    def __init__(self, services: Services, claimed: ClaimedRun, *, spread: bool) -> None:
        self._services = services
        self._claimed = claimed
        self._workspace = claimed.order.workspace
        self._group = claimed.order.group
        self._spread = spread
        self._pages = 0
        self.stored = Stored()

    async def store(self, works: Sequence[PersonWork]) -> set[PersonWork]:
        """Store *works*; return those whose people somebody else changed meanwhile: nothing of them was stored."""
        pages = {self._next_page(): chunk for chunk in _chunks(works)}
        await self._write_journal(works, pages)
        writing_since = self._services.clock.now()
        refused = await self._write_people(pages)
        self._claimed.doubtful |= refused
        lost = {work for name in refused for work in pages[name]}
        done = [work for work in works if work not in lost]
        await self._write_members(done)
        await self._release_addresses(done, claimed_before=writing_since)
        await self._tell(done)
        return lost

    async def note(self, entries: Sequence[JournalEntry]) -> None:
        """Tell of people in the journal to whom nothing was done, once in a run: a takeover replaces it."""
        parts = enumerate(batched(entries), start=1)
        pages = [JournalPage(page_name(_NOTES, number), tuple(part)) for number, part in parts]
        for part in batched(pages):
            await self._services.journal.write(self._workspace, self._group, self._claimed.run.value.id, part)

    def _next_page(self) -> str:
        self._pages += 1
        return page_name(self._claimed.run.value.attempt, self._pages)

    async def _write_journal(self, works: Sequence[PersonWork], pages: Mapping[str, Sequence[PersonWork]]) -> None:
        journal = [JournalPage(name, tuple(_entry(work) for work in chunk)) for name, chunk in pages.items()]
        notes = [work.note for work in works if work.note is not None]
        journal += [JournalPage(self._next_page(), tuple(part)) for part in batched(notes)]
        for part in batched(journal):
            await self._services.journal.write(self._workspace, self._group, self._claimed.run.value.id, part)

    async def _write_people(self, pages: Mapping[str, Sequence[PersonWork]]) -> set[str]:
        """Store each page's people in one transaction; return the pages that were refused."""

        async def write(page: tuple[str, Sequence[PersonWork]]) -> str | None:
            name, chunk = page
            mark = mark_of(self._group, self._claimed.run.value.id, name)
            try:
                await self._services.people.write(self._workspace, [_write(work, mark) for work in chunk])
            except RowConflict:
                return name
            return None

        written = await each(write, pages.items(), limit=_SIDE_BY_SIDE)
        return {name for name in written if name is not None}

    async def _write_members(self, done: Sequence[PersonWork]) -> None:
        changed = [work.after for work in done if work.after is not None and work.after != work.before]
        gone = [work.before.recipient for work in done if work.before is not None and not _same_row(work)]
        if changed or gone:
            await self._services.members.save(
                self._workspace, self._group, spread=self._spread, changed=changed, gone=gone
            )
        self.stored.joined += sum(_is_member(work.after) and not _is_member(work.before) for work in done)
        self.stored.gone += sum(_is_member(work.before) and not _is_member(work.after) for work in done)
        self.stored.new += sum(work.before is None and work.after is not None for work in done)

    async def _release_addresses(self, done: Sequence[PersonWork], *, claimed_before: datetime) -> None:
        released = {
            email.key_of(old): work.recipient
            for work in done
            if work.change is not None and (old := address_given_up(work.change)) is not None
        }
        if released:
            await self._services.identities.release(self._workspace, released, claimed_before=claimed_before)

    async def _tell(self, done: Sequence[PersonWork]) -> None:
        entries = [_entry(work) for work in done if work.change is not None]
        self.stored.changed.update(entry.kind for entry in entries)
        await tell_changes(self._services, self._workspace, self._group, self._claimed.run.value.id, entries)


def address_given_up(change: PersonChange) -> str | None:
    """Return the address that the person had and has no more."""
    old = None if change.before is None else change.before.values.get(EMAIL)
    new = None if change.after.deleted else change.after.values.get(EMAIL)
    if old is None or (new is not None and email.key_of(new) == email.key_of(old)):
        return None
    return old


def _chunks(works: Sequence[PersonWork]) -> Iterator[Sequence[PersonWork]]:
    """Yield the people who change, at most 100 of one partition at a time."""
    by_nibble: defaultdict[str, list[PersonWork]] = defaultdict(list)
    for work in works:
        if work.change is not None:
            by_nibble[nibble_of(work.recipient)].append(work)
    for people in by_nibble.values():
        yield from batched(people)


def _entry(work: PersonWork) -> JournalEntry:
    change = _change(work)
    after = change.after
    changes = differences(change.before, after)
    #  As `marked` will count it up.
    revision = after.revision + 1
    return JournalEntry(after.id, after.entra_id, change.kind.value, change.reason, changes, revision)


def _write(work: PersonWork, mark: str) -> RecipientWrite:
    return RecipientWrite(marked(replace(_change(work).after, fingerprint=work.fingerprint), mark), work.etag)


def _change(work: PersonWork) -> PersonChange:
    if work.change is None:
        raise ValueError("a person without a change is not stored")
    return work.change


def _is_member(row: Member | None) -> bool:
    """Tell whether the row is of somebody in the group; who stays by decision is."""
    return row is not None and row.state is not MemberState.REFUSED


def _same_row(work: PersonWork) -> bool:
    return work.before is not None and work.after is not None and work.after.recipient == work.before.recipient
